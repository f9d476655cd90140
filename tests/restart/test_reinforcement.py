"""A closure trained as the policy of agents in the members of an ensemble: lessons change it, groups of ranks do not count, a
restart goes on bit for bit, a run that breaks down is a lesson, and the policy serves in a run of its own."""
import re
import sys

import h5py
import numpy as np
import pytest
import runs
from learning import needs_torch, rows_of
from program import SOURCE, good, sluice

sys.path.insert(0, str(SOURCE / "postprocessing"))
import surrogate_weights  # noqa: E402

pytestmark = needs_torch

MEMBERS = 3
CASE = """
solver: turbulence
grid: {points: [16, 16]}
equation: {navier_stokes: {viscosity: 1.0e-3, drag: 0.1}}
forcing: {type: cosines, waves: [4, 4], amplitude: [4, 4]}
closure: {type: surrogate, use: net, every_steps: 2, agents: [4, 2]}
surrogates:
  net: {WEIGHTS}
initial: {type: random, peak: 4, energy: 1}
time: {integrator: ab2cn, dt: 0.01, dealiasing: padded}
transform: {planning: estimated}
run: {t_end: 1.1}
hooks:
  - {type: history, every_steps: 20}
  - {type: checkpoint, every_steps: 40, keep: 9, at_end: true}
"""
NETWORK = """
    architecture: {kind: mlp, hidden: [6], activation: tanh}
    inputs: [{field: relative_vorticity}, {field: okubo_weiss, scale: 4}, {field: log_spectrum_2}, {field: log_spectrum_6, shift: -3}]
    outputs: [{field: leith_factor, scale: 0.05, lower: -0.05, upper: 2}, {field: okubo_weiss_factor, scale: 0.02, lower: 0, upper: 0.1}]
    seed: 1
    guard: {growth: 2}""".strip("\n")
TRAINING = """
reinforcement:
  {method: ppo, spin_up: 0.3, window: 0.2, spectrum: wanted.txt, spectrum_range: [1, 7], memory: 0.1, discount: 0.9, epochs: 3,
   minibatch: 60, rate: 0.01, correlation: 0.5, value_hidden: [8], EPISODE}
ensemble: {members: %d, GROUPS}
""" % MEMBERS


def case(folder, name, training=TRAINING, groups=0, weights=None, episode="episode: 0"):
    (folder / "wanted.txt").write_text("".join(f"{k} {2.0 / k**2}\n" for k in range(1, 9)))
    text = CASE.replace("{WEIGHTS}", weights or "\n" + NETWORK)
    return runs.write_case(folder, text + training.replace("GROUPS", f"groups: {groups}").replace("EPISODE", episode), f"{name}.yaml")


def train(folder, name, ranks=1, groups=0, arguments=(), **options):
    good("train", case(folder, name, groups=groups, **options), "--output", name, *arguments, ranks=ranks, folder=folder)
    return folder / name


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reinforcement")
    train(folder, "whole")
    return folder


def test_lessons_change_the_policy(world):
    rows = rows_of(world / "whole")
    assert [float(row["time [1]"]) for row in rows] == pytest.approx([0.5, 0.7, 0.9, 1.1])
    # Ten actions in 20 steps; where the last one leads is not known when the members meet.
    assert [float(row["transitions"]) for row in rows] == [MEMBERS * 8 * 9] * 4
    assert all(float(row["reward"]) < 0 and float(row["failures"]) == 0 for row in rows)
    steps = [float(row["gradient_steps"]) for row in rows]
    assert all(0 < step <= 12 for step in steps)
    _, first = surrogate_weights.read(world / "whole" / "best.h5")
    _, last = surrogate_weights.read(world / "whole" / "policy.h5")
    assert max(np.abs(first[name] - last[name]).max() for name in last) > 1e-3


@pytest.mark.parametrize("ranks, groups", [(2, 2), (4, 2)])
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
    folder = train(world, "again", ranks=2, arguments=("--until", "0.95"))
    assert len(rows_of(folder)) == 3
    for m in range(MEMBERS):  # all go on from step 80, in the middle of a window
        late = [file for file in runs.checkpoints(folder / f"member_{m:04d}") if int(re.search(r"(\d+)\.h5$", file.name)[1]) > 80]
        assert len(late) >= 1
        for file in late:
            file.unlink()
    good("train", "again.yaml", "--output", "again", "--restart", "auto", ranks=2, folder=world)
    for m in range(MEMBERS):
        own = f"member_{m:04d}"
        assert runs.different_bits(runs.state(world / "whole" / own), runs.state(folder / own)) == []
    assert (folder / "learning.csv").read_text() == (world / "whole" / "learning.csv").read_text()
    for name in ("best.h5", "policy.h5"):
        one, two = (surrogate_weights.read(place / name) for place in (folder, world / "whole"))
        assert one[0] == two[0]
        assert one[1].keys() == two[1].keys() and all(np.array_equal(one[1][key], two[1][key]) for key in one[1])


def test_episodes_begin_from_other_starts(world):
    folder = train(world, "episodes", episode="episode: 1")
    rows = rows_of(folder)
    assert [float(row["time [1]"]) for row in rows] == pytest.approx([0.5, 1.0])
    assert [float(row["transitions"]) for row in rows] == [MEMBERS * 8 * 9] * 2


def test_a_breakdown_is_a_lesson(world):
    """A flow that may not go faster than a CFL number that it reaches: every member begins anew, again and again."""
    folder = train(world, "breaks", arguments=("--set", "reinforcement.spin_up=0", "--set", "time.blow_up_cfl=0.035", "--until", "0.4",
                                               "--set", "initial.energy=0.05"))
    rows = rows_of(folder)
    failures = sum(float(row["failures"]) for row in rows)
    assert failures > 0 and min(float(row["reward"]) for row in rows) < -2
    assert "from another start" in (folder / "member_0000" / "log.txt").read_text()


def test_the_policy_serves_in_a_run(world):
    name = case(world, "used", training="", weights="{weights: whole/policy.h5, guard: {growth: 2}}")
    good("run", name, "--output", "used", folder=world)
    good("run", name, "--output", "used_3", ranks=3, folder=world)
    history = runs.history(world / "used")
    assert np.isfinite(history["energy"]).all() and history["net_accepted"][-1] + history["net_limited"][-1] == 55
    assert runs.relative_difference(runs.state(world / "used"), runs.state(world / "used_3")) < 1e-6


def test_agents_that_all_say_the_same_are_a_global_coefficient(tmp_path):
    """Weights of zero: every agent says the bias; the same as every point saying it."""
    description = {"architecture": {"kind": "mlp", "hidden": []}, "dimensions": 2, "inputs": [{"field": "relative_strain"}],
                   "outputs": [{"field": "leith_factor"}, {"field": "okubo_weiss_factor"}]}
    surrogate_weights.write(tmp_path / "weights.h5", description,
                            {"layers.0.weight": np.zeros((2, 1)), "layers.0.bias": np.array([0.2, 0.05])})
    text = CASE.replace("{WEIGHTS}", "{weights: weights.h5, precision: double, guard: {growth: 100}}")
    for name, agents in (("few", "agents: [4, 2]"), ("all", "agents: []")):
        good("run", runs.write_case(tmp_path, text.replace("agents: [4, 2]", agents), f"{name}.yaml"), "--output", name, folder=tmp_path)
    few, every = (runs.history(tmp_path / name) for name in ("few", "all"))
    assert few["learned_diffusivity"][-1] > 0
    for column in ("energy", "enstrophy", "learned_diffusivity"):
        assert np.allclose(few[column], every[column], rtol=1e-9)


@pytest.mark.parametrize("change, said", [
    (("agents: [4, 2]", "agents: []"), "closure.agents"),
    (("agents: [4, 2]", "agents: [4, 3]"), "do not divide"),
    (("every_steps: 2, agents", "every_steps: 0, agents"), "closure.every_steps"),
    (("spectrum: wanted.txt, ", ""), "reinforcement.spectrum"),
    (("spectrum_range: [1, 7]", "spectrum_range: [1, 12]"), "wavenumber 9"),
    (("lower: 0, upper: 0.1", "lower: 0"), "okubo_weiss_factor"),
    (("okubo_weiss_factor", "okubo_factor"), "okubo_weiss_factor"),
    (("log_spectrum_6", "log_spectrum_60"), "beyond the largest wavenumber"),
    (("kind: mlp, hidden: [6]", "kind: convolutional, hidden: [6]"), "perceptron"),
    (("discount: 0.9", "discount: 1"), "reinforcement.discount"),
    (("members: 3", "members: 1"), "ensemble.members"),
])
def test_what_cannot_be_trained_is_refused(tmp_path, change, said):
    name = case(tmp_path, "bad")
    text = name.read_text()
    assert change[0] in text
    name.write_text(text.replace(*change))
    result = sluice("train", name, "--output", tmp_path / "bad", folder=tmp_path)
    assert result.returncode == 1 and said in result.stdout + result.stderr
