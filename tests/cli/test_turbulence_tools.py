"""Pictures of turbulence runs, and the table of closures from an ensemble, on runs that the program makes."""
import subprocess
import sys

import h5py
import matplotlib.image
import numpy as np
import pytest
import runs
from program import SOURCE, good

TOOLS = SOURCE / "postprocessing"
sys.path.insert(0, str(TOOLS))

FLOW = """
solver: turbulence
grid: {points: [24, 24]}
equation: {navier_stokes: {viscosity: 1.0e-3}}
initial: {type: random, peak: 4, energy: 1}
time: {integrator: ifrk3, dt: 0.02}
transform: {planning: estimated}
run: {t_end: 0.4}
hooks:
  - {type: history, every_steps: 5}
  - {type: curves, every_steps: 5, start: 0.1}
  - {type: statistics, field: vorticity, every_steps: 5, start: 0.1, bins: 200, range: [-30, 30]}
"""
SNAPSHOTS = "  - {type: snapshot, every_steps: 5}\n"
ENSEMBLE = "ensemble: {members: 4, vary: {closure.type: [none, none, leith, leith], closure.coefficient: [0, 0, 0.3, 0.3]}}\n"
SIVASHINSKY = """
solver: turbulence
grid: {points: [64], length: [22]}
equation: {model: kuramoto_sivashinsky}
time: {dt: 0.1}
transform: {planning: estimated}
run: {t_end: 20}
hooks:
  - {type: history, every_steps: 10}
  - {type: snapshot, every_steps: 10}
"""


def tool(name, *arguments):
    return subprocess.run([sys.executable, str(TOOLS / name), *map(str, arguments)], capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("text", [FLOW + SNAPSHOTS, FLOW, SIVASHINSKY], ids=["flow", "without_snapshots", "one_dimension"])
def test_pictures(tmp_path, text):
    good("run", runs.write_case(tmp_path, text), "--output", tmp_path / "run", folder=tmp_path)
    result = tool("picture.py", tmp_path / "run")
    assert result.returncode == 0, result.stderr
    image = matplotlib.image.imread(tmp_path / "run" / "picture.png")
    assert image.shape[0] > 400 and image.std() > 0.05


def test_table_of_closures(tmp_path):
    good("run", runs.write_case(tmp_path, FLOW + ENSEMBLE), "--output", tmp_path / "run", folder=tmp_path)
    reference = tmp_path / "reference"
    reference.mkdir()
    spectrum = 10.0 / (1 + np.arange(40.0))**2
    np.savetxt(reference / "case1_enstrophy_spectrum_dns1024.dat", np.transpose([np.arange(40.0), spectrum]))
    result = tool("turbulence_baselines.py", tmp_path / "run", "--reference", reference)
    assert result.returncode == 0, result.stderr
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in result.stdout.splitlines() if line.startswith("|")]
    columns, rows = lines[0], {line[0]: line for line in lines[2:]}
    assert columns[1] == "members" and set(rows) == {"none 0", "leith 0.3", "spectrum of 1024^2"}
    enstrophy, z1 = [], []
    for member in (2, 3):
        with h5py.File(tmp_path / "run" / f"member_{member:04d}" / "curves.h5") as file:
            spectra = [file[f"enstrophy_spectrum_{axis}/mean"][()] for axis in "xy"]
        enstrophy.append(spectra[0][0] + 2 * spectra[0][1:].sum())
        k = np.arange(12)
        z1.append(1 / sum(((k * (one - spectrum[:12]))**2).sum() for one in spectra))
    for column, values in (("enstrophy", enstrophy), ("z1", z1)):
        mean, spread = (float(word) for word in rows["leith 0.3"][columns.index(column)].split("+-"))
        np.testing.assert_allclose(mean, np.mean(values), rtol=1e-3)
        np.testing.assert_allclose(spread, np.std(values, ddof=1), rtol=0.06)
    total = float(rows["spectrum of 1024^2"][columns.index("enstrophy")])
    np.testing.assert_allclose(total, spectrum[0] + 2 * spectrum[1:].sum(), rtol=1e-3)
    assert "is no ensemble's folder" in tool("turbulence_baselines.py", tmp_path).stderr
