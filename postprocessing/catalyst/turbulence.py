"""ParaView Catalyst script: the vorticity (or another field of two dimensions) as a map, red and blue.

Arguments (key `arguments` of the hook): --range=MOST, the value at which colours saturate (default: three deviations of the field
at the first call), --field=NAME (default vorticity), --unit=TEXT written at the scale, --size=PIXELS, --extract writes the field
for ParaView as well.
"""
import argparse

import numpy as np
from paraview import catalyst, servermanager
from paraview.simple import (ColorBy, CreateExtractor, CreateView, GetColorTransferFunction, GetScalarBar, Show, Text, TrivialProducer)
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkDoubleArray

parser = argparse.ArgumentParser()
parser.add_argument("--range", type=float)
parser.add_argument("--field", default="vorticity")
parser.add_argument("--unit", default="")
parser.add_argument("--size", type=int, default=1000)
parser.add_argument("--extract", action="store_true")
parser.add_argument("--time-unit", default="1")
arguments = parser.parse_known_args(catalyst.get_args())[0]
field = arguments.field

options = catalyst.Options()
body = TrivialProducer(registrationName="input")
view = CreateView("RenderView")
view.UseColorPaletteForBackground = 0
view.Background = [1, 1, 1]
view.OrientationAxesVisibility = 0
view.CameraParallelProjection = 1
colours = GetColorTransferFunction(field)
colours.AutomaticRescaleRangeMode = "Never"  # every rank would take the range of its own block
caption = Text(registrationName="caption")
shown_caption = Show(caption, view)
shown_caption.WindowLocation = "Upper Left Corner"
shown_caption.FontSize = max(12, arguments.size // 50)
shown_caption.Color = [0.1, 0.1, 0.1]

image = CreateExtractor("PNG", view, registrationName="image")
image.Writer.FileName = field + "_{timestep:09d}.png"
if arguments.extract:
    fields = CreateExtractor("VTPD", body, registrationName="fields")
    fields.Writer.FileName = "turbulence_{timestep:09d}.vtpd"


def over_ranks(values, operation):
    """Reduces an array over all ranks: operation 0 is the maximum, 1 the minimum, 2 the sum."""
    mine, all_ = vtkDoubleArray(), vtkDoubleArray()
    for value in values:
        mine.InsertNextValue(value)
    servermanager.vtkProcessModule.GetProcessModule().GetGlobalController().AllReduce(mine, all_, operation)
    return np.array([all_.GetValue(i) for i in range(len(values))])


def local_blocks():
    data = body.GetClientSideObject().GetOutputDataObject(0)
    return [data.GetPartition(p) for p in range(data.GetNumberOfPartitions()) if data.GetPartition(p)]


def bounds():
    own = np.array([block.GetBounds() for block in local_blocks()] or [[1e300, -1e300] * 3])
    return over_ranks(own[:, ::2].min(axis=0), 1), over_ranks(own[:, 1::2].max(axis=0), 0)


def saturation():
    if arguments.range:
        return arguments.range
    values = [vtk_to_numpy(block.GetCellData().GetArray(field)) for block in local_blocks()]
    sums = over_ranks([sum(float((one**2).sum()) for one in values), sum(one.size for one in values)], 2)
    return 3 * np.sqrt(sums[0] / max(sums[1], 1)) or 1.0


def set_colours(most):
    stops = [(-1, 0.05, 0.19, 0.60), (-0.5, 0.45, 0.65, 0.88), (0, 0.97, 0.97, 0.97), (0.5, 0.90, 0.55, 0.45), (1, 0.70, 0.05, 0.10)]
    colours.ColorSpace = "RGB"
    colours.RGBPoints = [number for at, *rgb in stops for number in (most * at, *rgb)]


def set_up(low, high, most):
    size = high - low
    view.ViewSize = [arguments.size, max(arguments.size // 4, int(arguments.size * 0.82 * min(1.2, size[1] / size[0])))]
    shown = Show(body, view)
    shown.Representation = "Surface"
    ColorBy(shown, ("CELLS", field))
    shown.Ambient, shown.Diffuse = 1.0, 0.0
    bar = GetScalarBar(colours, view)
    bar.Title, bar.ComponentTitle = field + (f" [{arguments.unit}]" if arguments.unit else ""), ""
    bar.WindowLocation, bar.Position = "Any Location", [0.885, 0.3]
    bar.ScalarBarLength, bar.ScalarBarThickness = 0.4, max(8, arguments.size // 70)
    bar.TitleColor = bar.LabelColor = [0.1] * 3
    bar.TitleFontSize = bar.LabelFontSize = max(10, arguments.size // 65)
    bar.UseCustomLabels, bar.AddRangeLabels = 1, 0
    bar.CustomLabels = [float(f"{value:.3g}") for value in np.linspace(-most, most, 5)]
    shown.SetScalarBarVisibility(view, True)
    middle, width = 0.5 * (low + high) + [0.1 * size[0], 0, 0], 1.3 * size[0]
    view.CameraFocalPoint, view.CameraViewUp = list(middle), [0, 1, 0]
    view.CameraPosition = list(middle + [0, 0, 3 * np.linalg.norm(size)])
    view.CameraParallelScale = 0.5 * max(1.1 * size[1], width * view.ViewSize[1] / view.ViewSize[0])


ready = False


def catalyst_execute(info):
    global ready
    body.UpdatePipeline()
    if not ready:
        most = saturation()
        set_up(*bounds(), most)
        set_colours(most)  # last: to colour by a field for the first time sets a range of its own
        image.Writer.ImageResolution = list(view.ViewSize)
        ready = True
    unit = "" if arguments.time_unit == "1" else " " + arguments.time_unit
    caption.Text = f"t = {info.time:.4g}{unit}"
