"""A surrogate as closure of the vorticity equation: what it adds is what it says, what it must not add it cannot, and a
step in which it is refused is one of the classical closure."""
import sys

import h5py
import numpy as np
import pytest
import runs
from program import SOURCE, good, sluice

sys.path.insert(0, str(SOURCE / "postprocessing"))
import surrogate_weights  # noqa: E402

CASE = """
solver: turbulence
grid: {points: [24, 20]}
equation: {navier_stokes: {viscosity: VISCOSITY, drag: DRAG, beta: 1}}
forcing: {type: cosines, waves: [4, 4], amplitude: [1, 1]}
closure: {CLOSURE}
initial: {type: random, peak: 4, energy: 1}
time: {integrator: etdrk4, dt: 0.02, dealiasing: DEALIASING}
transform: {planning: estimated}
run: {t_end: 0.4}
SURROGATES
hooks:
  - {type: history, every_steps: 1}
  - {type: checkpoint, at_end: true}
"""
CLASSICAL = "type: leith, coefficient: 0.3, scope: local"
LEARNED = "type: surrogate, use: net, fallback: leith, coefficient: 0.3, scope: local"


def case(folder, name="case.yaml", closure=LEARNED, surrogate="weights: weights.h5", drag=0.1, dealiasing="two_thirds", viscosity=2e-3, end=""):
    text = CASE.replace("CLOSURE", closure).replace("DRAG", str(drag)).replace("VISCOSITY", str(viscosity)).replace("DEALIASING", dealiasing)
    text = text.replace("SURROGATES", f"surrogates: {{net: {{{surrogate}}}}}" if "surrogate" in closure else "")
    return runs.write_case(folder, text + end, name)


def run(folder, name, ranks=1, **options):
    text = good("run", case(folder, name + ".yaml", **options), "--output", folder / name, ranks=ranks, folder=folder)
    return runs.state(folder / name)["vorticity"], text


def linear(folder, inputs, output, weights, bias=0.0, **limits):
    """output = bias + weights . inputs, at every point."""
    description = {"architecture": {"kind": "mlp", "hidden": []}, "dimensions": 2,
                   "inputs": [{"field": field} for field in inputs], "outputs": [{"field": output, **limits}]}
    surrogate_weights.write(folder / "weights.h5", description,
                            {"layers.0.weight": np.array([weights], float), "layers.0.bias": np.array([bias])})


def wild(folder, output, factor):
    """A random convolutional network."""
    description = {"architecture": {"kind": "convolutional", "hidden": [6], "kernel": 3}, "dimensions": 2,
                   "inputs": [{"field": "vorticity", "scale": 5}, {"field": "strain", "scale": 5}], "outputs": [{"field": output}]}
    random = np.random.default_rng(3).standard_normal
    tensors = {"layers.0.weight": random((6, 2, 3, 3)), "layers.0.bias": random(6), "layers.1.weight": factor * random((1, 6, 3, 3)),
               "layers.1.bias": factor * random(1)}
    surrogate_weights.write(folder / "weights.h5", description, tensors)


def difference(a, b):
    return np.abs(a - b).max() / np.abs(b).max()


@pytest.mark.parametrize("dealiasing", ["two_thirds", "padded"])
@pytest.mark.parametrize("ranks", [1, 3])
def test_a_tendency_against_the_vorticity_is_a_drag(tmp_path, dealiasing, ranks):
    linear(tmp_path, ["vorticity", "u"], "subgrid_tendency", [-0.4, 0.0], bias=7.0)  # what is not conserved is projected away
    learned, _ = run(tmp_path, "learned", ranks, surrogate="weights: weights.h5, precision: double", dealiasing=dealiasing)
    drag, _ = run(tmp_path, "drag", ranks, closure="type: none", drag=0.5, dealiasing=dealiasing)
    without, _ = run(tmp_path, "without", ranks, closure="type: none", dealiasing=dealiasing)
    assert difference(learned, drag) < 1e-5 < 1e-2 < difference(without, drag)


def test_a_learned_smagorinsky_is_smagorinsky(tmp_path):
    """nu = (C Delta)^2 |S| by a linear network of the strain."""
    width = 0.2 * 2 * np.pi / 20
    linear(tmp_path, ["strain"], "eddy_viscosity", [width**2])
    learned, _ = run(tmp_path, "learned", 2, surrogate="weights: weights.h5, precision: double")
    classical, _ = run(tmp_path, "classical", 2, closure="type: smagorinsky, coefficient: 0.2, scope: local")
    none, _ = run(tmp_path, "none", 2, closure="type: none")
    assert difference(learned, classical) < 1e-9 < 3e-2 < difference(none, classical)


def test_a_constant_viscosity_is_viscosity_on_the_refined_grid_too(tmp_path):
    linear(tmp_path, ["strain"], "eddy_viscosity", [0.0], bias=0.03)
    learned, _ = run(tmp_path, "learned", 2, surrogate="weights: weights.h5, precision: double", dealiasing="padded")
    viscous, _ = run(tmp_path, "viscous", 2, closure="type: none", viscosity=0.032, dealiasing="padded")
    none, _ = run(tmp_path, "none", 2, closure="type: none", dealiasing="padded")
    assert difference(learned, viscous) < 1e-5 < 1e-2 < difference(none, viscous)


@pytest.mark.parametrize("output", ["subgrid_tendency", "eddy_viscosity"])
@pytest.mark.parametrize("ranks", [1, 2])
def test_nan_weights_leave_the_bits_of_the_classical_closure(tmp_path, output, ranks):
    linear(tmp_path, ["vorticity"], output, [np.nan])
    learned, text = run(tmp_path, "learned", ranks, surrogate="weights: weights.h5, guard: {budget: 0}")
    classical, _ = run(tmp_path, "classical", ranks, closure=CLASSICAL)
    assert np.array_equal(learned, classical) and "20 calls, 0 accepted, 0 limited, 20 refused" in text
    learned, text = run(tmp_path, "held", ranks, closure=LEARNED + ", every_steps: 5")
    assert np.array_equal(learned, classical) and "4 calls, 0 accepted, 0 limited, 4 refused" in text


def test_a_step_refused_in_its_middle_is_done_again(tmp_path):
    """The first stage lies inside the training data, a later one does not: nothing of the first is left in the state."""
    run(tmp_path, "first", closure=CLASSICAL, end="  - {type: snapshot, at_start: true}\n")
    with h5py.File(next((tmp_path / "first" / "snapshots").glob("*.h5"))) as file:
        first = np.abs(file["vorticity"][()]).max()
    linear(tmp_path, ["vorticity"], "subgrid_tendency", [5.0])  # it grows in the course of the step
    net = f"weights: weights.h5, inputs: [{{field: vorticity, lower: {-first * 1.0001}, upper: {first * 1.0001}}}], guard: {{box_margin: 0}}"
    states = []
    for name, options in (("learned", {"surrogate": net}), ("classical", {"closure": CLASSICAL})):
        text = good("run", case(tmp_path, **options), "--output", tmp_path / name, "--set", "run.max_steps=1", ranks=2, folder=tmp_path)
        states.append(runs.state(tmp_path / name)["vorticity"])
        if name == "learned":
            assert "1 refused (inputs outside 1)" in text and " 0 accepted" not in text, text
    assert np.array_equal(*states)


@pytest.mark.parametrize("output, factor", [("subgrid_tendency", 1.0), ("subgrid_tendency", 1e8), ("eddy_viscosity", 1e8)])
@pytest.mark.parametrize("ranks", [1, 3])
def test_random_weights_cannot_blow_it_up(tmp_path, output, factor, ranks):
    """Untrained and scaled-up networks under a bound on what may be added to energy and enstrophy; viscosities are positive."""
    wild(tmp_path, output, factor)
    bounds = "outputs: [{field: eddy_viscosity, lower: 0, upper: 0.02}], " if output == "eddy_viscosity" else ""
    vorticity, text = run(tmp_path, "wild", ranks, surrogate=f"weights: weights.h5, {bounds}guard: {{growth: 0.5}}")
    history = runs.history(tmp_path / "wild")
    assert np.isfinite(vorticity).all() and (history["energy"] < 2 * history["energy"][0]).all()
    assert "0 refused" in text and (factor == 1.0 or " 0 limited" not in text)


def test_energy_that_is_injected_is_bounded(tmp_path):
    """dw/dt = 40 w alone multiplies the energy by exp(32); under the guard it grows by at most exp(0.4 0.4) and the forcing."""
    linear(tmp_path, ["vorticity"], "subgrid_tendency", [40.0])
    _, text = run(tmp_path, "bounded", 2, surrogate="weights: weights.h5, guard: {growth: 0.4}")
    run(tmp_path, "none", 2, closure="type: none")
    bounded, none = runs.history(tmp_path / "bounded")["energy"], runs.history(tmp_path / "none")["energy"]
    assert none[-1] < bounded[-1] < none[-1] * np.exp(0.4 * 0.4) * 1.02 and "80 calls, 0 accepted, 80 limited" in text
    linear(tmp_path, ["vorticity"], "eddy_viscosity", [0.0], bias=-0.05)
    run(tmp_path, "viscosity", 2, surrogate="weights: weights.h5, guard: {growth: 0.4}")
    viscosity = runs.history(tmp_path / "viscosity")
    assert viscosity["energy"][-1] < none[-1] * np.exp(0.4 * 0.4) * 1.02
    rates = viscosity["enstrophy_closure"] / viscosity["enstrophy"]
    assert 0.1 < rates.max() < 0.4 * 1.0001  # the guard's own integrals are those of the solver's budget


@pytest.mark.parametrize("every", [0, 3])
@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_restart_is_bit_for_bit_and_ranks_agree(tmp_path, every, ranks):
    wild(tmp_path, "subgrid_tendency", 0.3)
    options = {"closure": f"{LEARNED}, every_steps: {every}", "surrogate": "weights: weights.h5, guard: {growth: 0.5, budget: 0}"}
    whole, text = run(tmp_path, "whole", ranks, **options)
    file = case(tmp_path, **options)
    good("run", file, "--output", tmp_path / "parts", "--set", "run.max_steps=7", ranks=ranks, folder=tmp_path)
    good("run", file, "--output", tmp_path / "parts", "--restart", "auto", ranks=ranks, folder=tmp_path)
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts")) == []
    runs.same_history(tmp_path / "whole", tmp_path / "parts")
    if ranks > 1:
        assert difference(run(tmp_path, "one", 1, **options)[0], whole) < 1e-5
    assert f"{80 if every == 0 else 7} calls" in text


@pytest.mark.parametrize("change, message", [
    ({"surrogate": "architecture: {kind: mlp}, inputs: [{field: vortcity}], outputs: [{field: eddy_viscosity}]"},
     "output 'vortcity' is unknown (did you mean 'vorticity'?)"),
    ({"surrogate": "architecture: {kind: mlp}, inputs: [{field: u}], outputs: [{field: stress}]"},
     "its outputs are 'stress'; the closure wants one, 'eddy_viscosity', 'leith_factor' or 'subgrid_tendency'"),
    ({"surrogate": "architecture: {kind: mlp}, inputs: [{field: u, unit: m}], outputs: [{field: eddy_viscosity}]"},
     "'u' is in [m]; the solver's is in [1]"),
    ({"closure": "type: surrogate, use: nett", "surrogate": "architecture: {kind: mlp}, inputs: [{field: u}], outputs: [{field: eddy_viscosity}]"},
     "closure.use: there is no surrogate 'nett' (did you mean 'net'?)"),
])
def test_faults_of_the_case_say_both_sides(tmp_path, change, message):
    result = sluice("run", case(tmp_path, **change), "--output", tmp_path / "out", folder=tmp_path)
    assert result.returncode == 1 and message in result.stdout + result.stderr, result.stdout + result.stderr
