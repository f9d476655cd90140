"""The parameter table in each solver's README is the one that the program makes."""
import pytest
from program import SOURCE, good

SOLVERS = sorted(p for p in (SOURCE / "solvers").iterdir() if p.is_dir())
BEGIN, END = "<!-- parameters:begin -->\n", "<!-- parameters:end -->"


@pytest.mark.parametrize("folder", SOLVERS, ids=lambda p: p.name)
def test_table_is_fresh(folder):
    readme = folder / "README.md"
    if not readme.exists():
        pytest.skip(f"{folder.name} has no README yet")
    text = readme.read_text()
    assert BEGIN in text and END in text, f"{readme} has no lines {BEGIN.strip()} and {END}"
    written = text[text.index(BEGIN) + len(BEGIN):text.index(END)]
    made = good("help", "--markdown", folder.name)
    assert written == made, f"stale: sluice help --markdown {folder.name} --update solvers/{folder.name}/README.md"
