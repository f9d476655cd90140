"""TorchScript modules as surrogates: the same as the network of Sluice's own with the same weights, on any number of
ranks, and errors that say both sides."""
import sys

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
grid: {points: [18, 20]}
equation: {navier_stokes: {viscosity: 2.0e-3}}
closure: {type: surrogate, use: net}
initial: {type: random, peak: 4, energy: 1}
time: {integrator: ifrk3, dt: 0.02}
transform: {planning: estimated}
run: {t_end: 0.1}
surrogates:
  net: {SURROGATE, precision: PRECISION, inputs: [{field: vorticity}, {field: strain}], outputs: [{field: subgrid_tendency}]}
hooks:
  - {type: checkpoint, at_end: true}
"""


class Convolutions(torch.nn.Module):
    """Valid convolutions: the result lacks the margin of the receptive field; with `same`, zeros are put there."""

    def __init__(self, same):
        super().__init__()
        padding = 1 if same else 0
        self.layers = torch.nn.ModuleList([torch.nn.Conv2d(2, 5, 3, padding=padding), torch.nn.Conv2d(5, 1, 3, padding=padding)])

    def forward(self, x):
        for n, layer in enumerate(self.layers):
            x = torch.tanh(x) if n > 0 else x
            x = layer(x)
        return x


class Perceptron(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(2, 7), torch.nn.Linear(7, 1)])

    def forward(self, x):
        return self.layers[1](torch.tanh(self.layers[0](x)))


def prepare(folder, kind):
    torch.manual_seed(2)
    module = Perceptron() if kind == "mlp" else Convolutions(kind == "same")
    module = module.double()
    torch.jit.script(module).save(str(folder / "module.pt"))
    architecture = {"kind": "mlp", "hidden": [7]} if kind == "mlp" else {"kind": "convolutional", "hidden": [5], "kernel": 3}
    description = {"architecture": {**architecture, "activation": "tanh"}, "dimensions": 2,
                   "inputs": [{"field": "vorticity"}, {"field": "strain"}], "outputs": [{"field": "subgrid_tendency"}]}
    surrogate_weights.write(folder / "weights.h5", description, module.state_dict())
    return "torchscript: module.pt, " + ("call: pointwise" if kind == "mlp" else "call: block, reach: 2")


def run(folder, name, surrogate, ranks, precision="double"):
    case = runs.write_case(folder, CASE.replace("SURROGATE", surrogate).replace("PRECISION", precision), name + ".yaml")
    good("run", case, "--output", folder / name, ranks=ranks, folder=folder)
    return runs.state(folder / name)["vorticity"]


@pytest.mark.parametrize("kind", ["mlp", "valid", "same"])
@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
def test_a_module_is_the_network_of_the_same_weights(tmp_path, kind, ranks):
    surrogate = prepare(tmp_path, kind)
    module, own = run(tmp_path, "module", surrogate, ranks), run(tmp_path, "own", "weights: weights.h5", 1)
    assert np.abs(module - own).max() < 1e-11 * np.abs(own).max()
    single = run(tmp_path, "single", surrogate, ranks, "single")
    assert np.abs(single - own).max() < 1e-5 * np.abs(own).max()


@pytest.mark.parametrize("surrogate, message", [
    ("torchscript: module.pt, call: block, reach: 1", "given [1, 2, 20, 22] the module returns [1, 1, 16, 18]; 1 output channels need [1, 1, 18, 20]"),
    ("torchscript: weights.h5", "weights.h5"),
    ("torchscript: none.pt", "none.pt"),
    ("torchscript: module.pt, weights: weights.h5", "has both 'weights' and 'torchscript'"),
])
def test_faults_say_both_sides(tmp_path, surrogate, message):
    prepare(tmp_path, "valid")
    case = runs.write_case(tmp_path, CASE.replace("SURROGATE", surrogate).replace("PRECISION", "double"))
    result = sluice("run", case, "--output", tmp_path / "out", ranks=1, folder=tmp_path)
    assert result.returncode == 1 and message in result.stdout + result.stderr, result.stdout + result.stderr


def test_a_restart_wants_the_same_module(tmp_path):
    surrogate = prepare(tmp_path, "mlp")
    case = runs.write_case(tmp_path, CASE.replace("SURROGATE", surrogate).replace("PRECISION", "double"))
    good("run", case, "--output", tmp_path / "parts", "--set", "run.max_steps=2", folder=tmp_path)
    good("run", case, "--output", tmp_path / "whole", folder=tmp_path)
    module = (tmp_path / "module.pt").read_bytes()
    torch.jit.script(Perceptron().double()).save(str(tmp_path / "module.pt"))
    result = sluice("run", case, "--output", tmp_path / "parts", "--restart", "auto", folder=tmp_path)
    assert result.returncode == 1 and "the checkpoint is of another TorchScript module" in result.stdout + result.stderr
    (tmp_path / "module.pt").write_bytes(module)
    good("run", case, "--output", tmp_path / "parts", "--restart", "auto", folder=tmp_path)
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts")) == []
