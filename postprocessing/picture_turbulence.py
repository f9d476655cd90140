"""Picture of a `turbulence` run: the last field (of one dimension: all snapshots against time), spectra, PDF, history."""
import glob
import os

import h5py
import matplotlib.pyplot as plt
import numpy as np

import sluice_plot
from sluice_files import BadInput, edges


def read_curves(folder):
    """Means over time of the hook `curves`: name -> (abscissa, mean, deviation)."""
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.h5"))):
        with h5py.File(path) as file:
            for name, group in file.items():
                if isinstance(group, h5py.Group) and {"mean", "deviation"} <= set(group):
                    abscissa = next(key for key in group if key not in ("mean", "deviation"))
                    found[name] = (group[abscissa][()], group["mean"][()], group["deviation"][()])
    return found


def read_pdfs(folder):
    """Of the hook `statistics`: name of the field -> (edges, density, fraction outside)."""
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.h5"))):
        with h5py.File(path) as file:
            if "pdf" not in file:
                continue
            name = next(key[:-5] for key in file if key.endswith("_mean"))
            pdf = file["pdf"]
            outside = float(pdf.attrs["below"] + pdf.attrs["above"]) / float(pdf.attrs["values"])
            found[name] = (pdf["edges"][()], pdf["density"][()], outside)
    return found


def moments(bounds, density):
    """Mean, deviation and kurtosis of a histogram."""
    middle, weight = 0.5 * (bounds[1:] + bounds[:-1]), density * np.diff(bounds)
    weight = weight / weight.sum()
    mean = (weight * middle).sum()
    variance = (weight * (middle - mean)**2).sum()
    return mean, np.sqrt(variance), (weight * (middle - mean)**4).sum() / variance**2 if variance > 0 else 0.0


def draw_field(figure, place, run, name):
    axes = figure.add_subplot(place)
    last = run.snapshots[-1]
    if len(last.coordinates(name)) == 1:
        (axis, x), = last.coordinates(name)
        times = np.array([one.time for one in run.snapshots])
        values = np.array([one.field(name) for one in run.snapshots])
        if len(times) < 2:
            axes.plot(x, values[0])
            axes.set(xlabel=axis, ylabel=name, title=last.time_text())
            return
        most = sluice_plot.saturation(values)
        mesh = axes.pcolormesh(edges(x), edges(times), values, cmap="RdBu_r", vmin=-most, vmax=most, rasterized=True)
        axes.set(xlabel=axis, ylabel="time")
    else:
        values, coordinates = last.field(name), last.coordinates(name)
        if values.ndim == 3:
            values, coordinates = values[:, :, values.shape[2] // 2], coordinates[:2]
        (slow, x), (fast, y) = coordinates
        # Not below a third of the largest value: a lone vortex is not to drown in the colours of what surrounds it.
        most = max(sluice_plot.saturation(values), sluice_plot.nice(np.nanmax(np.abs(values)) / 3))
        mesh = axes.pcolormesh(edges(x), edges(y), values.T, cmap="RdBu_r", vmin=-most, vmax=most, rasterized=True)
        axes.set(aspect="equal", xlabel=slow, ylabel=fast, title=last.time_text())
    figure.colorbar(mesh, ax=axes, pad=0.01, shrink=0.8, label=last.long_name(name))


def draw_spectra(figure, place, curves):
    axes = figure.add_subplot(place)
    for name, (k, mean, deviation) in curves.items():
        if "spectrum" not in name or name.endswith(("_x", "_y")):
            continue
        shown = (k > 0) & (mean > 0)
        if not shown.any():
            continue
        line, = axes.loglog(k[shown], mean[shown], label=name.replace("_", " "))
        low = np.maximum(mean - deviation, 0.05 * mean)
        axes.fill_between(k[shown], low[shown], (mean + deviation)[shown], color=line.get_color(), alpha=0.15, lw=0)
    low, high = axes.get_ylim()
    axes.set(xlabel="wavenumber", ylabel="a shell of wavenumbers", ylim=(max(low, 1e-20 * high), high))  # beyond is round-off
    axes.grid(True)
    axes.legend(fontsize=8)


def draw_pdfs(figure, place, pdfs):
    axes = figure.add_subplot(place)
    for name, (bounds, density, outside) in pdfs.items():
        mean, deviation, kurtosis = moments(bounds, density)
        if deviation == 0:
            continue
        at = (0.5 * (bounds[1:] + bounds[:-1]) - mean) / deviation
        shown = density > 0
        note = f", {100 * outside:.2g} % outside" if outside > 0 else ""
        axes.semilogy(at[shown], (density * deviation)[shown], label=f"{name}: deviation {deviation:.4g}, kurtosis {kurtosis:.3g}{note}")
    at = np.linspace(-5, 5, 201)
    axes.semilogy(at, np.exp(-at**2 / 2) / np.sqrt(2 * np.pi), color=sluice_plot.ink, lw=0.8, ls="--", label="Gaussian")
    axes.set(xlabel="value less its mean, in deviations", ylabel="density")
    axes.grid(True)
    axes.legend(fontsize=8)


def draw(run, file):
    curves, pdfs = read_curves(run.folder), read_pdfs(run.folder)
    panels = []
    try:
        has_snapshots = bool(run.snapshots)
    except BadInput:
        has_snapshots = False
    if has_snapshots:
        name = next((one for one in ("vorticity", "q1", "u") if one in run.snapshots[-1].names), run.snapshots[-1].names[0])
        panels.append(lambda figure, place: draw_field(figure, place, run, name))
    if any("spectrum" in name for name in curves):
        panels.append(lambda figure, place: draw_spectra(figure, place, curves))
    if pdfs:
        panels.append(lambda figure, place: draw_pdfs(figure, place, pdfs))
    names = [one for one in ("energy", "enstrophy", "kinetic_energy_1", "kinetic_energy_2", "rms") if run.has_history() and one in run.history.columns]
    if names and len(run.history.columns["time"]) > 1:
        def draw_history(figure, place):
            sluice_plot.plot_history(figure.add_subplot(place), run.history, names)
        panels.append(draw_history)
    if not panels:
        raise BadInput(f"{run.folder}: nothing to draw; the hooks snapshot, curves, statistics (with bins) and history give it")
    columns = 2 if len(panels) > 1 else 1
    rows = max(1, -(-len(panels) // columns))
    figure = plt.figure(figsize=(6.5 * columns, 5 * rows))
    grid = figure.add_gridspec(rows, columns)
    for number, panel in enumerate(panels):
        panel(figure, grid[number // columns, number % columns])
    figure.suptitle(run.title)
    sluice_plot.save(figure, file)
