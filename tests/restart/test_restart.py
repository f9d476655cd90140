"""A run that was stopped and resumed ends in the bits of the run that was not, for every solver and every scheme in time;
on another number of ranks in the same numbers to the tolerance that the solver states."""
# ctest: TIMEOUT 1500
import os
import subprocess
import time

import pytest
import runs
from program import SOURCE, command, environment, good, sluice


def stop_and_resume(case, folder, ranks, resume_ranks, more=()):
    """Runs the case whole into `whole`, and in two parts into `parts`. Returns the number of steps and what the second
    part printed."""
    good("run", case, "--output", folder / "whole", *more, ranks=ranks, folder=folder, timeout=300)
    taken = runs.steps_taken(folder / "whole")
    assert taken > 4, "too few steps for a test of restarts"
    good("run", case, "--output", folder / "parts", "--set", f"run.max_steps={taken // 2}", *more, ranks=ranks, folder=folder,
         timeout=300)
    assert runs.steps_taken(folder / "parts") == taken // 2
    result = sluice("run", case, "--output", folder / "parts", "--restart", "auto", *more, ranks=resume_ranks, folder=folder,
                    timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "resumed from" in result.stdout
    return taken, result.stdout + result.stderr


def ranks_in_turn():
    """Every run on two numbers of ranks of the four, 1 and 3 or 2 and 4 in turn; on all four in the long tests."""
    for position, name in enumerate(runs.SMALL):
        for ranks in [1, 2, 3, 4]:
            if os.environ.get("SLUICE_LONG") or ranks % 2 == position % 2:
                yield name, ranks


@pytest.mark.parametrize("name, ranks", ranks_in_turn())
def test_same_ranks_same_bits(name, ranks, tmp_path):
    case = runs.write_case(tmp_path, runs.SMALL[name])
    taken, text = stop_and_resume(case, tmp_path, ranks, ranks)
    assert runs.stated_tolerance(text) is None
    whole, parts = runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts")
    assert runs.different_bits(whole, parts) == []
    rows = runs.history(tmp_path / "parts")
    assert list(rows["step"]) == list(range(taken + 1)), "a gap or a repeat"
    runs.same_history(tmp_path / "whole", tmp_path / "parts")
    assert (tmp_path / "whole" / "snapshots.xdmf").read_text() == (tmp_path / "parts" / "snapshots.xdmf").read_text()


@pytest.mark.parametrize("name", runs.SMALL)
def test_other_ranks_same_numbers(name, tmp_path):
    case = runs.write_case(tmp_path, runs.SMALL[name])
    _, text = stop_and_resume(case, tmp_path, 2, 3)
    tolerance = runs.stated_tolerance(text)
    assert tolerance is not None, "other ranks are not reported"
    difference = runs.relative_difference(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts"))
    assert difference <= tolerance, f"{difference} is above the tolerance that the solver states"


def test_measured_plans_are_part_of_the_checkpoint(tmp_path):
    """Timed plans may differ from one fresh run to the next, never from a run to its resumed rest."""
    case = runs.write_case(tmp_path, runs.SMALL["nlse_2d"].replace("estimated", "measured"))
    good("run", case, "--output", "out", "--set", "run.max_steps=15", folder=tmp_path)
    again = tmp_path / "again"
    for folder in (tmp_path / "one", again):
        good("run", case, "--output", folder, "--restart", runs.checkpoints(tmp_path / "out")[-1], folder=tmp_path)
    assert runs.different_bits(runs.state(tmp_path / "one"), runs.state(again)) == []


def test_a_finished_run_has_nothing_to_do(tmp_path):
    case = runs.write_case(tmp_path)
    good("run", case, "--output", "out", "--until", 400, folder=tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "checkpoints").iterdir()}
    assert "nothing to do" in good("run", case, "--output", "out", "--until", 400, "--restart", "auto", folder=tmp_path)
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "checkpoints").iterdir()}
    good("run", case, "--output", "out", "--until", 800, "--restart", "auto", folder=tmp_path)
    assert runs.history(tmp_path / "out")["time"][-1] == 800


def test_results_are_not_overwritten(tmp_path):
    case = runs.write_case(tmp_path)
    good("run", case, "--output", "out", "--until", 200, folder=tmp_path)
    result = sluice("run", case, "--output", "out", folder=tmp_path)
    assert result.returncode == 1
    assert "--restart auto" in result.stderr and "--output" in result.stderr


def test_a_bad_checkpoint_is_passed_over(tmp_path):
    case = runs.write_case(tmp_path)
    good("run", case, "--output", "whole", folder=tmp_path)
    good("run", case, "--output", "out", "--set", "run.max_steps=60", folder=tmp_path)
    newest = runs.checkpoints(tmp_path / "out")[-1]
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    result = sluice("run", case, "--output", "out", "--restart", "auto", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert newest.name in result.stderr and "passed over" in result.stderr
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "out")) == []
    runs.same_history(tmp_path / "whole", tmp_path / "out")


def test_a_second_run_is_kept_out(tmp_path):
    case = runs.write_case(tmp_path)
    first = subprocess.Popen(command("run", case, "--output", "out", "--set", "run.t_end=1e7"), cwd=tmp_path, env=environment(),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.time() + 300
        while not (tmp_path / "out" / "history.csv").exists():
            assert time.time() < deadline and first.poll() is None
            time.sleep(0.05)
        second = sluice("run", case, "--output", "out", "--restart", "auto", folder=tmp_path)
        assert second.returncode == 1
        assert "in use" in second.stderr and str(first.pid) in second.stderr
    finally:
        first.kill()
        first.wait()
    # The lock went with the process that held it.
    good("run", case, "--output", "out", "--restart", "auto", "--set", "run.max_steps=30", folder=tmp_path)


@pytest.mark.skipif(not os.environ.get("SLUICE_DATA"), reason="SLUICE_DATA is not set: no real map to run")
def test_a_real_map_restarts_too(tmp_path):
    case = SOURCE / "inputs" / "flux_transport" / "solar_rotation.yaml"
    real = ["--set", f"initial.map={os.environ['SLUICE_DATA']}/hmi_cr2252_512x1024.h5", "--set", "expected=[]", "--set",
            "hooks=[{type: history, every_steps: 1}]", "--set", "run.t_end=20"]
    stop_and_resume(case, tmp_path, 2, 2, more=real)
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts")) == []
