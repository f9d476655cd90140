"""Pictures of turbulence runs, and the table of closures from an ensemble, on runs that the program makes."""
import hashlib
import json
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


def test_ensembles_in_short(tmp_path):
    good("run", runs.write_case(tmp_path, FLOW + SNAPSHOTS + ENSEMBLE), "--output", tmp_path / "run", folder=tmp_path)
    folders = [tmp_path / "run" / f"member_{member:04d}" for member in range(4)]
    histories = [runs.history(folder) for folder in folders]
    result = tool("members.py", tmp_path / "run", folders[2], "-c", "enstrophy", "energy")
    assert result.returncode == 0, result.stderr
    _, _, whole, alone = [[cell.strip() for cell in line.strip("|").split("|")] for line in result.stdout.splitlines()]
    last = [one["enstrophy"][-1] for one in histories]
    mean, spread = (float(word) for word in whole[2].split("+-"))
    np.testing.assert_allclose([mean, spread], [np.mean(last), np.std(last, ddof=1)], rtol=0.06)
    assert whole[:2] == ["run", "4"] and alone[:2] == ["member_0002", "1"] and float(alone[2]) == pytest.approx(last[2], rel=1e-3)
    assert "has no entropy" in tool("members.py", tmp_path / "run", "-c", "entropy").stderr

    result = tool("turbulence_summary.py", tmp_path / "run", "-o", tmp_path / "kept.json")
    assert result.returncode == 0, result.stderr
    kept = json.loads((tmp_path / "kept.json").read_text())
    spectra = []
    for folder in folders:
        with h5py.File(folder / "curves.h5") as file:
            spectra.append(file["energy_spectrum/mean"][()])
    np.testing.assert_allclose(kept["curves"]["energy_spectrum"]["mean"], np.mean(spectra, axis=0), rtol=1e-8)
    np.testing.assert_allclose(kept["curves"]["energy_spectrum"]["deviation"], np.std(spectra, axis=0, ddof=1), rtol=1e-6, atol=1e-12)
    with h5py.File(sorted((folders[1] / "snapshots").glob("snapshot_*.h5"))[-1]) as file:
        fields = [file[name][()].tobytes() for name in sorted(name for name in file if file[name].ndim == 2)]
    assert kept["states_sha256"][1]["last"] == hashlib.sha256(b"".join(fields)).hexdigest()
    assert kept["members"] == 4 and kept["run"]["seed"] == 0 and "output" not in kept["run"]
