"""kill -9 at random moments: the run always resumes, and ends in the bits of the run that nobody killed.
SLUICE_KILLS=20 for the long version; SLUICE_KILL_SEED for another sequence of moments."""
# ctest: TIMEOUT 1500
import os
import random
import signal
import subprocess
import time

import pytest
import runs
from program import command, environment, good

KILLS = int(os.environ.get("SLUICE_KILLS", "4"))
CASE = runs.FLUX.replace("t_end: 4000", f"t_end: {5000 * KILLS}")  # long enough for all of them


def children(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [int(one) for one in found]


def is_free(folder):
    """No process holds the run folder's lock any more."""
    import fcntl
    lock = folder / "run.lock"
    if not lock.exists():
        return True
    with open(lock, "r+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


@pytest.mark.parametrize("ranks", [1, 2])
def test_killed_at_random(ranks, tmp_path):
    seed = int(os.environ.get("SLUICE_KILL_SEED", "1")) + ranks
    print(f"seed {seed}")
    chance = random.Random(seed)
    case = runs.write_case(tmp_path, CASE)
    begin = time.time()
    good("run", case, "--output", "whole", ranks=ranks, folder=tmp_path, timeout=300)
    whole_seconds = time.time() - begin

    killed = 0
    finished = False
    for attempt in range(20 * KILLS):
        if killed == KILLS or finished:
            break
        process = subprocess.Popen(command("run", case, "--output", "out", "--restart", "auto", ranks=ranks), cwd=tmp_path,
                                   env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True)
        deadline = time.time() + chance.uniform(0.1, 0.3 + 1.4 * whole_seconds / KILLS)
        while time.time() < deadline and process.poll() is None:
            time.sleep(0.002)
        if process.poll() is None:
            victim = chance.choice(children(process.pid) or [process.pid]) if ranks > 1 else process.pid
            try:
                os.kill(victim, signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
        _, errors = process.communicate(timeout=300)
        assert process.returncode != 1 or ranks > 1, errors  # killed or finished, never refused
        finished = process.returncode == 0
        deadline = time.time() + 300
        while not is_free(tmp_path / "out"):
            assert time.time() < deadline, "a rank outlived its run"
            time.sleep(0.05)
    assert killed >= KILLS / 2, "the run ended before it could be killed"
    good("run", case, "--output", "out", "--restart", "auto", ranks=ranks, folder=tmp_path, timeout=300)
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "out")) == []
    runs.same_history(tmp_path / "whole", tmp_path / "out")
    print(f"{killed} kills on {ranks} ranks: the same final bits")
