"""Pairs for learning: the same files whole and in parts bit for bit, the same numbers on any number of ranks; what lies in them."""
import h5py
import numpy as np
import pytest
import runs
from program import good, sluice

CASE = """
solver: turbulence
grid: {points: [36, 32]}
equation: {navier_stokes: {viscosity: 1.0e-3, drag: 0.1, beta: 2}}
forcing: {type: ring, centre: 5, half_width: 2, injection: 0.5}
initial: {type: random, peak: 4, energy: 1}
time: {integrator: etdrk4, dt: 0.01, dealiasing: padded}
transform: {planning: estimated}
run: {t_end: 0.2}
hooks:
  - {type: subgrid_pairs, points: [16, 12], filter: gaussian, width: 2, grid: staggered, every_steps: 2, at_start: true, trajectory: 4, samples_per_file: 3}
  - {type: checkpoint, every_steps: 5, keep: 9}
"""
FIELDS = ["vorticity", "streamfunction", "u", "v", "subgrid_vorticity", "subgrid_u", "subgrid_v"]


def pairs(folder):
    """Every sample by time: its trajectory and its fields; and the attributes of the last file."""
    found, attributes = {}, {}
    for path in sorted((folder / "pairs").glob("*.h5")):
        with h5py.File(path) as file:
            for n, time in enumerate(file["time"][()]):
                assert time not in found, f"{time} twice"
                found[time] = (file.attrs["trajectory"], {name: file[name][n] for name in FIELDS})
            attributes = {name: dict(file[name].attrs) for name in FIELDS}
    return found, attributes


@pytest.mark.parametrize("ranks", [1, 3])
def test_a_restart_writes_the_same_pairs(tmp_path, ranks):
    case = runs.write_case(tmp_path, CASE)
    good("run", case, "--output", tmp_path / "whole", ranks=ranks, folder=tmp_path)
    good("run", case, "--output", tmp_path / "parts", "--set", "run.max_steps=13", ranks=ranks, folder=tmp_path)
    newest = runs.checkpoints(tmp_path / "parts")
    good("run", case, "--output", tmp_path / "parts", "--restart", newest[-2], ranks=ranks, folder=tmp_path)
    (whole, a), (parts, b) = pairs(tmp_path / "whole"), pairs(tmp_path / "parts")
    assert list(whole) == list(parts) and len(whole) == 11
    for time, (trajectory, fields) in whole.items():
        assert trajectory == parts[time][0] == list(whole).index(time) // 4
        for name in FIELDS:
            np.testing.assert_array_equal(fields[name], parts[time][1][name])
    for name in FIELDS:
        assert a[name]["shift"] == b[name]["shift"] and a[name]["scale"] == b[name]["scale"]


def test_pairs_say_what_they_are_on_any_number_of_ranks(tmp_path):
    case = runs.write_case(tmp_path, CASE)
    for ranks in (1, 2, 4):
        good("run", case, "--output", tmp_path / f"{ranks}", ranks=ranks, folder=tmp_path)
    found, attributes = pairs(tmp_path / "1")
    for ranks in (2, 4):
        for time, (_, fields) in pairs(tmp_path / f"{ranks}")[0].items():
            for name in FIELDS:
                size = np.abs(found[time][1][name]).max()
                np.testing.assert_allclose(fields[name], found[time][1][name], rtol=0, atol=1e-10 * size)
    for name in FIELDS:
        values = np.array([fields[name] for _, fields in found.values()])
        assert values.shape == (11, 16, 12)
        np.testing.assert_allclose(attributes[name]["shift"], values.mean(), atol=1e-12 * values.std())
        np.testing.assert_allclose(attributes[name]["scale"], values.std(), rtol=1e-12)
        assert attributes[name]["role"] == (b"output" if name.startswith("subgrid") else b"input") or \
            attributes[name]["role"] == ("output" if name.startswith("subgrid") else "input")
    places = {name: str(np.asarray(attributes[name]["place"]).astype(str)) for name in FIELDS}
    assert places == {"vorticity": "node", "streamfunction": "node", "u": "x", "v": "y", "subgrid_vorticity": "node", "subgrid_u": "x", "subgrid_v": "y"}


def test_what_cannot_be_is_refused(tmp_path):
    for text, reason in [(CASE.replace("points: [16, 12]", "points: [64, 12]"), "fewer than the solver's"),
                         (CASE.replace("points: [16, 12]", "points: [16]"), "axes"),
                         (runs.FLUX + "  - {type: subgrid_pairs, points: [8, 8]}\n", "no subgrid terms")]:
        result = sluice("run", runs.write_case(tmp_path, text), "--output", tmp_path / "refused", folder=tmp_path)
        assert result.returncode == 1 and reason in result.stdout + result.stderr, result.stdout + result.stderr
