"""Correlation with a reference trajectory while a run goes on: numpy's on the snapshots, `sluice score`'s duration, in parts bit for bit, on any number of ranks."""
import h5py
import numpy as np
import pytest
import runs
from program import good, sluice

CASE = """
solver: turbulence
grid: {points: [32, 30]}
equation: {navier_stokes: {viscosity: 1.0e-3}}
initial: {type: random, peak: 3, energy: 4}
time: {integrator: ifrk3, dt: 0.02, cfl: 0.5}
transform: {planning: estimated}
run: {t_end: 1}
hooks:
  - {type: snapshot, fields: [vorticity, u], at_start: true, every_time: 0.11, exact: true}
"""
MODEL = CASE.replace("[32, 30]", "[20, 18]") + """  - {type: correlation, field: vorticity, reference: ../fine, threshold: 0.5}
  - {type: checkpoint, every_steps: 15, keep: 9}
"""


def run(folder, name, text, ranks=1, *more):
    good("run", runs.write_case(folder, text, f"{name}.yaml"), "--output", folder / name, *more, ranks=ranks, folder=folder / "work")
    return folder / name


def found(folder):
    with h5py.File(folder / "correlation.h5") as file:
        return {name: file[name][()] for name in ("time", "correlation", "error")}, file.attrs["duration"]


def trajectory(folder):
    values = []
    for path in sorted((folder / "snapshots").glob("snapshot_*.h5")):
        with h5py.File(path) as file:
            values.append((file["time"][()], file["vorticity"][()]))
    return values


def cut(fine):
    """Modes of a grid of 20 x 18 of a field of 32 x 30."""
    modes, kept = np.fft.rfft2(fine), np.zeros((20, 10), complex)
    kept[:10, :9], kept[-9:, :9] = modes[:10, :9], modes[-9:, :9]
    return np.fft.irfft2(kept, s=(20, 18)) * (20 * 18) / (32 * 30)


@pytest.fixture()
def work(tmp_path):
    (tmp_path / "work").mkdir()
    run(tmp_path, "fine", CASE)
    return tmp_path


@pytest.mark.parametrize("ranks", [1, 3])
def test_numbers_are_those_of_the_snapshots(work, ranks):
    start = work / "fine" / "snapshots" / "snapshot_000000000.h5"
    model = run(work, "model", MODEL, ranks, "--set", "initial.type=file", "--set", f"initial.file={start}")
    numbers, duration = found(model)
    own, reference = trajectory(model), trajectory(work / "fine")
    assert len(own) == len(reference) == len(numbers["time"]) == 11
    for n, ((time, w), (_, fine)) in enumerate(zip(own, reference)):
        assert numbers["time"][n] == pytest.approx(time, abs=1e-12)
        wanted = cut(fine)
        assert numbers["correlation"][n] == pytest.approx(np.corrcoef(w.ravel(), wanted.ravel())[0, 1], abs=1e-10)
        assert numbers["error"][n] == pytest.approx(np.linalg.norm(w - wanted) / np.linalg.norm(wanted), abs=1e-9)
    steps = np.diff(numbers["time"])
    assert duration == pytest.approx(steps[numbers["correlation"][1:] > 0.5].sum())
    assert 0.1 < duration < 0.95
    text = good("score", model, work / "fine", "--field", "vorticity", "--correlation", "0.5")
    assert f"duration above 0.5: {duration:.6g}" in text


def test_parts_are_the_whole_bit_for_bit(work):
    whole = run(work, "whole", MODEL, 2)
    parts = run(work, "parts", MODEL, 2, "--set", "run.max_steps=37")
    run(work, "parts", MODEL, 2, "--restart", "auto")
    (a, duration), (b, same) = found(whole), found(parts)
    assert duration == same and all((a[name] == b[name]).all() for name in a)


def test_members_meet_the_reference_of_their_number(work):
    members = "ensemble: {members: 2}\n"
    run(work, "fine2", CASE + members)
    model = run(work, "model2", MODEL.replace("../fine", "../fine2") + members)
    for member in ("member_0000", "member_0001"):
        own, reference = trajectory(model / member)[-1][1], trajectory(work / "fine2" / member)[-1][1]
        numbers, _ = found(model / member)
        assert numbers["correlation"][-1] == pytest.approx(np.corrcoef(own.ravel(), cut(reference).ravel())[0, 1], abs=1e-10)
    assert (found(model / "member_0000")[0]["error"] != found(model / "member_0001")[0]["error"]).any()


def test_what_cannot_be_is_refused(work):
    for change, reason in [(("../fine", "../nowhere"), "no such run folder"), (("field: vorticity", "field: vortocity"), "did you mean 'vorticity'")]:
        case = runs.write_case(work, MODEL.replace(*change))
        result = sluice("run", case, "--output", work / "refused", folder=work / "work")
        assert result.returncode == 1 and reason in result.stdout + result.stderr, result.stdout + result.stderr
