"""The program under test: where it is, and how it is run alone or under mpirun."""
import os
import pathlib
import shutil
import subprocess

SOURCE = pathlib.Path(os.environ.get("SLUICE_SOURCE", pathlib.Path(__file__).resolve().parents[2]))

# Debian starts OpenMPI as root only when told so; a shared machine has fewer cores than ranks.
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "PMIX_MCA_psec": "native",  # or it waits for munge where that is installed and not running
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_mpi_yield_when_idle": "1",
}


def program():
    """Path of the program: SLUICE, as CTest sets it."""
    path = os.environ.get("SLUICE")
    assert path and shutil.which(path), "set SLUICE to the program under test"
    return path


def environment(**changes):
    return {**ENVIRONMENT, **os.environ, **changes}


def command(*arguments, ranks=1, path=None):
    """The command line; one rank is the program alone, without mpirun."""
    start = [] if ranks == 1 else ["mpirun", "-n", str(ranks)]
    return [*start, str(path or program()), *map(str, arguments)]


def sluice(*arguments, ranks=1, folder=None, timeout=300, path=None, env=None):
    """Runs the program in `folder` and returns the finished process (texts in stdout and stderr). A run that hangs
    fails the test by the timeout."""
    return subprocess.run(command(*arguments, ranks=ranks, path=path), cwd=folder, timeout=timeout, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, env=environment(**(env or {})))


def good(*arguments, **options):
    """As `sluice`, and the exit code must be 0. Returns what it printed."""
    result = sluice(*arguments, **options)
    assert result.returncode == 0, f"exit code {result.returncode}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
    return result.stdout
