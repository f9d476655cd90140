# ctest: TIMEOUT 900
"""Sluice is installed; a solver outside its tree is built against the installed package, loaded, and run."""
import os
import pathlib
import subprocess

import pytest
from program import ENVIRONMENT, SOURCE, good, sluice

EXAMPLE = SOURCE / "tests" / "cli" / "outside_solver"


def do(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, f"{command}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
    return result.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """(program, plug-in) of a fresh installation."""
    folder = tmp_path_factory.mktemp("installation")
    do("cmake", "--install", os.environ["SLUICE_BUILD"], "--prefix", folder / "prefix")
    # The same sanitizers as the program, where it has them: their runtime must come first in a process.
    flags = "-fsanitize=address,undefined" if "SLUICE_SANITIZE:BOOL=ON" in (pathlib.Path(os.environ["SLUICE_BUILD"]) / "CMakeCache.txt").read_text() else ""
    do("cmake", "-S", EXAMPLE, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={folder / 'prefix'}", f"-DCMAKE_CXX_FLAGS={flags}")
    do("cmake", "--build", folder / "build")
    return folder / "prefix" / "bin" / "sluice", folder / "build" / "liboutside_decay.so"


@pytest.mark.parametrize("ranks", [1, 2])
def test_runs_to_the_exact_solution(installed, ranks, tmp_path):
    program, plugin = installed
    text = good("run", EXAMPLE / "case.yaml", "--plugin", plugin, "--output", "results", ranks=ranks, folder=tmp_path, path=program)
    assert "mean" in (tmp_path / "results" / "history.csv").read_text()
    # The case states the exact value; a wrong one must fail.
    wrong = sluice("run", EXAMPLE / "case.yaml", "--plugin", plugin, "--output", "wrong", "--set", "expected.0.value=0.0996",
                   ranks=ranks, folder=tmp_path, path=program)
    assert wrong.returncode == 1, wrong.stdout + wrong.stderr
    assert text


def test_the_case_may_name_its_plugin(installed, tmp_path):
    program, plugin = installed
    (tmp_path / "liboutside.so").symlink_to(plugin)
    (tmp_path / "case.yaml").write_text("plugins: [liboutside.so]\n" + (EXAMPLE / "case.yaml").read_text())
    assert "The case is good." in good("check", tmp_path / "case.yaml", folder="/", path=program)


def test_without_the_plugin_the_solver_is_unknown(installed, tmp_path):
    program, _ = installed
    result = sluice("check", EXAMPLE / "case.yaml", folder=tmp_path, path=program)
    assert result.returncode == 1
    assert "unknown solver 'outside_decay'" in result.stdout + result.stderr


def test_another_interface_version_is_refused(installed, tmp_path):
    program, _ = installed
    source = tmp_path / "old.cpp"
    source.write_text('extern "C" int sluice_interface_version() { return -1; }\n')
    do("g++", "-shared", "-fPIC", "-o", tmp_path / "libold.so", source)
    result = sluice("run", EXAMPLE / "case.yaml", "--plugin", tmp_path / "libold.so", folder=tmp_path, path=program)
    assert result.returncode == 1
    assert "was built for interface version -1, this program has 2; build it again" in result.stdout + result.stderr


def test_the_installed_program_needs_nothing_of_the_build_folder(installed):
    program, _ = installed
    libraries = subprocess.run(["ldd", program], capture_output=True, text=True, env={**ENVIRONMENT, **os.environ}, check=True).stdout
    assert os.environ["SLUICE_BUILD"] not in libraries
    assert "not found" not in libraries
