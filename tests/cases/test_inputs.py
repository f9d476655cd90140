# ctest: TIMEOUT 1800
"""Every case in inputs/ runs on two ranks and meets the numbers in its own `expected:` list."""
import os
import pathlib
import subprocess

import pytest
import yaml
from inputs import prepare

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE"])
# The release build is what users run; it is there when tests/run calls this. Otherwise the build under test.
RELEASE = ROOT / "build" / "release" / "sluice"
PROGRAM = str(RELEASE) if RELEASE.exists() else os.environ["SLUICE"]
CASES = sorted((ROOT / "inputs").rglob("*.yaml"))


def test_there_are_cases_for_every_solver():
    assert {p.parent.name for p in CASES} == {p.name for p in (ROOT / "solvers").iterdir() if p.is_dir()}


@pytest.mark.parametrize("case", CASES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_case_meets_its_numbers(case, tmp_path):
    written = yaml.safe_load(case.read_text())
    assert written.get("expected"), f"{case} states no expected numbers"
    for item in written["expected"]:
        assert item.get("source"), f"{case}: expected {item['quantity']} has no source"
    assert case.read_text().startswith("#"), f"{case} has no header with its physics and reference"
    environment = dict(os.environ)
    command = ["mpirun", "-n", "2", PROGRAM, "run", str(case), "--output", str(tmp_path / "run")]
    if "type: catalyst" in case.read_text() and not os.environ.get("DISPLAY"):
        command = ["xvfb-run", "-a", *command]
    result = subprocess.run(command, cwd=prepare(case, tmp_path), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600,
                            env=environment)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-4000:]


@pytest.mark.parametrize("case", CASES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_an_unmet_number_fails(case, tmp_path):
    """The check can fail: a shifted expectation at the first step ends the run with exit code 1."""
    command = [PROGRAM, "run", str(case), "--output", str(tmp_path / "run"), "--set", "run.max_steps=1",
               "--set", "hooks=[]", "--set", "expected=[{quantity: dt, value: -1.0, absolute: 0.5, at_step: 1, source: none}]"]
    result = subprocess.run(command, cwd=prepare(case, tmp_path), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "expected" in result.stdout + result.stderr
