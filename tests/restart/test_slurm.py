# ctest: TIMEOUT 900
"""The batch scripts under a real one-node Slurm: time limit, requeue, resume, and the same final bits."""
import os
import pathlib
import re
import time

import h5py
import numpy as np
import pytest

from slurm_cluster import SlurmCluster, why_not

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE"])
SLUICE = os.environ["SLUICE"]

pytestmark = pytest.mark.skipif(bool(why_not()), reason=f"no Slurm: {why_not()}")

CASE = """
schema: 1
title: soliton, long enough to meet a time limit
solver: nlse
grid: {{points: [4096], lower: [-25], upper: [25]}}
initial:
  type: solitons
  solitons:
    - {{amplitude: 2.0, position: -10.0, velocity: 1.0}}
time: {{dt: 1.0e-4}}
transform: {{planning: estimated}}
run: {{t_end: {t_end}, wall_margin: 1, progress_interval: 5}}
hooks:
  - {{type: history, every_steps: 1000}}
  - {{type: checkpoint, every_wall: 5}}
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with SlurmCluster(tmp_path_factory.mktemp("slurm")) as running:
        yield running


def final_state(folder):
    """All state datasets of the newest checkpoint."""
    newest = sorted((folder / "checkpoints").glob("checkpoint_*.h5"))[-1]
    state = {}
    with h5py.File(newest) as file:
        file["state"].visititems(lambda name, item: state.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    assert state
    return state


def write_case(folder, name, t_end):
    path = folder / name
    path.write_text(CASE.format(t_end=t_end))
    return path


def steps_per_second(folder, cluster):
    """Measured under srun with two ranks, so that the run below lasts as long as it should on any machine."""
    case = write_case(folder, "calibrate.yaml", 1.0)
    result = cluster.run(["srun", "-n", "2", "--mpi=pmix", SLUICE, "run", str(case), "--output", str(folder / "calibrate"),
                          "--set", "run.max_steps=300"], cwd=folder, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    steps, seconds = re.search(r"(\d+) steps in ([\d.]+) s", result.stdout).groups()
    return int(steps) / float(seconds)


def submit_past_the_limit(cluster, folder):
    """A job that its time limit stops at least once. The speed measured is a guess: where the machine was busy then and
    is idle now the run ends before the limit, and a longer one is submitted."""
    speed = steps_per_second(folder, cluster)
    for seconds in (45, 90, 180):
        case = write_case(folder, f"long_{seconds}.yaml", round(1e-4 * speed * seconds, 2))
        job = cluster.submit(["-n", "2", "-t", "1", "--signal=USR2@45", ROOT / "jobs" / "sluice.sbatch", case.name], cwd=folder,
                             env=dict(cluster.environment, SLUICE=SLUICE))
        record = cluster.wait(job, 400)
        tries = sorted(folder.glob(f"sluice-{job}.try*.log"))
        logs = "\n".join(f"{p.name}:\n{p.read_text()}" for p in tries)
        assert record["JobState"] == "COMPLETED" and record["ExitCode"] == "0:0", logs
        assert len(tries) == int(record["Restarts"]) + 1, logs
        if int(record["Restarts"]) > 0:
            return case, record
    pytest.fail(f"no run met its time limit:\n{logs}")


def test_time_limit_requeue_resume_same_bits(cluster, tmp_path):
    case, record = submit_past_the_limit(cluster, tmp_path)
    reference = cluster.run(["srun", "-n", "2", "--mpi=pmix", SLUICE, "run", case.name, "--output", "reference"], cwd=tmp_path, timeout=300)
    assert reference.returncode == 0, reference.stdout + reference.stderr
    resumed, straight = final_state(tmp_path / "runs" / case.stem), final_state(tmp_path / "reference")
    psi = [name for name in straight if name.startswith("psi")]
    assert psi
    for name in psi:
        assert np.array_equal(resumed[name], straight[name]), f"{name} differs after {record['Restarts']} requeues"


def test_array_over_overrides(cluster, tmp_path):
    case = write_case(tmp_path, "member.yaml", 0.05)
    (tmp_path / "overrides.txt").write_text("# one line a task\n--set initial.solitons.0.amplitude=1.0\n--set initial.solitons.0.amplitude=1.5\n")
    environment = dict(cluster.environment, SLUICE=SLUICE, SLUICE_BATCH=str(ROOT / "jobs" / "sluice.sbatch"))
    job = cluster.submit(["--array=0-1", "-n", "1", "-t", "2", ROOT / "jobs" / "ensemble.sbatch", case.name, "--overrides", "overrides.txt"],
                         cwd=tmp_path, env=environment)
    deadline = time.time() + 120
    while cluster.run(["squeue", "-h", "-j", job]).stdout.strip() and time.time() < deadline:
        time.sleep(1)
    masses = []
    for task in ("0000", "0001"):
        history = tmp_path / "runs" / "member" / task / "history.csv"
        assert history.exists(), [p.read_text() for p in tmp_path.glob("sluice-*.log")]
        header, *rows = history.read_text().splitlines()
        column = [h.split(" [")[0] for h in header.split(",")].index("mass")
        masses.append(float(rows[-1].split(",")[column]))
    assert masses == pytest.approx([2.0, 3.0], rel=1e-9)  # mass of a soliton = 2 A


def test_a_wrong_case_fails_the_job_at_once(cluster, tmp_path):
    environment = dict(cluster.environment, SLUICE=SLUICE)
    (tmp_path / "bad.yaml").write_text("solver: nlse\nnonsense: 1\n")
    job = cluster.submit(["-n", "2", "-t", "1", ROOT / "jobs" / "sluice.sbatch", "bad.yaml"], cwd=tmp_path, env=environment)
    record = cluster.wait(job, 60)
    assert record["JobState"] == "FAILED" and record["ExitCode"] == "1:0"
    assert "nonsense" in (tmp_path / f"sluice-{job}.try0.log").read_text()
    assert not (tmp_path / "runs").exists()
