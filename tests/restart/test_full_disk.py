"""A full disk is an error that loses neither the earlier checkpoints nor, if space returns, the run."""
import os
import pathlib
import shutil
import subprocess
import time

import pytest
import runs
from program import command, environment, good, sluice

# A state of 590 kB that is larger than the history.
CASE = runs.FLUX.replace("n_theta: 48, n_phi: 96", "n_theta: 96, n_phi: 192")


def limited(kibibytes, *arguments, folder):
    """No file of the program may grow beyond so many KiB."""
    line = f"ulimit -f {kibibytes}; exec \"$@\""
    return subprocess.run(["bash", "-c", line, "-", *command(*arguments)], cwd=folder, env=environment(), capture_output=True,
                          text=True, timeout=300)


def test_no_file_may_grow(tmp_path):
    """The history reaches the limit late, a checkpoint at once: the run goes on to its end and says what it could not write."""
    case = runs.write_case(tmp_path, CASE)
    good("run", case, "--output", "whole", folder=tmp_path)
    good("run", case, "--output", "out", "--set", "run.max_steps=50", folder=tmp_path)
    kept = [path.name for path in runs.checkpoints(tmp_path / "out")]
    before = runs.state(tmp_path / "out")

    result = limited(100, "run", case, "--output", "out", "--restart", "auto", folder=tmp_path)
    assert result.returncode == 1
    assert "checkpoint of step" in result.stderr and "could not be written" in result.stderr
    assert [path.name for path in runs.checkpoints(tmp_path / "out")] == kept
    assert runs.different_bits(before, runs.state(tmp_path / "out")) == []

    good("run", case, "--output", "out", "--restart", "auto", folder=tmp_path)
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "out")) == []
    runs.same_history(tmp_path / "whole", tmp_path / "out")


def test_the_history_is_kept_until_the_disk_takes_it(tmp_path):
    case = runs.write_case(tmp_path, CASE)
    good("run", case, "--output", "whole", folder=tmp_path)
    size = (tmp_path / "whole" / "history.csv").stat().st_size
    limit = size // 2048  # half of it
    result = limited(limit, "run", case, "--output", "out", folder=tmp_path)
    assert result.returncode == 1
    text = (tmp_path / "out" / "history.csv").read_text()
    assert text.endswith("\n") and text.count("\n") >= 1, "a torn row"


class SmallDisk:
    """A file system of its own of so many MiB (tmpfs; needs root)."""

    def __init__(self, folder, mebibytes):
        self.folder = pathlib.Path(folder)
        self.mebibytes = mebibytes

    def __enter__(self):
        self.folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.mebibytes}m", "sluice_test", str(self.folder)],
                              capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", str(self.folder)], check=True)

    def fill(self):
        ballast = self.folder / "ballast"
        free = shutil.disk_usage(self.folder).free
        with open(ballast, "wb") as file:
            file.write(b"\0" * max(0, free - 200_000))
        return ballast


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small file system")


@needs_root
@pytest.mark.parametrize("ranks", [1, 2])
def test_a_disk_that_is_full_and_then_larger(ranks, tmp_path):
    case = runs.write_case(tmp_path, CASE)
    good("run", case, "--output", "whole", ranks=ranks, folder=tmp_path)
    with SmallDisk(tmp_path / "disk", 32) as disk:
        out = disk.folder / "out"
        good("run", case, "--output", out, "--set", "run.max_steps=50", ranks=ranks, folder=tmp_path)
        kept = [path.name for path in runs.checkpoints(out)]
        ballast = disk.fill()
        result = sluice("run", case, "--output", out, "--restart", "auto", ranks=ranks, folder=tmp_path)
        assert result.returncode == 1
        assert "could not be written" in result.stderr
        assert [path.name for path in runs.checkpoints(out)] == kept
        ballast.unlink()
        good("run", case, "--output", out, "--restart", "auto", ranks=ranks, folder=tmp_path)
        assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(out)) == []
        runs.same_history(tmp_path / "whole", out)


@needs_root
def test_space_that_returns_while_the_run_goes_on(tmp_path):
    text = CASE.replace("t_end: 4000", "t_end: 60000")
    case = runs.write_case(tmp_path, text)
    with SmallDisk(tmp_path / "disk", 32) as disk:
        out = disk.folder / "out"
        process = subprocess.Popen(command("run", case, "--output", out), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        try:
            deadline = time.time() + 120
            while len(runs.checkpoints(out)) < 2:
                assert process.poll() is None and time.time() < deadline
                time.sleep(0.02)
            ballast = disk.fill()
            time.sleep(1.5)
            assert process.poll() is None, "the run ended with the space"
            assert runs.checkpoints(out), "the earlier checkpoints are gone"
            ballast.unlink()
            _, errors = process.communicate(timeout=300)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        assert "checkpoint of step" in errors  # the disk was full indeed
        assert process.returncode == 0, errors  # and nothing is missing in the end
        steps = runs.history(out)["step"]
        assert list(steps) == list(range(len(steps)))
