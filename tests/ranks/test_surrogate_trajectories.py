"""Every network in every seat over a hundred steps, on one rank and on several, one of which owns a single row."""
import numpy as np
import pytest
import runs
from program import good

CASE = """
solver: turbulence
grid: {points: POINTS}
equation: {navier_stokes: {viscosity: 2.0e-2, drag: 0.1}}
forcing: {type: cosines, waves: [2, 3], amplitude: [1, 1]}
closure: {CLOSURE}
initial: {type: random, peak: 3, energy: 1}
time: {integrator: etdrk4, dt: 0.02}
transform: {planning: estimated}
run: {t_end: END}
surrogates:
  net: {architecture: {ARCHITECTURE}, inputs: [{field: vorticity, scale: 3}, {field: INPUT}], outputs: [{field: OUTPUT, scale: SCALE}], seed: 5}
EMULATOR
hooks:
  - {type: history, every_steps: 1}
  - {type: checkpoint, at_end: true}
"""
NETWORKS = {  # the factor stands against Transform Once's last layer, which begins near 0
    "mlp": ("kind: mlp, hidden: [12, 7], activation: tanh", 1),
    "convolutional": ("kind: convolutional, hidden: [6], kernel: 5, activation: silu", 1),
    "fourier": ("kind: fourier, width: 5, blocks: 2, modes: [5], projection: 8, activation: gelu", 1),
    "transform_once": ("kind: transform_once, width: 5, blocks: 2, modes: [5], projection: 8, activation: sine", 1000),
    "unet": ("kind: unet, width: 3, levels: 2, kernel: 3, activation: gelu", 1),
    "latent_spectral": ("kind: latent_spectral, width: 4, levels: 1, kernel: 3, tokens: 3, heads: 2, basis: 4, patch: 2, activation: gelu", 1)}
SEATS = {
    "corrector": {"OUTPUT": "vorticity", "INPUT": "u", "SCALE": 0.5, "END": 2, "CLOSURE": "type: none",
                  "hooks:": "hooks:\n  - {type: surrogate, use: net, outputs_are: tendency, every_steps: 1}"},
    "closure": {"OUTPUT": "subgrid_tendency", "INPUT": "strain", "SCALE": 0.5, "END": 2, "CLOSURE": "type: surrogate, use: net"},
    "emulator": {"OUTPUT": "vorticity", "INPUT": "u", "SCALE": 0.05, "END": 10, "CLOSURE": "type: none",
                 "EMULATOR": "emulator: {use: net, step: 0.1, solve_every: 20}"}}


def run(folder, seat, network, ranks):
    architecture, factor = NETWORKS[network]
    text = CASE.replace("ARCHITECTURE", architecture).replace("POINTS", "[12, 16]" if network in ("unet", "latent_spectral") else "[13, 16]")
    for key, value in {"EMULATOR": "", **SEATS[seat]}.items():
        text = text.replace(key, str(factor * value if key == "SCALE" else value))
    name = f"{seat}_{network}_{ranks}"
    good("run", runs.write_case(folder, text, name + ".yaml"), "--output", folder / name, ranks=ranks, folder=folder)
    history = runs.history(folder / name)
    assert len(history["step"]) > 95
    return runs.state(folder / name)["vorticity"], history["net_accepted"][-1] + history["net_limited"][-1]


@pytest.mark.parametrize("seat", SEATS)
@pytest.mark.parametrize("network, ranks", [("mlp", 2), ("convolutional", 4), ("fourier", 3), ("transform_once", 4), ("unet", 4), ("latent_spectral", 4)])
def test_a_hundred_steps(tmp_path, seat, network, ranks):
    one, calls = run(tmp_path, seat, network, 1)
    many, others = run(tmp_path, seat, network, ranks)
    assert calls == others >= 95
    assert np.isfinite(one).all() and np.abs(one).max() > 0.1
    assert np.abs(one - many).max() < 1e-4 * np.abs(one).max()
