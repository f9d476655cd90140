# ctest: TIMEOUT 1500
"""Catalyst on two ranks without a screen: the pipeline sees the field's own values, and the picture shows what the field has."""
import json
import os
import shutil
import sys

import matplotlib.image
import numpy as np
import pytest
import yaml

import program

sys.path.insert(0, str(program.SOURCE / "postprocessing"))
import sluice_files  # noqa: E402

SCRIPTS = program.SOURCE / "postprocessing" / "catalyst"
SIZE = 600  # [pixels] of the pictures


def missing():
    line = next(text for text in program.good("list").splitlines() if text.split()[:1] == ["catalyst"])
    return "built without ParaView" if "not in this build" in line else None if shutil.which("xvfb-run") else "no xvfb-run"


@pytest.fixture(scope="module", autouse=True)
def needs_paraview():
    if missing():
        pytest.skip(missing())


def on_a_virtual_display(*arguments, ranks=2, folder):
    """`sluice` as a user without a screen starts it: every rank under one X server of its own."""
    wrapped = folder / "sluice_under_xvfb"
    if not wrapped.exists():
        command = " ".join(f"'{word}'" for word in program.command(ranks=ranks))
        wrapped.write_text(f"#!/bin/sh\nexec xvfb-run -a {command} \"$@\"\n")
        wrapped.chmod(0o755)
    return program.sluice(*arguments, path=wrapped, folder=folder, timeout=400, env={"DISPLAY": ""})


# In the pipeline: the value of the cell nearest to each point, as each rank sees it.
PROBE = '''
import json
from paraview import catalyst, servermanager
from paraview.simple import TrivialProducer
from vtkmodules.vtkCommonCore import mutable
from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator, vtkGenericCell

arguments = catalyst.get_args()
folder = next(text for text in arguments if text.startswith("--output=")).split("=", 1)[1]
points = json.loads(arguments[0])
data = TrivialProducer(registrationName="input")
options = catalyst.Options()
rank = servermanager.vtkProcessModule.GetProcessModule().GetPartitionId()

def catalyst_execute(info):
    data.UpdatePipeline()
    blocks = data.GetClientSideObject().GetOutputDataObject(0)
    found = {"cells": 0, "unit": arguments[-1], "values": []}
    for p in range(blocks.GetNumberOfPartitions()):
        block = blocks.GetPartition(p)
        found["cells"] += block.GetNumberOfCells()
        locator = vtkStaticCellLocator()
        locator.SetDataSet(block)
        locator.BuildLocator()
        for number, point in enumerate(points):
            nearest, cell, cell_id, sub_id, distance = [0.0] * 3, vtkGenericCell(), mutable(0), mutable(0), mutable(0.0)
            locator.FindClosestPoint(point, nearest, cell, cell_id, sub_id, distance)
            arrays = block.GetCellData()
            values = {arrays.GetArrayName(a): arrays.GetArray(a).GetTuple(int(cell_id))
                      for a in range(arrays.GetNumberOfArrays())}
            found["values"].append([number, float(distance), values])
    with open(f"{folder}/probe_{info.timestep}_{rank}.json", "w") as file:
        json.dump(found, file)
'''

CASES = {
    "flux_transport": {
        "solver": "flux_transport", "run": {"t_end": "48 h"}, "grid": {"n_theta": 61, "n_phi": 125},
        "step": {"maximum": "12 h"}, "diffusion": {"coefficient": 300.0},
        "initial": {"type": "spots", "spots": [{"colatitude": 55, "longitude": 200, "radius": 9, "peak": 700.0},
                                               {"colatitude": 110, "longitude": 150, "radius": 12, "peak": -300.0}]},
    },
    "nlse": {
        "solver": "nlse", "run": {"t_end": 0.4},
        "grid": {"points": [60, 36], "lower": [-10, -6], "upper": [10, 6]}, "equation": {"g": 0.5},
        "time": {"dt": 0.02}, "transform": {"planning": "estimated"},
        "initial": {"type": "gaussian", "gaussian": {"amplitude": 1.2, "width": [1.5, 1.0], "centre": [-4.0, 2.0],
                                                     "velocity": [2.0, -1.0]}},
    },
    "diffusion": {
        "solver": "diffusion", "run": {"t_end": 0.002},
        "grid": {"points": [40, 30], "lower": [0, 0], "upper": [2, 1.5]},
        "time": {"scheme": "crank_nicolson", "dt": 0.0005},
        "initial": {"type": "gaussian", "value": 3.0, "centre": [0.5, 1.0], "width": 0.15},
    },
    "turbulence": {
        "solver": "turbulence", "run": {"t_end": 0.4}, "grid": {"points": [64, 48], "length": [6.4, 4.8]},
        "time": {"dt": 0.02}, "transform": {"planning": "estimated"}, "initial": {"type": "lamb_dipole", "radius": 0.8},
    },
}


def grid_points(snapshot, name):
    """Positions of some points without any symmetry, and their indices."""
    axes = snapshot.coordinates(name)
    shape = [len(points) for _, points in axes]
    indices = [tuple(int(size * share) % size for size, share in zip(shape, shares))
               for shares in ((0.13, 0.71), (0.37, 0.05), (0.52, 0.98), (0.93, 0.33), (0.0, 0.4))]
    places = []
    for index in indices:
        values = [points[i] for (_, points), i in zip(axes, index)]
        if [axis for axis, _ in axes] == ["theta", "phi"]:
            theta, phi = values
            if index[0] == 0:  # inside the polar cell, not at the corner that all of them share
                theta = 0.25 * axes[0][1][1]
            values = [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)]
        places.append((values + [0.0, 0.0])[:3])
    return indices, places


class Looked:
    """A run that two Catalyst scripts have looked at: the solver's own, and the probe."""

    def __init__(self, solver, folder):
        self.solver = solver
        plain = self.run(folder / "plain", {})
        self.plain = sluice_files.Run(str(plain))
        first = self.plain.snapshots[0]
        self.indices, places = grid_points(first, first.names[0])
        if solver == "flux_transport":
            import h5py
            with h5py.File(first.path) as file:
                places = [[float(file.attrs["radius"]) * x for x in place] for place in places]
        (folder / "probe.py").write_text(PROBE)
        (folder / "with").mkdir()
        self.folder = self.run(folder / "with", {"hooks": [
            {"type": "snapshot", "every_steps": 2},
            {"type": "catalyst", "script": str(SCRIPTS / f"{solver}.py"), "arguments": self.arguments(), "every_steps": 2,
             "at_start": True},
            {"type": "catalyst", "script": str(folder / "probe.py"), "arguments": [json.dumps(places)], "every_steps": 2,
             "at_start": True, "rendering": False}]})
        self.seen = sluice_files.Run(str(self.folder))

    def arguments(self):
        extra = {"flux_transport": ["--tilt=0", "--longitude=180", "--limit=600"],
                 "turbulence": ["--range=15"]}
        return [f"--size={SIZE}", *extra.get(self.solver, [])]

    def run(self, folder, changes):
        folder.mkdir(exist_ok=True)
        case = {"schema": 1, **CASES[self.solver], "hooks": [{"type": "snapshot", "every_steps": 2}], **changes}
        (folder / "case.yaml").write_text(yaml.safe_dump(case))
        result = on_a_virtual_display("run", "case.yaml", "--output", "run", folder=folder)
        assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-4000:]
        return folder / "run"


@pytest.fixture(scope="module", params=list(CASES))
def looked(request, tmp_path_factory):
    return Looked(request.param, tmp_path_factory.mktemp(request.param))


def test_the_pipeline_sees_the_fields_own_values(looked):
    for snapshot in looked.seen.snapshots:
        ranks = [json.loads((looked.folder / "catalyst" / f"probe_{snapshot.step}_{rank}.json").read_text()) for rank in (0, 1)]
        values = {name: snapshot.field(name) for name in snapshot.names}
        assert sum(rank["cells"] for rank in ranks) == values[snapshot.names[0]].size
        assert all(rank["cells"] > 0 for rank in ranks)
        for number, index in enumerate(looked.indices):
            near = min((entry for rank in ranks for entry in rank["values"] if entry[0] == number), key=lambda entry: entry[1])
            assert set(near[2]) == set(values)
            for name, seen in near[2].items():
                expected = values[name][index]
                assert seen == ([expected.real, expected.imag] if np.iscomplexobj(expected) else [expected]), (name, index)


def pixel_of_maximum(looked, snapshot):
    """Where the picture shows the field's largest value: row, column."""
    name = {"flux_transport": "B_r", "nlse": "density", "diffusion": "u", "turbulence": "vorticity"}[looked.solver]
    values = snapshot.field(name)
    place = [points[i] for (_, points), i in zip(snapshot.coordinates(name), np.unravel_index(values.argmax(), values.shape))]
    if looked.solver == "flux_transport":
        latitude = np.pi / 2 - place[0]
        longitude = place[1] - np.radians(180 - 360 * snapshot.time / (27.2753 * 24))
        assert np.cos(longitude) > 0.2
        return (SIZE / 2 * (1 - np.sin(latitude) / 1.2), SIZE / 2 * (1 + np.cos(latitude) * np.sin(longitude) / 1.2))
    grid = CASES[looked.solver]["grid"]
    low, high = np.array(grid.get("lower", [0, 0]), float), np.array(grid.get("upper", grid.get("length")), float)
    size = high - low
    if looked.solver == "nlse":
        height = int(SIZE * size[1] / size[0])
        scale, middle = 0.5 * max(size[1], size[0] * height / SIZE), low + 0.5 * size
    else:
        height = int(SIZE * 0.82 * size[1] / size[0])
        room = (1.22, 1.42) if looked.solver == "diffusion" else (1.1, 1.3)
        scale = 0.5 * max(room[0] * size[1], room[1] * size[0] * height / SIZE)
        middle = low + 0.5 * size + [0.1 * size[0], 0]
    x, y = (np.array(place) - middle) * height / 2 / scale
    return height / 2 - y, SIZE / 2 + x


def test_the_picture_shows_the_maximum_where_the_field_has_it(looked):
    pictures = sorted(file for file in (looked.folder / "catalyst").iterdir() if file.suffix == ".png")
    assert len(pictures) == len(looked.seen.snapshots)
    for file, snapshot in zip(pictures, looked.seen.snapshots):
        assert file.stem.endswith(f"{snapshot.step:09d}")
        colours = matplotlib.image.imread(file)[..., :3]
        # Red and blue: the reddest; else the brightest.
        image = colours[..., 0] - colours[..., 2] if looked.solver == "turbulence" else colours.mean(axis=2)
        assert image.shape[1] == SIZE
        row, column = pixel_of_maximum(looked, snapshot)
        rows, columns = np.indices(image.shape)
        window = (abs(rows - SIZE / 2) < 0.4 * SIZE) & (columns < 0.8 * SIZE)  # not the scale, not the caption
        if looked.solver in ("diffusion", "turbulence"):  # white paper around the map
            window = (abs(rows - row) < 0.12 * SIZE) & (abs(columns - column) < 0.12 * SIZE)
        top = image[window].max()
        bright = window & (image > 0.97 * top)
        assert top > image[window].mean() + 0.1
        assert abs(rows[bright].mean() - row) < 0.02 * SIZE, file
        assert abs(columns[bright].mean() - column) < 0.02 * SIZE, file


def test_looking_changes_no_bit(looked):
    a, b = looked.plain.snapshots, looked.seen.snapshots
    assert [one.step for one in a] == [one.step for one in b]
    for name in a[-1].names:
        assert np.array_equal(a[-1].field(name), b[-1].field(name))


def write_case(folder, script, **hook):
    (folder / "look.py").write_text(script)
    case = {"schema": 1, **CASES["nlse"], "hooks": [{"type": "catalyst", "script": "look.py", **hook}]}
    (folder / "case.yaml").write_text(yaml.safe_dump(case))


def test_without_a_display_the_run_ends_before_it_begins(tmp_path):
    write_case(tmp_path, "def catalyst_execute(info): pass\n")
    result = program.sluice("run", "case.yaml", "--output", "run", ranks=2, folder=tmp_path, env={"DISPLAY": ""})
    assert result.returncode == 1
    assert "DISPLAY is not set" in result.stdout + result.stderr and "xvfb-run" in result.stdout + result.stderr


def test_a_script_without_pictures_needs_no_display(tmp_path):
    write_case(tmp_path, "print('seen')\ndef catalyst_execute(info): print('step', info.timestep)\n", rendering=False)
    result = program.sluice("run", "case.yaml", "--output", "run", ranks=2, folder=tmp_path, env={"DISPLAY": ""})
    assert result.returncode == 0, result.stdout + result.stderr
    assert "step 20" in (tmp_path / "run" / "log.txt").read_text()


def test_a_script_that_is_not_python_is_refused(tmp_path):
    write_case(tmp_path, "def catalyst_execute(info):\n    x = (\n", rendering=False)
    result = program.sluice("run", "case.yaml", "--output", "run", ranks=2, folder=tmp_path)
    assert result.returncode == 1
    assert "look.py" in result.stdout + result.stderr and "SyntaxError" in result.stdout + result.stderr


def test_a_script_that_fails_does_not_stop_the_run(tmp_path):
    write_case(tmp_path, "def catalyst_execute(info):\n    raise ValueError('no such colour')\n", rendering=False,
               every_steps=10)
    result = program.sluice("run", "case.yaml", "--output", "run", ranks=2, folder=tmp_path)
    text = (tmp_path / "run" / "log.txt").read_text()
    assert "no such colour" in text and "the run goes on" in text
    assert "20 steps" in text
    assert result.returncode == 1  # the run is finished, but what was asked for is missing


def test_unknown_fields_are_named(tmp_path):
    write_case(tmp_path, "def catalyst_execute(info): pass\n", rendering=False, fields=["densty"])
    result = program.sluice("run", "case.yaml", "--output", "run", ranks=2, folder=tmp_path)
    assert result.returncode == 1 and "density" in result.stdout + result.stderr


def test_members_of_an_ensemble_are_seen_one_after_the_other(tmp_path):
    script = "import paraview.catalyst as c\ndef catalyst_execute(info):\n    print('folder', c.get_args()[-2])\n"
    write_case(tmp_path, script, rendering=False)
    result = program.sluice("run", "case.yaml", "--output", "run", "--set", "ensemble={members: 2, groups: 1}", ranks=2,
                            folder=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    texts = [file.read_text() for file in (tmp_path / "run").rglob("log.txt")]
    folders = {line.split("folder --output=")[1] for text in texts for line in text.splitlines() if "folder --output=" in line}
    assert len(folders) == 2
