"""Picture of a `diffusion` run: profiles in time (1-D), first and last field (2-D), cuts (3-D), heat and error."""
import matplotlib.pyplot as plt
import numpy as np

import sluice_plot
from sluice_files import edges


def label(snapshot, name):
    unit = snapshot.unit(name)
    return snapshot.long_name(name) + (f" [{unit}]" if unit else "")


def axis_label(snapshot, axis):
    unit = snapshot.axis_units.get(axis, "")
    return axis + (f" [{unit}]" if unit not in ("", "1") else "")


def draw_profiles(figure, places, run, name):
    chosen = np.unique(np.linspace(0, len(run.snapshots) - 1, min(len(run.snapshots), 7)).astype(int))
    axes = figure.add_subplot(places)
    for order, index in enumerate(chosen):
        one = run.snapshots[index]
        (axis, x), = one.coordinates(name)
        axes.plot(x, one.field(name), color=plt.get_cmap(sluice_plot.heat_map)(0.85 * order / max(1, len(chosen) - 1)),
                  label=one.time_text())
    axes.set(xlabel=axis_label(one, axis), ylabel=label(one, name))
    axes.grid(True)
    axes.legend(fontsize=8)


def cut(snapshot, name):
    """The field on a plane (the middle one of the third axis, if there is one), and the two axes."""
    values, axes = snapshot.field(name), snapshot.coordinates(name)
    if values.ndim == 3:
        middle = values.shape[2] // 2
        return values[:, :, middle], axes[:2], f", {axes[2][0]} = {axes[2][1][middle]:.3g}"
    return values, axes, ""


def draw_planes(figure, grid, run, name):
    shown = [run.snapshots[0], run.snapshots[-1]] if len(run.snapshots) > 1 else [run.snapshots[-1]]
    low = min(cut(one, name)[0].min() for one in shown)
    high = max(cut(one, name)[0].max() for one in shown)
    for column, one in enumerate(shown):
        values, ((slow, x), (fast, y)), where = cut(one, name)
        axes = figure.add_subplot(grid[0, column] if len(shown) > 1 else grid[0, :])
        mesh = axes.pcolormesh(edges(x), edges(y), values.T, cmap=sluice_plot.heat_map, vmin=low, vmax=high,
                               rasterized=True)
        if np.ptp(values) > 0.05 * (high - low):
            axes.contour(x, y, values.T, levels=np.linspace(low, high, 12)[1:-1], colors="white", linewidths=0.4,
                         alpha=0.6)
        axes.set(aspect="equal", xlabel=axis_label(one, slow), ylabel=axis_label(one, fast),
                 title=one.time_text() + where)
        figure.colorbar(mesh, ax=axes, pad=0.01, shrink=0.8, label=label(one, name))


def draw_history(figure, places, run):
    history = run.history
    errors = [name for name in history.columns if name.startswith("error")]
    quantities = [name for name in ("heat_content", "heat") if name in history.columns]
    if not errors:
        errors = [name for name in ("u_minimum", "u_maximum") if name in history.columns]
    wanted = [names for names in (quantities, errors) if names]
    for place, names in zip(places, wanted):
        axes = figure.add_subplot(place)
        sluice_plot.plot_history(axes, history, names)
        if names[0].startswith("error") and all(np.any(history.columns[name] > 0) for name in names):
            axes.set_yscale("log", nonpositive="mask")


def draw(run, file):
    last = run.snapshots[-1]
    name = next((one for one in ("u", "temperature", "T") if one in last.names), last.names[0])
    has_history = run.has_history() and len(run.history.columns["time"]) > 1
    if len(last.coordinates(name)) == 1:
        figure = plt.figure(figsize=(12, 6))
        grid = figure.add_gridspec(2, 2, width_ratios=[1.4, 1])
        draw_profiles(figure, grid[:, 0] if has_history else grid[:, :], run, name)
        places = [grid[0, 1], grid[1, 1]]
    else:
        (_, x), (_, y) = last.coordinates(name)[:2]
        tall = 5.5 * float(np.clip(np.ptp(y) / np.ptp(x), 0.3, 1.5))
        figure = plt.figure(figsize=(12, 3.2 + tall))
        grid = figure.add_gridspec(2, 2, height_ratios=[tall, 2.8])
        draw_planes(figure, grid, run, name)
        places = [grid[1, 0], grid[1, 1]]
    if has_history:
        draw_history(figure, places, run)
    figure.suptitle(run.title)
    sluice_plot.save(figure, file)
