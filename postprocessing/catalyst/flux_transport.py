"""ParaView Catalyst script: the Sun's radial field as seen from the Earth while it rotates.

Arguments (key `arguments` of the hook): --limit=B saturates the colours at +-B [G] (default: chosen from the first
map), --longitude=DEG of the disc's centre at t = 0, --tilt=DEG of the north pole towards the viewer,
--colours=grey|red-blue, --size=PIXELS, --extract writes the fields for ParaView as well.
"""
import argparse
import math

import numpy as np
from paraview import catalyst, servermanager
from paraview.simple import (ColorBy, CreateExtractor, CreateView, GetColorTransferFunction, GetScalarBar, Show, Text,
                             TrivialProducer)
from paraview.vtk.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkDoubleArray

hours = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0, "yr": 8766.0}
synodic_rotation = 27.2753 * 24  # [h] Carrington's, from which longitudes are counted

parser = argparse.ArgumentParser()
parser.add_argument("--limit", type=float)
parser.add_argument("--longitude", type=float, default=180.0)
parser.add_argument("--tilt", type=float, default=7.0)
parser.add_argument("--colours", choices=["grey", "red-blue"], default="grey")
parser.add_argument("--size", type=int, default=900)
parser.add_argument("--extract", action="store_true")
parser.add_argument("--time-unit", default="h")
arguments = parser.parse_known_args(catalyst.get_args())[0]

options = catalyst.Options()
sun = TrivialProducer(registrationName="input")
view = CreateView("RenderView")
view.ViewSize = [arguments.size, arguments.size]
view.Background = [0.0, 0.0, 0.0]
view.UseColorPaletteForBackground = 0
view.OrientationAxesVisibility = 0
view.CameraParallelProjection = 1

surface = Show(sun, view)
surface.Representation = "Surface"
ColorBy(surface, ("CELLS", "B_r"))
surface.Ambient, surface.Diffuse = 1.0, 0.0  # no light: a shade of grey means a field, nothing else
colours = GetColorTransferFunction("B_r")
colours.AutomaticRescaleRangeMode = "Never"  # every rank would take the range of its own block
colours.ColorSpace = "RGB" if arguments.colours == "grey" else "Diverging"

caption = Text(registrationName="caption")
shown_caption = Show(caption, view)
shown_caption.WindowLocation = "Upper Left Corner"
shown_caption.FontSize = max(12, arguments.size // 45)
shown_caption.Color = [0.92, 0.92, 0.92]

bar = GetScalarBar(colours, view)
bar.Title, bar.ComponentTitle = "B_r [G]", ""
bar.Orientation = "Horizontal"
bar.WindowLocation = "Lower Center"
bar.ScalarBarLength, bar.ScalarBarThickness = 0.3, max(6, arguments.size // 90)
bar.TitleColor = bar.LabelColor = [0.92, 0.92, 0.92]
bar.TitleFontSize = bar.LabelFontSize = max(10, arguments.size // 60)
bar.UseCustomLabels = 1
bar.AddRangeLabels = 0
surface.SetScalarBarVisibility(view, True)

image = CreateExtractor("PNG", view, registrationName="image")
image.Writer.FileName = "sun_{timestep:09d}.png"
image.Writer.ImageResolution = [arguments.size, arguments.size]
if arguments.extract:
    fields = CreateExtractor("VTPD", sun, registrationName="fields")
    fields.Writer.FileName = "sun_{timestep:09d}.vtpd"


def over_ranks(values, operation):
    """Reduces an array over all ranks: operation 0 is the maximum, 2 the sum."""
    mine, all_ = vtkDoubleArray(), vtkDoubleArray()
    for value in values:
        mine.InsertNextValue(value)
    servermanager.vtkProcessModule.GetProcessModule().GetGlobalController().AllReduce(mine, all_, operation)
    return vtk_to_numpy(all_)


def local_blocks():
    data = sun.GetClientSideObject().GetOutputDataObject(0)
    return [data.GetPartition(p) for p in range(data.GetNumberOfPartitions()) if data.GetPartition(p)]


def chosen_limit():
    """A round number that 98.5 % of |B_r| stay below."""
    parts = [np.abs(vtk_to_numpy(block.GetCellData().GetArray("B_r"))) for block in local_blocks()]
    values = np.concatenate(parts) if parts else np.zeros(0)
    largest = over_ranks([values.max(initial=0.0)], 0)[0]
    if not largest > 0:
        return 1.0
    counts = over_ranks(np.histogram(values, bins=2000, range=(0, largest))[0].astype(float), 2)
    share = np.cumsum(counts) / counts.sum()
    limit = max((np.searchsorted(share, 0.985) + 1) / 2000, 1e-3) * largest
    power = 10.0 ** math.floor(math.log10(limit))
    return next(m * power for m in (1, 1.5, 2, 3, 5, 7, 10) if m * power >= limit * (1 - 1e-12))


def set_up():
    limit = arguments.limit or chosen_limit()
    ends = ([0, 0, 0], [0.5, 0.5, 0.5], [1, 1, 1]) if arguments.colours == "grey" else (
        [0.13, 0.26, 0.6], [0.93, 0.93, 0.93], [0.62, 0.1, 0.12])
    colours.RGBPoints = sum(([value, *rgb] for value, rgb in zip((-limit, 0.0, limit), ends)), [])
    bar.CustomLabels = [-limit, 0.0, limit]
    radius = over_ranks([max(map(abs, block.GetBounds())) for block in local_blocks()] or [0.0], 0)[0]
    view.CameraParallelScale = 1.2 * radius
    return radius


radius = None


def catalyst_execute(info):
    global radius
    sun.UpdatePipeline()
    if radius is None:
        radius = set_up()
    turned = 360 * info.time * hours.get(arguments.time_unit, 1.0) / synodic_rotation
    longitude, tilt = math.radians(arguments.longitude - turned), math.radians(arguments.tilt)
    view.CameraFocalPoint = [0, 0, 0]
    view.CameraPosition = [4 * radius * math.cos(tilt) * math.cos(longitude),
                           4 * radius * math.cos(tilt) * math.sin(longitude), 4 * radius * math.sin(tilt)]
    view.CameraViewUp = [0, 0, 1]
    caption.Text = f"t = {info.time:.1f} {arguments.time_unit}"
