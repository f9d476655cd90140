"""Picture of an `nlse` run: density in space and time (1-D), at first and last time (2-D), projected (3-D)."""
import matplotlib.pyplot as plt
import numpy as np

import sluice_plot
from sluice_files import edges


def density(snapshot, name):
    return np.abs(snapshot.field(name)) ** 2


def axis_label(snapshot, axis):
    unit = snapshot.axis_units.get(axis, "")
    return axis + (f" [{unit}]" if unit not in ("", "1") else "")


def draw_invariants(axes, run):
    names = [name for name in ("mass", "momentum", "momentum_x", "momentum_y", "momentum_z", "energy")
             if name in run.history.columns]
    sluice_plot.plot_history(axes, run.history, names, relative=True)
    axes.set_title("change of the invariants, relative to the start", loc="right")


def draw_line(figure, grid, run, name):
    snapshots = run.snapshots
    (axis, x), = snapshots[0].coordinates(name)
    values = np.array([density(one, name) for one in snapshots])
    left = figure.add_subplot(grid[:, 0])
    if len(snapshots) > 2:
        times = np.array([one.time for one in snapshots])
        mesh = left.pcolormesh(x, times, values, cmap=sluice_plot.density_map, vmin=0, shading="gouraud", rasterized=True)
        left.set(xlabel=axis_label(snapshots[0], axis), ylabel="t", title=r"density $|\psi|^2$")
        figure.colorbar(mesh, ax=left, pad=0.01)
        profile = figure.add_subplot(grid[0, 1])
    else:
        profile = left
    profile.plot(x, values[0], color=sluice_plot.colours[5], lw=3, alpha=0.5, label=snapshots[0].time_text())
    if len(snapshots) > 1:
        profile.plot(x, values[-1], color=sluice_plot.colours[1], label=snapshots[-1].time_text())
    profile.set(xlabel=axis_label(snapshots[0], axis), ylabel=r"$|\psi|^2$")
    profile.grid(True)
    profile.legend()


def draw_plane(figure, grid, run, name):
    first, last = run.snapshots[0], run.snapshots[-1]
    top = max(density(first, name).max(), density(last, name).max()) or 1.0
    for column, one in enumerate([first, last]):
        (slow, x), (fast, y) = one.coordinates(name)
        axes = figure.add_subplot(grid[0, column])
        mesh = axes.pcolormesh(edges(x), edges(y), density(one, name).T, cmap=sluice_plot.density_map, vmin=0, vmax=top,
                               rasterized=True)
        axes.set(aspect="equal", xlabel=axis_label(one, slow), ylabel=axis_label(one, fast),
                 title=rf"$|\psi|^2$, {one.time_text()}")
        figure.colorbar(mesh, ax=axes, pad=0.01, shrink=0.8)


def draw_box(figure, grid, run, name):
    last = run.snapshots[-1]
    values, axes_of = density(last, name), last.coordinates(name)
    for column, hidden in enumerate((2, 1)):
        (slow, x), (fast, y) = [axes_of[d] for d in range(3) if d != hidden]
        axes = figure.add_subplot(grid[0, column])
        mesh = axes.pcolormesh(edges(x), edges(y), values.max(axis=hidden).T, cmap=sluice_plot.density_map, vmin=0,
                               rasterized=True)
        axes.set(aspect="equal", xlabel=axis_label(last, slow), ylabel=axis_label(last, fast),
                 title=rf"largest $|\psi|^2$ along {axes_of[hidden][0]}, {last.time_text()}")
        figure.colorbar(mesh, ax=axes, pad=0.01, shrink=0.8)


def draw(run, file):
    first = run.snapshots[0]
    name = "psi" if "psi" in first.names else first.names[0]
    dimensions = len(first.coordinates(name))
    has_history = run.has_history() and len(run.history.columns["time"]) > 1
    figure = plt.figure(figsize=(12, 5.5 if dimensions == 1 else 8))
    if dimensions == 1:
        grid = figure.add_gridspec(2, 2, width_ratios=[1.3, 1])
        draw_line(figure, grid, run, name)
        place = grid[1, 1]
    else:
        grid = figure.add_gridspec(2, 2, height_ratios=[1.7, 1])
        (draw_plane if dimensions == 2 else draw_box)(figure, grid, run, name)
        place = grid[1, :]
    if has_history:
        draw_invariants(figure.add_subplot(place), run)
    figure.suptitle(run.title)
    sluice_plot.save(figure, file)
