"""Forced two-dimensional turbulence stepped by the network of inputs/turbulence/forced_turbulence_emulated.yaml, held against the
solver alone from a start that it was not trained on."""

import numpy as np
import runs
from program import SOURCE, good

CASE = SOURCE / "inputs" / "turbulence" / "forced_turbulence_emulated.yaml"
HOOKS = "hooks=[{type: history, every_steps: 1}, {type: checkpoint, at_end: true}]"


def run(folder, name, *options, ranks=1, end=15):
    good("run", CASE, "--output", folder / name, "--set", f"run.t_end={end}", "--set", "transform.planning=estimated", "--set", HOOKS, *options,
         ranks=ranks, folder=folder)
    return runs.state(folder / name)["vorticity"], runs.history(folder / name)


def error(one, other):
    return np.sqrt(np.mean(np.abs(one - other) ** 2) / np.mean(np.abs(other) ** 2))


def test_ten_large_steps_stay_with_the_solver(tmp_path):
    start, _ = run(tmp_path, "start", end=5)
    for end, bound in [(6, 0.08), (15, 0.3)]:
        emulated, history = run(tmp_path, f"emulated{end}", ranks=2, end=end)
        solved, _ = run(tmp_path, f"solved{end}", "--set", 'emulator.use=""', end=end)
        print(end, error(emulated, solved), "persistence", error(start, solved))
        assert error(emulated, solved) < bound
        assert error(emulated, solved) < error(start, solved) / 3
    assert abs(emulated).max() > 1 and abs(emulated.ravel()[0]) < 1e-9 * abs(emulated).max(), "no mean vorticity"
    assert history["step_accepted"][-1] + history["step_limited"][-1] == 8, "of ten, the fourth and the eighth are the solver's"


def test_a_restart_has_the_same_bits_and_ranks_agree(tmp_path):
    whole, _ = run(tmp_path, "whole", ranks=3, end=10)
    run(tmp_path, "parts", "--set", "run.max_steps=103", ranks=3, end=10)
    run(tmp_path, "parts", "--restart", "auto", ranks=3, end=10)
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts")) == []
    for ranks in (1, 4):
        assert error(run(tmp_path, f"ranks{ranks}", ranks=ranks, end=10)[0], whole) < 1e-4


def test_under_another_force_the_solver_takes_the_steps(tmp_path):
    """The force is an input of the network: what it was not trained with is outside its range."""
    force = ("--set", "forcing.amplitude=[0.8,0.8]")
    emulated, history = run(tmp_path, "emulated", *force, end=10)
    assert history["step_refused"][-1] > 0 and history["step_accepted"][-1] == 0
    solved, _ = run(tmp_path, "solved", *force, "--set", 'emulator.use=""', end=10)
    assert error(emulated, solved) < 1e-9
