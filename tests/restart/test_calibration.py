"""A closure calibrated by how the members of an ensemble run: it gets nearer to its targets, groups of ranks do not count, a
restart goes on bit for bit, and its weights serve in a run of their own."""
import sys

import h5py
import numpy as np
import pytest
import runs
from learning import rows_of
from program import SOURCE, good, sluice

sys.path.insert(0, str(SOURCE / "postprocessing"))
import surrogate_weights  # noqa: E402

MEMBERS = 6
CASE = """
solver: turbulence
grid: {points: [24, 24]}
equation: {navier_stokes: {viscosity: 1.0e-3, drag: 0.1}}
forcing: {type: cosines, waves: [4, 4], amplitude: [4, 4]}
closure: {type: surrogate, use: net, every_steps: 2}
surrogates:
  net: {WEIGHTS, guard: {growth: 5}}
initial: {type: random, peak: 4, energy: 1}
time: {integrator: ab2cn, dt: 0.01, dealiasing: padded}
transform: {planning: estimated}
run: {t_end: 3}
hooks:
  - {type: history, every_steps: 100}
  - {type: checkpoint, at_end: true}
"""
NETWORK = """
    architecture: {kind: mlp, hidden: []}
    inputs: [{field: okubo_weiss, scale: 4}, {field: relative_vorticity}, {field: relative_strain}, {field: relative_gradient}]
    outputs: [{field: leith_factor, scale: 0.05, lower: -0.05, upper: 2}]
    seed: 1""".strip("\n")
CALIBRATION = """
calibration:
  {method: inversion, every: 0.5, spin_up: 0.25, every_steps: 5, spread: 1,
   statistics: [{quantity: enstrophy, value: 0.3, deviation: 0.05}, {quantity: kurtosis, value: 3, deviation: 0.5}]}
ensemble: {members: %d, GROUPS}
""" % MEMBERS


def case(folder, name, calibration=CALIBRATION, groups=0, weights=None):
    text = CASE.replace("{WEIGHTS, guard: {growth: 5}}", weights or "\n" + NETWORK + "\n    guard: {growth: 5}")
    return runs.write_case(folder, text + calibration.replace("GROUPS", f"groups: {groups}"), f"{name}.yaml")


def train(folder, name, ranks=1, groups=0, arguments=()):
    good("train", case(folder, name, groups=groups), "--output", name, *arguments, ranks=ranks, folder=folder)
    return folder / name


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibration")
    train(folder, "whole")
    return folder


def test_the_members_get_nearer_to_the_targets(world):
    rows = rows_of(world / "whole")
    assert [float(row["time [1]"]) for row in rows] == pytest.approx([0.5, 1, 1.5, 2, 2.5, 3])
    misfit, spread, time = (np.array([float(row[name]) for row in rows]) for name in ("misfit", "spread", "pseudo_time"))
    print("misfit", misfit, "spread", spread, "pseudo-time", time)
    assert misfit[-1] < 0.5 * misfit[0]
    assert np.all(np.diff(spread) <= 1e-12) and np.all(np.diff(time) >= 0) and time[-1] <= 1 + 1e-12
    with h5py.File(world / "whole" / "calibrated.h5") as file:
        assert file["tensors/layers.0.weight"].shape == (1, 4)


def test_the_seed_says_where_the_weights_begin(world):
    first = [rows_of(train(world, f"seed_{seed}", arguments=("--set", f"calibration.seed={seed}", "--until", "0.5")))[0] for seed in (0, 5)]
    assert first[0] == rows_of(world / "whole")[0]
    assert abs(float(first[1]["misfit"]) / float(first[0]["misfit"]) - 1) > 1e-3


@pytest.mark.parametrize("ranks, groups", [(2, 2), (3, 3), (4, 2)])
def test_the_number_of_groups_does_not_count(world, ranks, groups):
    folder = train(world, f"on_{ranks}_in_{groups}", ranks=ranks, groups=groups)
    for m in (0, MEMBERS - 1):
        one, many = (runs.state(world / name / f"member_{m:04d}") for name in ("whole", folder.name))
        if ranks == groups:
            assert runs.different_bits(one, many) == []
        else:
            assert runs.relative_difference(one, many) < 1e-5  # a chaotic flow lets round-off grow
    if ranks == groups:
        assert (folder / "learning.csv").read_text() == (world / "whole" / "learning.csv").read_text()


def test_a_restart_goes_on_bit_for_bit(world):
    folder = train(world, "again", ranks=2, arguments=("--until", "2"))
    assert len(rows_of(folder)) == 4
    runs.checkpoints(folder / "member_0003")[-1].unlink()  # all go on from behind the meeting before
    good("train", "again.yaml", "--output", "again", "--restart", "auto", ranks=2, folder=world)
    for m in range(MEMBERS):
        own = f"member_{m:04d}"
        assert runs.different_bits(runs.state(world / "whole" / own), runs.state(folder / own)) == []
    assert (folder / "learning.csv").read_text() == (world / "whole" / "learning.csv").read_text()
    for name in ("best.h5", "calibrated.h5"):
        one, two = (surrogate_weights.read(place / name) for place in (folder, world / "whole"))
        assert one[0] == two[0]
        assert one[1].keys() == two[1].keys() and all(np.array_equal(one[1][key], two[1][key]) for key in one[1])


def test_its_weights_serve_in_a_run(world):
    name = case(world, "used", calibration="", weights="{weights: whole/calibrated.h5, guard: {growth: 5}}")
    good("run", name, "--output", "used", folder=world)
    history = runs.history(world / "used")
    assert np.isfinite(history["energy"]).all() and history["net_accepted"][-1] + history["net_limited"][-1] > 0


def test_the_factor_is_a_diffusivity_in_leiths_scaling(tmp_path):
    """w = A cos x: <|grad w|> = 2 A/pi, so kappa = c Delta^3 2 A/pi takes kappa A^2/2 of energy and enstrophy."""
    surrogate_weights.write(tmp_path / "weights.h5", {"architecture": {"kind": "mlp", "hidden": []}, "dimensions": 2,
                                                      "inputs": [{"field": "relative_strain"}], "outputs": [{"field": "leith_factor"}]},
                            {"layers.0.weight": np.zeros((1, 1)), "layers.0.bias": np.array([0.2])})
    text = CASE.replace("{WEIGHTS, guard: {growth: 5}}", "{weights: weights.h5, precision: double}")
    text = text.replace("points: [24, 24]", "points: [384, 8], length: [6.283185307179586, 0.1308996938995747]").replace("type: cosines", "type: none")
    text = text.replace("type: random, peak: 4, energy: 1", "type: rossby_wave, amplitude: 3, waves: [1, 0]").replace("every_steps: 2", "every_steps: 0")
    name = runs.write_case(tmp_path, text.replace("t_end: 3", "t_end: 1.0e-5").replace("every_steps: 100", "every_steps: 1"))
    good("run", name, "--output", "run", folder=tmp_path)
    history = runs.history(tmp_path / "run")
    kappa = 0.2 * (2 * np.pi / 384) ** 3 * 3 * 2 / np.pi
    assert history["learned_diffusivity"][0] == pytest.approx(kappa, rel=1e-4)
    for of in ("energy", "enstrophy"):
        assert history[f"{of}_closure"][0] == pytest.approx(-kappa * 9 / 2, rel=1e-4)
        assert abs(history[f"{of}_residual"][0]) < 1e-10


@pytest.mark.parametrize("change, said", [
    (("type: surrogate, use: net, every_steps: 2", "type: leith"), "calibration.method"),
    (("statistics: [{quantity: enstrophy, value: 0.3, deviation: 0.05}, {quantity: kurtosis, value: 3, deviation: 0.5}]", "length: 1"),
     "calibration.statistics"),
    (("spin_up: 0.25", "spin_up: 0.5"), "calibration.spin_up"),
    (("quantity: kurtosis", "quantity: skewness"), "skewness"),
    (("members: 6", "members: 1"), "ensemble.members"),
])
def test_what_cannot_be_calibrated_is_refused(tmp_path, change, said):
    name = case(tmp_path, "bad")
    text = name.read_text()
    assert change[0] in text
    name.write_text(text.replace(*change))
    result = sluice("train", name, "--output", tmp_path / "bad", folder=tmp_path)
    assert result.returncode == 1 and said in result.stdout + result.stderr


def test_a_case_that_trains_nothing_is_refused(tmp_path):
    name = case(tmp_path, "plain", calibration="")
    result = sluice("train", name, "--output", tmp_path / "plain", folder=tmp_path)
    assert result.returncode == 1 and "trains nothing" in result.stdout + result.stderr
