"""Resumed on another number of ranks, with closures, forcing with a memory, histories of schemes and statistics: the numbers of the whole run."""
import h5py
import numpy as np
import pytest
import runs
from program import good

HOOKS = """
transform: {planning: estimated}
means: {every_steps: 2}
hooks:
  - {type: history, every_steps: 4}
  - {type: curves, every_steps: 3}
  - {type: statistics, field: FIELD, every_steps: 3, bins: 50, range: [-RANGE, RANGE]}
  - {type: structure_functions, field: VELOCITY, every_steps: 3, separations: [1, 4]}
  - {type: snapshot, at_end: true}
  - {type: checkpoint, every_steps: 5}
"""
PLANE = """
solver: turbulence
grid: {points: [32, 36]}
equation: {navier_stokes: {viscosity: 1.0e-3, drag: 0.1, beta: 3}}
forcing: {type: ring, centre: 5, half_width: 2, injection: 0.5, correlation_time: 0.1}
initial: {type: random, peak: 5, energy: 2}
closure: {CLOSURE}
time: {integrator: ab3, dt: 0.01, cfl: 0.3}
run: {t_end: 0.24}
"""
LAYERS = """
solver: turbulence
grid: {points: [32, 36], length: [1.0e+6]}
equation: {model: two_layer, two_layer: {noise: 10, closure: {type: backscatter, coefficient: 0.08}}}
time: {integrator: ab3, dt: 3600, dealiasing: filter}
run: {t_end: 86400}
"""


# Residuals of budgets, means of fields without a mean and of their increments.
NOTHING_BUT_ROUND_OFF = ("residual", "_mean", "order_1")


def text_of(case):
    if case == "layers":
        return LAYERS + HOOKS.replace("FIELD", "q1").replace("RANGE", "1.0e-4").replace("VELOCITY", "v1")
    return PLANE.replace("CLOSURE", case) + HOOKS.replace("FIELD", "vorticity").replace("RANGE", "60").replace("VELOCITY", "v")


def numbers(folder):
    """All numbers of the last snapshot, the curves, the statistics, the structure functions, the end of the history."""
    found = {}

    def take(prefix):
        def visit(name, item):
            if isinstance(item, h5py.Dataset) and item.dtype.kind == "f" and "wall" not in name:
                found[prefix + name] = item[()]
        return visit

    last = sorted((folder / "snapshots").glob("snapshot_*.h5"))[-1]
    for path in (last, folder / "curves.h5", folder / "statistics.h5", folder / "structure_functions.h5"):
        with h5py.File(path) as file:
            file.visititems(take(path.stem.split("_0")[0] + "/"))
    found.update({"history/" + name: np.array(column[-1]) for name, column in runs.history(folder).items() if name != "wall"})
    return found


@pytest.mark.parametrize("case, before, after", [("type: leith, scope: local", 2, 3), ("type: dynamic_smagorinsky", 3, 1),
                                                 ("type: backscatter, coefficient: 0.3", 1, 2), ("layers", 2, 3)])
def test_on_another_number_of_ranks(tmp_path, case, before, after):
    text = runs.write_case(tmp_path, text_of(case))
    good("run", text, "--output", tmp_path / "whole", folder=tmp_path)
    good("run", text, "--output", tmp_path / "parts", "--set", "run.max_steps=11", ranks=before, folder=tmp_path)
    good("run", text, "--output", tmp_path / "parts", "--restart", "auto", ranks=after, folder=tmp_path)
    whole, parts = numbers(tmp_path / "whole"), numbers(tmp_path / "parts")
    assert len(whole) > 20 and parts.keys() == whole.keys()
    for name, expected in whole.items():
        if not name.endswith(NOTHING_BUT_ROUND_OFF):
            np.testing.assert_allclose(parts[name], expected, rtol=1e-7, atol=1e-9 * abs(expected).max(), err_msg=name)
