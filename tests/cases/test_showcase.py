# ctest: TIMEOUT 900
"""The README's first command: the default map, and the real one, through jobs/local."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE"])
CASE = ROOT / "inputs" / "flux_transport" / "solar_rotation.yaml"
MAP = "hmi_cr2252_512x1024.h5"


def local(folder, *arguments, timeout=600):
    return subprocess.run([ROOT / "jobs" / "local", CASE, "-n", "2", *map(str, arguments)], cwd=folder, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=timeout)


def check_folder(run):
    for name in ("resolved.yaml", "provenance.json", "log.txt", "history.csv", "history.h5", "snapshots.xdmf", "picture.png"):
        assert (run / name).stat().st_size > 0, name
    assert list((run / "snapshots").glob("*.h5")) and list((run / "checkpoints").glob("*.h5"))
    assert (run / "picture.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.skipif(not (ROOT / "build" / "release" / "sluice").exists(), reason="jobs/local builds the release preset: run tests/run")
def test_default_map(tmp_path):
    result = local(tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    check_folder(tmp_path / "runs" / "solar_rotation")
    assert "\r" not in result.stdout, "the progress line is redrawn although nobody looks at a terminal"


@pytest.mark.skipif(not (ROOT / "build" / "release" / "sluice").exists(), reason="jobs/local builds the release preset: run tests/run")
def test_real_map(tmp_path):
    data = os.environ.get("SLUICE_DATA", "")
    if not data:
        assert not os.environ.get("SLUICE_DATA_REQUIRED"), "SLUICE_DATA is not set"
        pytest.skip("no real map: set SLUICE_DATA")
    # A tenth of a rotation: the whole one is measured by hand (tests/bench) and in the long tests.
    result = local(tmp_path, "--set", f"initial.map={data}/{MAP}", "--until", "65.0")
    assert result.returncode == 0, result.stdout + result.stderr
    check_folder(tmp_path / "runs" / "solar_rotation")


def test_wrong_arguments_say_what_is_wrong(tmp_path):
    result = subprocess.run([ROOT / "jobs" / "local", "nothing.yaml"], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 1 and "nothing.yaml" in result.stderr and not list(tmp_path.iterdir())
