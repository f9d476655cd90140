#!/usr/bin/env python3
"""Time of a two-layer step beside pyqg's, in turns on one core: the shortest of each, and the median of the ratios of neighbours.
Once in pyqg's own form (all modes, and its filter after every step), once with the two-thirds rule and hyperviscosity: both keep what
lies below two thirds of the Nyquist wavenumber. Needs a Python that has pyqg, and the release preset's benchmarks (tests/bench/run
turbulence).

    tests/bench/turbulence_pyqg.py [BENCH_TURBULENCE] [--rounds R]"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys

POINTS = (64, 128, 256)
PYQG = """
import time, pyqg
for points, steps in ((64, 100), (128, 25), (256, 8)):
    model = pyqg.QGModel(nx=points, dt=3600., tmax=1e12, twrite=10**9, log_level=0, ntd=1, taveint=1e30, tavestart=1e30)
    times = []
    for _ in range(12):
        start = time.perf_counter()
        for _ in range(steps):
            model._step_forward()
        times.append((time.perf_counter() - start) / steps)
    print(1e3 * min(times))
"""


def told(command):
    result = subprocess.run(command, env=dict(os.environ, OMP_NUM_THREADS="1"), capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{command[0]}: {result.stderr.strip()}")
    return result.stdout


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", nargs="?", default=str(root / "build/release/bench_turbulence"))
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    theirs, ours = [], {"filter": [], "two_thirds": []}
    for _ in range(options.rounds):
        theirs.append([float(line) for line in told([sys.executable, "-c", PYQG]).split()])
        text = told([options.bench, "0.7", "two_layer"])
        for dealiasing, rows in ours.items():
            rows.append([float(time) for time in re.findall(rf"two_layer +{dealiasing} .*step +([0-9.]+) ms", text)])
    for dealiasing, rows in ours.items():
        for i, points in enumerate(POINTS):
            a, b = [row[i] for row in theirs], [row[i] for row in rows]
            print(f"{points} x {points}: pyqg {min(a):.3f} ms, Sluice ({dealiasing}) {min(b):.3f} ms, ratio {min(a) / min(b):.2f}, "
                  f"median of neighbours {statistics.median(x / y for x, y in zip(a, b)):.2f}")


if __name__ == "__main__":
    main()
