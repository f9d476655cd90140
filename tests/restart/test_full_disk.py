"""A full disk is an error that loses neither the earlier checkpoints nor, if space returns, the run."""
# ctest: TIMEOUT 1500
import os
import pathlib
import resource
import shutil
import subprocess
import threading
import time

import pytest
import runs
from program import command, environment, good, sluice

CASE = runs.FLUX
LONG = CASE.replace("t_end: 4000", "t_end: 12000")


class Watched:
    """A run in the background whose errors can be read while it goes on."""

    def __init__(self, case, out):
        self.out = pathlib.Path(out)
        self.lines = []
        self.process = subprocess.Popen(command("run", case, "--output", out), cwd=case.parent, env=environment(),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=lambda: [self.lines.append(line) for line in self.process.stderr])
        self.reader.start()

    def __enter__(self):
        self.wait_for(lambda: len(runs.checkpoints(self.out)) >= 2)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.end()

    def end(self, seconds=300):
        code = self.process.wait(timeout=seconds)
        self.reader.join()
        return code

    def errors(self):
        return "".join(self.lines)

    def wait_for(self, condition):
        deadline = time.time() + 300
        while not condition():
            if self.process.poll() is not None:
                self.end()
                assert condition(), "the run ended: " + self.errors()
            assert time.time() < deadline
            time.sleep(0.02)

    def limit_files(self, size):
        """No file of the run may grow beyond so many bytes (None: any size)."""
        hard = resource.RLIM_INFINITY
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))


def no_torn_row(out):
    text = (out / "history.csv").read_text()
    commas = text.splitlines()[0].count(",")
    assert text.endswith("\n") and all(line.count(",") == commas for line in text.splitlines())


def test_files_that_may_not_grow(tmp_path):
    """The run goes on to its end, says what it could not write, and loses nothing that a restart needs."""
    case = runs.write_case(tmp_path, LONG)
    good("run", case, "--output", "whole", folder=tmp_path)
    with Watched(case, tmp_path / "out") as run:
        run.limit_files((tmp_path / "out" / "history.csv").stat().st_size + 10)
        run.wait_for(lambda: "checkpoint of step" in run.errors())
        kept = [path.name for path in runs.checkpoints(tmp_path / "out")]
        before = runs.state(tmp_path / "out")
        assert run.end() == 1
        assert "could not be written" in run.errors()
    assert [path.name for path in runs.checkpoints(tmp_path / "out")] == kept
    assert runs.different_bits(before, runs.state(tmp_path / "out")) == []
    no_torn_row(tmp_path / "out")
    good("run", case, "--output", "out", "--restart", "auto", folder=tmp_path)
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "out")) == []
    runs.same_history(tmp_path / "whole", tmp_path / "out")


def test_a_limit_that_is_lifted_while_the_run_goes_on(tmp_path):
    case = runs.write_case(tmp_path, LONG)
    good("run", case, "--output", "whole", folder=tmp_path)
    with Watched(case, tmp_path / "out") as run:
        run.limit_files((tmp_path / "out" / "history.csv").stat().st_size + 10)
        run.wait_for(lambda: "checkpoint of step" in run.errors())
        no_torn_row(tmp_path / "out")
        run.limit_files(None)
        assert run.end() == 0, run.errors()  # nothing is missing in the end
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "out")) == []
    runs.same_history(tmp_path / "whole", tmp_path / "out")


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
        with open(ballast, "wb", buffering=0) as file:
            try:
                while shutil.disk_usage(self.folder).free > 50_000:  # the run may be writing as well
                    file.write(b"\0" * 16_384)
            except OSError:
                pass
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
    case = runs.write_case(tmp_path, LONG)
    with SmallDisk(tmp_path / "disk", 32) as disk:
        out = disk.folder / "out"
        with Watched(case, out) as run:
            ballast = disk.fill()
            run.wait_for(lambda: "checkpoint of step" in run.errors())
            assert runs.checkpoints(out), "the earlier checkpoints are gone"
            ballast.unlink()
            assert run.end() == 0, run.errors()  # nothing is missing in the end
        steps = runs.history(out)["step"]
        assert list(steps) == list(range(len(steps)))
