"""Signals and request files, on all ranks alike: a checkpoint and go on, or a checkpoint and exit 2."""
import os
import signal
import subprocess
import time

import pytest
import runs
from program import command, environment, good

LONG = runs.FLUX.replace("t_end: 4000", "t_end: 1e7").replace(
    "  - {type: checkpoint, every_steps: 25}", "")


class Background:
    """A run in the background, in the folder `out`."""

    def __init__(self, folder, ranks=1, text=LONG):
        self.folder = folder
        self.case = runs.write_case(folder, text)
        self.process = subprocess.Popen(command("run", self.case, "--output", "out", ranks=ranks), cwd=folder, env=environment(),
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def __enter__(self):
        self.wait_for(lambda: (self.folder / "out" / "history.csv").exists()
                      and (self.folder / "out" / "history.csv").read_text().count("\n") > 3)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def wait_for(self, condition, seconds=300):
        deadline = time.time() + seconds
        while not condition():
            assert self.process.poll() is None, self.process.communicate()[0]
            assert time.time() < deadline, "it did not happen"
            time.sleep(0.05)

    def end(self, seconds=300):
        text, _ = self.process.communicate(timeout=seconds)
        return self.process.returncode, text


def resumes(folder, ranks=1):
    stopped_at = runs.step_of(runs.checkpoints(folder / "out")[-1])
    good("run", folder / "case.yaml", "--output", "out", "--restart", "auto", "--set", f"run.max_steps={stopped_at + 3}", ranks=ranks,
         folder=folder)
    steps = runs.history(folder / "out")["step"]
    assert list(steps) == list(range(stopped_at + 4)), "a gap or a repeat"


@pytest.mark.parametrize("ranks", [1, 2])
def test_usr1_writes_a_checkpoint_and_goes_on(ranks, tmp_path):
    with Background(tmp_path, ranks) as run:
        assert not runs.checkpoints(tmp_path / "out")
        run.process.send_signal(signal.SIGUSR1)  # mpirun forwards it
        run.wait_for(lambda: runs.checkpoints(tmp_path / "out"))
        rows = len(runs.history(tmp_path / "out")["step"])
        run.wait_for(lambda: len(runs.history(tmp_path / "out")["step"]) > rows)


@pytest.mark.parametrize("ranks, name", [(1, "SIGUSR2"), (2, "SIGUSR2"), (1, "SIGTERM"), (1, "SIGINT")])
def test_a_stop_leaves_a_checkpoint_and_exit_code_2(ranks, name, tmp_path):
    with Background(tmp_path, ranks) as run:
        run.process.send_signal(getattr(signal, name))
        code, text = run.end()
    assert code == 2, text
    assert name in text
    resumes(tmp_path, ranks)


def test_one_rank_that_is_asked_stops_all(tmp_path):
    with Background(tmp_path, 2) as run:
        ranks = subprocess.run(["pgrep", "-P", str(run.process.pid)], capture_output=True, text=True).stdout.split()
        assert len(ranks) == 2
        os.kill(int(ranks[1]), signal.SIGUSR2)
        code, text = run.end()
    assert code == 2, text


def test_a_second_interrupt_ends_at_once(tmp_path):
    # A step that never comes back to the run, as far as this test waits: the first SIGINT cannot be obeyed.
    text = LONG.replace("n_theta: 48, n_phi: 96", "n_theta: 768, n_phi: 1536")
    case = runs.write_case(tmp_path, text)
    process = subprocess.Popen(command("run", case, "--output", "out"), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        deadline = time.time() + 300
        while not (tmp_path / "out" / "provenance.json").exists():
            assert time.time() < deadline and process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        # Both may arrive as one; then a third makes the second.
        while process.poll() is None and time.time() < deadline:
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        assert process.returncode == 130
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.mark.parametrize("ranks", [1, 2])
def test_the_wall_clock_limit(ranks, tmp_path):
    case = runs.write_case(tmp_path, LONG)
    result = subprocess.run(command("run", case, "--output", "out", "--set", "run.wall_limit=2", "--set", "run.wall_margin=0.5", ranks=ranks),
                            cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=300)
    assert result.returncode == 2, result.stdout + result.stderr
    assert "wall-clock limit" in result.stdout
    resumes(tmp_path, ranks)
