"""From a run that trains an emulator of the Kuramoto-Sivashinsky equation on its own states to a run that it steps: the recipe of
inputs/turbulence/kuramoto_sivashinsky_emulated.yaml, shortened."""

import numpy as np
import pytest
import runs
from learning import needs_torch
from program import good

pytestmark = needs_torch
CASE = """
solver: turbulence
grid: {points: [64], length: [22]}
equation: {model: kuramoto_sivashinsky, kuramoto_sivashinsky: {initial: random}}
time: {integrator: etdrk4, dt: 0.1}
transform: {planning: estimated}
"""
LEARN = CASE + """
run: {t_end: 160}
surrogates:
  step: {architecture: {kind: fourier, width: 12, blocks: 2, modes: [12], projection: 24}, inputs: [{field: u}], outputs: [{field: u}]}
hooks:
  - {type: train, use: step, every_time: 0.5, exact: true, targets_are: changes, samples: 300, start_after: 100, gradient_steps: 3,
     validate_every: 20, file: step.h5, training: {batch: 16, rate: 0.004, held_out: {block: 50, every: 4}}}
  - {type: history, every_steps: 50}
"""
EMULATE = CASE + """
run: {t_end: 100, seed: 7}
surrogates: {step: {weights: learn/step.h5, guard: {outside: 0.05, growth: 1}}}
emulator: {use: step, step: 0.5, from: 50, solve_every: EVERY}
hooks:
  - {type: history, every_steps: 1}
  - {type: checkpoint, at_end: true}
"""


def test_what_was_learned_in_a_run_steps_another(tmp_path):
    file = runs.write_case(tmp_path, LEARN, "learn.yaml")
    good("run", file, "--output", "learn", ranks=2, folder=tmp_path)
    history = runs.history(tmp_path / "learn")
    validation = history["step_validation"][np.isfinite(history["step_validation"])]
    print("validation", validation)
    assert validation.min() < 0.1, "of the variance of the changes over a step, which persistence leaves whole"
    good("run", runs.write_case(tmp_path, EMULATE.replace("EVERY", "4"), "emulate.yaml"), "--output", "emulate", ranks=2, folder=tmp_path)
    history = runs.history(tmp_path / "emulate")
    later = history["time"] > 55
    assert history["step_accepted"][-1] + history["step_limited"][-1] > 60, "of 75 large steps in place of the solver"
    assert 0.8 < np.mean(history["rms"][later]) < 1.6, "1.185 on the attractor"
