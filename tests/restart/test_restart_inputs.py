"""Every case in inputs/ stopped and resumed on two ranks: the same bits as the whole run."""
# ctest: LABELS long TIMEOUT 3000
import pytest
import runs
from program import SOURCE, good

CASES = sorted((SOURCE / "inputs").glob("*/*.yaml"))
STEPS = 12


def run(case, folder, steps, more=()):
    chosen = ["--set", "hooks=[{type: history, every_steps: 1}, {type: finite_check, every_steps: 3}]", "--set", "expected=[]",
              "--set", f"run.max_steps={steps}"]
    if case.parent.name == "nlse":
        chosen += ["--set", "transform.planning=estimated"]  # timed plans may differ between two fresh runs
    good("run", case, "--output", folder, *chosen, *more, ranks=2, folder=SOURCE, timeout=600)


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.parent.name}/{case.stem}") for case in CASES])
def test_same_bits(case, tmp_path):
    run(case, tmp_path / "whole", STEPS)
    taken = runs.steps_taken(tmp_path / "whole")
    if taken < 2:
        pytest.skip("the case takes a single step")
    run(case, tmp_path / "parts", taken // 2)
    run(case, tmp_path / "parts", taken, more=["--restart", "auto"])
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "parts")) == []
    runs.same_history(tmp_path / "whole", tmp_path / "parts")
