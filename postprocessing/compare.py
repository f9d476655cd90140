#!/usr/bin/python3
"""Compares two runs: norms of the differences of their fields, at every time that both have a snapshot of.

Norms are over the points of the grid (L1 and L2 as means, not weighted by cell size); relative ones are divided by the
same norm of the first run. With --tolerance the exit code is 1 if a relative L2 norm is above it."""
import argparse

import numpy as np

from sluice_files import BadInput, Run, run_main


def norms(difference, reference):
    """name -> (absolute, relative) of L1, L2 and the maximum."""
    table = {}
    for name, norm in (("L1", lambda a: np.mean(np.abs(a))), ("L2", lambda a: np.sqrt(np.mean(np.abs(a) ** 2))),
                       ("max", lambda a: np.max(np.abs(a)))):
        size = norm(reference)
        table[name] = norm(difference), norm(difference) / size if size > 0 else float(norm(difference) > 0)
    return table


def common(first, second):
    """Pairs of snapshots at equal times (to round-off)."""
    scale = max(abs(one.time) for one in first.snapshots + second.snapshots) or 1.0
    pairs = []
    for one in first.snapshots:
        for other in second.snapshots:
            if abs(one.time - other.time) <= 1e-12 * scale:
                pairs.append((one, other))
                break
    return pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run_a", help="run folder, the reference")
    parser.add_argument("run_b", help="run folder")
    parser.add_argument("-f", "--field", help="compare this field only")
    parser.add_argument("--last", action="store_true", help="compare the last common time only")
    parser.add_argument("--tolerance", type=float, help="largest relative L2 norm that counts as equal")
    arguments = parser.parse_args()
    pairs = common(Run(arguments.run_a), Run(arguments.run_b))
    if not pairs:
        raise BadInput("the two runs have no snapshot at the same time")
    worst = 0.0
    print(f"{'time':>14}  {'field':<12}" + "".join(f"{name:>12}{'relative':>12}" for name in ("L1", "L2", "max")))
    for one, other in pairs[-1:] if arguments.last else pairs:
        names = [arguments.field] if arguments.field else [name for name in one.names if name in other.names]
        if not names:
            raise BadInput(f"{one.path} and {other.path} have no field in common")
        for name in names:
            a, b = one.field(name), other.field(name)
            if a.shape != b.shape:
                raise BadInput(f"{name}: {a.shape} points in {one.path}, {b.shape} in {other.path}")
            table = norms(b - a, a)
            worst = max(worst, table["L2"][1]) if np.isfinite(table["L2"][1]) else float("inf")
            print(f"{one.time:14.8g}  {name:<12}" + "".join(f"{x:12.3e}{y:12.3e}" for x, y in table.values()))
    if arguments.tolerance is not None and not worst <= arguments.tolerance:
        print(f"differ: relative L2 {worst:.3e} is above {arguments.tolerance:g}")
        return 1
    return 0


if __name__ == "__main__":
    run_main(main)
