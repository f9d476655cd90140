"""A surrogate in place of the solver's steps: exact where its law is, alternating with the solver by a rule, and never
worse than the solver where the guard refuses it."""
import sys

import numpy as np
import pytest
import runs
from program import SOURCE, good, sluice

sys.path.insert(0, str(SOURCE / "postprocessing"))
import surrogate_weights  # noqa: E402

CASE = """
solver: turbulence
grid: {points: [20, 16]}
equation: {navier_stokes: {viscosity: 0.02, drag: 0.3}}
initial: {INITIAL}
time: {integrator: INTEGRATOR, dt: 0.05}
transform: {planning: estimated}
run: {t_end: 2}
surrogates: {jump: {weights: weights.h5, GUARD}}
emulator: {use: jump, step: 0.25, EMULATOR}
hooks:
  - {type: history, every_steps: 1}
  - {type: checkpoint, at_end: true}
"""
WAVE = "type: rossby_wave, waves: [2, 1]"
RANDOM = "type: random, peak: 3, energy: 1"


def case(folder, name="case.yaml", initial=WAVE, integrator="etdrk4", guard="precision: double", emulator="solve_every: 0", change=("", "")):
    text = CASE.replace("INITIAL", initial).replace("INTEGRATOR", integrator).replace("GUARD", guard).replace("EMULATOR", emulator)
    return runs.write_case(folder, text.replace(*change), name)


def run(folder, name, ranks=1, *options, **settings):
    text = good("run", case(folder, name + ".yaml", **settings), "--output", folder / name, *options, ranks=ranks, folder=folder)
    return runs.state(folder / name)["vorticity"], runs.history(folder / name), text


def solved(folder, **settings):
    return run(folder, "solved", 1, "--set", 'emulator.use=""', **settings)[0]


def linear(folder, factor):
    """change = factor * vorticity"""
    surrogate_weights.write(folder / "weights.h5", {"architecture": {"kind": "mlp", "hidden": []}, "dimensions": 2,
                            "inputs": [{"field": "vorticity"}], "outputs": [{"field": "vorticity"}]},
                            {"layers.0.weight": np.array([[factor]], float), "layers.0.bias": np.zeros(1)})


def wild(folder, factor):
    random = np.random.default_rng(2).standard_normal
    surrogate_weights.write(folder / "weights.h5", {"architecture": {"kind": "fourier", "width": 4, "blocks": 1, "modes": [4], "projection": 6},
                            "dimensions": 2, "inputs": [{"field": "vorticity", "scale": 4}], "outputs": [{"field": "vorticity"}]},
                            {"lift.weight": random((4, 1)), "lift.bias": random(4), "blocks.0.spectral": 0.3 * random((4, 4, 8, 4, 2)),
                             "blocks.0.weight": random((4, 4)), "blocks.0.bias": random(4), "project.0.weight": random((6, 4)),
                             "project.0.bias": random(6), "project.1.weight": factor * random((1, 6)), "project.1.bias": random(1)})


@pytest.mark.parametrize("ranks,rule,emulated", [(1, 0, 8), (2, 1, 0), (3, 4, 6), (4, 2, 4)])
def test_a_decaying_wave_by_its_law(tmp_path, ranks, rule, emulated):
    """One wave does not advect itself: it decays by exp(-(nu k^2 + drag) t)."""
    rate = 0.02 * 5 + 0.3
    linear(tmp_path, np.expm1(-rate * 0.25))
    final, history, _ = run(tmp_path, "emulated", ranks, emulator=f"solve_every: {rule}")
    reference = solved(tmp_path)
    assert np.abs(final - reference).max() < 1e-8 * np.abs(reference).max()
    assert history["jump_accepted"][-1] == emulated
    assert len(history["step"]) == 1 + emulated + 5 * (8 - emulated)
    assert history["time [1]"][-1] == 2 if "time [1]" in history else history["time"][-1] == 2


def test_required_times_within_a_large_step_are_the_solvers(tmp_path):
    linear(tmp_path, np.expm1(-0.4 * 0.25))
    final, history, _ = run(tmp_path, "emulated", 2, change=("t_end: 2", "t_end: 2, land_on: [0.6]"))
    assert np.abs(final - solved(tmp_path)).max() < 1e-8
    assert history["jump_accepted"][-1] == 2 + 5  # 0 to 0.5, the solver to 0.6, on to 1.85, the solver to 2


@pytest.mark.parametrize("integrator", ["ifrk3", "ab3"])
@pytest.mark.parametrize("ranks", [1, 3])
def test_restart_is_bit_for_bit_and_ranks_agree(tmp_path, integrator, ranks):
    """Some calls are refused, for what they would add to the squares."""
    wild(tmp_path, 0.05)
    settings = {"initial": RANDOM, "integrator": integrator, "guard": "guard: {growth: 0.2, policy: fallback, outside: 0.1}", "emulator": "solve_every: 3"}
    final, history, _ = run(tmp_path, "whole", ranks, **settings)
    for steps in (4, 9):
        run(tmp_path, f"parts{steps}", ranks, "--set", f"run.max_steps={steps}", **settings)
        run(tmp_path, f"parts{steps}", ranks, "--restart", "auto", **settings)
        assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / f"parts{steps}")) == []
        runs.same_history(tmp_path / "whole", tmp_path / f"parts{steps}")
    assert history["jump_accepted"][-1] + history["jump_limited"][-1] >= 5
    if ranks > 1:
        one, _, _ = run(tmp_path, "one", 1, **settings)
        assert np.abs(one - final).max() < 1e-4 * np.abs(one).max()


@pytest.mark.parametrize("factor", [np.nan, np.inf])
def test_a_refused_large_step_is_the_solvers(tmp_path, factor):
    linear(tmp_path, factor)
    final, history, text = run(tmp_path, "emulated", 2, initial=RANDOM)
    reference, _, _ = run(tmp_path, "solved", 2, "--set", 'emulator.use=""', initial=RANDOM)
    assert np.abs(final - reference).max() < 1e-10 * np.abs(reference).max()  # steps of the same length, to rounding
    assert history["jump_refused"][-1] == 8 and history["jump_accepted"][-1] == 0
    assert "8 refused (8 not finite)" in text or "not finite 8" in text


def test_energy_is_not_made(tmp_path):
    """A network that triples the vorticity in a step; what the guard lets through cannot grow."""
    linear(tmp_path, 2.0)
    final, history, _ = run(tmp_path, "emulated", 2, initial=RANDOM, guard="guard: {growth: 1.0e-9}")
    assert history["jump_limited"][-1] == 8
    enstrophy = next(values for name, values in history.items() if name.startswith("enstrophy"))
    assert enstrophy.max() <= enstrophy[0] * (1 + 1e-8)


def test_faults_say_both_sides(tmp_path):
    linear(tmp_path, 0.1)
    for change, message in [(("use: jump", "use: jum"), "did you mean 'jump'"), (("step: 0.25, ", ""), "emulator.step")]:
        result = sluice("run", case(tmp_path, change=change), "--output", tmp_path / "out", folder=tmp_path)
        assert result.returncode == 1 and message in result.stdout + result.stderr, result.stdout + result.stderr


@pytest.mark.parametrize("seat, architecture, said", [
    ("emulator", "{kind: unet, levels: 3}", "a U-Net of 3 levels halves the points 3 times, axis 0 has 20; allowed are multiples of 8"),
    ("emulator", "{kind: latent_spectral, levels: 1, patch: 4}", "has 10 points of axis 0 (20 points) at its coarsest level, no multiple of a patch of 4"),
    ("hook surrogate", "{kind: fourier, modes: [12]}", "12 modes along axis 0 of 20 points; at most 10 are allowed"),
])
def test_a_network_for_other_grids_is_refused_before_the_first_step(tmp_path, seat, architecture, said):
    surrogates = f"surrogates={{jump: {{architecture: {architecture}, inputs: [{{field: vorticity}}], outputs: [{{field: vorticity}}]}}}}"
    late = ["emulator.from=1.5"] if seat == "emulator" else ['emulator.use=""', "hooks=[{type: surrogate, use: jump, every_time: 1.5}]"]
    path = runs.write_case(tmp_path, CASE.replace("INITIAL", WAVE).replace("INTEGRATOR", "etdrk4").replace("GUARD", "").replace("EMULATOR", ""), "case.yaml")
    result = sluice("run", path, "--output", tmp_path / "out", *(w for one in [surrogates, *late] for w in ("--set", one)), ranks=2, folder=tmp_path)
    assert result.returncode == 1
    assert said in result.stdout + result.stderr and seat in result.stdout + result.stderr
    assert not (tmp_path / "out" / "history.csv").exists()
