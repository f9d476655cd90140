#!/usr/bin/python3
"""Plots the columns of a run's history.csv over time, one panel each."""
import argparse
import os

import matplotlib.pyplot as plt
import numpy as np

import sluice_plot
from sluice_files import BadInput, Run, run_main


def draw_panel(axes, history, name):
    time, values = history.columns["time"], history.columns[name]
    axes.plot(time, values, marker="." if len(time) < 40 else None)
    positive = values[values > 0]
    if len(positive) == len(values) and len(values) and positive.max() > 1e3 * positive.min():
        axes.set_yscale("log")
    elif len(values) and np.ptp(values) < 1e-12 * max(abs(values).max(), 1e-300):  # nothing but round-off
        middle = 0.5 * (values.max() + values.min())
        axes.set_ylim(*(middle + np.array([-1, 1]) * (0.1 * abs(middle) or 1)))
    axes.set_title(history.label(name), fontsize=9)
    axes.grid(True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", help="run folder")
    parser.add_argument("-c", "--columns", nargs="+", metavar="NAME", help="columns to plot (default: all)")
    parser.add_argument("-o", "--output", help="PNG file (default: RUN/history.png)")
    arguments = parser.parse_args()
    history = Run(arguments.run).history
    names = arguments.columns or [name for name in history.columns if name not in ("step", "time")]
    for name in names:
        if name not in history.columns:
            raise BadInput(f"no column '{name}' in {history.path}; it has {', '.join(history.columns)}")
    if len(history.columns["time"]) == 0:
        raise BadInput(f"{history.path}: no rows yet")
    sluice_plot.use_style()
    width = min(3, len(names))
    height = -(-len(names) // width)
    figure, panels = plt.subplots(height, width, figsize=(4.2 * width, 2.6 * height), squeeze=False, sharex=True)
    for axes, name in zip(panels.flat, names):
        draw_panel(axes, history, name)
    for axes in panels.flat[len(names):]:
        axes.set_visible(False)
    unit = history.units["time"]
    figure.supxlabel("time" + (f" [{unit}]" if unit else ""))
    file = arguments.output or os.path.join(arguments.run, "history.png")
    sluice_plot.save(figure, file)
    print(file)


if __name__ == "__main__":
    run_main(main)
