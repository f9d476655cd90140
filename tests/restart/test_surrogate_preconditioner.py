"""A surrogate as preconditioner: whatever it says, the solution is that of the classical solver; what it is good for
shows in the iterations alone."""
import sys

import h5py
import numpy as np
import pytest
import runs
from learning import needs_torch
from program import SOURCE, good, sluice

sys.path.insert(0, str(SOURCE / "postprocessing"))
import surrogate_weights  # noqa: E402

TOLERANCE = 1e-9
N, DT = (24, 20), 0.004
CASE = """
solver: diffusion
grid: {points: [24, 20], lower: [0, 0], upper: [1, 1]}
boundary: {x_lower: {type: periodic}, x_upper: {type: periodic}, y_lower: {type: periodic}, y_upper: {type: periodic}}
initial: {type: gaussian, value: 1, centre: [0.4, 0.3], width: 0.08}
source: {type: gaussian, value: 5, centre: [0.7, 0.6], width: 0.1}
time: {scheme: backward_euler, dt: 0.004}
solve: {preconditioner: jacobi, tolerance: 1.0e-9, pairs: PAIRS, surrogate: {use: inverse}}
run: {t_end: 0.04}
surrogates:
  inverse: {SURROGATE}
hooks:
  - {type: history, every_steps: 1}
  - {type: checkpoint, at_end: true}
"""
WEIGHTS = "weights: weights.h5, precision: double, guard: {outside: 1}"


def case(folder, surrogate=WEIGHTS, pairs="none", name="case.yaml", change=("", "")):
    text = CASE.replace("SURROGATE", surrogate).replace("PAIRS", pairs).replace(*change)
    return runs.write_case(folder, text, name)


def run(folder, name, ranks=1, *options, **settings):
    good("run", case(folder, name=name + ".yaml", **settings), "--output", folder / name, *options, ranks=ranks, folder=folder)
    return runs.state(folder / name)["u"], runs.history(folder / name)


def classical(folder, **settings):
    return run(folder, "classical", 1, "--set", 'solve.surrogate.use=""', **settings)


def write(folder, kernel):
    surrogate_weights.write(folder / "weights.h5", {"architecture": {"kind": "convolutional", "hidden": [], "kernel": len(kernel)},
                            "dimensions": 2, "inputs": [{"field": "residual"}], "outputs": [{"field": "correction"}]},
                            {"layers.0.weight": kernel[None, None], "layers.0.bias": np.zeros(1)})


def matrix(u):
    """1/dt - the Laplacian of the periodic box, the matrix of the steps."""
    return u / DT - sum(N[d]**2 * (np.roll(u, 1, d) + np.roll(u, -1, d) - 2 * u) for d in (0, 1))


DIAGONAL = 1 / DT + 2 * (N[0]**2 + N[1]**2)


def good_kernel(reach=4):
    """The matrix's inverse, cut off."""
    unit = np.zeros(N)
    unit[0, 0] = 1
    inverse = np.fft.ifft2(DIAGONAL / np.fft.fft2(matrix(unit))).real
    return np.roll(inverse, (reach, reach), (0, 1))[:2 * reach + 1, :2 * reach + 1]


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_a_good_one_saves_iterations_and_changes_nothing_else(tmp_path, ranks):
    write(tmp_path, good_kernel())
    u, history = run(tmp_path, "learned", ranks)
    reference, jacobi = classical(tmp_path)
    assert np.abs(u - reference).max() < 100 * TOLERANCE * np.abs(reference).max()
    assert history["inverse_refused"][-1] == 0 and history["inverse_accepted"][-1] > 0
    assert history["linear_iterations"][1:].max() < 0.5 * jacobi["linear_iterations"][1:].min()


@pytest.mark.parametrize("kernel,off", [(np.full((3, 3), np.nan), True), (-good_kernel(1), True), (1e60 * good_kernel(), False),
                                        (np.eye(5), True), (np.zeros((1, 1)), True)], ids=["nan", "against", "scaled", "useless", "nothing"])
def test_any_weights_give_the_same_solution(tmp_path, kernel, off):
    write(tmp_path, kernel)
    u, history = run(tmp_path, "learned", 2)
    reference, _ = classical(tmp_path)
    assert np.abs(u - reference).max() < 100 * TOLERANCE * np.abs(reference).max()
    assert (history["inverse_refused"][-1] >= 10) == off


def test_untrained_networks(tmp_path):
    write(tmp_path, good_kernel())
    reference, _ = classical(tmp_path)
    for architecture in ("kind: convolutional, hidden: [4], kernel: 3", "kind: mlp, hidden: [8]", "kind: fourier, width: 4, blocks: 1, modes: [4]"):
        u, history = run(tmp_path, architecture[6:9], 3, surrogate=f"architecture: {{{architecture}}}, inputs: [{{field: residual}}], outputs: [{{field: correction}}]")
        assert np.abs(u - reference).max() < 100 * TOLERANCE * np.abs(reference).max()
        assert history["inverse_refused"][-1] + history["inverse_accepted"][-1] > 0


@pytest.mark.parametrize("change", [("source:", "conductivity: {slope: 0.5}\nsource:"), ("scheme: backward_euler", "scheme: adaptive")], ids=["newton", "adaptive"])
def test_in_newton_and_adaptive_steps(tmp_path, change):
    write(tmp_path, good_kernel())
    u, history = run(tmp_path, "learned", 2, change=change)
    reference, _ = classical(tmp_path, change=change)
    assert np.abs(u - reference).max() < 1e-5 * np.abs(reference).max()
    assert history["inverse_accepted"][-1] > 0


@pytest.mark.parametrize("ranks", [1, 3])
def test_restart_is_bit_for_bit(tmp_path, ranks):
    """The guard's box refuses some calls, and in the end switches the surrogate off."""
    kernel = good_kernel()
    write(tmp_path, kernel)
    settings = {"surrogate": "weights: weights.h5, inputs: [{field: residual, lower: -2.5, upper: 6.5}], outputs: [{field: correction}], guard: {budget: 30}", "pairs": "solves"}
    _, history = run(tmp_path, "whole", ranks, **settings)
    run(tmp_path, "parts", ranks, "--set", "run.max_steps=4", **settings)
    run(tmp_path, "parts", ranks, "--restart", "auto", **settings)
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts")) == []
    runs.same_history(tmp_path / "whole", tmp_path / "parts")
    assert history["inverse_refused"][-1] > 0 and history["inverse_accepted"][-1] > 0


@pytest.mark.parametrize("pairs", ["solves", "probes"])
def test_pairs_are_of_the_matrix(tmp_path, pairs):
    write(tmp_path, good_kernel())
    fields = {}
    for ranks in (1, 3):
        run(tmp_path, f"run{ranks}", ranks, pairs=pairs)
        state = runs.state(tmp_path / f"run{ranks}")
        fields[ranks] = [next(values for name, values in state.items() if name.endswith(field)) for field in ("residual", "correction")]
    residual, correction = fields[1]
    assert np.sqrt(np.mean(residual**2)) == pytest.approx(1, rel=1e-12)
    np.testing.assert_allclose(matrix(correction) / DIAGONAL, residual, rtol=0, atol=1e-10 if pairs == "probes" else 1e-2)
    if pairs == "probes":
        for one, many in zip(fields[1], fields[3]):
            np.testing.assert_allclose(many, one, rtol=0, atol=1e-12)


def test_faults_say_both_sides(tmp_path):
    write(tmp_path, good_kernel())
    for change, message in [(("use: inverse", "use: invers"), "did you mean 'inverse'"),
                            ((WEIGHTS, "architecture: {kind: mlp}, inputs: [{field: u}], outputs: [{field: correction}]"), "maps 'residual' [1] to 'correction' [1]"),
                            (("use: inverse", "use: inverse, contraction: 1"), "contraction")]:
        result = sluice("run", case(tmp_path, change=change), "--output", tmp_path / "out", folder=tmp_path)
        assert result.returncode == 1 and message in result.stdout + result.stderr, result.stdout + result.stderr


@needs_torch
def test_it_is_learned_in_the_run(tmp_path):
    learning = ("hooks:", "hooks:\n  - {type: train, use: inverse, every_steps: 1, start_after: 8, gradient_steps: 40, validate_every: 4, publish_from: 30, "
                "file: trained.h5, training: {batch: 4, rate: 0.02, held_out: {block: 1, every: 5}}}")
    surrogate = "architecture: {kind: convolutional, hidden: [], kernel: 7}, inputs: [{field: residual}], outputs: [{field: correction}], guard: {outside: 1}"
    _, history = run(tmp_path, "learned", 2, "--set", "run.t_end=0.16", surrogate=surrogate, pairs="probes", change=learning)
    assert history["inverse_version"][29] == 0 < history["inverse_version"][-1]
    assert history["inverse_refused"][-1] == 0
    assert history["linear_iterations"][-1] < 0.7 * history["linear_iterations"][20]
    with h5py.File(tmp_path / "learned" / "trained.h5") as file:
        assert file["tensors/layers.0.weight"].shape == (1, 1, 7, 7)
