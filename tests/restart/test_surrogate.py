"""A surrogate as corrector: guard, fallback, restart bit for bit, the same on any number of ranks."""
import sys

import numpy as np
import pytest
import runs
from program import SOURCE, good, sluice

sys.path.insert(0, str(SOURCE / "postprocessing"))
import surrogate_weights  # noqa: E402

CASE = """
solver: diffusion
grid: {points: [20, 14], lower: [0, 0], upper: [1, 1]}
exact: {type: sine_product, modes: [1, 2]}
initial: {type: exact}
time: {scheme: crank_nicolson, dt: 0.004}
run: {t_end: 0.06}
surrogates:
  closure:
    SURROGATE
hooks:
  - {type: surrogate, use: closure, every_steps: 2}
  - {type: history, every_steps: 1}
"""
MLP = "architecture: {kind: mlp, hidden: [8], activation: tanh}, inputs: [{field: u}], outputs: [{field: u}], seed: 3"
WITHOUT = CASE[:CASE.index("surrogates:")] + "hooks:\n  - {type: history, every_steps: 1}\n"


def write(folder, surrogate):
    return runs.write_case(folder, CASE.replace("\n    SURROGATE", " {" + surrogate + "}"))


def final(folder):
    return runs.state(folder)["u"]


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_restart_is_bit_for_bit(tmp_path, ranks):
    """The guard refuses the later calls (the inputs leave the box), so that counters and fallbacks are in both parts."""
    case = write(tmp_path, MLP.replace("{field: u}], outputs", "{field: u, lower: -0.3, upper: 1}], outputs") +
                 ", guard: {outside: 0.1, conserve: [u], budget: 4}")
    good("run", case, "--output", tmp_path / "whole", ranks=ranks, folder=tmp_path)
    good("run", case, "--output", tmp_path / "parts", "--set", "run.max_steps=7", ranks=ranks, folder=tmp_path)
    good("run", case, "--output", tmp_path / "parts", "--restart", "auto", ranks=ranks, folder=tmp_path)
    whole, parts = runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts")
    assert runs.different_bits(whole, parts) == []
    runs.same_history(tmp_path / "whole", tmp_path / "parts")
    history = runs.history(tmp_path / "whole")
    assert history["closure_accepted"][-1] + history["closure_refused"][-1] == 7


def test_any_number_of_ranks_gives_the_same(tmp_path):
    case = write(tmp_path, MLP)
    for ranks in (1, 2, 4):
        good("run", case, "--output", tmp_path / f"{ranks}", ranks=ranks, folder=tmp_path)
    for ranks in (2, 4):
        np.testing.assert_allclose(final(tmp_path / f"{ranks}"), final(tmp_path / "1"), rtol=0, atol=1e-7)
    good("run", runs.write_case(tmp_path, WITHOUT, "without.yaml"), "--output", tmp_path / "without", folder=tmp_path)
    assert np.abs(final(tmp_path / "without") - final(tmp_path / "1")).max() > 1e-4, "the corrector changes nothing"


@pytest.mark.parametrize("kind", ["nan", "scaled", "energy", "outside"])
@pytest.mark.parametrize("ranks", [1, 3])
def test_a_bad_surrogate_leaves_the_run_as_it_was(tmp_path, kind, ranks):
    """NaN-giving and wild weights: every call is refused, and the run has the bits of the run without a surrogate."""
    description = {"architecture": {"kind": "mlp", "hidden": [4], "activation": "gelu"}, "dimensions": 2,
                   "inputs": [{"field": "u", "unit": "1"}], "outputs": [{"field": "u", "unit": "1", "lower": -10, "upper": 10}]}
    generator = np.random.default_rng(1)
    tensors = {"layers.0.weight": generator.standard_normal((4, 1)), "layers.0.bias": generator.standard_normal(4),
               "layers.1.weight": generator.standard_normal((1, 4)), "layers.1.bias": np.zeros(1)}
    guard = "{bounds: refuse}"
    if kind == "nan":
        tensors["layers.0.weight"][1, 0] = np.nan
    if kind == "scaled":
        tensors["layers.1.weight"] *= 1e30
    if kind == "energy":
        tensors["layers.1.weight"][...], tensors["layers.1.bias"][0], guard = 0.0, 5.0, "{conserve: [u], defect: 0.5}"
    if kind == "outside":
        description["inputs"][0].update(lower=5, upper=6)
    surrogate_weights.write(tmp_path / "weights.h5", description, tensors)
    case = write(tmp_path, f"weights: weights.h5, guard: {guard}")
    text = good("run", case, "--output", tmp_path / "bad", ranks=ranks, folder=tmp_path)
    good("run", runs.write_case(tmp_path, WITHOUT, "without.yaml"), "--output", tmp_path / "without", ranks=ranks, folder=tmp_path)
    assert np.array_equal(final(tmp_path / "bad"), final(tmp_path / "without"))
    assert "7 calls, 0 accepted, 0 limited, 7 refused" in text


def relaxations(folder, rates, fields="u"):
    """Members of a committee: du/dt = -rate u, a file each; the YAML of the surrogate's entry."""
    files = []
    for n, rate in enumerate(rates):
        description = {"architecture": {"kind": "mlp", "hidden": []}, "inputs": [{"field": fields}], "outputs": [{"field": "u"}]}
        surrogate_weights.write(folder / f"member_{n}.h5", description, {"layers.0.weight": np.full((1, 1), -rate), "layers.0.bias": np.zeros(1)})
        files.append(f"{{weights: member_{n}.h5}}")
    return f"weights: member_0.h5, precision: double, committee: [{', '.join(files[1:])}]"


@pytest.mark.parametrize("ranks", [1, 3])
def test_committee(tmp_path, ranks):
    """The mean of the members acts, as one network with their mean rate; a restart goes on bit for bit, with the same members only."""
    (tmp_path / "one").mkdir()
    relaxations(tmp_path / "one", [2.0])
    one = runs.write_case(tmp_path / "one", CASE.replace("\n    SURROGATE", " {weights: member_0.h5, precision: double}"))
    case = write(tmp_path, relaxations(tmp_path, [1.0, 4.0, 1.0]))
    good("run", one, "--output", tmp_path / "single", ranks=ranks, folder=tmp_path)
    text = good("run", case, "--output", tmp_path / "whole", ranks=ranks, folder=tmp_path)
    assert "a committee of 3 members" in text
    np.testing.assert_allclose(final(tmp_path / "whole"), final(tmp_path / "single"), rtol=1e-12)
    good("run", case, "--output", tmp_path / "parts", "--set", "run.max_steps=7", ranks=ranks, folder=tmp_path)
    good("run", case, "--output", tmp_path / "parts", "--restart", "auto", ranks=ranks, folder=tmp_path)
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts")) == []
    careful = relaxations(tmp_path, [1.0, 4.0, 1.0]) + ", guard: {disagreement: 0.5}"  # sqrt(3) of 2
    text = good("run", write(tmp_path, careful), "--output", tmp_path / "careful", ranks=ranks, folder=tmp_path)
    assert "7 calls, 0 accepted, 0 limited, 7 refused (disagreement 7)" in text


def test_committee_of_others(tmp_path):
    case = write(tmp_path, relaxations(tmp_path, [1.0, 2.0]))
    good("run", case, "--output", tmp_path / "run", "--set", "run.max_steps=7", folder=tmp_path)
    relaxations(tmp_path, [1.0, 3.0])
    result = sluice("run", case, "--output", tmp_path / "run", "--restart", "auto", folder=tmp_path)
    assert result.returncode == 1 and "the checkpoint is of a committee with other members" in result.stdout + result.stderr
    relaxations(tmp_path, [1.0, 3.0], fields="w")
    relaxations(tmp_path, [1.0])
    result = sluice("run", case, "--output", tmp_path / "other", folder=tmp_path, ranks=2)
    assert result.returncode == 1
    assert "input 0: the first member declares the field 'u'" in result.stdout + result.stderr and "member_1.h5 holds 'w'" in result.stdout + result.stderr


def test_energy_that_grows_is_limited(tmp_path):
    """du/dt = 400 u, beyond any stability, under a guard that lets the energy grow by 5 a unit of time."""
    description = {"architecture": {"kind": "mlp", "hidden": []}, "inputs": [{"field": "u"}], "outputs": [{"field": "u"}]}
    surrogate_weights.write(tmp_path / "weights.h5", description, {"layers.0.weight": np.full((1, 1), 400.0), "layers.0.bias": np.zeros(1)})
    case = write(tmp_path, "weights: weights.h5, guard: {growth: 5}")
    text = good("run", case, "--output", tmp_path / "limited", folder=tmp_path)
    good("run", runs.write_case(tmp_path, WITHOUT, "without.yaml"), "--output", tmp_path / "without", folder=tmp_path)
    assert "7 limited" in text
    ratio = np.sum(final(tmp_path / "limited") ** 2) / np.sum(final(tmp_path / "without") ** 2)
    assert 1 < ratio <= np.exp(5 * 0.06)


def test_budget_and_stop(tmp_path):
    narrow = MLP.replace("{field: u}], outputs", "{field: u, lower: 5, upper: 6}], outputs")
    text = good("run", write(tmp_path, narrow + ", guard: {budget: 3}"), "--output", tmp_path / "off", folder=tmp_path)
    assert "3 calls, 0 accepted, 0 limited, 3 refused (inputs outside 3); switched off" in text
    result = sluice("run", write(tmp_path, narrow + ", guard: {policy: stop}"), "--output", tmp_path / "stop", ranks=2, folder=tmp_path)
    assert result.returncode == 1 and "surrogate closure: the call was refused: the inputs of 280 of 280 points" in result.stdout + result.stderr


@pytest.mark.parametrize("surrogate, hook, message", [
    (MLP.replace("[{field: u}], outputs", "[{field: w}], outputs"), "", "output 'w' is unknown"),
    (MLP.replace("outputs: [{field: u}]", "outputs: [{field: u, unit: K}]"), "", "its output 'u' is in [K]; the solver's 'u' is in [1]"),
    (MLP.replace("outputs: [{field: u}]", "outputs: [{field: u.re}]"), "", "'u.re' is a part of a complex field; the solver's 'u' is real"),
    (MLP.replace("kind: mlp", "kind: convolutional"), "", "periodic along every axis"),
    (MLP.replace("architecture: {kind: mlp, hidden: [8], activation: tanh}, ", ""), "", "neither 'weights' nor the kind of an 'architecture'"),
    (MLP.replace("kind: mlp", "kind: mlq"), "", "did you mean 'mlp'?"),
    (MLP, ", use: clsure", "there is no surrogate 'clsure' (did you mean 'closure'?)"),
    (MLP + ", guard: {distance: 3}", "", "guard.distance needs input_mean and input_covariance"),
])
def test_faults_of_the_case_say_both_sides(tmp_path, surrogate, hook, message):
    case = write(tmp_path, surrogate)
    if hook:
        case.write_text(case.read_text().replace("use: closure", "use: clsure"))
    result = sluice("run", case, "--output", tmp_path / "out", folder=tmp_path)
    assert result.returncode == 1 and message in result.stdout + result.stderr, result.stdout + result.stderr


def test_check_and_help_know_surrogates(tmp_path):
    text = good("check", write(tmp_path, MLP), folder=tmp_path)
    assert "closure:" in text and "hidden: [8]" in text
    assert "surrogates" in good("help", "run") and "outputs_are" in good("help", "surrogate")
    assert '"surrogates"' in good("schema", "diffusion")
