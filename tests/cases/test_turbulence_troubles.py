"""A run that blows up leaves its reasons and a post-mortem; one that is not resolved says so, once, also without hooks that look."""
import h5py
import numpy as np
import pytest
import runs
from program import sluice

BLOW_UP = """
solver: turbulence
grid: {points: [32, 32]}
equation: {navier_stokes: {viscosity: 0}}
initial: {type: random, peak: 6, energy: 5}
time: {integrator: ab3, dt: 0.05}
transform: {planning: estimated}
run: {t_end: 100}
hooks: []
"""
ROUGH = """
solver: turbulence
grid: {points: [32, 32]}
equation: {navier_stokes: {viscosity: 0}}
initial: {type: random, peak: 4, energy: 2}
time: {integrator: ifrk3, dt: 0.01, dealiasing: padded}
transform: {planning: estimated}
run: {t_end: 8}
hooks: [{type: checkpoint, every_steps: 500}]
"""
NOISE = """
solver: turbulence
grid: {points: [32, 32], length: [1.0e+6]}
equation: {model: two_layer, two_layer: {}}
time: {integrator: ab3, dt: 3600, dealiasing: filter}
transform: {planning: estimated}
run: {t_end: 7.2e+5}
hooks: [{type: history, every_steps: 50}]
"""


@pytest.mark.parametrize("ranks", [1, 3])
def test_a_blow_up_leaves_a_post_mortem(tmp_path, ranks):
    result = sluice("run", runs.write_case(tmp_path, BLOW_UP), "--output", tmp_path / "run", ranks=ranks, folder=tmp_path)
    text = result.stdout + result.stderr
    assert result.returncode == 1, text
    for word in ("vorticity", "grows without bound", "CFL number", "energy_spectrum at", "enstrophy_spectrum at", "a shorter time.dt"):
        assert word in text, text
    left = list((tmp_path / "run" / "snapshots").glob("post_mortem_*.h5"))
    assert len(left) == 1, text
    with h5py.File(left[0]) as file:
        w, u = file["vorticity"][()], file["u"][()]
        assert w.shape == (32, 32) and np.isfinite(w).all() and abs(w).max() > 10
        assert f"from t = {float(file['time'][()].ravel()[0]):.6g}"[:12] in text
        k = np.fft.fftfreq(32, 1 / 32)
        modes = np.fft.fft2(w) / np.where((square := k[:, None]**2 + k**2) > 0, square, 1)
        np.testing.assert_allclose(np.fft.ifft2(1j * k * modes).real, u, atol=1e-8 * abs(u).max())  # u = -psi_y, lap psi = w


def said(case, *arguments):
    """Everything that a good run says, warnings too."""
    result = sluice("run", case, *arguments, folder=case.parent)
    assert result.returncode in (0, 2), result.stdout + result.stderr
    return result.stdout + result.stderr


def warnings(text):
    return text.count("under-resolved")


def test_an_under_resolved_run_warns_once(tmp_path):
    case = runs.write_case(tmp_path, ROUGH)
    text = said(case, "--output", tmp_path / "run")
    assert warnings(text) == 1 and "cut-off wavenumber" in text, text
    parts = said(case, "--output", tmp_path / "parts", "--set", "run.max_steps=550")
    again = said(case, "--output", tmp_path / "parts", "--restart", "auto")
    assert (warnings(parts), warnings(again)) == (1, 0), parts + again


def test_a_resolved_run_and_a_start_from_noise_do_not(tmp_path):
    for name, text in (("noise", NOISE), ("resolved", ROUGH.replace("viscosity: 0", "viscosity: 5.0e-3"))):
        assert warnings(said(runs.write_case(tmp_path, text), "--output", tmp_path / name)) == 0
