"""The house's rules that a machine can check: direction of dependencies, libraries in their rooms, no physics in the machine."""
import os
import pathlib
import re

import pytest

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE"])
SOURCES = sorted(p for folder in ("src", "solvers") for p in (ROOT / folder).rglob("*") if p.suffix in (".hpp", ".cpp"))

# Each room with the rooms that it may include.
ALLOWED = {
    "base": {"base"},
    "grid": {"base", "grid"},
    "numerics": {"base", "grid", "numerics"},
    "surrogate": {"base", "grid", "numerics", "surrogate"},
    "run": {"base", "grid", "numerics", "surrogate", "run"},
    "hooks": {"base", "grid", "numerics", "surrogate", "run", "hooks"},
    "main": {"base", "grid", "numerics", "surrogate", "run", "hooks", "main", "solvers.hpp"},
}
MACHINE = {"base", "grid", "numerics", "surrogate", "run"}

# Foreign headers and the only places that may know them.
CONFINED = {
    r"fftw3": r"src/numerics/spectral/",
    r"petsc\w*\.h": r"src/numerics/petsc/",
    r"hdf5|H5\w*\.h": r"src/run/hdf5",
    r"fitsio": r"src/run/fits",
    r"yaml-cpp": r"src/base/config",
    r"spdlog": r"src/base/log",
    r"muParser": r"src/base/expression",
    r"Random123": r"src/base/random",
    r"vtk\w+\.h|conduit|catalyst\.h\b": r"src/hooks/catalyst/",
    r"torch|ATen": r"src/surrogate/torch/",
    r"CLI/": r"src/main/",
}


def includes(path):
    return re.findall(r'^\s*#\s*include\s*["<]([^">]+)[">]', path.read_text(), re.MULTILINE)


def room_of(path):
    parts = path.relative_to(ROOT).parts
    return f"solvers/{parts[1]}" if parts[0] == "solvers" else parts[1]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_dependencies_run_one_way(path):
    room = room_of(path)
    for name in includes(path):
        first = name.split("/")[0]
        if room.startswith("solvers/"):
            own = room.split("/")[1]
            siblings = {p.name for p in (ROOT / "solvers").iterdir() if p.is_dir()} - {own}
            if own != "solvers.cpp":
                assert first not in siblings, f"{path}: a solver includes its sibling: {name}"
            assert first not in ("hooks", "main"), f"{path}: a solver includes {name}"
        elif first in ALLOWED or first.endswith("solvers.hpp"):
            assert first in ALLOWED[room], f"{path}: {room} may not include {name}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_foreign_libraries_stay_in_their_rooms(path):
    relative = str(path.relative_to(ROOT))
    for name in includes(path):
        for header, place in CONFINED.items():
            if re.match(header, name) and not (ROOT / "src" / name).exists():
                assert relative.startswith(place), f"{relative} includes {name}, which belongs to {place}"


def test_the_machine_names_no_physics():
    words = re.compile(r"nlse|flux_transport|turbulence|vorticity|soliton|magnet|schr[oö]e?dinger", re.IGNORECASE)
    found = []
    for path in SOURCES:
        if room_of(path) in MACHINE:
            found += [f"{path}:{n}" for n, line in enumerate(path.read_text().splitlines(), 1) if words.search(line)]
    assert not found, "physics named in the machine: " + ", ".join(found)


def test_top_level_is_as_agreed():
    allowed = {"src", "solvers", "inputs", "jobs", "postprocessing", "tests", "CMakeLists.txt", "CMakePresets.json", "spack.yaml",
               "README.md", "LICENSE", "CITATION.cff", "build", "runs"}
    found = {p.name for p in ROOT.iterdir() if not p.name.startswith(".")}
    assert found <= allowed, f"not agreed at the top level: {sorted(found - allowed)}"
