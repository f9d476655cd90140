#!/usr/bin/python3
"""Permutation entropy and statistical complexity of series in a run's history (PECCARY).

Ordinal patterns of n values, `interval` rows apart (Bandt and Pompe, Phys. Rev. Lett. 88 (2002) 174102), their normalised Shannon
entropy H and their Jensen-Shannon complexity C (Rosso et al., Phys. Rev. Lett. 99 (2007) 154102). The interval is chosen so that a
pattern spans 0.3 to 0.5 of the natural time of the series, which has to be covered 1.5 times at least (Hyman, Daniel and Schaffner,
Astrophys. J. 987 (2025) 195). H near 1 with C near 0 is noise; small H is regular; H between, with C near its largest, is chaos.
"""
import argparse
from math import factorial, log, log2

import numpy as np

from sluice_files import BadInput, Run, run_main

lowest, highest, least_duration = 0.3, 0.5, 1.5  # pattern over natural time, duration over natural time


def entropy_and_complexity(series, n=5, interval=1):
    """(H, C) of the patterns series[i], series[i + interval], ... of n values."""
    series = np.asarray(series, float)
    windows = len(series) - interval * (n - 1)
    if windows < 1:
        raise BadInput(f"{len(series)} values; more than {interval * (n - 1)} are needed for patterns of {n}, {interval} apart")
    index = np.arange(windows)[:, None] + interval * np.arange(n)
    order = np.argsort(series[index], axis=1, kind="stable")
    code = order @ (n ** np.arange(n))
    p = np.unique(code, return_counts=True)[1] / windows
    possible = factorial(n)
    most = log2(possible)
    shannon = -np.sum(p * np.log2(p))
    mixed = 0.5 * (p + 1 / possible)
    of_mixed = -np.sum(mixed * np.log2(mixed)) + 0.5 * (possible - len(p)) / possible * (1 + most)
    largest = (1 + 1 / possible) * log2(possible + 1) - 2 * log2(2 * possible) + most
    h = shannon / most
    return h, -2 * h * (of_mixed - 0.5 * shannon - 0.5 * most) / largest


def natural_time(times, series):
    """Twice the mean time between crossings of the mean; None if there are fewer than two."""
    above = series > series.mean()
    crossings = np.count_nonzero(above[1:] != above[:-1])
    return None if crossings < 2 else 2 * (times[-1] - times[0]) / crossings


def even(times, series):
    """The series at equally spaced times (by interpolation, if they are not), and their distance."""
    dt = (times[-1] - times[0]) / (len(times) - 1)
    grid = times[0] + dt * np.arange(len(times))
    return (series if np.allclose(times, grid, rtol=0, atol=1e-6 * dt) else np.interp(grid, times, series)), dt


def analyse(name, times, series, n, natural):
    if len(series) < 2 * n:
        raise BadInput(f"{name}: {len(series)} rows; {2 * n} are the least")
    series, dt = even(times, series)
    warnings = []
    natural = natural or natural_time(times, series)
    duration = times[-1] - times[0]
    if natural is None:
        return {"name": name, "warnings": ["it crosses its mean less than twice: no natural time; give --natural"]}
    if duration < least_duration * natural:
        warnings.append(f"it lasts {duration / natural:.2g} natural times; {least_duration} at least are needed")
    interval = max(1, round(0.5 * (lowest + highest) * natural / (dt * (n - 1))))
    spanned = interval * dt * (n - 1) / natural
    if not lowest - 1e-9 <= spanned <= highest + 1e-9:
        warnings.append(f"a pattern spans {spanned:.2g} natural times, {lowest} to {highest} are right: rows are too far apart")
    h, c = entropy_and_complexity(series, n, interval)
    return {"name": name, "natural": natural, "interval": interval, "spanned": spanned, "h": h, "c": c, "warnings": warnings}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="run folder")
    parser.add_argument("-c", "--column", action="append", help="column of the history (default: every probe_...)")
    parser.add_argument("-n", type=int, default=5, help="values in a pattern (default: 5)")
    parser.add_argument("--natural", type=float, help="natural time (default: twice the mean time between crossings of the mean)")
    parser.add_argument("--from", dest="start", type=float, default=-np.inf, help="leave out what is earlier")
    arguments = parser.parse_args()
    if not 3 <= arguments.n <= 8:
        raise BadInput(f"-n {arguments.n}; 3 to 8 are allowed")
    if arguments.natural is not None and arguments.natural <= 0:
        raise BadInput(f"--natural {arguments.natural:g}; a positive number is allowed")
    columns = Run(arguments.run).history.columns
    names = arguments.column or [name for name in columns if name.startswith("probe_")]
    if not names:
        raise BadInput(f"{arguments.run}: no column probe_... in the history; name one with -c ({', '.join(columns)})")
    limit = log(2) / log(factorial(arguments.n)), log(2 * (2 * (arguments.n - 2) + 1)) / log(factorial(arguments.n))
    print(f"patterns of {arguments.n}; a periodic series has H from {limit[0]:.3f} to {limit[1]:.3f}")
    print(f"{'column':20} {'H':>8} {'C':>8} {'natural time':>13} {'interval':>9} {'pattern/natural':>16}")
    for name in names:
        if name not in columns:
            raise BadInput(f"no column '{name}'; there are {', '.join(columns)}")
        kept = columns["time"] >= arguments.start
        found = analyse(name, columns["time"][kept], columns[name][kept], arguments.n, arguments.natural)
        if "h" in found:
            print(f"{name:20} {found['h']:8.4f} {found['c']:8.4f} {found['natural']:13.6g} {found['interval']:9d} {found['spanned']:16.3f}")
        for warning in found["warnings"]:
            print(f"{name:20} warning: {warning}")


if __name__ == "__main__":
    run_main(main)
