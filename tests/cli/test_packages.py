"""The package list is complete: every header that the build includes comes from a listed package or what it depends on."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE"])
BUILD = pathlib.Path(os.environ["SLUICE_BUILD"])


def listed_packages():
    lines = (ROOT / "jobs" / "debian-packages.txt").read_text().splitlines()
    return {line.strip() for line in lines if line.strip() and line[0] not in "#["}


def closure(packages):
    """The packages with all that their Depends (not Recommends) pull in."""
    out = subprocess.run(["apt-cache", "depends", "--recurse", "--installed", "--no-recommends", "--no-suggests", "--no-conflicts",
                          "--no-breaks", "--no-replaces", "--no-enhances", *sorted(packages)], capture_output=True, text=True, check=True).stdout
    return {line.split(":")[0].strip() for line in out.splitlines() if line and not line.startswith(" ")}


@pytest.mark.skipif(shutil.which("dpkg") is None or not (BUILD / "build.ninja").exists(), reason="not a Debian build with Ninja")
def test_every_included_header_comes_from_a_listed_package():
    deps = subprocess.run(["ninja", "-C", str(BUILD), "-t", "deps"], capture_output=True, text=True, check=True).stdout
    headers = set(re.findall(r"^ +(/usr/\S+)", deps, re.MULTILINE))
    assert len(headers) > 500, "ninja knows no dependencies: was this folder built?"
    headers = {os.path.realpath(h) for h in headers} | headers
    owners = {}
    names = sorted(headers)
    for start in range(0, len(names), 500):
        found = subprocess.run(["dpkg", "-S", *names[start:start + 500]], capture_output=True, text=True).stdout
        for line in found.splitlines():
            packages, path = line.rsplit(": ", 1)
            for package in packages.split(", "):
                owners.setdefault(package.split(":")[0], path)
    provided = closure(listed_packages() | {"libc6-dev"})
    missing = {package: path for package, path in owners.items() if package not in provided}
    assert not missing, f"packages not in jobs/debian-packages.txt, with a header that the build includes: {missing}"
