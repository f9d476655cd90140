"""Checkpoints that a disk has damaged: recognised, reported, passed over; the run goes on from the last good one."""
import random
import shutil

import h5py
import pytest
import runs
from program import good, sluice

CASE = """\
solver: nlse
grid: {points: [64], lower: [-10], upper: [10]}
initial: {type: solitons, solitons: [{amplitude: 1, position: 0, velocity: 0.5}]}
time: {integrator: strang, dt: 0.01}
transform: {planning: estimated}
run: {t_end: 0.3}
hooks:
  - {type: checkpoint, every_steps: 5, keep: 3}
"""


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A whole run, and one that stopped with three checkpoints."""
    folder = tmp_path_factory.mktemp("files")
    case = runs.write_case(folder, CASE)
    good("run", case, "--output", "whole", folder=folder)
    good("run", case, "--output", "stopped", "--set", "run.max_steps=15", folder=folder)
    assert len(runs.checkpoints(folder / "stopped")) == 3
    return folder


def damage(path, kind):
    """Does to a file what disks, copies and users do."""
    content = bytearray(path.read_bytes())
    chance = random.Random(kind)
    if kind.startswith("flip"):
        low, high = {"flip in the seal": (0, 512), "flip in the superblock": (512, 600)}.get(kind, (0, len(content)))
        content[chance.randrange(low, high)] ^= 1 << chance.randrange(8)
    elif kind.startswith("cut"):
        del content[{"cut to nothing": 0, "cut in the seal": 100, "cut by a byte": len(content) - 1}.get(kind, len(content) // 2):]
    elif kind == "a page of zeros":
        at = chance.randrange(1, len(content) // 4096) * 4096
        while not any(content[at:at + 512]):
            at = (at + 512) % len(content)
        content[at:at + 512] = bytes(512)
    elif kind == "a text":
        content = bytearray(b"see backup on the other machine\n")
    path.write_bytes(bytes(content))
    if kind == "another HDF5 file":
        with h5py.File(path, "w") as file:
            file["x"] = 1


KINDS = ["flip in the seal", "flip in the superblock", "flip 1", "flip 2", "flip 3", "flip 4", "cut to nothing", "cut in the seal",
         "cut by a byte", "cut in the middle", "a page of zeros", "a text", "another HDF5 file"]


def copy_of(stopped, tmp_path):
    return shutil.copytree(stopped / "stopped", tmp_path / "out")


@pytest.mark.parametrize("kind", KINDS)
def test_the_good_one_before_is_used(kind, stopped, tmp_path):
    out = copy_of(stopped, tmp_path)
    *_, before, newest = runs.checkpoints(out)
    damage(newest, kind)
    result = sluice("run", stopped / "case.yaml", "--output", out, "--restart", "auto", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert newest.name in result.stderr and "passed over" in result.stderr
    assert before.name in result.stdout + result.stderr
    assert runs.different_bits(runs.state(stopped / "whole"), runs.state(out)) == []


def test_two_bad_ones_on_two_ranks(stopped, tmp_path):
    out = copy_of(stopped, tmp_path)
    first, second, newest = runs.checkpoints(out)
    damage(second, "flip 5")
    damage(newest, "cut in the middle")
    result = sluice("run", stopped / "case.yaml", "--output", out, "--restart", "auto", folder=tmp_path, ranks=2)
    assert result.returncode == 0, result.stderr
    assert second.name in result.stderr and newest.name in result.stderr and first.name in result.stdout + result.stderr
    assert runs.relative_difference(runs.state(stopped / "whole"), runs.state(out)) < 1e-12


@pytest.mark.parametrize("kind, reason", [("flip 1", "damaged"), ("cut in the middle", "cut short"), ("a text", "no checkpoint of Sluice"),
                                          ("another HDF5 file", "an HDF5 file, but no checkpoint"), ("cut to nothing", "is empty")])
def test_a_bad_one_that_is_asked_for_by_name_is_an_error(kind, reason, stopped, tmp_path):
    out = copy_of(stopped, tmp_path)
    newest = runs.checkpoints(out)[-1]
    damage(newest, kind)
    for ranks in (1, 2):
        result = sluice("run", stopped / "case.yaml", "--output", out, "--restart", newest, folder=tmp_path, ranks=ranks)
        assert result.returncode == 1
        assert newest.name in result.stderr and reason in result.stderr, result.stderr


def test_what_a_killed_write_left_is_ignored_and_removed(stopped, tmp_path):
    out = copy_of(stopped, tmp_path)
    torn = out / "checkpoints" / "checkpoint_000000020.h5.tmp"
    torn.write_bytes(runs.checkpoints(out)[-1].read_bytes()[:5000])
    good("run", stopped / "case.yaml", "--output", out, "--restart", "auto", folder=tmp_path)
    assert not torn.exists()
    assert runs.different_bits(runs.state(stopped / "whole"), runs.state(out)) == []
