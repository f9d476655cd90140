# ctest: LABELS long TIMEOUT 900
"""The commands behind the tables of solvers/turbulence/README.md, cut short: they run to their end and make their tables."""
import json
import os
import subprocess

import pytest
from program import SOURCE

RELEASE = SOURCE / "build" / "release" / "sluice"


def references(folder, *arguments, **settings):
    environment = {**os.environ, "SLUICE": str(RELEASE if RELEASE.exists() else os.environ["SLUICE"]), "MEMBERS": "2", **settings}
    command = [SOURCE / "tests" / "references" / "turbulence", *arguments, folder]
    result = subprocess.run([str(one) for one in command], capture_output=True, text=True, timeout=800, env=environment)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize("case", ["1", "2", "4"])
def test_beta_plane(tmp_path, case):
    text = references(tmp_path, "beta_plane", case, "64", END="21")
    assert [line.split("|")[1:3] for line in text.splitlines()[2:5]] == [[f" {name} ", " 5 "] for name in ("none 0", "smagorinsky 0.1", "leith 0.17")]


def test_two_layers(tmp_path):
    text = references(tmp_path, "two_layer", END="1.56e+8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith(("| eddy", "| jet"))]
    assert [row[1].strip() for row in rows] == [name + closure for name in ("eddy", "jet") for closure in ("", "_smagorinsky", "_backscatter")]
    energies = [float(row[3].split("+-")[0]) for row in rows[:3]]
    assert energies[1] < energies[0] < energies[2]  # a viscosity takes, backscatter gives


def test_kolmogorov(tmp_path):
    text = references(tmp_path, "kolmogorov", END="40.3", FINE="128", CHECK="1")
    assert [line.split(",")[0] for line in text.splitlines()] == ["16 x 16", "32 x 32", "64 x 64", "256 x 256"]
    kept = json.loads((tmp_path / "kolmogorov_128.json").read_text())
    assert kept["members"] == len(kept["states_sha256"]) == 2 and kept["states_sha256"][0] != kept["states_sha256"][1]
    assert kept["history"]["energy"]["mean"] > 0 and len(kept["pdfs"]["vorticity"]["density"]) == 600
