"""ParaView Catalyst script: the temperature as a curve (1-D), a map (2-D), or on three cut planes (3-D).

Arguments (key `arguments` of the hook): --range=LOW,HIGH of the colours (default: the range at the first call),
--field=NAME (default u), --unit=TEXT written at the scale, --size=PIXELS of the longer side, --extract writes the
fields for ParaView as well.
"""
import argparse

import numpy as np
from paraview import catalyst, servermanager
from paraview.simple import (CellDatatoPointData, ColorBy, CreateExtractor, CreateView, GetColorTransferFunction,
                             GetScalarBar, GhostCellsGenerator, Outline, ProgrammableFilter, Show, Slice, Text,
                             TrivialProducer)
from vtkmodules.vtkCommonCore import vtkDoubleArray

parser = argparse.ArgumentParser()
parser.add_argument("--range")
parser.add_argument("--field", default="u")
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
    fields.Writer.FileName = "diffusion_{timestep:09d}.vtpd"


def over_ranks(values, operation):
    """Reduces an array over all ranks: operation 0 is the maximum, 1 the minimum."""
    mine, all_ = vtkDoubleArray(), vtkDoubleArray()
    for value in values:
        mine.InsertNextValue(value)
    servermanager.vtkProcessModule.GetProcessModule().GetGlobalController().AllReduce(mine, all_, operation)
    return np.array([all_.GetValue(i) for i in range(len(values))])


def local_blocks():
    data = body.GetClientSideObject().GetOutputDataObject(0)
    return [data.GetPartition(p) for p in range(data.GetNumberOfPartitions()) if data.GetPartition(p)]


def global_bounds():
    bounds = np.array([block.GetBounds() for block in local_blocks()] or [[1e300, -1e300] * 3])
    return over_ranks(bounds[:, ::2].min(axis=0), 1), over_ranks(bounds[:, 1::2].max(axis=0), 0)


def global_range():
    if arguments.range:
        return [float(text) for text in arguments.range.split(",")]
    ranges = np.array([block.GetCellData().GetArray(field).GetRange() for block in local_blocks()] or [[1e300, -1e300]])
    low, high = over_ranks([ranges[:, 0].min()], 1)[0], over_ranks([ranges[:, 1].max()], 0)[0]
    return low, high if high > low else low + 1.0


def set_colours(low, high):
    """Black, red, orange, pale yellow (matplotlib's inferno)."""
    stops = [(0, 0.001, 0, 0.014), (0.13, 0.10, 0.05, 0.26), (0.25, 0.34, 0.06, 0.43), (0.38, 0.53, 0.13, 0.42),
             (0.5, 0.74, 0.22, 0.33), (0.63, 0.88, 0.35, 0.2), (0.75, 0.97, 0.56, 0.04), (0.88, 0.98, 0.79, 0.2),
             (1, 0.99, 1, 0.64)]
    colours.ColorSpace = "RGB"
    colours.RGBPoints = [number for at, *rgb in stops for number in (low + at * (high - low), *rgb)]


def show_bar(shown, low, high):
    bar = GetScalarBar(colours, view)
    bar.Title, bar.ComponentTitle = field + (f" [{arguments.unit}]" if arguments.unit else ""), ""
    bar.WindowLocation = "Any Location"
    bar.Position = [0.885, 0.3]
    bar.ScalarBarLength, bar.ScalarBarThickness = 0.4, max(8, arguments.size // 70)
    bar.TitleColor = bar.LabelColor = [0.1] * 3
    bar.TitleFontSize = bar.LabelFontSize = max(10, arguments.size // 65)
    bar.UseCustomLabels, bar.AddRangeLabels = 1, 0
    bar.CustomLabels = [float(f"{value:.3g}") for value in np.linspace(low, high, 5)]
    shown.SetScalarBarVisibility(view, True)


def look_at(low, high, direction, up, room):
    """Fits the box into the view along `direction`; `room` is the size that is seen, width and height."""
    middle, size = 0.5 * (low + high), np.linalg.norm(high - low)
    width, height = view.ViewSize
    view.CameraFocalPoint = list(middle)
    view.CameraPosition = list(middle + 3 * size * np.array(direction))
    view.CameraViewUp = up
    view.CameraParallelScale = 0.5 * max(room[1], room[0] * height / width)


def show_axes(title_x, title_y, labels):
    view.AxesGrid.Visibility = 1
    view.AxesGrid.XTitle, view.AxesGrid.YTitle, view.AxesGrid.ZTitle = title_x, title_y, ""
    view.AxesGrid.FacesToRender = 4
    view.AxesGrid.AxesToLabel = labels
    for name in ("XTitleColor", "YTitleColor", "XLabelColor", "YLabelColor", "GridColor"):
        setattr(view.AxesGrid, name, [0.1, 0.1, 0.1])


# One bar a cell, from the lower end of the scale to the temperature.
bars = """
from vtkmodules.vtkCommonCore import vtkDoubleArray, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray
output = self.GetOutputDataObject(0)
data = self.GetInputDataObject(0, 0)
points, quads, colour = vtkPoints(), vtkCellArray(), vtkDoubleArray()
colour.SetName(FIELD)
for block in [data.GetPartition(p) for p in range(data.GetNumberOfPartitions())]:
    values = block.GetCellData().GetArray(FIELD)
    for cell in range(block.GetNumberOfCells()):
        value = values.GetValue(cell)
        left, right = block.GetPoint(cell)[0], block.GetPoint(cell + 1)[0]
        first = points.GetNumberOfPoints()
        top = (value - LOW) * SCALE
        for x, y in ((left, 0), (right, 0), (right, top), (left, top)):
            points.InsertNextPoint(x, y, 0)
        quads.InsertNextCell(4)
        for corner in range(4):
            quads.InsertCellPoint(first + corner)
        colour.InsertNextValue(value)
output.SetPoints(points)
output.SetPolys(quads)
output.GetCellData().AddArray(colour)
"""


def set_up_curve(low, high, scale):
    length = high[0] - low[0]
    view.ViewSize = [arguments.size, arguments.size // 2]
    curve = ProgrammableFilter(Input=body)
    curve.OutputDataSetType = "vtkPolyData"
    curve.Script = bars.replace("FIELD", repr(field)).replace("LOW", repr(float(scale[0]))).replace(
        "SCALE", repr(float(0.32 * length / (scale[1] - scale[0]))))
    shown = Show(curve, view)
    ColorBy(shown, ("CELLS", field))
    shown.Ambient, shown.Diffuse = 1.0, 0.0
    show_axes("x", "", 2)
    show_bar(shown, *scale)
    look_at(low, np.array([high[0] + 0.12 * length, 0.36 * length, 0]), [0, 0, 1], [0, 1, 0], (1.25 * length, 0.5 * length))


def set_up_map(low, high, scale):
    size = high - low
    view.ViewSize = [arguments.size, max(arguments.size // 4, int(arguments.size * 0.82 * min(1.2, size[1] / size[0])))]
    shown = Show(body, view)
    shown.Representation = "Surface"
    ColorBy(shown, ("CELLS", field))
    shown.Ambient, shown.Diffuse = 1.0, 0.0
    show_axes("x", "y", 3)
    show_bar(shown, *scale)
    look_at(low, high + [0.2 * size[0], 0, 0], [0, 0, 1], [0, 1, 0], (1.42 * size[0], 1.22 * size[1]))


def set_up_planes(low, high, scale):
    view.ViewSize = [arguments.size, arguments.size]
    points = CellDatatoPointData(Input=GhostCellsGenerator(Input=body))  # ghost cells: no cracks between ranks
    for axis in range(3):
        plane = Slice(Input=points, SliceType="Plane")
        plane.SliceType.Origin = list(0.5 * (low + high))
        plane.SliceType.Normal = list(np.eye(3)[axis])
        shown = Show(plane, view)
        ColorBy(shown, ("POINTS", field))
        shown.Ambient, shown.Diffuse = 1.0, 0.0
    frame = Show(Outline(Input=body), view)
    frame.AmbientColor = frame.DiffuseColor = [0.3, 0.3, 0.3]
    show_bar(shown, *scale)
    size = np.linalg.norm(high - low)
    look_at(low, high, np.array([0.6, -0.65, 0.45]), [0, 0, 1], (1.15 * size, 1.1 * size))


ready = False


def catalyst_execute(info):
    global ready
    body.UpdatePipeline()
    if not ready:
        scale, (low, high) = global_range(), global_bounds()
        dimensions = 1 + int(high[1] > low[1]) + int(high[2] > low[2])
        {1: set_up_curve, 2: set_up_map, 3: set_up_planes}[dimensions](low, high, scale)
        set_colours(*scale)  # last: to colour by a field for the first time sets a range of its own
        image.Writer.ImageResolution = list(view.ViewSize)
        ready = True
    unit = "" if arguments.time_unit == "1" else " " + arguments.time_unit
    caption.Text = f"t = {info.time:.4g}{unit}"
