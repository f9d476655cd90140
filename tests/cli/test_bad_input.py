"""Bad input: one clear message with file, line, key, value and what is allowed; exit code 1; nothing on disk; no hang."""
import os

import pytest
from program import SOURCE, sluice

GOOD = """\
schema: 1
title: a soliton
solver: nlse
grid:
  points: 32
  lower: -10
  upper: 10
time:
  dt: 0.01
run:
  t_end: 0.05
hooks:
  - type: history
    every_steps: 1
"""


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


# What is written, and what the message must say (each part).
FILES = {
    "unknown_key": (changed("  points: 32", "  pionts: 32"), ["case.yaml:5: unknown key 'pionts' in grid", "did you mean 'points'?", "known keys: points, lower, upper"]),
    "unknown_group": (changed("time:", "tmie:"), ["case.yaml:8: unknown key 'tmie'", "did you mean"]),
    "wrong_type": (changed("dt: 0.01", "dt: small"), ["case.yaml:9: time.dt: 'small' is not a number; allowed: number > 0"]),
    "quoted_number": (changed("dt: 0.01", "dt: '0.01'"), ["case.yaml:9: time.dt: \"0.01\" is a text (quoted)"]),
    "no_value": (changed("dt: 0.01", "dt:"), ["case.yaml:9: time.dt: nothing (no value) is not a number"]),
    "not_an_integer": (changed("points: 32", "points: 32.5"), ["case.yaml:5: grid.points: '32.5' is not an integer; allowed: list of 1 to 3 integers >= 2"]),
    "nan": (changed("t_end: 0.05", "t_end: .nan"), ["case.yaml:11: run.t_end: '.nan' is not a finite number"]),
    "out_of_range": (changed("dt: 0.01", "dt: -0.01"), ["case.yaml:9: time.dt: '-0.01' is out of range; allowed: number > 0"]),
    "bad_choice": (changed("dt: 0.01", "integrator: strnag"), ["case.yaml:9: time.integrator: 'strnag'", "did you mean 'strang'?", "allowed: default, strang, yoshida4"]),
    "duplicate_key": (changed("  upper: 10", "  points: 64"), ["case.yaml:7: duplicate key 'points'; it was given first in line 5"]),
    "syntax": (changed("  lower: -10", "  lower: [-10"), ["case.yaml:", "YAML syntax"]),
    "missing_file": (GOOD + "initial: {type: file, file: nowhere.h5}\n", ["case.yaml:15: initial.file: no file 'nowhere.h5' (looked for "]),
    "unknown_solver": (changed("nlse", "nlze"), ["case.yaml:3: solver: unknown solver 'nlze'; did you mean 'nlse'?; known: diffusion, flux_transport, nlse, training, turbulence"]),
    "no_solver": (changed("solver: nlse\n", ""), ["case.yaml: solver: is required; allowed: diffusion, flux_transport, nlse, training, turbulence"]),
    "unknown_hook": (changed("type: history", "type: histroy"), ["case.yaml:13: hooks.0.type: 'histroy' is unknown; did you mean 'history'?", "allowed: "]),
    "hook_key": (changed("every_steps", "evry_steps"), ["case.yaml:14: unknown key 'evry_steps' in hooks.0; did you mean 'every_steps'?"]),
    "hook_without_type": (changed("type: history", "kind: history"), ["case.yaml:13: hooks.0: needs a map with the key 'type'"]),
    "newer_schema": (changed("schema: 1", "schema: 2"), ["case.yaml:1: schema: the case is written in version 2, this program reads up to version 1"]),
    "end_before_start": (changed("t_end: 0.05", "t_end: -1"), ["case.yaml:11: run.t_end: -1 lies before run.t_start = 0"]),
    "expected_without_tolerance": (GOOD + "expected: [{quantity: mass, value: 1}]\n", ["case.yaml:15: expected.0: needs a tolerance"]),
    "missing_plugin": (GOOD + "plugins: [libnone.so]\n", ["case.yaml:15: plugins: plug-in libnone.so: no such file"]),
    "ensemble_length": (GOOD + "ensemble: {members: 3, vary: {time.dt: [1, 2]}}\n", ["case.yaml:15: ensemble.vary.time.dt: needs a list of 3 values"]),
    "list_instead_of_map": ("- solver: nlse\n", ["case.yaml:1: a case file is a map of keys"]),
    "empty": ("", ["case.yaml: solver: is required"]),
    "two_documents": (GOOD + "---\n" + GOOD, ["case.yaml: holds more than one YAML document"]),
}


def refused(result, parts, folder):
    text = result.stdout + result.stderr
    assert result.returncode == 1, text
    for part in parts:
        assert part in text, text
        assert text.count(part) == 1, f"said more than once: {part}\n{text}"
    assert set(os.listdir(folder)) <= {"case.yaml"}, "something was created on disk"


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize("name", FILES)
def test_a_wrong_case_is_refused(name, command, tmp_path):
    text, parts = FILES[name]
    (tmp_path / "case.yaml").write_text(text)
    refused(sluice(command, "case.yaml", folder=tmp_path), parts, tmp_path)


@pytest.mark.parametrize("name", ["unknown_key", "duplicate_key", "unknown_solver", "newer_schema", "missing_file"])
def test_two_ranks_say_it_once_and_end(name, tmp_path):
    text, parts = FILES[name]
    (tmp_path / "case.yaml").write_text(text)
    refused(sluice("run", "case.yaml", ranks=2, folder=tmp_path, timeout=60), parts, tmp_path)


def test_all_faults_are_said_together(tmp_path):
    (tmp_path / "case.yaml").write_text(GOOD.replace("points: 32", "points: x").replace("dt: 0.01", "dt: y").replace("t_end", "t_emd"))
    parts = ["case.yaml:5: grid.points: 'x'", "case.yaml:9: time.dt: 'y'", "case.yaml:11: unknown key 't_emd' in run"]
    refused(sluice("run", "case.yaml", folder=tmp_path), parts, tmp_path)


OVERRIDES = {
    "no_equals": (["grid.points"], ["--set 1: grid.points: an override is written key=value"]),
    "wrong_value": (["run.t_end=1", "grid.points=many"], ["--set 2: grid.points=many: grid.points: 'many' is not an integer; allowed: list of 1 to 3 integers >= 2"]),
    "unknown_key": (["grid.pionts=3"], ["--set 1: grid.pionts=3: unknown key 'pionts' in grid; did you mean 'points'?"]),
    "through_a_scalar": (["time.dt.x=3"], ["--set 1: time.dt.x=3: time.dt is a single value ('0.01'), it has no key 'x'"]),
    "beyond_a_list": (["hooks.4.every_steps=1"], ["hooks has no item 4; it has 1"]),
    "syntax": (["grid.points=[1"], ["--set 1: grid.points=[1: YAML syntax"]),
}


@pytest.mark.parametrize("name", OVERRIDES)
def test_a_wrong_override_is_refused(name, tmp_path):
    overrides, parts = OVERRIDES[name]
    (tmp_path / "case.yaml").write_text(GOOD)
    arguments = [word for override in overrides for word in ("--set", override)]
    refused(sluice("run", "case.yaml", *arguments, folder=tmp_path), parts, tmp_path)


COMMAND_LINES = {
    "no_such_case": (["run", "nowhere.yaml"], ["nowhere.yaml: no such file"]),
    "folder_as_case": (["run", "."], ["is a folder, not a case file"]),
    "no_case": (["run"], ["case is required"]),
    "unknown_command": (["chekc", "case.yaml"], ["unknown command 'chekc'; did you mean 'check'?", "commands: run, check, list, help, schema, info"]),
    "case_without_command": (["case.yaml"], ["unknown command 'case.yaml'", "a case is run with: sluice run case.yaml"]),
    "unknown_option": (["run", "case.yaml", "--utnil", "3"], ["--utnil", "did you mean '--until'?"]),
    "until_is_no_time": (["run", "case.yaml", "--until", "later"], ["command line: --until: 'later' is not a number"]),
    "until_before_start": (["run", "case.yaml", "--until", "-3"], ["--until", "out of range"]),
    "restart_from_nothing": (["run", "case.yaml", "--restart", "nowhere.h5"], ["command line: --restart: no file 'nowhere.h5'; allowed: auto, or"]),
    "no_such_plugin": (["run", "case.yaml", "--plugin", "libnone.so"], ["plug-in libnone.so: no such file"]),
    "no_plugin": (["run", "case.yaml", "--plugin", "case.yaml"], ["plug-in case.yaml: cannot be opened"]),
    "no_such_topic": (["help", "nlsr"], ["no help on 'nlsr'; did you mean 'nlse'?"]),
    "no_such_schema": (["schema", "nlsr"], ["unknown solver 'nlsr'; did you mean 'nlse'?"]),
    "info_on_nothing": (["info", "nowhere.h5"], ["nowhere.h5: no such file"]),
    "info_on_text": (["info", "case.yaml"], ["case.yaml"]),
    "update_without_markers": (["help", "--markdown", "nlse", "--update", "case.yaml"], ["case.yaml: needs the lines <!-- parameters:begin --> and <!-- parameters:end -->"]),
}


@pytest.mark.parametrize("name", COMMAND_LINES)
def test_a_wrong_command_line_is_refused(name, tmp_path):
    arguments, parts = COMMAND_LINES[name]
    (tmp_path / "case.yaml").write_text(GOOD)
    result = sluice(*arguments, folder=tmp_path)
    text = result.stdout + result.stderr
    assert result.returncode == 1, text
    for part in parts:
        assert part in text, text
    assert os.listdir(tmp_path) == ["case.yaml"]
    assert (tmp_path / "case.yaml").read_text() == GOOD


@pytest.mark.parametrize("ranks", [1, 2])
def test_an_unknown_petsc_option_is_refused_and_leaves_nothing(ranks, tmp_path):
    """Only PETSc knows its options, so this is found once the solver is built: what was made by then is taken away."""
    case = SOURCE / "inputs" / "diffusion" / "heat_decay_2d.yaml"
    result = sluice("run", case, "--set", "petsc={diffusion_ksp_rtoll: 1e-9}", ranks=ranks, folder=tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "diffusion_ksp_rtoll" in result.stderr
    assert list(tmp_path.iterdir()) == []
