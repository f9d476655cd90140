"""Reservoirs of samples in HDF5: what is in them is what the run went through, on any number of ranks and across a
restart, and the solver `training` reads them."""

import h5py
import numpy as np
import pytest
import runs
from learning import needs_torch
from program import good, sluice

CASE = """
solver: turbulence
grid: {points: [20, 16]}
equation: {navier_stokes: {viscosity: 0.02, drag: 0.3}}
initial: {type: random, peak: 3, energy: 1}
time: {integrator: ifrk3, dt: 0.05}
transform: {planning: estimated}
run: {t_end: 3}
hooks:
  - {type: sample, inputs: [vorticity], targets: [TARGETS], targets_are: ARE, samples: SAMPLES, block: 2, every_time: 0.1, exact: true, at_start: true}
  - {type: snapshot, every_time: 0.1, exact: true, at_start: true, fields: [vorticity, streamfunction]}
  - {type: checkpoint, at_end: true}
"""
TRAIN = """
solver: training
training: {use: net, data: [{path: FILE}], targets: [vorticity_change], batch: 4, rate: 0.01, validate_every: 20, held_out: {every: 4}}
run: {t_end: 60}
surrogates:
  net: {architecture: {kind: mlp, hidden: [4]}, inputs: [{field: vorticity}], outputs: [{field: vorticity}]}
hooks: [{type: history, every_steps: 20}]
"""


def case(folder, targets="streamfunction", are="values", samples=12, name="case.yaml"):
    return runs.write_case(folder, CASE.replace("TARGETS", targets).replace("ARE", are).replace("SAMPLES", str(samples)), name)


def read(folder):
    with h5py.File(folder / "samples.h5") as file:
        return {name: file[name][()] for name in file}, {name: dict(file[name].attrs) for name in file}, dict(file.attrs)


def snapshots(folder):
    fields = []
    for path in sorted((folder / "snapshots").glob("*.h5")):
        with h5py.File(path) as file:
            if "vorticity" not in file:
                continue  # geometry
            fields.append({name: file[name][()] for name in ("vorticity", "streamfunction")})
    return fields


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_values_are_those_of_the_run(tmp_path, ranks):
    good("run", case(tmp_path), "--output", tmp_path / "out", ranks=ranks, folder=tmp_path)
    samples, attributes, root = read(tmp_path / "out")
    went_through = snapshots(tmp_path / "out")
    assert len(went_through) == 31 == root["offered"] and samples["vorticity"].shape == (12, 20, 16)
    assert len(set(samples["number"])) == 12 and samples["number"].max() > 12, "not a reservoir of the whole run"
    for row, number in enumerate(samples["number"]):
        for name in ("vorticity", "streamfunction"):
            assert np.array_equal(samples[name][row], went_through[number][name])
    assert np.array_equal(samples["trajectory"], samples["number"] // 2)
    assert attributes["vorticity"]["standard_deviation"] == pytest.approx(samples["vorticity"].std(), rel=1e-12)
    assert abs(attributes["vorticity"]["mean"]) < 1e-12
    good("run", case(tmp_path), "--output", tmp_path / "again", ranks=5 - ranks, folder=tmp_path)
    assert np.array_equal(read(tmp_path / "again")[0]["number"], samples["number"])


@pytest.mark.parametrize("ranks", [1, 3])
def test_changes_and_a_restart(tmp_path, ranks):
    file = case(tmp_path, "vorticity", "changes", 40)
    good("run", file, "--output", tmp_path / "whole", ranks=ranks, folder=tmp_path)
    good("run", file, "--output", tmp_path / "parts", "--set", "run.max_steps=21", ranks=ranks, folder=tmp_path)
    good("run", file, "--output", tmp_path / "parts", "--restart", "auto", ranks=ranks, folder=tmp_path)
    different = runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts"))
    assert [name for name in different if "snapshot" not in name] == []  # the first part wrote its end as well
    whole, attributes, _ = read(tmp_path / "whole")
    parts, _, _ = read(tmp_path / "parts")
    assert all(np.array_equal(whole[name], parts[name]) for name in whole)
    went_through = snapshots(tmp_path / "whole")
    assert whole["vorticity"].shape[0] == 30 and attributes["vorticity_change"]["interval"] == pytest.approx(0.1)
    for row, number in enumerate(whole["number"]):
        assert np.array_equal(whole["vorticity"][row], went_through[number]["vorticity"])
        assert np.array_equal(whole["vorticity_change"][row], went_through[number + 1]["vorticity"] - went_through[number]["vorticity"])


def test_faults_say_both_sides(tmp_path):
    for change, message in [(("inputs: [vorticity]", "inputs: [vortex]"), "output 'vortex' is unknown"),
                            (("block: 2", "block: 2, memory: 0.01"), "`memory` allows 0.0")]:
        file = case(tmp_path)
        file.write_text(file.read_text().replace(*change))
        result = sluice("run", file, "--output", tmp_path / "out", folder=tmp_path)
        assert result.returncode == 1 and message in result.stdout + result.stderr, result.stdout + result.stderr


@needs_torch
def test_training_reads_them(tmp_path):
    good("run", case(tmp_path, "vorticity", "changes", 40), "--output", tmp_path / "run", ranks=2, folder=tmp_path)
    file = runs.write_case(tmp_path, TRAIN.replace("FILE", str(tmp_path / "run" / "samples.h5")), "train.yaml")
    good("train", file, "--output", tmp_path / "out", ranks=2, folder=tmp_path)
    validation = runs.history(tmp_path / "out")["validation"]
    assert np.isfinite(validation[-1]) and validation[-1] < validation[np.isfinite(validation)][0] * 1.01
