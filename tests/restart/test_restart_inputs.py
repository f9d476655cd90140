"""Every case in inputs/ stopped and resumed on two ranks: the same bits as the whole run."""
# ctest: LABELS long TIMEOUT 3000
import pytest
import runs
from inputs import prepare
from program import SOURCE, good

CASES = sorted((SOURCE / "inputs").glob("*/*.yaml"))
STEPS = 12


def run(case, folder, working, steps, more=()):
    chosen = ["--set", "hooks=[{type: history, every_steps: 1}, {type: finite_check, every_steps: 3}]", "--set", "expected=[]",
              "--set", f"run.max_steps={steps}"]
    if case.parent.name in ("nlse", "turbulence"):
        chosen += ["--set", "transform.planning=estimated"]  # timed plans may differ between two fresh runs
    good("run", case, "--output", folder, *chosen, *more, ranks=2, folder=working, timeout=600)


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.parent.name}/{case.stem}") for case in CASES])
def test_same_bits(case, tmp_path):
    working = prepare(case, tmp_path)
    run(case, tmp_path / "whole", working, STEPS)
    members = sorted(path.name for path in (tmp_path / "whole").glob("member_*")) or ["."]
    taken = runs.steps_taken(tmp_path / "whole" / members[0])
    if taken < 2:
        pytest.skip("the case takes a single step")
    run(case, tmp_path / "parts", working, taken // 2)
    run(case, tmp_path / "parts", working, taken, more=["--restart", "auto"])
    for member in members:
        whole, parts = tmp_path / "whole" / member, tmp_path / "parts" / member
        assert runs.different_bits(runs.state(whole), runs.state(parts)) == []
        runs.same_history(whole, parts)
