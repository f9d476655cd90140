#!/usr/bin/python3
"""Table of ensembles: the last value of columns of the history, mean and spread over the members (an ordinary run is one member).

The mean over the members stands with the deviation of the members (n - 1), not of their mean. Members that did not finish are left out and named.
"""
import argparse
import glob
import os

import numpy as np
from sluice_files import BadInput, Run, run_main


def members(folder):
    found = sorted(glob.glob(os.path.join(folder, "member_*")))
    return found or [folder]


def last_values(folder, names):
    columns = Run(folder).history.columns
    missing = [name for name in names if name not in columns]
    if missing:
        raise BadInput(f"{folder}: the history has no {', '.join(missing)}; it has: {', '.join(columns)}")
    if not len(columns["time"]):
        raise BadInput(f"{folder}: the history is empty")
    return columns["time"][-1], [columns[name][-1] for name in names]


def table(folders, names):
    """Lines of the table, then remarks."""
    lines = ["| run | members | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]
    remarks = []
    for folder in folders:
        rows = [(one, *last_values(one, names)) for one in members(folder)]
        end = max(time for _, time, _ in rows)
        remarks += [f"{one}: ends at t = {time:g}, not at {end:g}: left out" for one, time, _ in rows if time < end]
        values = np.array([row for _, time, row in rows if time == end])
        cells = [f"{column.mean():.4g}" + (f" +- {column.std(ddof=1):.2g}" if len(column) > 1 else "") for column in values.T]
        lines.append(f"| {os.path.basename(os.path.normpath(folder))} | {len(values)} | " + " | ".join(cells) + " |")
    return lines + remarks


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folders of ensembles or runs")
    parser.add_argument("-c", "--columns", nargs="+", required=True, metavar="NAME", help="columns of history.csv")
    arguments = parser.parse_args()
    print("\n".join(table(arguments.runs, arguments.columns)))


if __name__ == "__main__":
    run_main(main)
