"""Table and figure of work against precision of the nlse integrators, from the CSV of bench_nlse_work_precision.

    tests/bench/run nlse_work_precision | python3 postprocessing/nlse_work_precision.py - [figure.png]
"""
import argparse
import csv
import sys

import numpy as np


def read(file):
    """{(problem, integrator): [(transforms, error), ...]}"""
    curves = {}
    with sys.stdin if file == "-" else open(file) as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("=="))
        for row in rows:
            curves.setdefault((row["problem"], row["integrator"]), []).append((int(row["transforms"]), float(row["error"])))
    return {key: sorted(points) for key, points in curves.items()}


def transforms_for(points, error):
    """By interpolation of logarithms between the runs; None if it is not reached."""
    for (n0, e0), (n1, e1) in zip(points, points[1:]):
        if e0 >= error > e1:
            part = np.log(e0 / error) / np.log(e0 / e1)
            return float(np.exp(np.log(n0) + part * np.log(n1 / n0)))
    return points[0][0] if points[0][1] < error else None


def table(curves):
    problems = sorted({problem for problem, _ in curves})
    errors = (1e-4, 1e-8, 1e-12)
    print("| integrator | " + " | ".join(f"{problem}, {error:.0e}" for problem in problems for error in errors) + " |")
    print("|---|" + "---|" * (len(problems) * len(errors)))
    for name in dict.fromkeys(name for _, name in curves):
        cells = []
        for problem in problems:
            for error in errors:
                found = transforms_for(curves[problem, name], error)
                cells.append("-" if found is None else f"{found:,.0f}")
        print(f"| {name} | " + " | ".join(cells) + " |")


def draw(curves, file):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    problems = sorted({problem for problem, _ in curves})
    figure, axes = plt.subplots(1, len(problems), figsize=(5 * len(problems), 4), sharey=True, layout="constrained", squeeze=False)
    for one, problem in zip(axes[0], problems):
        for (of, name), points in curves.items():
            if of == problem:
                one.loglog(*zip(*points), marker="o", ms=3, label=name)
        one.set(title=problem, xlabel="transforms of 1024 points")
        one.grid(alpha=0.3)
    axes[0][0].set(ylabel="relative error at t = 20", ylim=(1e-14, 10))
    axes[0][-1].legend(fontsize="small")
    figure.savefig(file, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", help="file, or - for the standard input")
    parser.add_argument("figure", nargs="?")
    arguments = parser.parse_args()
    curves = read(arguments.csv)
    table(curves)
    if arguments.figure:
        draw(curves, arguments.figure)


if __name__ == "__main__":
    main()
