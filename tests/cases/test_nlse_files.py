"""Files of nlse runs: vortices one by one, and with dop853 landing on output times, on any ranks and across a restart."""
import csv

import h5py
import numpy as np
import runs
from program import good, sluice

CASE = """
solver: nlse
grid: {points: [32, 30], lower: -6, upper: 6}
equation: {g: -20, potential: harmonic, rotation: 0.3}
initial:
  type: gaussian
  gaussian: {width: 1.6}
  mass: 1
  relax: {residual: 1.0e-6}
  vortices: [{x: 0.9, y: 0.2, core: 0.5}, {x: -0.8, y: -0.3, core: 0.5, charge: -1}]
time: {tolerance: 1.0e-7, dt: 0.01}
space: {tail_warning: 0}
transform: {planning: estimated}
run: {t_end: 0.6}
hooks:
  - {type: history, every_time: 0.05, exact: true}
  - {type: points, name: vortices, every_time: 0.05, exact: true, at_start: true}
  - {type: checkpoint, every_time: 0.25, at_end: true}
"""


def vortices(folder):
    with open(folder / "vortices.csv", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["step", "time [1]", "x [1]", "y [1]", "charge [1]", "component [1]"]
    return np.array(rows[1:], float)


def psi(folder):
    with h5py.File(runs.checkpoints(folder)[-1]) as file:
        found = []
        file.visititems(lambda name, item: found.append(item[()]) if name.endswith("psi") and isinstance(item, h5py.Dataset) else None)
        return found[0]


def test_vortices_one_by_one_on_any_ranks(tmp_path):
    case = runs.write_case(tmp_path, CASE)
    for ranks in (1, 3):
        good("run", case, "--output", f"on_{ranks}", ranks=ranks, folder=tmp_path)
    one, three = vortices(tmp_path / "on_1"), vortices(tmp_path / "on_3")
    assert sorted(set(np.round(one[:, 1], 9))) == list(np.round(np.arange(0, 0.61, 0.05), 9))
    assert np.allclose(one, three, atol=1e-8)
    for time in np.unique(one[:, 1]):  # one of each sign, each moves little in a step
        assert sorted(one[one[:, 1] == time][:, 4]) == [-1, 1]
    plus = one[one[:, 4] == 1][:, 2:4]
    assert np.allclose(plus[0], [0.9, 0.2], atol=0.05) and np.abs(np.diff(plus, axis=0)).max() < 0.3


def test_a_restart_between_two_steps_repeats_and_skips_nothing(tmp_path):
    case = runs.write_case(tmp_path, CASE)
    good("run", case, "--output", "whole", ranks=2, folder=tmp_path)
    good("run", case, "--output", "out", "--until", "0.38", ranks=2, folder=tmp_path)
    good("run", case, "--output", "out", "--restart", "auto", ranks=2, folder=tmp_path)
    assert np.array_equal(vortices(tmp_path / "whole")[:, 1:], vortices(tmp_path / "out")[:, 1:])


def test_outputs_never_change_the_steps_of_dop853(tmp_path):
    case = runs.write_case(tmp_path, CASE)
    good("run", case, "--output", "looked", folder=tmp_path)
    good("run", case, "--output", "straight", "--set", "hooks=[{type: checkpoint, at_end: true}]", folder=tmp_path)
    assert psi(tmp_path / "looked").tobytes() == psi(tmp_path / "straight").tobytes()


def test_vortices_of_one_axis_are_refused(tmp_path):
    case = runs.write_case(tmp_path, "solver: nlse\nrun: {t_end: 0.1}\nhooks: [{type: points, at_end: true}]\n")
    result = sluice("run", case, "--output", "out", folder=tmp_path)
    assert result.returncode == 1 and "vortices are found on two axes; this case has 1" in result.stdout + result.stderr
