"""Files `stop` and `checkpoint` put into the run folder do what the signals do."""
import pytest
import runs
from test_signals import LONG, Background, resumes


@pytest.mark.parametrize("ranks", [1, 2])
def test_checkpoint_then_stop(ranks, tmp_path):
    with Background(tmp_path, ranks) as run:
        (tmp_path / "out" / "checkpoint").touch()
        run.wait_for(lambda: runs.checkpoints(tmp_path / "out"))
        run.wait_for(lambda: not (tmp_path / "out" / "checkpoint").exists())
        (tmp_path / "out" / "stop").touch()
        code, text = run.end()
    assert code == 2, text
    assert "'stop'" in text
    assert not (tmp_path / "out" / "stop").exists()
    resumes(tmp_path, ranks)


def test_an_ensemble_stops_as_a_whole(tmp_path):
    text = LONG + "ensemble: {members: 3}\n"
    ensemble = Background(tmp_path, 2, text)
    try:
        ensemble.wait_for(lambda: all((tmp_path / "out" / f"member_000{m}" / "history.csv").exists() for m in (0, 1)))
        (tmp_path / "out" / "stop").touch()
        code, output = ensemble.end()
    finally:
        ensemble.__exit__()
    assert code == 2, output
    assert not (tmp_path / "out" / "stop").exists()
    rows = (tmp_path / "out" / "members.csv").read_text().splitlines()
    assert [row.split(",")[1] for row in rows[1:]] == ["stopped", "stopped", "waiting"]
