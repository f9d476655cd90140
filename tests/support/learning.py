"""What tests of surrogates that learn share."""
import csv
import os
import pathlib

import pytest

needs_torch = pytest.mark.skipif(not (pathlib.Path(os.environ["SLUICE_BUILD"]) / "lib" / "libsluice_torch.so").exists(),
                                 reason="built without libtorch")


def rows_of(folder):
    """Lines of learning.csv, as texts by column."""
    with open(folder / "learning.csv", newline="") as file:
        return list(csv.DictReader(file))
