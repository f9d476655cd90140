"""Networks of weights files against PyTorch's own layers on the same weights, on 1 to 4 ranks with uneven splits."""
import pathlib
import sys

import h5py
import numpy as np
import pytest

from program import SOURCE, good, sluice

torch = pytest.importorskip("torch", reason="python3-torch is not installed")
sys.path.insert(0, str(SOURCE / "postprocessing"))
import surrogate_weights  # noqa: E402

ACTIVATIONS = {"gelu": torch.nn.functional.gelu, "tanh": torch.tanh, "relu": torch.relu, "silu": torch.nn.functional.silu,
               "sine": torch.sin}
CHANNELS = {"inputs": [{"field": "u", "unit": "K", "shift": 0.3, "scale": 2.0}, {"field": "v", "unit": "m s^-1", "scale": 0.5}],
            "outputs": [{"field": "p", "unit": "Pa", "shift": -1.0, "scale": 4.0}, {"field": "q"}, {"field": "r"}]}


class Perceptron(torch.nn.Module):
    """torch.nn.Linear with the channels last."""

    def __init__(self, architecture, _):
        super().__init__()
        sizes = [2, *architecture["hidden"], 3]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.act = ACTIVATIONS[architecture["activation"]]

    def forward(self, x):
        x = x.movedim(1, -1)
        for layer in self.layers[:-1]:
            x = self.act(layer(x))
        return self.layers[-1](x).movedim(-1, 1)


class Convolutional(torch.nn.Module):
    """torch.nn.ConvNd with circular padding."""

    def __init__(self, architecture, dimensions):
        super().__init__()
        sizes, k = [2, *architecture["hidden"], 3], architecture["kernel"]
        kind = (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)[dimensions - 1]
        self.layers = torch.nn.ModuleList(kind(a, b, k, padding=k // 2, padding_mode="circular") for a, b in zip(sizes, sizes[1:]))
        self.act = ACTIVATIONS[architecture["activation"]]

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.act(layer(x))
        return self.layers[-1](x)


class Block(torch.nn.Module):
    """The spectral layer of Li et al. with torch.fft: corners of the spectrum are multiplied, the rest is 0."""

    def __init__(self, width, modes):
        super().__init__()
        shape = [width, width, *(2 * m for m in modes[:-1]), modes[-1]]
        self.spectral = torch.nn.Parameter(torch.randn(*shape, dtype=torch.cfloat) / width)
        self.weight = torch.nn.Parameter(torch.randn(width, width) / width ** 0.5)
        self.bias = torch.nn.Parameter(torch.randn(width))
        self.modes = modes

    def forward(self, x):
        axes = tuple(range(2, x.dim()))
        spectrum = torch.fft.rfftn(x, dim=axes)
        index = [torch.cat([torch.arange(m), torch.arange(-m, 0)]) % spectrum.shape[2 + d] for d, m in enumerate(self.modes[:-1])]
        index.append(torch.arange(self.modes[-1]))
        where = (slice(None), slice(None), *torch.meshgrid(*index, indexing="ij"))
        kept = torch.zeros_like(spectrum)
        kept[where] = torch.einsum("bi...,io...->bo...", spectrum[where], self.spectral.to(spectrum.dtype))
        pointwise = torch.einsum("oi,bi...->bo...", self.weight, x) + self.bias.view(1, -1, *[1] * len(axes))
        return torch.fft.irfftn(kept, s=x.shape[2:], dim=axes) + pointwise


class Fourier(torch.nn.Module):
    def __init__(self, architecture, _):
        super().__init__()
        w = architecture["width"]
        self.lift = torch.nn.Linear(2, w)
        self.blocks = torch.nn.ModuleList(Block(w, architecture["modes"]) for _ in range(architecture["blocks"]))
        self.project = torch.nn.ModuleList([torch.nn.Linear(w, architecture["projection"]), torch.nn.Linear(architecture["projection"], 3)])
        self.act = ACTIVATIONS[architecture["activation"]]

    def forward(self, x):
        x = self.lift(x.movedim(1, -1)).movedim(-1, 1)
        for n, block in enumerate(self.blocks):
            x = block(x) if n + 1 == len(self.blocks) else self.act(block(x))
        return self.project[1](self.act(self.project[0](x.movedim(1, -1)))).movedim(-1, 1)


class Mixing(torch.nn.Module):
    """A layer of Poli et al. between wavenumbers: over channels, a function of both parts, over each axis, added."""

    def __init__(self, width, kept, act):
        super().__init__()
        self.spectral = torch.nn.Parameter(torch.randn(width, width, *kept, dtype=torch.cfloat) / width ** 0.5)
        self.mix = torch.nn.ParameterList(torch.nn.Parameter(torch.randn(k, k, width, dtype=torch.cfloat) / k ** 0.5) for k in kept)
        self.act = act

    def forward(self, v):
        z = torch.stack([sum(self.spectral[i, o].to(v.dtype) * v[:, i] for i in range(v.shape[1])) for o in range(v.shape[1])], 1)
        z = torch.complex(self.act(z.real), self.act(z.imag))
        for d, s in enumerate(self.mix):
            rows = [sum(s[k, o].to(v.dtype)[(None, slice(None)) + (None,) * (z.dim() - 3)] * z.select(2 + d, k) for k in range(s.shape[0]))
                    for o in range(s.shape[1])]
            z = torch.stack(rows, 2 + d)
        return v + z


class TransformOnce(torch.nn.Module):
    def __init__(self, architecture, dimensions):
        super().__init__()
        w, self.modes = architecture["width"], architecture["modes"]
        self.lift = torch.nn.Linear(2, w)
        self.act = ACTIVATIONS[architecture["activation"]]
        kept = [*(2 * m for m in self.modes[:-1]), self.modes[-1]]
        self.blocks = torch.nn.ModuleList(Mixing(w, kept, self.act) for _ in range(architecture["blocks"]))
        self.project = torch.nn.ModuleList([torch.nn.Linear(2 * w, architecture["projection"]), torch.nn.Linear(architecture["projection"], 6)])

    def forward(self, x):
        axes, shape = tuple(range(2, x.dim())), x.shape[2:]
        index = [torch.cat([torch.arange(m), torch.arange(n - m, n)]) for m, n in zip(self.modes[:-1], shape)] + [torch.arange(self.modes[-1])]
        where = (slice(None), slice(None), *torch.meshgrid(*index, indexing="ij"))
        count = 2 * np.prod([len(i) for i in index])
        v = torch.fft.fftn(self.lift(x.movedim(1, -1)).movedim(-1, 1), dim=axes)[where] * np.sqrt(count) / np.prod(shape)
        for block in self.blocks:
            v = block(v)
        h = self.act(self.project[0](torch.cat([v.real, v.imag], 1).movedim(1, -1)))
        y = self.project[1](h).movedim(-1, 1)
        result = torch.zeros(x.shape[0], 3, *shape, dtype=v.dtype)
        result[where] = torch.complex(y[:, :3].contiguous(), y[:, 3:].contiguous())
        result[..., 1:] *= 2  # the other half of the wavenumbers is the conjugate
        return torch.fft.ifftn(result, dim=axes).real * np.prod(shape) / np.sqrt(count)


class UNet(torch.nn.Module):
    """The U of Ronneberger et al. with torch.nn's layers: ConvNd, AvgPoolNd, Upsample."""

    def __init__(self, architecture, dimensions):
        super().__init__()
        w, k, levels = architecture["width"], architecture["kernel"], architecture["levels"]
        kind = (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)[dimensions - 1]

        def pair(a, b):
            return torch.nn.ModuleList(kind(i, b, k, padding=k // 2, padding_mode="circular") for i in (a, b))
        self.down = torch.nn.ModuleList(pair(2 if n == 0 else w * 2 ** (n - 1), w * 2 ** n) for n in range(levels + 1))
        self.up = torch.nn.ModuleList(pair(3 * w * 2 ** n, w * 2 ** n) for n in range(levels))
        self.project = torch.nn.Linear(w, 3)
        self.halve = (torch.nn.AvgPool1d, torch.nn.AvgPool2d, torch.nn.AvgPool3d)[dimensions - 1](2)
        self.double_up = torch.nn.Upsample(scale_factor=2, mode="nearest")
        self.act = ACTIVATIONS[architecture["activation"]]

    def meet(self, x, n):
        return x

    def level(self, x, n):
        """Everything from level n down and back up to it."""
        def through(pair, y):
            for layer in pair:
                y = self.act(layer(y))
            return y
        x = through(self.down[n], x)
        across = self.meet(x, n)
        if n == len(self.up):
            return across
        return through(self.up[n], torch.cat([across, self.double_up(self.level(self.halve(x), n + 1))], 1))

    def forward(self, x):
        return self.project(self.level(x, 0).movedim(1, -1)).movedim(-1, 1)


class SpectralBlock(torch.nn.Module):
    """The neural spectral block of Wu et al. on one patch after another, head after head, token after token; their sines and
    cosines of wavenumbers 0 to basis - 1, of which Sluice's file leaves out the sine of 0."""

    def __init__(self, channels, architecture):
        super().__init__()
        self.heads, self.waves = architecture["heads"], architecture["basis"]
        self.tokens = torch.nn.Parameter(torch.randn(architecture["tokens"], channels))
        self.encode, self.decode = torch.nn.Linear(channels, 2 * channels), torch.nn.Linear(channels, channels)
        self.basis = torch.nn.Parameter(torch.randn(channels, 2 * self.waves - 1) / self.waves)

    def attention(self, queries, keys, values):
        """[points, channels] each; scores as they are, not over the root of the channels"""
        heads = zip(*(x.chunk(self.heads, -1) for x in (queries, keys, values)))
        return torch.cat([torch.softmax(q @ k.T, -1) @ v for q, k, v in heads], -1)

    def forward(self, x):
        """[points of a patch, channels]"""
        k, v = self.encode(x).split(x.shape[-1], -1)
        z = self.tokens + self.attention(self.tokens, k, v)
        modes = torch.arange(self.waves, dtype=x.dtype) / self.waves
        waves = torch.cat([torch.cos(np.pi * modes[:1] * z[..., None]), torch.sin(np.pi * modes[1:] * z[..., None]),
                           torch.cos(np.pi * modes[1:] * z[..., None])], -1)
        z = z + torch.einsum("tcm,cm->tc", waves, self.basis)
        return x + self.attention(self.decode(x), z, z)


class LatentSpectral(UNet):
    def __init__(self, architecture, dimensions):
        super().__init__(architecture, dimensions)
        self.latent = torch.nn.ModuleList(SpectralBlock(architecture["width"] * 2 ** n, architecture) for n in range(architecture["levels"] + 1))
        self.patch = architecture["patch"]

    def meet(self, x, n):
        result = torch.empty_like(x)
        sizes = [self.patch or points for points in x.shape[2:]]
        for patch in np.ndindex(*(points // m for points, m in zip(x.shape[2:], sizes))):
            where = (0, slice(None), *(slice(i * m, (i + 1) * m) for i, m in zip(patch, sizes)))
            part = x[where]
            result[where] = self.latent[n](part.flatten(1).T).T.reshape(part.shape)
        return result


PROBLEMS = {
    "mlp": (Perceptron, {"kind": "mlp", "hidden": [17, 6], "activation": "tanh"}, (7, 61)),
    "mlp_gelu": (Perceptron, {"kind": "mlp", "hidden": [16], "activation": "gelu"}, (201,)),
    "convolutional_1d": (Convolutional, {"kind": "convolutional", "hidden": [5], "kernel": 7, "activation": "silu"}, (17,)),
    "convolutional_2d": (Convolutional, {"kind": "convolutional", "hidden": [9, 8, 6], "kernel": 3, "activation": "relu"}, (23, 10)),
    "convolutional_3d": (Convolutional, {"kind": "convolutional", "hidden": [4], "kernel": 3, "activation": "gelu"}, (7, 6, 9)),
    "fourier_1d": (Fourier, {"kind": "fourier", "width": 6, "blocks": 3, "modes": [9], "projection": 10, "activation": "gelu"}, (37,)),
    "fourier_2d": (Fourier, {"kind": "fourier", "width": 8, "blocks": 4, "modes": [5, 6], "projection": 16, "activation": "gelu"}, (22, 15)),
    "once_1d": (TransformOnce, {"kind": "transform_once", "width": 6, "blocks": 2, "modes": [9], "projection": 10, "activation": "sine"}, (37,)),
    "once_2d": (TransformOnce, {"kind": "transform_once", "width": 5, "blocks": 3, "modes": [5, 6], "projection": 16, "activation": "sine"}, (22, 15)),
    "once_3d": (TransformOnce, {"kind": "transform_once", "width": 3, "blocks": 2, "modes": [2, 3, 3], "projection": 5, "activation": "gelu"}, (7, 6, 9)),
    "unet_1d": (UNet, {"kind": "unet", "width": 5, "levels": 3, "kernel": 5, "activation": "gelu"}, (40,)),
    "unet_2d": (UNet, {"kind": "unet", "width": 4, "levels": 2, "kernel": 3, "activation": "silu"}, (20, 12)),
    "unet_3d": (UNet, {"kind": "unet", "width": 2, "levels": 1, "kernel": 3, "activation": "tanh"}, (6, 4, 10)),
    "latent_1d": (LatentSpectral, {"kind": "latent_spectral", "width": 6, "levels": 2, "kernel": 5, "tokens": 3, "heads": 3, "basis": 4,
                                   "patch": 5, "activation": "gelu"}, (40,)),
    "latent_2d": (LatentSpectral, {"kind": "latent_spectral", "width": 4, "levels": 1, "kernel": 3, "tokens": 4, "heads": 1, "basis": 12,
                                   "patch": 2, "activation": "silu"}, (20, 12)),
    "latent_3d": (LatentSpectral, {"kind": "latent_spectral", "width": 2, "levels": 1, "kernel": 3, "tokens": 2, "heads": 2, "basis": 3,
                                   "patch": 0, "activation": "tanh"}, (6, 4, 10)),
    "fourier_3d": (Fourier, {"kind": "fourier", "width": 4, "blocks": 2, "modes": [2, 3, 3], "projection": 5, "activation": "tanh"}, (7, 6, 9)),
}


@pytest.fixture(scope="module", params=PROBLEMS)
def problem(request, tmp_path_factory):
    """A weights file made from a PyTorch module, fields, and what PyTorch makes of them in both precisions."""
    make, architecture, shape = PROBLEMS[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model = make(architecture, len(shape))
    description = {"architecture": architecture, "dimensions": len(shape), **CHANNELS}
    surrogate_weights.write(folder / "weights.h5", description, model.state_dict())
    generator = np.random.default_rng(2)
    fields = {"u": 0.3 + 2 * generator.standard_normal(shape), "v": 0.5 * generator.standard_normal(shape)}
    with h5py.File(folder / "fields.h5", "w") as file:
        for name, values in fields.items():
            file[name] = values
    x = torch.tensor(np.stack([(fields["u"] - 0.3) / 2, fields["v"] / 0.5])[None])
    scale, shift = np.array([4.0, 1, 1]), np.array([-1.0, 0, 0])
    results = {}
    with torch.no_grad():
        for precision in ("single", "double"):  # .float() and .double() leave complex weights as they are
            y = (model.float()(x.float()) if precision == "single" else model.double()(x))[0].double().numpy()
            results[precision] = {c["field"]: shift[i] + scale[i] * y[i] for i, c in enumerate(CHANNELS["outputs"])}
    return folder, model, results, request.param


def evaluated(folder, precision, ranks):
    target = folder / f"{precision}_{ranks}.h5"
    good("surrogate", "evaluate", folder / "weights.h5", folder / "fields.h5", target, "--precision", precision, ranks=ranks)
    with h5py.File(target) as file:
        return {name: file[name][()] for name in file}


def difference(a, b):
    return max(np.abs(a[name] - b[name]).max() for name in a) / max(np.abs(b[name]).max() for name in b)


@pytest.mark.parametrize("precision, tolerance", [("single", 3e-6), ("double", 1e-13)])
def test_gives_what_pytorch_gives(problem, precision, tolerance):
    folder, _, results, _ = problem
    assert difference(evaluated(folder, precision, 1), results[precision]) < tolerance


@pytest.mark.parametrize("ranks", [2, 3, 4])
def test_any_number_of_ranks_gives_the_same(problem, ranks):
    folder, _, _, name = problem
    for precision, tolerance in (("single", 1e-6), ("double", 1e-14)):
        found = difference(evaluated(folder, precision, ranks), evaluated(folder, precision, 1))
        assert found <= (tolerance if name.startswith(("fourier", "once", "latent")) else 0.0)


def test_state_dict_comes_back(problem):
    folder, model, _, _ = problem
    description, tensors = surrogate_weights.read(folder / "weights.h5")
    for name, values in model.state_dict().items():
        values = torch.view_as_real(values) if values.is_complex() else values
        np.testing.assert_array_equal(tensors[name], values.double().numpy())
    assert description["inputs"][0]["field"] == "u"


def test_info_and_damage(problem):
    folder, model, _, _ = problem
    text = good("surrogate", "info", folder / "weights.h5")
    count = sum(2 * p.numel() if p.is_complex() else p.numel() for p in model.parameters())
    assert f"parameters: {count}\n" in text and "v [m s^-1]" in text
    broken = folder / "broken.h5"
    broken.write_bytes(pathlib.Path(folder / "weights.h5").read_bytes())
    with h5py.File(broken, "a") as file:
        values = next(iter(file["tensors"].values()))
        values[...] = values[()] * (1 + 1e-12)
    result = sluice("surrogate", "info", broken)
    assert result.returncode == 1 and "is damaged: its content has the hash" in result.stderr + result.stdout
