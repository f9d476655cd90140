# ctest: LABELS long TIMEOUT 3000
"""Largest Lyapunov exponents within two standard errors of those that independent programs found for the comparison."""
import math
import os
import pathlib

import numpy as np
import pytest
import runs
from program import SOURCE, good

RELEASE = SOURCE / "build" / "release" / "sluice"

# Kuramoto-Sivashinsky with ETDRK4, box length: exponent, its standard error; root mean square of u.
# These are of runs of their own, so that their root mean squares have the same sampling error again.
BOXES = {22: (0.0497, 0.0014, 1.185), 60: (0.0869, 0.0026, 1.307), 100: (0.0914, 0.0025, 1.312), 200: (0.0908, 0.0032, 1.320)}


@pytest.mark.parametrize("length", BOXES)
def test_kuramoto_sivashinsky(tmp_path, length):
    case = pathlib.Path(SOURCE) / "inputs" / "turbulence" / f"kuramoto_sivashinsky_{length}.yaml"
    good("run", case, "--output", tmp_path / "run", "--set", "run.t_end=8000", "--set", "expected=[]", "--set",
         "hooks=[{type: history, every_steps: 1000}]", folder=tmp_path, timeout=1500, path=RELEASE if RELEASE.exists() else os.environ["SLUICE"])
    history = runs.history(tmp_path / "run")
    exponent, error, rms = BOXES[length]
    # Means of ten blocks from the running mean of u^2, whose samples begin at t = 50.
    sums = np.array(history["mean_rms"])**2 * (np.array(history["time"]) - 50)
    ends = np.linspace(10, len(sums) - 1, 11).astype(int)
    blocks = np.diff(sums[ends]) / np.diff(np.array(history["time"])[ends])
    of_rms = blocks.std(ddof=1) / np.sqrt(10) / (2 * rms)
    found, of_found = history["lyapunov"][-1], history["lyapunov_error"][-1]
    print(f"L = {length}: {found:.4f} +- {of_found:.4f}, {exponent} +- {error}; rms {history['mean_rms'][-1]:.4f} +- {of_rms:.4f}, {rms}")
    assert abs(found - exponent) < 2 * math.hypot(error, of_found)
    assert of_rms < 0.01 and abs(history["mean_rms"][-1] - rms) < 2 * math.sqrt(2) * of_rms + 5e-4  # the digits that are given
