#!/usr/bin/env python3
"""Learning curves of a training run: losses of the batches and of the held-out samples against gradient steps.

    learning_curves.py RUN [-o PICTURE.png]

RUN is the folder of a run of the solver `training`, or of one with the hook `train` (columns NAME_loss, NAME_validation); or of
an ensemble that calibrates (learning.csv): then the misfit of the members, and of every target the members' mean, against time;
or of one that trains a policy (learning.csv too): then mean reward of an action, and what the lessons say of themselves."""
import argparse
import csv
import pathlib
import re

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


def columns(folder, file_name="history.csv"):
    with open(pathlib.Path(folder) / file_name, newline="") as file:
        rows = list(csv.reader(file))
    names = [re.sub(r" \[.*\]$", "", name) for name in rows[0]]
    return {name: [float(row[i]) for row in rows[1:]] for i, name in enumerate(names)}


def plot_calibration(data):
    figure, (above, below) = plt.subplots(2, 1, figsize=(6, 7), sharex=True)
    for name in ("misfit", "misfit_least", "misfit_best"):
        above.semilogy(data["time"], data[name], ".-", label=name, linewidth=1)
    above.set(ylabel="half the squared misfit")
    above.legend()
    first = list(data).index("spread") + 1
    for name in list(data)[first:]:
        spectrum = name.startswith("log10_spectrum")
        below.plot(data["time"], data[name], color="0.8" if spectrum else None, label=None if spectrum else name, linewidth=1)
    below.set(xlabel="time", ylabel="mean of the members (grey: spectrum)")
    below.legend()
    return figure


def plot_policy(data):
    figure, (above, below) = plt.subplots(2, 1, figsize=(6, 7), sharex=True)
    above.plot(data["time"], data["reward"], ".-", linewidth=1)
    above.set(ylabel="mean reward of an action")
    for name in ("explained", "clipped", *(name for name in data if name.startswith("deviation_"))):
        below.plot(data["time"], data[name], label=name, linewidth=1)
    below.set(xlabel="time", ylabel="parts of 1; units of the outputs' scale", ylim=(-0.5, None))
    below.legend()
    return figure


def save(figure, arguments):
    figure.tight_layout()
    output = pathlib.Path(arguments.output or pathlib.Path(arguments.run) / "learning_curves.png")
    figure.savefig(output, dpi=150)
    print(output)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("-o", "--output")
    arguments = parser.parse_args()
    if (pathlib.Path(arguments.run) / "learning.csv").exists():
        data = columns(arguments.run, "learning.csv")
        return save(plot_policy(data) if "reward" in data else plot_calibration(data), arguments)
    data = columns(arguments.run)
    curves = [name for name in data if re.search(r"(^|_)(loss|validation)$", name)]
    if not curves:
        raise SystemExit(f"{arguments.run}/history.csv has no columns loss or validation; it has: {', '.join(data)}")
    figure, axes = plt.subplots(figsize=(6, 4))
    for name in curves:
        axes.semilogy(data["step"], data[name], label=name, linewidth=1)
    axes.set(xlabel="step", ylabel="mean squared error, normalised")
    axes.legend()
    save(figure, arguments)


if __name__ == "__main__":
    main()
