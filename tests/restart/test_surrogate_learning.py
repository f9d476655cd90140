"""Training inside a run by a share of the wall time, and by the members of an ensemble together: what is recorded is
repeated, and every member takes the same gradient steps by the mean of what all of them find."""
import shutil
import sys

import h5py
import numpy as np
import pytest
import runs
from learning import needs_torch
from program import SOURCE, good, sluice

sys.path.insert(0, str(SOURCE / "postprocessing"))
import surrogate_weights  # noqa: E402

torch = pytest.importorskip("torch", reason="python3-torch is not installed")
pytestmark = needs_torch

CASE = """
solver: turbulence
grid: {points: [20, 16]}
equation: {navier_stokes: {viscosity: 5.0e-3, drag: 0.1}}
initial: {type: random, peak: 3, energy: 1}
time: {integrator: ifrk3, dt: 0.02}
transform: {planning: estimated}
run: {t_end: 2.4}
ENSEMBLE
surrogates:
  net: {WEIGHTS, inputs: [{field: vorticity}], outputs: [{field: streamfunction}]}
hooks:
  - {type: train, use: net, SCHEDULE, LEARNING, training: {batch: 4, rate: 0.01, TRAINING}}
  - {type: history, every_steps: 1}
  - {type: checkpoint, every_steps: 40, keep: 9, at_end: true}
"""
FOURIER = "architecture: {kind: fourier, width: 6, blocks: 1, modes: [6], projection: 8, activation: silu}"
RESERVOIR = "samples: 24, start_after: 6, validate_every: 2"


def case(folder, learning, ensemble="", weights=FOURIER, schedule="every_steps: 4", training="held_out: {block: 1, every: 4}", name="case.yaml"):
    text = CASE.replace("ENSEMBLE", ensemble).replace("LEARNING", learning).replace("WEIGHTS", weights)
    return runs.write_case(folder, text.replace("SCHEDULE", schedule).replace("TRAINING", training), name)


@pytest.mark.parametrize("ranks", [2])
def test_a_tuned_number_is_recorded_and_repeated(tmp_path, ranks):
    file = case(tmp_path, f"{RESERVOIR}, gradient_steps: 30, gradient_steps_are: tuned")
    text = good("run", file, "--output", tmp_path / "whole", "--set", "run.max_steps=80", ranks=ranks, folder=tmp_path)
    shutil.copytree(tmp_path / "whole", tmp_path / "parts")
    runs.checkpoints(tmp_path / "parts")[-1].unlink()
    good("run", file, "--output", tmp_path / "parts", "--restart", "auto", "--set", "run.max_steps=80", ranks=ranks, folder=tmp_path)
    different = runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts"))
    assert set(different) <= {"hooks/0-train/gradient_steps", "hooks/0-train/spacing"}  # proposed anew by the clock
    runs.same_history(tmp_path / "whole", tmp_path / "parts")
    history = runs.history(tmp_path / "whole")
    step, number = history["step"], history["net_gradient_steps"]
    tuned = number[step > 40]
    assert np.all(number[step <= 40] == 30) and len(tuned) == 40 and len(set(tuned)) == 1
    assert tuned[0] < 30, "thirty gradient steps take far more than a twentieth of the time of four steps"
    with h5py.File(runs.checkpoints(tmp_path / "whole")[0]) as checkpoint:
        hook = checkpoint["state/hooks/0-train"]
        assert np.ravel(hook["gradient_steps"][()])[0] / np.ravel(hook["spacing"][()])[0] == tuned[0]
    assert "% of the time" in text


def together(folder, name, ranks=1, groups=0, arguments=()):
    file = case(folder, f"{RESERVOIR}, gradient_steps: 8, together: {{every: 0.4}}, file: trained.h5",
                f"ensemble: {{members: 3, groups: {groups}}}", name=f"{name}.yaml")
    good("run", file, "--output", folder / name, *arguments, ranks=ranks, folder=folder)
    return [folder / name / f"member_{m:04d}" for m in range(3)]


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    folder = tmp_path_factory.mktemp("together")
    return folder, together(folder, "whole")


def test_members_have_the_same_weights_of_different_samples(three):
    _, members = three
    states = [runs.state(member) for member in members]
    for m in (1, 2):
        assert np.abs(states[0]["vorticity"] - states[m]["vorticity"]).max() > 0.1
        for name in ("trainer/weights", "trainer/first", "trainer/second", "trainer/best", "trainer/statistics", "trainer/losses"):
            assert np.array_equal(states[0]["hooks/0-train/" + name], states[m]["hooks/0-train/" + name], equal_nan=True), name
        assert np.array_equal(states[0]["surrogates/net/weights"], states[m]["surrogates/net/weights"])
    history = runs.history(members[0])
    validation = history["net_validation"][np.isfinite(history["net_validation"])]
    assert history["net_version"][-1] >= 1 and validation[-1] < validation[0]
    inputs = [s[next(name for name in s if "input_0_vorticity" in name)] for s in states]
    numbers = [s["hooks/0-train/numbers"] for s in states]
    kept = np.concatenate([x[(n >= 0) & (n % 4 != 3)].ravel() for x, n in zip(inputs, numbers)])
    assert kept.size, "no samples"
    channel = surrogate_weights.read(members[0] / "trained.h5")[0]["inputs"][0]
    assert abs(channel["scale"] / np.std(kept) - 1) < 0.3  # of the samples that there were at the first meeting


@pytest.mark.parametrize("ranks, groups", [(3, 3), (4, 2)])
def test_the_number_of_groups_does_not_count(three, ranks, groups):
    folder, whole = three
    members = together(folder, f"on_{ranks}_in_{groups}", ranks, groups)
    for one, many in zip(whole, members):
        if ranks == groups:
            assert runs.different_bits(runs.state(one), runs.state(many)) == []
        else:
            a, b = (runs.state(member)["hooks/0-train/trainer/weights"] for member in (one, many))
            assert np.abs(a - b).max() < 1e-3 * np.abs(a).max()


@pytest.mark.parametrize("ranks", [2])
def test_a_restart_goes_on_bit_for_bit(three, ranks):
    folder, whole = three
    members = together(folder, f"again_{ranks}", ranks, ranks, ("--until", "1.6"))
    good("run", f"again_{ranks}.yaml", "--output", f"again_{ranks}", "--restart", "auto", ranks=ranks, folder=folder)
    for one, other in zip(whole, members):
        assert runs.different_bits(runs.state(one), runs.state(other)) == []
        runs.same_history(one, other)


def test_the_step_is_by_the_mean_of_the_gradients(tmp_path):
    """One sample a member, so that every batch is known; AdamW and the network of PyTorch."""
    generator = np.random.default_rng(3)
    tensors = {"layers.0.weight": generator.standard_normal((5, 1)), "layers.0.bias": generator.standard_normal(5),
               "layers.1.weight": generator.standard_normal((1, 5)), "layers.1.bias": generator.standard_normal(1)}
    surrogate_weights.write(tmp_path / "start.h5", {"architecture": {"kind": "mlp", "hidden": [5], "activation": "tanh"}, "dimensions": 2,
                            "inputs": [{"field": "vorticity"}], "outputs": [{"field": "streamfunction"}]}, tensors)
    file = case(tmp_path, "samples: 1, start_after: 1, gradient_steps: 5, together: {every: 2.4}", "ensemble: {members: 3}",
                "weights: start.h5", "times: [0.2], exact: true", "precision: double, normalise: given, held_out: {every: 0}")
    good("run", file, "--output", "out", ranks=2, folder=tmp_path)
    states = [runs.state(tmp_path / "out" / f"member_000{m}") for m in range(3)]
    w = {name: torch.tensor(values, requires_grad=True) for name, values in tensors.items()}
    optimiser = torch.optim.AdamW(list(w.values()), lr=0.01, weight_decay=0)

    def field(state, kind):
        return torch.tensor(np.squeeze(state[next(name for name in state if kind in name)]))

    for _ in range(5):
        optimiser.zero_grad()
        losses = []
        for state in states:
            x, y = field(state, "input_0_vorticity")[..., None], field(state, "output_1_streamfunction")
            out = torch.tanh(x @ w["layers.0.weight"].T + w["layers.0.bias"]) @ w["layers.1.weight"].T + w["layers.1.bias"]
            losses.append(torch.mean((out[..., 0] - y) ** 2))
        torch.mean(torch.stack(losses)).backward()
        optimiser.step()
    expected = np.concatenate([values.detach().numpy().ravel() for values in w.values()])
    assert np.abs(states[1]["hooks/0-train/trainer/weights"] - expected).max() < 1e-10
    assert np.abs(expected - np.concatenate([values.ravel() for values in tensors.values()])).max() > 1e-2


@pytest.mark.parametrize("learning, ensemble, said", [
    ("together: {every: 0.4}, gradient_steps_are: tuned", "ensemble: {members: 2}", "gradient_steps_are"),
    ("together: {every: 0.4}", "", "ensemble.members"),
    ("together: {every: 0.4}", "ensemble: {members: 2, vary: {hooks.0.gradient_steps: [1, 2]}}", "may not differ"),
    ("gradient_steps_are: tuned, share: 1", "", "share"),
])
def test_faults_say_both_sides(tmp_path, learning, ensemble, said):
    result = sluice("run", case(tmp_path, learning, ensemble), "--output", tmp_path / "out", folder=tmp_path)
    assert result.returncode == 1 and said in result.stdout + result.stderr, result.stdout + result.stderr


def test_members_that_begin_differently_are_refused(tmp_path):
    file = case(tmp_path, f"{RESERVOIR}, together: {{every: 0.8}}", "ensemble: {members: 2, vary: {surrogates.net.seed: [1, 2]}}")
    result = sluice("run", file, "--output", tmp_path / "out", folder=tmp_path)
    assert result.returncode == 1 and "members 0 and 1 have different weights" in result.stdout + result.stderr
