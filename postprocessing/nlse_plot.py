#!/usr/bin/python3
"""Plots of an nlse run, from its folder:

    nlse_plot.py space_time RUN    density over place and time (of two and three axes along --axis, summed over the others)
    nlse_plot.py spectrum RUN      density of the modes over wavenumber and time, logarithmic
    nlse_plot.py portrait RUN      phase portrait: imaginary over real part at every point, first, middle and last snapshot
    nlse_plot.py invariants RUN    change of mass, momentum and energy, relative to the start

An animation: movie.py RUN.
"""
import argparse
import os

import matplotlib.colors
import matplotlib.pyplot as plt
import numpy as np

import sluice_plot
from sluice_files import BadInput, Run, edges, run_main


def wave_function(run, name):
    names = run.snapshots[0].names
    name = name or next((one for one in names if one.startswith("psi")), None)
    if name not in names:
        raise BadInput(f"{run.folder}: no field '{name}'; there are {', '.join(names)}")
    if not np.iscomplexobj(run.snapshots[0].field(name)):
        raise BadInput(f"{name} is real; a wave function (psi) is needed")
    return name


def axis_number(run, name, axis):
    axes = [one for one, _ in run.snapshots[0].coordinates(name)]
    if axis is None:
        return 0
    if axis not in axes:
        raise BadInput(f"--axis {axis}; {', '.join(axes)} are allowed")
    return axes.index(axis)


def enough(run, least):
    if len(run.snapshots) < least:
        raise BadInput(f"{run.folder}: {len(run.snapshots)} snapshots; {least} are needed")
    return np.array([one.time for one in run.snapshots])


def along(values, kept):
    return values.sum(axis=tuple(d for d in range(values.ndim) if d != kept))


def space_time(run, name, arguments):
    times = enough(run, 2)
    kept = axis_number(run, name, arguments.axis)
    label, x = run.snapshots[0].coordinates(name)[kept]
    cell = np.prod([points[1] - points[0] for d, (_, points) in enumerate(run.snapshots[0].coordinates(name)) if d != kept])
    density = np.array([along(np.abs(one.field(name)) ** 2, kept) * cell for one in run.snapshots])
    figure, axes = plt.subplots(figsize=(7, 5.5))
    mesh = axes.pcolormesh(edges(x), edges(times), density, cmap=sluice_plot.density_map, vmin=0, rasterized=True)
    axes.set(xlabel=label, ylabel="t", title=run.title)
    figure.colorbar(mesh, ax=axes, pad=0.01, label=rf"$|\{name}|^2$" if name == "psi" else f"|{name}|^2")
    return figure


def spectrum(run, name, arguments):
    times = enough(run, 2)
    kept = axis_number(run, name, arguments.axis)
    label, x = run.snapshots[0].coordinates(name)[kept]
    k = np.fft.fftshift(2 * np.pi * np.fft.fftfreq(len(x), x[1] - x[0]))
    power = np.array([np.fft.fftshift(along(np.abs(np.fft.fftn(one.field(name))) ** 2, kept)) for one in run.snapshots])
    power = np.maximum(power / power.max(), 1e-16)
    figure, axes = plt.subplots(figsize=(7, 5.5))
    mesh = axes.pcolormesh(edges(k), edges(times), power, cmap=sluice_plot.heat_map, norm=matplotlib.colors.LogNorm(1e-16, 1),
                           rasterized=True)
    axes.set(xlabel=f"wavenumber along {label}", ylabel="t", title=run.title)
    figure.colorbar(mesh, ax=axes, pad=0.01, label="power of the modes, of the largest")
    return figure


def portrait(run, name, _):
    shown = sorted({0, len(run.snapshots) // 2, len(run.snapshots) - 1})
    figure, panels = plt.subplots(1, len(shown), figsize=(4.2 * len(shown), 4.4), sharex=True, sharey=True, squeeze=False)
    for axes, number in zip(panels[0], shown):
        snapshot = run.snapshots[number]
        values = snapshot.field(name)
        if values.ndim == 1:
            axes.plot(values.real, values.imag, lw=0.8)
        else:
            axes.plot(values.real.ravel(), values.imag.ravel(), ".", ms=1.5, alpha=0.4, rasterized=True)
        axes.set(aspect="equal", xlabel=f"Re {name}", title=snapshot.time_text())
        axes.grid(True)
    panels[0][0].set_ylabel(f"Im {name}")
    figure.suptitle(run.title)
    return figure


def invariants(run, _, __):
    columns = run.history.columns
    names = [one for one in columns if one.startswith(("mass", "momentum", "energy")) and not one.endswith("_change")]
    if not names:
        raise BadInput(f"{run.folder}: the history has neither mass, momentum nor energy")
    figure, panels = plt.subplots(len(names), 1, figsize=(8, 1.6 * len(names) + 0.8), sharex=True, squeeze=False)
    for axes, one in zip(panels[:, 0], names):
        first = columns[one][0]
        # The program judges a momentum that was zero by the mass that could carry it. What is not conserved has no such column.
        change = columns.get(one + "_change", (columns[one] - first) / (abs(first) if abs(first) > 1e-300 else 1.0))
        axes.plot(columns["time"], change, lw=1)
        axes.set_title(f"{one}: {first:.8g} at the start, changes by {np.abs(change).max():.1e} of it at most",
                       loc="left", fontsize=9)
        axes.grid(True)
    panels[-1, 0].set_xlabel("t")
    figure.suptitle(run.title)
    return figure


plots = {"space_time": space_time, "spectrum": spectrum, "portrait": portrait, "invariants": invariants}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plot", choices=sorted(plots))
    parser.add_argument("run", help="run folder")
    parser.add_argument("-f", "--field", help="wave function (default: the first)")
    parser.add_argument("--axis", help="axis to show (default: the first)")
    parser.add_argument("-o", "--output", help="PNG file (default: RUN/PLOT.png)")
    arguments = parser.parse_args()
    run = Run(arguments.run)
    if run.solver != "nlse":
        raise BadInput(f"{arguments.run} is a run of '{run.solver}'; nlse is allowed")
    sluice_plot.use_style()
    name = None if arguments.plot == "invariants" else wave_function(run, arguments.field)
    figure = plots[arguments.plot](run, name, arguments)
    file = arguments.output or os.path.join(arguments.run, arguments.plot + ".png")
    try:
        sluice_plot.save(figure, file)
    except OSError as error:
        raise BadInput(f"{file}: cannot be written ({error.strerror or error})") from None
    print(file)


if __name__ == "__main__":
    run_main(main)
