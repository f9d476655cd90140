"""Picture of a `flux_transport` run: the map at its first and last time, the disc, and what became of the flux."""
import matplotlib.pyplot as plt
import numpy as np

import sluice_plot
from sluice_files import edges


def draw_map(axes, snapshot, name, limit):
    (_, theta), (_, phi) = snapshot.coordinates(name)
    seam = 0.5 * (phi[0] + phi[-1] - 2 * np.pi)
    longitude = np.degrees(edges(phi, seam, seam + 2 * np.pi))
    latitude = 90 - np.degrees(edges(theta, 0, np.pi))
    mesh = axes.pcolormesh(longitude, latitude, snapshot.field(name), cmap="gray", vmin=-limit, vmax=limit,
                           rasterized=True)
    axes.set(xticks=range(0, 361, 60), yticks=range(-90, 91, 30), xlim=(longitude[0], longitude[-1]), ylim=(-90, 90),
             ylabel="latitude [°]")
    return mesh


def disc(values, theta, phi, size=700, tilt=np.radians(7), centre=np.pi):
    """The sphere seen from far away: values on a square image, nan outside the limb."""
    y, x = np.meshgrid(np.linspace(1, -1, size), np.linspace(-1, 1, size), indexing="ij")
    z = np.sqrt(np.maximum(0, 1 - x**2 - y**2))
    y_up, z_out = y * np.cos(tilt) + z * np.sin(tilt), z * np.cos(tilt) - y * np.sin(tilt)
    colatitude = np.arccos(np.clip(y_up, -1, 1))
    longitude = (np.arctan2(x, z_out) + centre - phi[0]) % (2 * np.pi) + phi[0]
    row = np.interp(colatitude, theta, np.arange(len(theta)))
    closed = np.append(phi, phi[0] + 2 * np.pi)
    column = np.interp(longitude, closed, np.arange(len(closed)))
    ring = np.concatenate([values, values[:, :1]], axis=1)
    i, j = np.minimum(row.astype(int), len(theta) - 2), np.minimum(column.astype(int), len(phi) - 1)
    a, b = row - i, column - j
    image = ((1 - a) * (1 - b) * ring[i, j] + (1 - a) * b * ring[i, j + 1] + a * (1 - b) * ring[i + 1, j] +
             a * b * ring[i + 1, j + 1])
    return np.where(x**2 + y**2 <= 1, image, np.nan)


def draw_disc(axes, snapshot, name, limit, tilt=np.radians(7)):
    (_, theta), (_, phi) = snapshot.coordinates(name)
    axes.imshow(disc(snapshot.field(name), theta, phi, tilt=tilt), extent=(-1, 1, -1, 1), cmap="gray", vmin=-limit,
                vmax=limit, interpolation="bilinear")
    turn = np.linspace(0, 2 * np.pi, 400)
    axes.plot(np.cos(turn), np.sin(turn), color=sluice_plot.ink, lw=1)
    for latitude in np.radians(range(-60, 61, 30)):
        x, y, z = np.cos(latitude) * np.sin(turn), np.sin(latitude), np.cos(latitude) * np.cos(turn)
        seen, up = z * np.cos(tilt) + y * np.sin(tilt) > 0, y * np.cos(tilt) - z * np.sin(tilt)
        axes.plot(np.where(seen, x, np.nan), up, color="#e0b050", lw=0.5, alpha=0.6)
    axes.set(xlim=(-1.02, 1.02), ylim=(-1.02, 1.02), aspect="equal")
    axes.axis("off")


def draw(run, file):
    first, last = run.snapshots[0], run.snapshots[-1]
    name = "B_r" if "B_r" in first.names else first.names[0]
    unit = first.unit(name)
    limit = max(sluice_plot.saturation(snapshot.field(name)) for snapshot in (first, last))
    figure = plt.figure(figsize=(13, 7.2))
    grid = figure.add_gridspec(2, 2, width_ratios=[1.75, 1], height_ratios=[1, 1])
    upper = figure.add_subplot(grid[0, 0])
    lower = figure.add_subplot(grid[1, 0], sharex=upper)
    mesh = draw_map(upper, first, name, limit)
    draw_map(lower, last, name, limit)
    upper.set_title(first.time_text())
    lower.set(title=last.time_text(), xlabel="longitude [°]")
    bar = figure.colorbar(mesh, ax=[upper, lower], extend="both", shrink=0.6, pad=0.01, aspect=30)
    bar.set_label(f"{first.long_name(name)} {name.replace('B_r', '$B_r$')} [{unit}], saturated")
    round_view = figure.add_subplot(grid[0, 1])
    draw_disc(round_view, last, name, limit)
    round_view.set_title(f"seen from longitude 180°, {last.time_text()}")
    if run.has_history() and len(run.history.columns["time"]) > 1:
        curves = figure.add_subplot(grid[1, 1])
        drawn = sluice_plot.plot_history(curves, run.history, ["unsigned_flux", "polar_flux_north", "polar_flux_south"])
        if drawn:
            curves.set_title("magnetic flux")
    figure.suptitle(run.title)
    sluice_plot.save(figure, file)
