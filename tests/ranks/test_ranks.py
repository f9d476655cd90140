"""1, 2, 3 and 4 ranks give the same answer to the tolerance that the solver states; looking on the way changes no bit."""
# ctest: TIMEOUT 1200
import pytest
import runs
from program import good, sluice


def stated(case, folder, ranks):
    """What the solver states when a run is resumed on other ranks."""
    result = sluice("run", case, "--output", folder, "--restart", "auto", "--set", "run.max_steps=8", ranks=ranks, folder=folder.parent)
    assert result.returncode == 0, result.stderr
    return runs.stated_tolerance(result.stdout + result.stderr)


@pytest.mark.parametrize("name", runs.SMALL)
def test_the_same_answer_on_any_number_of_ranks(name, tmp_path):
    case = runs.write_case(tmp_path, runs.SMALL[name])
    for ranks in (1, 2, 3, 4):
        good("run", case, "--output", str(ranks), "--set", "run.max_steps=6", ranks=ranks, folder=tmp_path)
    reference = runs.state(tmp_path / "1")
    differences = [runs.relative_difference(reference, runs.state(tmp_path / str(ranks))) for ranks in (2, 3, 4)]
    print(name, differences)
    assert max(differences) <= stated(case, tmp_path / "1", 2)


@pytest.mark.parametrize("name", runs.SMALL)
def test_observers_alter_no_bit(name, tmp_path):
    text = runs.SMALL[name]
    case = runs.write_case(tmp_path, text)
    good("run", case, "--output", "alone", "--set", "hooks=[]", ranks=2, folder=tmp_path)
    watched = ("hooks=[{type: history, every_steps: 1}, {type: snapshot, every_steps: 1}, {type: checkpoint, every_steps: 2}, "
               "{type: finite_check, every_steps: 1}]")
    good("run", case, "--output", "watched", "--set", watched, ranks=2, folder=tmp_path)
    seen = {name: values for name, values in runs.state(tmp_path / "watched").items() if not name.startswith("hooks/")}
    assert runs.different_bits(runs.state(tmp_path / "alone"), seen) == []
