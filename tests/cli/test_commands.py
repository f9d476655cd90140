"""Each command on good input."""
import json
import pathlib
import re

import pytest
import yaml
from program import SOURCE, good, sluice

CASE = """\
solver: nlse
grid: {points: 64, lower: -10, upper: 10}
time: {dt: 0.01}
run: {t_end: 0.05}
"""

SOLVERS = sorted(p.name for p in (SOURCE / "solvers").iterdir() if p.is_dir())
CASES = sorted((SOURCE / "inputs").rglob("*.yaml"))


class Loader(yaml.SafeLoader):
    """YAML 1.2 as editors and Sluice read it: 1e-3 is a number, yes and 1:30:00 are texts."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:float", "tag:yaml.org,2002:int", "tag:yaml.org,2002:bool",
                                                                        "tag:yaml.org,2002:timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"), list("-+.0123456789"))


def load(text):
    return yaml.load(text, Loader)


def case_file(folder):
    (folder / "case.yaml").write_text(CASE)
    return folder / "case.yaml"


def test_alone_it_says_how_to_begin():
    text = good()
    assert "sluice run CASE.yaml" in text and "sluice help SOLVER" in text
    assert len(text.splitlines()) < 12


def test_version_names_libraries():
    text = good("--version")
    assert re.match(r"sluice \d+\.\d+\.\d+ \(", text)
    for name in ("MPI", "HDF5", "FFTW", "PETSc", "hook catalyst: "):
        assert name in text


def test_list_names_every_solver_and_hook():
    text = good("list")
    for name in [*SOLVERS, "snapshot", "checkpoint", "history", "finite_check", "statistics", "profile", "map", "catalyst"]:
        assert re.search(rf"^  {name}  +\S", text, re.MULTILINE), name


@pytest.mark.parametrize("topic", [*SOLVERS, "history", "snapshot", "run"])
def test_help_explains_every_parameter(topic):
    text = good("help", topic)
    names = re.findall(r"^ *(\w+) = .+ +\(.+\)$", text, re.MULTILINE)
    assert len(names) > 3, text
    table = good("help", "--markdown", topic)
    assert table.startswith("| Parameter | Default | Unit | Allowed | Meaning |")
    rows = [row for row in table.splitlines()[2:] if row]
    assert all(row.count(" | ") >= 4 and row.startswith("| `") for row in rows), table
    assert all(not row.endswith("|  |") for row in rows), "a parameter without a meaning:\n" + table


def test_help_on_commands():
    assert "--restart" in good("help", "run") and "t_end" in good("help", "run")
    assert "HDF5" in good("help", "info")
    assert "--set" in good("run", "--help")
    assert "solvers" in good("help")


def test_check_prints_the_case_the_decomposition_and_the_memory(tmp_path):
    case = case_file(tmp_path)
    text = good("check", case, "--set", "grid.points=[32, 16]", "--set", "grid.lower=[-10, -10]", "--set", "grid.upper=[10, 10]",
                "--set", "initial.type=gaussian", ranks=2, folder=tmp_path)
    assert "points: [32, 16]" in text
    assert "32 x 16 points over 2 ranks" in text
    assert re.search(r"rank 0: x 0\.\.15", text) and re.search(r"rank 1: x 16\.\.31", text)
    assert re.search(r"memory: about [0-9.]+ [KMG]?i?B", text)
    assert "The case is good." in text
    assert [p.name for p in tmp_path.iterdir()] == ["case.yaml"]


def test_what_check_prints_is_a_case_that_says_the_same(tmp_path):
    first = good("check", case_file(tmp_path), folder=tmp_path)
    resolved = first[first.index("\n") + 1:first.index("\ndecomposition")]
    (tmp_path / "again.yaml").write_text(resolved)
    second = good("check", "again.yaml", folder=tmp_path)
    assert second[second.index("\n") + 1:second.index("\ndecomposition")] == resolved


def test_schema_is_valid_and_takes_what_the_program_takes(tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(good("schema"))
    assert schema["$schema"].endswith("2020-12/schema")
    validator = getattr(jsonschema, "Draft202012Validator")
    validator.check_schema(schema)
    check = validator(schema)
    assert not list(check.iter_errors(load(CASE)))
    for path in CASES:
        faults = [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in check.iter_errors(load(path.read_text()))]
        assert not faults, f"{path}: {faults}"
    resolved = good("check", case_file(tmp_path), folder=tmp_path)
    assert not list(check.iter_errors(load(resolved[:resolved.index("\ndecomposition")])))


@pytest.mark.parametrize("change", [{"solver": "nlze"}, {"colour": 1}, {"time": {"dt": -1}}, {"time": {"dt": "small"}}, {"time": {"steps": 1}},
                                    {"time": {"integrator": "euler"}}, {"grid": {"points": [1.5]}}, {"grid": {"points": [4, 4, 4, 4]}},
                                    {"hooks": [{"type": "nothing"}]}, {"hooks": [{"type": "history", "evry": 1}]}, {"expected": [{"value": 1}]},
                                    {"run": {"wall_limit": [1]}}], ids=str)
def test_schema_refuses_what_the_program_refuses(change, tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads(good("schema")))
    case = {**load(CASE), **change}
    assert list(validator.iter_errors(case)), "the schema takes it"
    (tmp_path / "case.yaml").write_text(yaml.safe_dump(case))
    assert sluice("check", "case.yaml", folder=tmp_path).returncode == 1, "the program takes it"


@pytest.mark.parametrize("solver", SOLVERS)
def test_schema_of_one_solver(solver):
    schema = json.loads(good("schema", solver))
    assert schema["properties"]["solver"]["const"] == solver
    assert schema["additionalProperties"] is False


def test_run_then_info(tmp_path):
    case = case_file(tmp_path)
    good("run", case, "--output", "results", "--until", "0.03", "--set", "hooks=[{type: snapshot, at_end: true}, {type: checkpoint, at_end: true}]",
         ranks=2, folder=tmp_path)
    assert (tmp_path / "results" / "resolved.yaml").exists()
    assert not (tmp_path / "runs").exists()
    snapshot = sorted((tmp_path / "results" / "snapshots").glob("*.h5"))[-1]
    checkpoint = sorted((tmp_path / "results" / "checkpoints").glob("*.h5"))[-1]
    text = good("info", snapshot)
    assert re.search(r"/psi_real  float64  64  \S+ to \S+", text), text
    assert re.search(r"/time  float64  single value  0.03\b", text), text
    text = good("info", checkpoint, ranks=2)
    assert "checkpoint of nlse at step 3, t = 0.0" in text and "every checksum is good" in text
    damaged = bytearray(checkpoint.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "damaged.h5").write_bytes(damaged)
    result = sluice("info", "damaged.h5", folder=tmp_path)
    assert result.returncode == 1 and "damaged" in result.stdout + result.stderr


def test_info_tells_the_range_of_any_file(tmp_path):
    h5py = pytest.importorskip("h5py")
    numpy = pytest.importorskip("numpy")
    with h5py.File(tmp_path / "any.h5", "w") as file:
        values = numpy.arange(24.0).reshape(4, 6) - 3
        file["group/field"] = values
        file["group/field"].attrs["units"] = "G"
        file["scalar"] = 7
        file["empty"] = numpy.zeros((0, 3))
        file["block"] = numpy.arange(48, dtype="int32").reshape(2, 3, 4, 2)
        file.attrs["origin"] = "here"
    for ranks in (1, 3):
        text = good("info", tmp_path / "any.h5", ranks=ranks)
        assert "/group/field  float64  4 x 6  -3 to 20  [G]" in text
        assert "/scalar  int64  single value  7" in text
        assert "/empty  float64  0 x 3\n" in text
        assert "/block  int32  2 x 3 x 4 x 2  0 to 47" in text
        assert "origin: here" in text
        assert "without checksums" in text


def test_markdown_updates_a_readme(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("# Title\n<!-- parameters:begin -->\nold\n<!-- parameters:end -->\nend\n")
    good("help", "--markdown", "nlse", "--update", readme, folder=tmp_path)
    text = readme.read_text()
    assert text.startswith("# Title\n<!-- parameters:begin -->\n| Parameter |") and text.endswith("<!-- parameters:end -->\nend\n")
    assert good("help", "--markdown", "nlse") in text
    before = readme.stat().st_mtime_ns
    good("help", "--markdown", "nlse", "--update", readme, folder=tmp_path)
    assert readme.stat().st_mtime_ns == before, "an unchanged file is not written again"


def test_the_same_run_alone_and_under_mpirun(tmp_path):
    case = case_file(tmp_path)
    for ranks in (1, 2):
        good("run", case, "--output", f"of_{ranks}", ranks=ranks, folder=tmp_path)
        assert pathlib.Path(tmp_path / f"of_{ranks}" / "provenance.json").exists()
    assert json.loads((tmp_path / "of_2" / "provenance.json").read_text())["ranks"] == 2


def test_expected_values_are_of_the_case_as_its_file_has_it(tmp_path):
    (tmp_path / "case.yaml").write_text(CASE + "expected: [{quantity: mass, value: 3, absolute: 1e-9, source: wrong}]\n")
    assert sluice("run", "case.yaml", "--output", "a", folder=tmp_path).returncode == 1
    assert sluice("run", "case.yaml", "--output", "b", "--set", "hooks=[]", folder=tmp_path).returncode == 1
    assert sluice("run", "case.yaml", "--output", "c", "--set", "time.dt=0.005", "--set", "expected.0.value=4", folder=tmp_path).returncode == 1
    text = good("run", "case.yaml", "--output", "d", "--set", "time.dt=0.005", folder=tmp_path)
    assert "without --set time.dt: not counted" in text and "NOT MET" in text
