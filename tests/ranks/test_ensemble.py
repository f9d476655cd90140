"""Ensembles over groups of ranks: more members than ranks, members alone, a failing member, restart."""
import json

import pytest
import runs
from program import good, sluice

# Without statistics, whose PDF does not belong to the question. Each member has its own diffusivity.
CASE = runs.FLUX.replace("t_end: 4000", "t_end: 800")
VARY = "ensemble: {members: 5, vary: {diffusion.coefficient: [100, 200, 300, 400, 500], initial.regions.seed: [1, 2, 3, 4, 5]}}\n"


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())["members"]


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_more_members_than_ranks(ranks, tmp_path):
    case = runs.write_case(tmp_path, CASE + VARY)
    good("run", case, "--output", "out", ranks=ranks, folder=tmp_path)
    members = manifest(tmp_path / "out")
    assert [member["status"] for member in members] == ["finished"] * 5
    assert all((tmp_path / "out" / member["checkpoint"]).exists() for member in members)
    rows = (tmp_path / "out" / "members.csv").read_text().splitlines()
    assert rows[0] == "member,status,step,time [h],diffusion.coefficient,initial.regions.seed"
    assert rows[5].startswith("4,finished,") and rows[5].endswith(",500,5")
    for name in ("log.txt", "history.csv", "resolved.yaml", "provenance.json"):
        assert all((tmp_path / "out" / f"member_000{m}" / name).exists() for m in range(5))


@pytest.mark.parametrize("ranks, groups", [(2, 2), (4, 2)])
def test_a_member_has_the_bits_that_it_has_alone(ranks, groups, tmp_path):
    case = runs.write_case(tmp_path, CASE + VARY.replace("members: 5", f"members: 5, groups: {groups}"))
    good("run", case, "--output", "out", ranks=ranks, folder=tmp_path)
    single = runs.write_case(tmp_path, CASE, "single.yaml")
    for m in (0, 3):
        good("run", single, "--output", f"alone_{m}", "--set", f"diffusion.coefficient={(m + 1) * 100}", "--set",
             f"initial.regions.seed={m + 1}", ranks=ranks // groups, folder=tmp_path)
        assert runs.different_bits(runs.state(tmp_path / f"alone_{m}"), runs.state(tmp_path / "out" / f"member_000{m}")) == []
        runs.same_history(tmp_path / f"alone_{m}", tmp_path / "out" / f"member_000{m}")


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_failing_member_is_reported_and_the_others_finish(ranks, tmp_path):
    text = CASE + "ensemble: {members: 3, vary: {initial.map: ['', broken.h5, '']}}\n"
    (tmp_path / "broken.h5").write_text("this is no map")
    case = runs.write_case(tmp_path, text)
    result = sluice("run", case, "--output", "out", ranks=ranks, folder=tmp_path)
    assert result.returncode == 1
    members = manifest(tmp_path / "out")
    assert [member["status"] for member in members] == ["finished", "failed", "finished"]
    assert "broken.h5" in members[1]["message"]


def test_a_restart_finishes_what_was_stopped_and_leaves_the_rest(tmp_path):
    case = runs.write_case(tmp_path, CASE + VARY)
    good("run", case, "--output", "whole", ranks=2, folder=tmp_path)
    good("run", case, "--output", "out", "--set", "run.max_steps=9", ranks=2, folder=tmp_path)
    good("run", case, "--output", "out", "--restart", "auto", ranks=2, folder=tmp_path)
    for m in range(5):
        own = f"member_000{m}"
        assert runs.different_bits(runs.state(tmp_path / "whole" / own), runs.state(tmp_path / "out" / own)) == []
    assert "nothing to do" in good("run", case, "--output", "out", "--restart", "auto", ranks=2, folder=tmp_path)
    refused = sluice("run", case, "--output", "out", ranks=2, folder=tmp_path)
    assert refused.returncode == 1 and "--restart auto" in refused.stderr


def test_a_wrong_variation_is_an_error_before_anything_is_made(tmp_path):
    case = runs.write_case(tmp_path, CASE + "ensemble: {members: 2, vary: {diffusion.coeficient: [1, 2]}}\n")
    result = sluice("run", case, "--output", "out", ranks=2, folder=tmp_path)
    assert result.returncode == 1
    assert "coeficient" in result.stderr and "coefficient" in result.stderr
    assert not (tmp_path / "out").exists()
