"""The working folder that a case of inputs/ is run in: what its header says that it needs is made or found there."""
import os
import pathlib
import re

import pytest
from program import good


def prepare(case, folder):
    """"# Needs data: FILE": linked from SLUICE_DATA, else the test is skipped. "# Run first: CASE": run, in the same folder."""
    text = case.read_text()
    data = re.search(r"^# Needs data: ([^,\s]+)", text, re.MULTILINE)
    if data:
        source = pathlib.Path(os.environ.get("SLUICE_DATA", ""), data.group(1))
        if not os.environ.get("SLUICE_DATA") or not source.exists():
            (pytest.fail if os.environ.get("SLUICE_DATA_REQUIRED") else pytest.skip)(f"SLUICE_DATA is not set or has no {data.group(1)}")
        if not (folder / data.group(1)).exists():
            (folder / data.group(1)).symlink_to(source)
    first = re.search(r"^# Run first: (\S+)", text, re.MULTILINE)
    if first:
        good("run", case.parent / first.group(1), ranks=2, folder=folder, timeout=600)
    return folder
