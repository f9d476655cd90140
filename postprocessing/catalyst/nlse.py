"""ParaView Catalyst script: the density |psi|^2 as a curve (1-D), a map (2-D) or nested shells, cut open (3-D).

Arguments (key `arguments` of the hook): --top=D is the upper end of the scale (default: the largest density at the
first call), --size=PIXELS of the longer side, --extract writes the fields for ParaView as well.
"""
import argparse

import numpy as np
from paraview import catalyst, servermanager
from paraview.simple import (CellDatatoPointData, Clip, ColorBy, Contour, CreateExtractor, CreateView,
                             GetColorTransferFunction, GetScalarBar, GhostCellsGenerator, Outline, ProgrammableFilter,
                             Show, Text, TrivialProducer)
from vtkmodules.vtkCommonCore import vtkDoubleArray

parser = argparse.ArgumentParser()
parser.add_argument("--top", type=float)
parser.add_argument("--size", type=int, default=1000)
parser.add_argument("--extract", action="store_true")
parser.add_argument("--time-unit", default="1")
arguments = parser.parse_known_args(catalyst.get_args())[0]

options = catalyst.Options()
wave = TrivialProducer(registrationName="input")
view = CreateView("RenderView")
view.UseColorPaletteForBackground = 0
view.OrientationAxesVisibility = 0
view.CameraParallelProjection = 1
colours = GetColorTransferFunction("density")
colours.AutomaticRescaleRangeMode = "Never"  # every rank would take the range of its own block
caption = Text(registrationName="caption")
shown_caption = Show(caption, view)
shown_caption.WindowLocation = "Upper Left Corner"
shown_caption.FontSize = max(12, arguments.size // 50)

image = CreateExtractor("PNG", view, registrationName="image")
image.Writer.FileName = "density_{timestep:09d}.png"
if arguments.extract:
    fields = CreateExtractor("VTPD", wave, registrationName="fields")
    fields.Writer.FileName = "nlse_{timestep:09d}.vtpd"


def over_ranks(values, operation):
    """Reduces an array over all ranks: operation 0 is the maximum, 1 the minimum."""
    mine, all_ = vtkDoubleArray(), vtkDoubleArray()
    for value in values:
        mine.InsertNextValue(value)
    servermanager.vtkProcessModule.GetProcessModule().GetGlobalController().AllReduce(mine, all_, operation)
    return np.array([all_.GetValue(i) for i in range(len(values))])


def local_blocks():
    data = wave.GetClientSideObject().GetOutputDataObject(0)
    return [data.GetPartition(p) for p in range(data.GetNumberOfPartitions()) if data.GetPartition(p)]


def global_bounds():
    bounds = np.array([block.GetBounds() for block in local_blocks()] or [[1e300, -1e300] * 3])
    return over_ranks(bounds[:, ::2].min(axis=0), 1), over_ranks(bounds[:, 1::2].max(axis=0), 0)


def set_colours(top):
    """Black, violet, orange, pale yellow (matplotlib's magma)."""
    stops = [(0, 0.001, 0, 0.014), (0.13, 0.09, 0.06, 0.23), (0.25, 0.27, 0.06, 0.43), (0.38, 0.43, 0.12, 0.51),
             (0.5, 0.72, 0.21, 0.47), (0.63, 0.84, 0.27, 0.42), (0.75, 0.97, 0.48, 0.36), (0.88, 0.99, 0.76, 0.53),
             (1, 0.99, 0.99, 0.75)]
    colours.ColorSpace = "RGB"
    colours.RGBPoints = [number for at, *rgb in stops for number in (at * top, *rgb)]


def show_bar(shown, top, dark):
    bar = GetScalarBar(colours, view)
    bar.Title, bar.ComponentTitle = "density", ""
    bar.WindowLocation = "Any Location"
    bar.Position = [0.9, 0.3]
    bar.ScalarBarLength, bar.ScalarBarThickness = 0.4, max(8, arguments.size // 70)
    bar.TitleColor = bar.LabelColor = [0.92] * 3 if dark else [0.1] * 3
    bar.TitleFontSize = bar.LabelFontSize = max(10, arguments.size // 65)
    bar.UseCustomLabels, bar.AddRangeLabels = 1, 0
    bar.CustomLabels = [float(f"{share * top:.3g}") for share in (0, 0.25, 0.5, 0.75, 1)]
    shown.SetScalarBarVisibility(view, True)


def look_at(low, high, direction, up, room):
    """Fits the box into the view along `direction`; `room` is the box' size seen, width and height."""
    middle, size = 0.5 * (low + high), np.linalg.norm(high - low)
    width, height = view.ViewSize
    view.CameraFocalPoint = list(middle)
    view.CameraPosition = list(middle + 3 * size * np.array(direction))
    view.CameraViewUp = up
    view.CameraParallelScale = 0.5 * max(room[1], room[0] * height / width)


# One bar a cell, as high as the density: what a rank owns is drawn without its neighbours.
bars = """
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkCommonCore import vtkDoubleArray
output = self.GetOutputDataObject(0)
data = self.GetInputDataObject(0, 0)
blocks = [data.GetPartition(p) for p in range(data.GetNumberOfPartitions())]
points, quads, colour = vtkPoints(), vtkCellArray(), vtkDoubleArray()
colour.SetName("density")
for block in blocks:
    density = block.GetCellData().GetArray("density")
    for cell in range(block.GetNumberOfCells()):
        value = density.GetValue(cell)
        left, right = block.GetPoint(cell)[0], block.GetPoint(cell + 1)[0]
        first = points.GetNumberOfPoints()
        for x, y in ((left, 0), (right, 0), (right, value * SCALE), (left, value * SCALE)):
            points.InsertNextPoint(x, y, 0)
        quads.InsertNextCell(4)
        for corner in range(4):
            quads.InsertCellPoint(first + corner)
        colour.InsertNextValue(value)
output.SetPoints(points)
output.SetPolys(quads)
output.GetCellData().AddArray(colour)
"""


def set_up_curve(low, high, top):
    length = high[0] - low[0]
    view.ViewSize = [arguments.size, arguments.size // 2]
    view.Background = [1, 1, 1]
    curve = ProgrammableFilter(Input=wave)
    curve.OutputDataSetType = "vtkPolyData"
    curve.Script = bars.replace("SCALE", repr(0.32 * length / top))
    shown = Show(curve, view)
    ColorBy(shown, ("CELLS", "density"))
    shown.Ambient, shown.Diffuse = 1.0, 0.0
    view.AxesGrid.Visibility = 1
    view.AxesGrid.XTitle, view.AxesGrid.YTitle, view.AxesGrid.ZTitle = "x", "", ""
    view.AxesGrid.FacesToRender = 4
    view.AxesGrid.AxesToLabel = 2
    view.AxesGrid.XTitleColor = view.AxesGrid.XLabelColor = view.AxesGrid.GridColor = [0.1, 0.1, 0.1]
    view.AxesGrid.XTitleFontSize = view.AxesGrid.XLabelFontSize = max(10, arguments.size // 65)
    shown_caption.Color = [0.1, 0.1, 0.1]
    show_bar(shown, top, dark=False)
    look_at(low, np.array([high[0] + 0.12 * length, 0.36 * length, 0]), [0, 0, 1], [0, 1, 0], (1.25 * length, 0.5 * length))


def set_up_map(low, high, top):
    size = high - low
    width = arguments.size
    view.ViewSize = [width, max(width // 4, int(width * min(1.2, size[1] / size[0])))]
    view.Background = [0.001, 0, 0.014]
    shown = Show(wave, view)
    shown.Representation = "Surface"
    ColorBy(shown, ("CELLS", "density"))
    shown.Ambient, shown.Diffuse = 1.0, 0.0
    shown_caption.Color = [0.92, 0.92, 0.92]
    show_bar(shown, top, dark=True)
    look_at(low, high, [0, 0, 1], [0, 1, 0], (size[0], size[1]))


def set_up_shells(low, high, top):
    view.ViewSize = [arguments.size, arguments.size]
    view.Background = [1, 1, 1]
    points = CellDatatoPointData(Input=GhostCellsGenerator(Input=wave))  # ghost cells: shells without cracks between ranks
    behind = Clip(Input=points, ClipType="Plane")  # outer shells are cut open and opaque
    behind.ClipType.Origin, behind.ClipType.Normal = list(0.5 * (low + high)), [0, 1, 0]
    behind.Invert = 0
    for part, levels in ((behind, (0.15, 0.4)), (points, (0.7,))):
        shells = Contour(Input=part, ContourBy=["POINTS", "density"], Isosurfaces=[top * level for level in levels])
        shells.ComputeScalars = 1
        shown = Show(shells, view)
        ColorBy(shown, ("POINTS", "density"))
        shown.Ambient, shown.Diffuse = 0.45, 0.6
    frame = Show(Outline(Input=wave), view)
    frame.AmbientColor = frame.DiffuseColor = [0.3, 0.3, 0.3]
    shown_caption.Color = [0.1, 0.1, 0.1]
    show_bar(shown, top, dark=False)
    size = np.linalg.norm(high - low)
    look_at(low, high, np.array([0.55, -0.7, 0.45]), [0, 0, 1], (1.15 * size, 1.1 * size))


ready = False


def set_up():
    largest = [block.GetCellData().GetArray("density").GetRange()[1] for block in local_blocks()]
    top = arguments.top or over_ranks([max(largest, default=0.0)], 0)[0] or 1.0
    low, high = global_bounds()
    dimensions = 1 + int(high[1] > low[1]) + int(high[2] > low[2])
    {1: set_up_curve, 2: set_up_map, 3: set_up_shells}[dimensions](low, high, top)
    set_colours(top)  # last: to colour by a field for the first time sets a range of its own
    image.Writer.ImageResolution = list(view.ViewSize)


def catalyst_execute(info):
    global ready
    wave.UpdatePipeline()
    if not ready:
        set_up()
        ready = True
    unit = "" if arguments.time_unit == "1" else " " + arguments.time_unit
    caption.Text = f"t = {info.time:.4g}{unit}"
