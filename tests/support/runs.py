"""What a run leaves in its folder, for tests of restarts: the state of its newest checkpoint, the steps of its history."""
import csv
import pathlib
import re

import h5py
import numpy

HOOKS = """
hooks:
  - {{type: history, every_steps: 1}}
  - {{type: snapshot, every_steps: 5, single: true, at_end: false}}
  - {{type: statistics, field: {field}, every_steps: 3, bins: 8, range: [-1, 1]}}
  - {{type: finite_check, every_steps: 4}}
"""

FLUX = """
solver: flux_transport
grid: {n_theta: 48, n_phi: 96}
initial: {dipole: 1.5, regions: {count: 6, seed: 1}}
flow: {differential_rotation: [46, -262, -379], meridional: [22, 11, -28]}
diffusion: {coefficient: 300}
run: {t_end: 4000}
hooks:
  - {type: history, every_steps: 1}
  - {type: statistics, field: B_r, every_steps: 3, bins: 8, range: [-10, 10]}
  - {type: checkpoint, every_steps: 25}
"""

# A small case of each solver and each of its schemes in time, with every hook that has a memory; plans of transforms
# that are not timed, because fresh runs are compared.
SMALL = {
    "nlse_1d": """
solver: nlse
grid: {points: [256], lower: [-20], upper: [20]}
initial: {type: solitons, solitons: [{amplitude: 1, position: -4, velocity: 0.5}, {amplitude: 2, position: 4, velocity: -0.5}]}
time: {integrator: srkn6b, dt: 0.01}
transform: {planning: estimated}
run: {t_end: 0.4}
""" + HOOKS.format(field="density"),
    "nlse_2d": """
solver: nlse
grid: {points: [36, 40], lower: [-8], upper: [8]}
equation: {g: -1, potential: harmonic, frequency: [1, 1.5]}
initial: {type: gaussian, gaussian: {amplitude: 1, width: [1], centre: [1, 0]}}
time: {integrator: strang, dt: 0.01}
transform: {planning: estimated}
run: {t_end: 0.4}
""" + HOOKS.format(field="density"),
    "flux_transport": FLUX[:FLUX.index("hooks:")].replace("t_end: 4000", "t_end: 1600") + HOOKS.format(field="B_r"),
    "diffusion_fixed": """
solver: diffusion
grid: {points: [24, 16], lower: [0, 0], upper: [1, 1]}
exact: {type: sine_product, modes: [1, 2]}
initial: {type: exact}
time: {scheme: crank_nicolson, dt: 0.004}
run: {t_end: 0.06}
""" + HOOKS.format(field="u"),
    "diffusion_nonlinear": """
solver: diffusion
grid: {points: [64], lower: [0], upper: [1]}
conductivity: {value: 1, slope: 3, exponent: 2}
exact: {type: kirchhoff, left: 2, right: 0.1}
initial: {type: constant, value: 0.1}
time: {scheme: backward_euler, dt: 0.005}
run: {t_end: 0.1}
""" + HOOKS.format(field="u"),
    "diffusion_adaptive": """
solver: diffusion
grid: {points: [12, 10, 8], lower: [-0.5, -0.5, -0.5], upper: [0.5, 0.5, 0.5]}
initial: {type: gaussian, value: 1, width: 0.2, centre: [0, 0, 0]}
time: {scheme: adaptive, error_relative: 1.0e-4, error_absolute: 1.0e-5}
run: {t_end: 0.02}
""" + HOOKS.format(field="u"),
}

TURBULENCE = """
solver: turbulence
grid: {points: [32, 36], length: [6, 7]}
equation: {navier_stokes: {viscosity: 1.0e-3, drag: 0.1, beta: 3}}
forcing: {type: FORCING, centre: 4}
closure: {type: CLOSURE}
initial: {type: random, peak: 3}
time: {integrator: INTEGRATOR, dt: 0.01, dealiasing: DEALIASING, cfl: 0.3}
means: {every_steps: 2}
lyapunov: {every_steps: 3}
transform: {planning: estimated}
run: {t_end: 0.4}
""" + HOOKS.format(field="vorticity") + "  - {type: curves, every_steps: 3}\n"


def turbulence(forcing, closure, integrator, dealiasing):
    text = TURBULENCE.replace("FORCING", forcing).replace("CLOSURE", closure)
    return text.replace("INTEGRATOR", integrator).replace("DEALIASING", dealiasing)


SMALL["turbulence_etdrk4"] = turbulence("ring, correlation_time: 0.1", "dynamic_leith", "etdrk4", "two_thirds")
SMALL["turbulence_ab3"] = turbulence("ring", "smagorinsky", "ab3", "filter")
SMALL["turbulence_ab2cn"] = turbulence("cosines", "backscatter", "ab2cn", "padded")
SMALL["turbulence_ifrk3"] = turbulence("none", "leith, scope: local", "ifrk3", "none")
SMALL["kuramoto_sivashinsky"] = """
solver: turbulence
grid: {points: [64], length: [22]}
equation: {model: kuramoto_sivashinsky}
time: {dt: 0.05}
lyapunov: {every_steps: 3}
transform: {planning: estimated}
run: {t_end: 2}
""" + HOOKS.format(field="u")

SMALL["two_layer"] = """
solver: turbulence
grid: {points: [24, 20], length: [1.0e+6]}
equation: {model: two_layer}
time: {integrator: ab3, dt: 7200, dealiasing: filter}
means: {every_steps: 2}
transform: {planning: estimated}
run: {t_end: 288000}
""" + HOOKS.format(field="q1")
SMALL["two_layer_exact"] = """
solver: turbulence
grid: {points: [24, 20], length: [1.0e+6]}
equation: {model: two_layer, two_layer: {noise: 10, closure: {type: backscatter}, topography: {type: hill, amplitude: 1.0e-5}}}
time: {integrator: etdrk4, dt: 7200, dealiasing: padded}
lyapunov: {every_steps: 3}
transform: {planning: estimated}
run: {t_end: 288000}
""" + HOOKS.format(field="q1")
SMALL["isotropic"] = """
solver: turbulence
grid: {points: [12, 10, 16]}
equation: {model: isotropic, isotropic: {injection: 0.1}}
time: {integrator: ab3, dt: 0.02, cfl: 0.5}
means: {every_steps: 2}
transform: {planning: estimated}
run: {t_end: 0.6}
""" + HOOKS.format(field="w")
SMALL["lorenz96"] = """
solver: turbulence
grid: {points: [5, 8]}
equation: {model: lorenz96, lorenz96: {fast: 4, forcing: 20}}
time: {dt: 0.001}
means: {every_steps: 2}
lyapunov: {every_steps: 3}
run: {t_end: 0.04}
""" + HOOKS.format(field="X")


def write_case(folder, text=FLUX, name="case.yaml"):
    path = pathlib.Path(folder) / name
    path.write_text(text)
    return path


def checkpoints(folder):
    """Checkpoint files of a run folder, the newest last."""
    return sorted((pathlib.Path(folder) / "checkpoints").glob("checkpoint_*.h5"))


def state(folder):
    """Everything that evolves, of the newest checkpoint: name -> array."""
    found = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = numpy.asarray(item[()])

    with h5py.File(checkpoints(folder)[-1], "r") as file:
        file["state"].visititems(take)
    assert found, "a checkpoint without a state"
    return found


def different_bits(a, b):
    """Names of the items of two states that differ in any bit."""
    assert a.keys() == b.keys()
    return sorted(name for name in a if a[name].shape != b[name].shape or a[name].tobytes() != b[name].tobytes())


def fields(whole_state):
    """The distributed fields of a state: arrays of more than 1 dimension, or long."""
    return {name: values for name, values in whole_state.items()
            if values.dtype.kind == "f" and values.size > 16 and not name.startswith(("hooks/", "run/", "clock/"))}


def relative_difference(a, b):
    """Largest difference of any field of two states, relative to the field's largest value."""
    first, second = fields(a), fields(b)
    assert first and first.keys() == second.keys()
    return max(numpy.abs(first[name] - second[name]).max() / numpy.abs(first[name]).max() for name in first)


def history(folder, name="history.csv"):
    """Column -> numbers; the units are taken off the names."""
    with open(pathlib.Path(folder) / name, newline="") as file:
        rows = list(csv.reader(file))
    names = [re.sub(r" \[.*\]$", "", column) for column in rows[0]]
    return {column: numpy.array([float(row[i]) for row in rows[1:]]) for i, column in enumerate(names)}


def steps_taken(folder):
    return step_of(checkpoints(folder)[-1])


def stated_tolerance(output):
    """The relative difference that a restart says to expect where bits may differ; None if it promises the same bits."""
    found = re.search(r"not promised to be bit for bit.*relative differences of about (\S+)", output, re.DOTALL)
    return float(found.group(1)) if found else None


def same_history(a, b, but=("wall",)):
    """Two histories have the same rows, but for the clock on the wall."""
    first, second = history(a), history(b)
    assert first.keys() == second.keys()
    for column in first.keys() - set(but):
        numpy.testing.assert_array_equal(first[column], second[column], err_msg=column)


def step_of(checkpoint):
    return int(re.search(r"_(\d+)\.h5$", pathlib.Path(checkpoint).name).group(1))
