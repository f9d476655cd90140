# ctest: TIMEOUT 1200
"""Training of surrogates, from files and inside a run: the same as PyTorch's, restartable bit for bit, on any number of
ranks, and what is held out is never learned."""
import sys

import h5py
import numpy as np
import pytest
import runs
import yaml
from learning import needs_torch
from program import SOURCE, good, sluice

sys.path.insert(0, str(SOURCE / "postprocessing"))
import surrogate_weights  # noqa: E402

torch = pytest.importorskip("torch", reason="python3-torch is not installed")
pytestmark = needs_torch

TRAIN = """
solver: training
training:
  use: net
  data: [{path: data.h5}]
  validate_every: 20
  batch: 4
  rate: 0.01
  precision: PRECISION
  normalise: NORMALISE
  held_out: {every: EVERY}
run: {t_end: END, seed: 5}
surrogates:
  net: {ARCHITECTURE, inputs: [{field: a}], outputs: [{field: b}]}
hooks:
  - {type: history, every_steps: 20}
  - {type: checkpoint, at_end: true}
"""
KINDS = {"mlp": "kind: mlp, hidden: [12, 12], activation: tanh", "convolutional": "kind: convolutional, hidden: [6], kernel: 3, activation: silu",
         "fourier": "kind: fourier, width: 6, blocks: 2, modes: [3], projection: 8, activation: gelu"}
ALL = {**KINDS, "transform_once": "kind: transform_once, width: 6, blocks: 2, modes: [3], projection: 8, activation: sine",
       "unet": "kind: unet, width: 4, levels: 1, kernel: 3, activation: gelu",
       "latent_spectral": "kind: latent_spectral, width: 4, levels: 1, kernel: 3, tokens: 3, heads: 2, basis: 3, patch: 0, activation: gelu"}


def smooth(generator, shape):
    """Random fields of the longest waves."""
    modes = np.zeros(shape, complex)
    modes[..., :3, :3] = generator.standard_normal((*shape[:-2], 3, 3)) + 1j * generator.standard_normal((*shape[:-2], 3, 3))
    return np.fft.ifft2(modes).real * 30


def write_data(folder, samples=20, trajectories=5, law="mlp"):
    law = {"transform_once": "fourier", "unet": "convolutional", "latent_spectral": "convolutional"}.get(law, law)
    a = smooth(np.random.default_rng(1), (samples, 10, 12))
    b = {"mlp": np.sin(a), "convolutional": np.roll(a, 1, -1) - np.roll(a, -1, -1), "fourier": np.real(np.fft.ifft2(np.fft.fft2(a) / (1 + np.arange(10)[:, None])))}[law]
    with h5py.File(folder / "data.h5", "w") as file:
        file["a"], file["b"] = a, b
        file["trajectory"] = np.repeat(np.arange(trajectories), samples // trajectories)
    return a, b


def case(folder, architecture, end=200, every=5, precision="single", normalise="data", text=TRAIN):
    text = text.replace("PRECISION", precision).replace("NORMALISE", normalise).replace("EVERY", str(every)).replace("END", str(end))
    return runs.write_case(folder, text.replace("ARCHITECTURE", architecture))


@pytest.mark.parametrize("kind", [*KINDS, "unet", "latent_spectral"])
def test_it_learns_what_it_was_not_shown(tmp_path, kind):
    _, b = write_data(tmp_path, law=kind)
    architecture = ALL[kind].replace("width: 4", "width: 8")
    good("train", case(tmp_path, f"architecture: {{{architecture}}}", end=200), "--output", tmp_path / "out", ranks=2, folder=tmp_path)
    history = runs.history(tmp_path / "out")
    validation = history["validation"][np.isfinite(history["validation"])]
    assert validation[-1] < 0.05 and validation[-1] < 0.5 * validation[0]
    text = good("surrogate", "info", tmp_path / "out" / "best.h5")
    assert "best of" in text
    good("surrogate", "evaluate", tmp_path / "out" / "best.h5", *one_sample(tmp_path, 17), folder=tmp_path)
    with h5py.File(tmp_path / "predicted.h5") as file:
        assert np.mean((file["b"][()] - b[17]) ** 2) < 0.1 * np.var(b)


def one_sample(folder, number):
    with h5py.File(folder / "data.h5") as data, h5py.File(folder / "one.h5", "w") as one:
        one["a"] = data["a"][number]
    return folder / "one.h5", folder / "predicted.h5"


def forward(kind, w, x):
    """The networks of KINDS by PyTorch's own functions, from named weights."""
    def dense(name, x):
        return torch.einsum("oi,bixy->boxy", w[name + ".weight"], x) + w[name + ".bias"][:, None, None]
    if kind == "mlp":
        return dense("layers.2", torch.tanh(dense("layers.1", torch.tanh(dense("layers.0", x)))))
    if kind == "convolutional":
        for n in (0, 1):
            x = torch.nn.functional.conv2d(torch.nn.functional.pad(x, (1, 1, 1, 1), mode="circular"), w[f"layers.{n}.weight"], w[f"layers.{n}.bias"])
            x = torch.nn.functional.silu(x) if n == 0 else x
        return x
    if kind in ("unet", "latent_spectral"):
        def meet(level, x):
            if kind == "unet":
                return x
            name, flat = f"latent.{level}", x.flatten(2).transpose(1, 2)
            k, v = torch.nn.functional.linear(flat, w[name + ".encode.weight"], w[name + ".encode.bias"]).chunk(2, -1)

            def attention(q, k, v):
                heads = zip(q.chunk(2, -1), k.chunk(2, -1), v.chunk(2, -1))
                return torch.cat([torch.softmax(q @ k.transpose(1, 2), -1) @ v for q, k, v in heads], -1)
            z = w[name + ".tokens"] + attention(w[name + ".tokens"], k, v)
            b, a = w[name + ".basis"].T, np.pi / 3 * z
            z = z + b[0] + b[1] * torch.sin(a) + b[2] * torch.sin(2 * a) + b[3] * torch.cos(a) + b[4] * torch.cos(2 * a)
            q = torch.nn.functional.linear(flat, w[name + ".decode.weight"], w[name + ".decode.bias"])
            return x + attention(q, z, z).transpose(1, 2).reshape(x.shape)

        def pair(name, x):
            for n in (0, 1):
                padded = torch.nn.functional.pad(x, (1, 1, 1, 1), mode="circular")
                x = torch.nn.functional.gelu(torch.nn.functional.conv2d(padded, w[f"{name}.{n}.weight"], w[f"{name}.{n}.bias"]))
            return x
        fine = pair("down.0", x)
        coarse = meet(1, pair("down.1", torch.nn.functional.avg_pool2d(fine, 2)))
        return dense("project", pair("up.0", torch.cat([meet(0, fine), torch.nn.functional.interpolate(coarse, scale_factor=2)], 1)))
    if kind == "transform_once":
        return forward_once(w, dense("lift", x))
    x = dense("lift", x)
    for n in (0, 1):
        spectrum, m = torch.fft.rfftn(x, dim=(2, 3)), 3
        kept, spectral = torch.zeros_like(spectrum), torch.view_as_complex(w[f"blocks.{n}.spectral"])
        kept[:, :, :m, :m] = torch.einsum("bixy,ioxy->boxy", spectrum[:, :, :m, :m], spectral[:, :, :m])
        kept[:, :, -m:, :m] = torch.einsum("bixy,ioxy->boxy", spectrum[:, :, -m:, :m], spectral[:, :, m:])
        x = dense(f"blocks.{n}", x) + torch.fft.irfftn(kept, s=x.shape[2:], dim=(2, 3))
        x = torch.nn.functional.gelu(x) if n == 0 else x
    return dense("project.1", torch.nn.functional.gelu(dense("project.0", x)))


def forward_once(w, x):
    """Transform Once between the wavenumbers 0, 1, 2, -3, -2, -1 along x and 0, 1, 2 along y, from the lifted fields."""
    kx, scale = torch.tensor([0, 1, 2, 7, 8, 9]), (2 * 18) ** 0.5 / 120
    v = scale * torch.fft.fft2(x)[:, :, kx, :3]
    for n in (0, 1):
        spectral, mix_x, mix_y = (torch.view_as_complex(w[f"blocks.{n}.{name}"]) for name in ("spectral", "mix.0", "mix.1"))
        z = torch.einsum("bixy,ioxy->boxy", v, spectral)
        z = torch.complex(torch.sin(z.real), torch.sin(z.imag))
        v = v + torch.einsum("bcxy,xuc,yvc->bcuv", z, mix_x, mix_y)
    h = torch.einsum("oi,bixy->boxy", w["project.0.weight"], torch.cat([v.real, v.imag], 1)) + w["project.0.bias"][:, None, None]
    y = torch.einsum("oi,bixy->boxy", w["project.1.weight"], torch.sin(h)) + w["project.1.bias"][:, None, None]
    spectrum = torch.zeros(x.shape[0], 1, 10, 12, dtype=v.dtype)
    spectrum[:, :, kx, :3] = torch.complex(y[:, :1], y[:, 1:]) / scale * torch.tensor([1.0, 2, 2])
    return torch.fft.ifft2(spectrum).real


SHAPES = {"mlp": {"layers.0": (12, 1), "layers.1": (12, 12), "layers.2": (1, 12)}, "convolutional": {"layers.0": (6, 1, 3, 3), "layers.1": (1, 6, 3, 3)},
          "fourier": {"lift": (6, 1), "blocks.0": (6, 6), "blocks.1": (6, 6), "project.0": (8, 6), "project.1": (1, 8)},
          "transform_once": {"lift": (6, 1), "project.0": (8, 12), "project.1": (2, 8)},
          "unet": {"down.0.0": (4, 1, 3, 3), "down.0.1": (4, 4, 3, 3), "down.1.0": (8, 4, 3, 3), "down.1.1": (8, 8, 3, 3),
                   "up.0.0": (4, 12, 3, 3), "up.0.1": (4, 4, 3, 3), "project": (1, 4)}}
SHAPES["latent_spectral"] = {**SHAPES["unet"], "latent.0.encode": (8, 4), "latent.0.decode": (4, 4), "latent.1.encode": (16, 8), "latent.1.decode": (8, 8)}
TOKENS = {"latent.0.tokens": (3, 4), "latent.0.basis": (4, 5), "latent.1.tokens": (3, 8), "latent.1.basis": (8, 5)}
BLOCKS = {"spectral": (6, 6, 6, 3, 2), "mix.0": (6, 6, 6, 2), "mix.1": (3, 3, 6, 2)}


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("ranks", [1, 3])
def test_weights_after_some_steps_are_those_of_pytorch(tmp_path, kind, ranks):
    """One sample, so that every batch is known; AdamW and the network of PyTorch."""
    a, b = write_data(tmp_path, samples=1, trajectories=1, law=kind)
    random = np.random.default_rng(7).standard_normal
    tensors = {}
    for name, shape in SHAPES[kind].items():
        tensors[name + ".weight"], tensors[name + ".bias"] = 0.3 * random(shape), 0.3 * random(shape[0])
        if name.startswith("blocks"):
            tensors[name + ".spectral"] = 0.3 * random((6, 6, 6, 3, 2))
    if kind == "latent_spectral":
        tensors.update({name: 0.3 * random(shape) for name, shape in TOKENS.items()})
    if kind == "transform_once":
        tensors.update({f"blocks.{n}.{name}": 0.3 * random(shape) for n in (0, 1) for name, shape in BLOCKS.items()})
    surrogate_weights.write(tmp_path / "start.h5", {"architecture": yaml.safe_load("{" + ALL[kind] + "}"), "dimensions": 2,
                                                    "inputs": [{"field": "a"}], "outputs": [{"field": "b"}]}, tensors)
    text = TRAIN.replace("rate: 0.01", "rate: 0.01\n  weight_decay: 0.1").replace("validate_every: 20", "validate_every: 1")
    file = case(tmp_path, "weights: start.h5", end=6, every=0, precision="double", normalise="given", text=text)
    good("train", file, "--output", tmp_path / "out", ranks=ranks, folder=tmp_path)
    _, trained = surrogate_weights.read(tmp_path / "out" / "last.h5")
    w = {name: torch.tensor(values, requires_grad=True) for name, values in tensors.items()}
    optimiser = torch.optim.AdamW(list(w.values()), lr=0.01, weight_decay=0.1)
    x, y = torch.tensor(a)[:, None], torch.tensor(b)[:, None]
    for _ in range(6):
        optimiser.zero_grad()
        torch.mean((forward(kind, w, x) - y) ** 2).backward()
        optimiser.step()
    for name, values in w.items():
        np.testing.assert_allclose(trained[name], values.detach().numpy(), rtol=0, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("ranks", [1, 3])
def test_restart_is_bit_for_bit_and_ranks_agree(tmp_path, kind, ranks):
    write_data(tmp_path, law=kind)
    file = case(tmp_path, f"architecture: {{{ALL[kind]}}}", end=60, precision="double")
    good("train", file, "--output", tmp_path / "whole", ranks=ranks, folder=tmp_path)
    good("train", file, "--output", tmp_path / "parts", "--set", "run.max_steps=40", ranks=ranks, folder=tmp_path)
    good("train", file, "--output", tmp_path / "parts", "--restart", "auto", ranks=ranks, folder=tmp_path)
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts")) == []
    runs.same_history(tmp_path / "whole", tmp_path / "parts")
    if ranks > 1:
        good("train", file, "--output", tmp_path / "one", folder=tmp_path)
        one, many = runs.state(tmp_path / "one")["weights"], runs.state(tmp_path / "whole")["weights"]
        assert np.abs(one - many).max() < 1e-8


@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
def test_shifted_samples(tmp_path, ranks):
    """For a network that knows no place a shifted pair is the pair; for one that does it is another. Restarts repeat the shifts."""
    write_data(tmp_path, law="convolutional")

    def trained(folder, kind, *arguments, on=ranks, augment="translations"):
        file = case(tmp_path, f"architecture: {{{ALL[kind]}}}", end=20, precision="double",
                    text=TRAIN.replace("  normalise:", f"  augment: {augment}\n  normalise:"))
        good("train", file, "--output", tmp_path / folder, *arguments, ranks=on, folder=tmp_path)
        return runs.state(tmp_path / folder)
    moved = trained("once", "transform_once")
    other = trained("other", "transform_once", on=1, augment="none" if ranks == 1 else "translations")["weights"]
    if ranks > 1:
        assert np.abs(moved["weights"] - other).max() < 1e-9
    else:
        assert np.abs(moved["weights"] - other).max() > 1e-3
    if ranks in (1, 3):
        trained("parts", "transform_once", "--set", "run.max_steps=13")
        assert runs.different_bits(moved, trained("parts", "transform_once", "--restart", "auto")) == []
    if ranks in (1, 4):
        still = trained("still", "convolutional", on=1, augment="none")["weights"]
        assert np.abs(trained("moved", "convolutional")["weights"] - still).max() < 1e-8


def test_faults_say_both_sides(tmp_path):
    write_data(tmp_path)
    architecture = f"architecture: {{{KINDS['mlp']}}}"
    for change, message in [(("field: a", "field: c"), "has no dataset 'c'; it has: a, b, trajectory"), (("data.h5", "none.h5"), "none.h5"),
                            (("every: 5", "every: 1"), "every trajectory is held out"), (("use: net", "use: nat"), "there is no surrogate 'nat'")]:
        file = case(tmp_path, architecture)
        file.write_text(file.read_text().replace(*change))
        result = sluice("train", file, "--output", tmp_path / "out", folder=tmp_path)
        assert result.returncode == 1 and message in result.stdout + result.stderr, result.stdout + result.stderr
    file = case(tmp_path, f"architecture: {{{ALL['unet'].replace('levels: 1', 'levels: 2')}}}")
    result = sluice("train", file, "--output", tmp_path / "out", folder=tmp_path)
    assert result.returncode == 1 and "axis 0 has 10; allowed are multiples of 4" in result.stdout + result.stderr
    file = case(tmp_path, architecture, text=TRAIN.replace("  normalise:", "  augment: translations\n  normalise:"))
    result = sluice("train", file, "--output", tmp_path / "out", folder=tmp_path)
    assert result.returncode == 1 and "translations change nothing for an mlp" in result.stdout + result.stderr
    flux = runs.write_case(tmp_path, "solver: lorenz\n", "other.yaml")
    assert sluice("train", flux, folder=tmp_path).returncode == 1


IN_SITU = """
solver: turbulence
grid: {points: [20, 16]}
equation: {navier_stokes: {viscosity: 5.0e-3, drag: 0.1}}
forcing: {type: cosines, waves: [4, 4], amplitude: [1, 1]}
initial: {type: random, peak: 3, energy: 1}
time: {integrator: ifrk3, dt: 0.02}
transform: {planning: estimated}
run: {t_end: 2.4}
surrogates:
  net:
    architecture: {kind: fourier, width: 6, blocks: 1, modes: [6], projection: 8, activation: silu}
    inputs: [{field: vorticity}]
    outputs: [{field: streamfunction}]
hooks:
  - {type: train, use: net, every_steps: 2, samples: 24, start_after: 12, gradient_steps: 4, validate_every: 3, publish_from: 60,
     file: trained.h5, training: {batch: 4, rate: 0.01, held_out: {block: 2, every: 4}}}
  - {type: history, every_steps: 1}
  - {type: checkpoint, at_end: true}
"""


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_in_situ(tmp_path, ranks):
    """The streamfunction from the vorticity, learned from the flow that runs."""
    file = runs.write_case(tmp_path, IN_SITU)
    text = good("run", file, "--output", tmp_path / "whole", ranks=ranks, folder=tmp_path)
    good("run", file, "--output", tmp_path / "parts", "--set", "run.max_steps=71", ranks=ranks, folder=tmp_path)
    good("run", file, "--output", tmp_path / "parts", "--restart", "auto", ranks=ranks, folder=tmp_path)
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts")) == []
    runs.same_history(tmp_path / "whole", tmp_path / "parts")
    history = runs.history(tmp_path / "whole")
    assert history["net_version"][59] == 0 < history["net_version"][-1], "published too early or never"
    validation = history["net_validation"][np.isfinite(history["net_validation"])]
    assert validation[-1] < 0.5 * validation[0]
    assert "gradient steps in the run on 24 samples" in text
    without = runs.write_case(tmp_path, IN_SITU[:IN_SITU.index("surrogates:")] + IN_SITU[IN_SITU.index("hooks:"):].replace(
        IN_SITU[IN_SITU.index("  - {type: train"):IN_SITU.index("  - {type: history")], ""), "without.yaml")
    good("run", without, "--output", tmp_path / "without", ranks=ranks, folder=tmp_path)
    assert np.array_equal(runs.state(tmp_path / "without")["vorticity"], runs.state(tmp_path / "whole")["vorticity"]), "training changed the flow"
