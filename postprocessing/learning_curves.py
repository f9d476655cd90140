#!/usr/bin/env python3
"""Learning curves of a training run: losses of the batches and of the held-out samples against gradient steps.

    learning_curves.py RUN [-o PICTURE.png]

RUN is the folder of a run of the solver `training`, or of one with the hook `train` (columns NAME_loss, NAME_validation)."""
import argparse
import csv
import pathlib
import re

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


def columns(folder):
    with open(pathlib.Path(folder) / "history.csv", newline="") as file:
        rows = list(csv.reader(file))
    names = [re.sub(r" \[.*\]$", "", name) for name in rows[0]]
    return {name: [float(row[i]) for row in rows[1:]] for i, name in enumerate(names)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("-o", "--output")
    arguments = parser.parse_args()
    data = columns(arguments.run)
    curves = [name for name in data if re.search(r"(^|_)(loss|validation)$", name)]
    if not curves:
        raise SystemExit(f"{arguments.run}/history.csv has no columns loss or validation; it has: {', '.join(data)}")
    figure, axes = plt.subplots(figsize=(6, 4))
    for name in curves:
        axes.semilogy(data["step"], data[name], label=name, linewidth=1)
    axes.set(xlabel="step", ylabel="mean squared error, normalised")
    axes.legend()
    figure.tight_layout()
    output = pathlib.Path(arguments.output or pathlib.Path(arguments.run) / "learning_curves.png")
    figure.savefig(output, dpi=150)
    print(output)


if __name__ == "__main__":
    main()
