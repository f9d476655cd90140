"""Snapshots as other programs read them: h5py (and netCDF's conventions on top of HDF5), and ParaView by the XDMF series."""
import json
import subprocess
import xml.etree.ElementTree

import h5py
import numpy
import pytest
import yaml
from program import good

HOOK = """
hooks:
  - {type: snapshot, at_start: true, at_end: true%s}
"""
CASES = {
    "line": """
solver: nlse
grid: {points: [64], lower: [-8], upper: [8]}
initial: {type: solitons, solitons: [{amplitude: 1, position: 1, velocity: 0.5}]}
time: {dt: 0.01}
run: {t_end: 0.05}
""" + HOOK % "",
    "periodic": """
solver: nlse
grid: {points: [24, 40], lower: [-3, -8], upper: [3, 8]}
initial: {type: gaussian, gaussian: {amplitude: 1, width: [0.6, 1.5], centre: [1, -2]}}
time: {dt: 0.01}
run: {t_end: 0.05}
""" + HOOK % ", single: true, deflate: 4, shuffle: true",
    "box": """
solver: diffusion
grid: {points: [8, 12, 20], lower: [0, -1, 2], upper: [1, 1, 5]}
initial: {type: gaussian, value: 1, width: 0.4, centre: [0.3, 0.4, 4]}
time: {dt: 0.001}
run: {t_end: 0.002}
""" + HOOK % "",
    "plate": """
solver: diffusion
grid: {points: [10, 30], lower: [0, -1], upper: [1, 2]}
initial: {type: gaussian, value: 1, width: 0.3, centre: [0.3, 1]}
time: {dt: 0.001}
run: {t_end: 0.002}
""" + HOOK % ", deflate: 1",
    "sphere": """
solver: flux_transport
grid: {n_theta: 25, n_phi: 48}
initial: {dipole: 1.5, regions: {count: 6, seed: 1}}
run: {t_end: 50}
""" + HOOK % "",
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The run folder of each case, made on two ranks when it is first asked for."""
    made = {}

    def folder(name):
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name)
            (made[name] / "case.yaml").write_text(CASES[name])
            good("run", "case.yaml", "--output", "out", folder=made[name], ranks=2)
        return made[name] / "out"

    return folder


def snapshots(folder):
    return sorted((folder / "snapshots").glob("snapshot_*.h5"))


def fields_of(file):
    return {name: item for name, item in file.items() if "DIMENSION_LIST" in item.attrs}


@pytest.mark.parametrize("name", CASES)
def test_tells_all_about_itself(name, folders):
    files = snapshots(folders(name))
    assert len(files) == 2
    with h5py.File(files[-1], "r") as file:
        assert isinstance(file.attrs["resolved"], str) and yaml.safe_load(file.attrs["resolved"])["solver"] in CASES[name]
        assert json.loads(file.attrs["provenance"])["ranks"] == 2
        assert file["time"][()] == file.attrs["time"] > 0 and file["time"].attrs["units"] == file.attrs["time_unit"]
        assert f"_{file.attrs['step']:09d}.h5" in files[-1].name
        assert fields_of(file)
        for field in fields_of(file).values():
            assert isinstance(field.attrs["units"], str) and field.attrs["long_name"]
            assert field.dtype == (numpy.float32 if "single" in CASES[name] else numpy.float64)
            assert (field.compression == "gzip") == ("deflate" in CASES[name])
            for d, size in enumerate(field.shape):
                scale = file[field.attrs["DIMENSION_LIST"][d][0]]
                assert scale.shape == (size,) and scale.attrs["CLASS"] == b"DIMENSION_SCALE"
                assert isinstance(scale.attrs["units"], str) and field.dims[d][0] == scale
                assert (numpy.diff(scale[()]) > 0).all()


@pytest.mark.parametrize("name", CASES)
def test_opens_in_xarray(name, folders):
    xarray = pytest.importorskip("xarray")
    engines = {"netcdf4", "h5netcdf"} & set(xarray.backends.list_engines())
    if not engines:
        pytest.skip("xarray has no engine for HDF5 here (python3-netcdf4 or h5netcdf)")
    with h5py.File(snapshots(folders(name))[-1], "r") as file:
        expected = {field: (item[()], [file[item.attrs["DIMENSION_LIST"][d][0]].name[1:] for d in range(item.ndim)])
                    for field, item in fields_of(file).items()}
    for engine in engines:
        with xarray.open_dataset(snapshots(folders(name))[-1], engine=engine) as data:
            for field, (values, dimensions) in expected.items():
                assert list(data[field].dims) == dimensions
                numpy.testing.assert_array_equal(data[field].values, values)


@pytest.mark.parametrize("name", CASES)
def test_the_series_names_what_is_there(name, folders):
    folder = folders(name)
    root = xml.etree.ElementTree.parse(folder / "snapshots.xdmf").getroot()
    collections = root.findall("Domain/Grid")
    assert [grid.get("Name") for grid in collections] == (["sphere", "map"] if name == "sphere" else ["box"])
    for collection in collections:
        times = [float(time.get("Value")) for time in collection.findall("Grid/Time")]
        assert len(times) == len(snapshots(folder)) and times == sorted(times)
    for item in root.iter("DataItem"):
        file_name, dataset = item.text.split(":")
        with h5py.File(folder / file_name, "r") as file:
            assert file[dataset].size == numpy.prod([int(n) for n in item.get("Dimensions").split()])
            assert file[dataset].dtype.itemsize == int(item.get("Precision"))


# Runs in ParaView's Python: prints for each grid of the last time its bounds, and of each array its range and its
# values found by a point: the value of the cell (or node) there.
PROBE = """
import json, sys
import paraview.simple as simple
from paraview import servermanager
from vtkmodules.vtkCommonDataModel import vtkCompositeDataSet

def leaves(data):
    if not data.IsA("vtkCompositeDataSet"):
        return [("box", data)]
    found, each = [], data.NewIterator()
    each.InitTraversal()
    while not each.IsDoneWithTraversal():
        found.append((each.GetCurrentMetaData().Get(vtkCompositeDataSet.NAME()), each.GetCurrentDataObject()))
        each.GoToNextItem()
    return found

series, points = sys.argv[1], json.loads(sys.argv[2])
reader = simple.XDMFReader(FileNames=[series])
reader.UpdatePipelineInformation()
times = list(reader.TimestepValues)
reader.UpdatePipeline(times[-1])
result = {"times": times, "grids": {}}
for name, grid in leaves(servermanager.Fetch(reader)):
    cells = grid.GetCellData().GetNumberOfArrays() > 0
    data = grid.GetCellData() if cells else grid.GetPointData()
    arrays = {}
    for i in range(data.GetNumberOfArrays()):
        array = data.GetArray(i)
        arrays[array.GetName()] = {"range": array.GetRange(), "values": []}
        for point in points[name]:
            at = grid.FindCell(point, None, -1, 1e-12, __import__("vtk").reference(0), [0.0] * 3, [0.0] * 8) if cells else grid.FindPoint(point)
            arrays[array.GetName()]["values"].append(array.GetValue(at) if at >= 0 else None)
    result["grids"][name] = {"bounds": grid.GetBounds(), "arrays": arrays, "cells": cells}
print("RESULT " + json.dumps(result))
"""


def paraview(series, points):
    if subprocess.run(["/usr/bin/python3", "-c", "import paraview.simple"], capture_output=True).returncode != 0:
        pytest.skip("no ParaView for /usr/bin/python3 (python3-paraview)")
    done = subprocess.run(["/usr/bin/python3", "-c", PROBE, str(series), json.dumps(points)], capture_output=True, text=True, timeout=120)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines and "ERR|" not in done.stdout + done.stderr, done.stdout + done.stderr
    return json.loads(lines[0][7:])


def places(file, field):
    """Some index pairs and triples without any symmetry, all over the grid."""
    shape = field.shape
    return [tuple((7 * n + 3 * d + 1) % size for d, size in enumerate(shape)) for n in range(9)]


def axes(file, field):
    return [file[field.attrs["DIMENSION_LIST"][d][0]][()] for d in range(field.ndim)]


@pytest.mark.parametrize("name", ["line", "periodic", "plate", "box"])
def test_paraview_sees_boxes_as_they_are(name, folders):
    folder = folders(name)
    with h5py.File(snapshots(folder)[-1], "r") as file:
        fields = {key: item[()] for key, item in fields_of(file).items()}
        first = next(iter(fields_of(file).values()))
        at, along, time = places(file, first), axes(file, first), file.attrs["time"]
    points = [[float(along[d][index[d]]) if d < len(along) else 0.0 for d in range(3)] for index in at]
    seen = paraview(folder / "snapshots.xdmf", {"box": points})
    assert seen["times"] == [0.0, time]
    grid = seen["grids"]["box"]
    for d, x in enumerate(along):
        # Cells end half a width beyond the outer points; nodes end on them.
        beyond = 0.5 * (x[1] - x[0]) if grid["cells"] else 0.0
        numpy.testing.assert_allclose(grid["bounds"][2 * d:2 * d + 2], [x[0] - beyond, x[-1] + beyond], rtol=1e-6, atol=1e-6)
    assert grid["arrays"].keys() == fields.keys()
    for key, values in fields.items():
        numpy.testing.assert_allclose(grid["arrays"][key]["range"], [values.min(), values.max()], rtol=1e-12, atol=0)
        assert grid["arrays"][key]["values"] == [float(values[index]) for index in at], key


def test_paraview_sees_the_sphere_and_its_map(folders):
    folder = folders("sphere")
    with h5py.File(snapshots(folder)[-1], "r") as file:
        radius = file.attrs["radius"]
        fields = {key: item[()] for key, item in fields_of(file).items()}
        first = next(iter(fields_of(file).values()))
        theta, phi = axes(file, first)
        at = places(file, first) + [(1, 0), (3, len(phi) - 1), (len(theta) - 2, 5)]
    on_map = [[float(numpy.degrees(phi[j])), float(90 - numpy.degrees(theta[i])), 0.0] for i, j in at]
    # The middle of a flat cell, not of the arc: ParaView looks for the point in the cell's plane.
    flat = [[0.0, 0.0, 0.0]] * len(at)
    seen = paraview(folder / "snapshots.xdmf", {"sphere": flat, "map": on_map})
    grids = seen["grids"]
    assert set(grids) == {"sphere", "map"}
    numpy.testing.assert_allclose(grids["map"]["bounds"][2:4], [-90, 90], atol=1e-9)
    west, east = grids["map"]["bounds"][:2]
    assert abs(east - west - 360) < 1e-9  # no gap at the seam
    half = numpy.pi / len(phi)
    widest = radius * numpy.sin(theta[len(theta) // 2] - (theta[1] - theta[0]) / 2)
    numpy.testing.assert_allclose(grids["sphere"]["bounds"][4:], [-radius, radius], rtol=1e-12)
    numpy.testing.assert_allclose(grids["sphere"]["bounds"][:2], [-widest * numpy.cos(half), widest * numpy.cos(half)], rtol=1e-6)
    for key, values in fields.items():
        for grid in grids.values():
            numpy.testing.assert_allclose(grid["arrays"][key]["range"], [values.min(), values.max()], rtol=1e-12)
        assert grids["map"]["arrays"][key]["values"] == [float(values[index]) for index in at], key


def test_the_sphere_is_where_the_map_says(folders):
    """Both pictures have the cells in the same order; the middle of each cell on the sphere has the longitude and latitude of the map's."""
    with h5py.File(folders("sphere") / "snapshots" / "geometry.h5", "r") as file:
        sphere, flat = file["sphere"][()], file["map"][()]
    centre = (sphere[:-1, :-1] + sphere[1:, :-1] + sphere[:-1, 1:] + sphere[1:, 1:]) / 4
    middle = (flat[:-1, :-1] + flat[1:, :-1] + flat[:-1, 1:] + flat[1:, 1:]) / 4
    longitude = numpy.degrees(numpy.arctan2(centre[..., 1], centre[..., 0]))
    latitude = numpy.degrees(numpy.arcsin(centre[..., 2] / numpy.linalg.norm(centre, axis=-1)))
    turn = (longitude - middle[..., 0] + 180) % 360 - 180
    assert numpy.abs(turn).max() < 1e-9
    assert numpy.abs(latitude - middle[..., 1])[1:-1].max() < 0.5
    numpy.testing.assert_allclose(sphere[:, 0], sphere[:, -1], atol=1e-9 * numpy.abs(sphere).max())
