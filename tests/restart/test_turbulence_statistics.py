"""Moments and tails of PDFs, structure functions: against numpy on the snapshots of the same moments, in parts bit for bit, on any number of ranks."""
import h5py
import numpy as np
import pytest
import runs
from program import good, sluice

CASE = """
solver: turbulence
grid: {points: [32, 36]}
equation: {navier_stokes: {viscosity: 1.0e-3}}
initial: {type: random, peak: 5, energy: 2}
time: {integrator: ifrk3, dt: 0.01}
transform: {planning: estimated}
run: {t_end: 0.24}
hooks:
  - {type: statistics, field: vorticity, every_steps: 4, start: 0.06, bins: 400, range: [-200, 200]}
  - {type: structure_functions, field: v, every_steps: 4, start: 0.06}
  - {type: structure_functions, field: u, along: y, separations: [3, 5], order: 2, every_steps: 4, start: 0.06, name: across}
  - {type: snapshot, fields: [vorticity, u, v], every_steps: 4}
  - {type: checkpoint, every_steps: 10, keep: 9}
"""


def run(folder, name, ranks=1, *more):
    good("run", runs.write_case(folder, CASE), "--output", folder / name, *more, ranks=ranks, folder=folder)
    return folder / name


def samples(folder, field):
    found = []
    for path in sorted((folder / "snapshots").glob("snapshot_*.h5")):
        with h5py.File(path) as file:
            if file["time"][()] > 0.06:
                found.append(file[field][()])
    return np.array(found)


def pdf(folder):
    with h5py.File(folder / "statistics.h5") as file:
        return dict(file["pdf"].attrs), file["pdf/density"][()]


def increments(folder, name):
    with h5py.File(folder / name) as file:
        return {key: file[key][()] for key in file if key != "provenance"}


@pytest.mark.parametrize("ranks", [1, 3])
def test_numbers_are_those_of_the_snapshots(tmp_path, ranks):
    folder = run(tmp_path, "run", ranks)
    w, u, v = (samples(folder, field) for field in ("vorticity", "u", "v"))
    assert len(w) == 5
    found, _ = pdf(folder)
    z = (w - w.mean()) / w.std()
    np.testing.assert_allclose(found["mean"], w.mean(), atol=1e-12 * w.std())
    np.testing.assert_allclose(found["deviation"], w.std(), rtol=1e-12)
    np.testing.assert_allclose(found["skewness"], (z**3).mean(), atol=1e-12)
    np.testing.assert_allclose(found["kurtosis"], (z**4).mean(), rtol=1e-12)
    for times in (3, 4, 5):  # bins of a thirtieth of a deviation
        low, high = (abs(z) > times + 0.05).mean(), (abs(z) > times - 0.05).mean()
        assert low - 1e-12 <= found[f"beyond_{times}_deviations"] <= high + 1e-12
    along, across = increments(folder, "structure_functions.h5"), increments(folder, "across.h5")
    np.testing.assert_allclose(along["separation"], 2 * np.pi / 36 * np.array([1, 2, 4, 8, 16]))
    for number, r in enumerate((1, 2, 4, 8, 16)):
        d = np.roll(v, -r, axis=2) - v
        for order in (1, 2, 3, 4):
            np.testing.assert_allclose(along[f"order_{order}"][number], (d**order).mean(), atol=1e-11 * (abs(d)**order).mean())
            np.testing.assert_allclose(along[f"order_{order}_of_sizes"][number], (abs(d)**order).mean(), rtol=1e-11)
    for number, r in enumerate((3, 5)):
        np.testing.assert_allclose(across["order_2"][number], ((np.roll(u, -r, axis=2) - u)**2).mean(), rtol=1e-11)


@pytest.mark.parametrize("ranks", [1, 2])
def test_parts_are_the_whole_bit_for_bit(tmp_path, ranks):
    whole = run(tmp_path, "whole", ranks)
    parts = run(tmp_path, "parts", ranks, "--set", "run.max_steps=13")
    run(tmp_path, "parts", ranks, "--restart", "auto")
    assert pdf(whole)[0] == pdf(parts)[0] and (pdf(whole)[1] == pdf(parts)[1]).all()
    for name in ("structure_functions.h5", "across.h5"):
        a, b = increments(whole, name), increments(parts, name)
        assert a.keys() == b.keys() and all((a[key] == b[key]).all() for key in a)


def test_what_cannot_be_is_refused(tmp_path):
    for change, reason, ranks in [("separations: [36, 5]", "36 points", 1), ("along: z, separations: [3, 5]", "axes are allowed", 1),
                                  ("along: x, separations: [3, 5]", "divided among the ranks", 2)]:
        case = runs.write_case(tmp_path, CASE.replace("along: y, separations: [3, 5]", change))
        result = sluice("run", case, "--output", tmp_path / "refused", ranks=ranks, folder=tmp_path)
        assert result.returncode == 1 and reason in result.stdout + result.stderr, result.stdout + result.stderr
