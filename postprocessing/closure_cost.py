#!/usr/bin/python3
"""Accuracy of closures against what they cost: table and figure of one ensemble a closure.

    closure_cost.py CSV FOLDER --reference DATA [--case 4] [-o FIGURE.png]

CSV: of `bench_turbulence_closure --csv`, its columns closure and median: time of a step over that of one without closure. FOLDER holds the ensembles,
named as its lines are (those without an ensemble are left out), and `none`. Error of the spectrum and kurtosis are means over the members with their
95 % intervals; the published values are those of the reference's filtered states. `postprocessing/reproduce_turbulence cost` makes all of it.
"""
import argparse
import csv
import os

import numpy as np
from sluice_files import BadInput, run_main
from sluice_plot import plt, use_style
from turbulence_baselines import half_width, of_ensemble, of_filtered_states, reference_spectrum

SHOWN = {"log err": "rms of log10 of the enstrophy spectrum's ratio", "kurtosis": "kurtosis of the vorticity"}


def costs(file):
    try:
        with open(file, encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(line for line in lines if not line.startswith("==")))
        return {"none": 1.0, **{row["closure"]: float(row["median"]) for row in rows}}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{file}: cannot be read as the benchmark's CSV ({error})") from None


def draw(points, published, file):
    use_style()
    figure, axes = plt.subplots(1, len(SHOWN), figsize=(5.2 * len(SHOWN), 4.2))
    for axis, (column, label) in zip(axes, SHOWN.items()):
        for n, (name, (cost, values)) in enumerate(points.items()):
            of_column = np.array([one[column] for one in values])
            learned = name.startswith(("learned", "torchscript"))
            error = half_width(of_column, 0.95) if len(of_column) > 1 else 0
            axis.errorbar(cost, of_column.mean(), error, fmt="s" if learned else "o", color="C1" if learned else "C0", capsize=2, ms=5)
            axis.annotate(name.replace("_", " "), (cost, of_column.mean()), xytext=(5, 6 if n % 2 else -11), textcoords="offset points", fontsize=8)
        if column in published:
            axis.axhline(published[column], color="0.5", linewidth=0.8, linestyle="--", label="published, filtered")
            axis.legend(fontsize=8, loc="lower right")
        axis.axvline(2, color="0.8", linewidth=0.8)
        axis.set(xscale="log", xlabel="time of a step over one without closure", ylabel=label)
        if column == "log err":
            axis.set_yscale("log")
        axis.set_xticks([1, 1.5, 2, 3, 5], ["1", "1.5", "2", "3", "5"], minor=False)
        axis.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
    figure.savefig(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv")
    parser.add_argument("folder")
    parser.add_argument("--reference", required=True, help="folder with the published spectra and states")
    parser.add_argument("--case", type=int, choices=(1, 2, 4), default=4)
    parser.add_argument("-o", "--output", help="figure (default: closure_cost.png in FOLDER)")
    arguments = parser.parse_args()
    spectrum = reference_spectrum(arguments.reference, arguments.case, 100000)
    points, size = {}, None
    for name, cost in costs(arguments.csv).items():
        folder, rows, failed = os.path.join(arguments.folder, name), {}, []
        if not os.path.isdir(folder):
            continue
        size = of_ensemble(folder, spectrum, rows, failed, name) or size
        if failed:
            raise BadInput("; ".join(failed))
        points[name] = cost, rows[name]
    if not points:
        raise BadInput(f"{arguments.folder}: has no ensemble that is named in {arguments.csv}")
    states = of_filtered_states(arguments.reference, arguments.case, size)
    published = {column: np.mean([one[column] for one in states]) for column in SHOWN if states and column in states[0]}
    print("| closure | cost | " + " | ".join(SHOWN) + " |\n" + "|---" * (len(SHOWN) + 2) + "|")
    for name, (cost, values) in points.items():
        cells = []
        for column in SHOWN:
            of_column = np.array([one[column] for one in values])
            cells.append(f"{of_column.mean():.3f}" + (f" +- {half_width(of_column, 0.95):.3f}" if len(of_column) > 1 else ""))
        print(f"| {name} | {cost:.2f} | " + " | ".join(cells) + " |")
    draw(points, published, arguments.output or os.path.join(arguments.folder, "closure_cost.png"))


if __name__ == "__main__":
    run_main(main)
