#!/usr/bin/python3
"""Makes a film of a run's snapshots: an animated GIF, or numbered PNG frames with --frames."""
import argparse
import os

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter

import picture_flux_transport
import sluice_plot
from sluice_files import BadInput, Run, edges, run_main


class Scene:
    """The field of one snapshot, with colours (or a vertical axis) that stay the same throughout."""

    def __init__(self, run, name):
        self.run, self.name = run, name or run.snapshots[0].names[0]
        first = run.snapshots[0]
        self.axes_of = first.coordinates(self.name)
        self.sphere = [axis for axis, _ in self.axes_of] == ["theta", "phi"]
        ranges = [(values.min(), values.max()) for values in map(self.values, run.snapshots)]
        self.low, self.high = min(low for low, _ in ranges), max(high for _, high in ranges)
        if not np.isfinite([self.low, self.high]).all():
            raise BadInput(f"{self.name} has values that are not finite")
        if self.sphere:
            self.high = max(sluice_plot.saturation(snapshot.field(self.name)) for snapshot in run.snapshots)
            self.low = -self.high
        wide = len(self.axes_of) == 2 and self.sphere
        self.figure, self.axes = plt.subplots(figsize=(9, 4.8) if wide else (6.4, 5.4))
        self.bar = None

    def values(self, snapshot):
        """What is shown: a complex field as its density, three dimensions as the middle plane of the last."""
        values = snapshot.field(self.name)
        if np.iscomplexobj(values):
            values = np.abs(values) ** 2
        return values[:, :, values.shape[2] // 2] if values.ndim == 3 else values

    def label(self):
        first = self.run.snapshots[0]
        unit = f" [{first.unit(self.name)}]" if first.unit(self.name) else ""
        density = np.iscomplexobj(first.field(self.name))
        return (rf"$|\{self.name}|^2$" if self.name == "psi" else f"|{self.name}|^2") if density else self.name + unit

    def draw(self, snapshot):
        self.axes.clear()
        values = self.values(snapshot)
        if self.sphere:
            mesh = picture_flux_transport.draw_map(self.axes, snapshot, self.name, self.high)
            self.axes.set_xlabel("longitude [°]")
        elif values.ndim == 1:
            margin = 0.05 * (self.high - self.low or 1)
            self.axes.plot(self.axes_of[0][1], values)
            self.axes.set(ylim=(self.low - margin, self.high + margin), xlabel=self.axes_of[0][0], ylabel=self.label())
            self.axes.grid(True)
            mesh = None
        else:
            (slow, x), (fast, y) = self.axes_of[:2]
            mesh = self.axes.pcolormesh(edges(x), edges(y), values.T, cmap=sluice_plot.density_map, vmin=self.low,
                                        vmax=self.high, rasterized=True)
            self.axes.set(aspect="equal", xlabel=slow, ylabel=fast)
        if mesh is not None and self.bar is None:
            self.bar = self.figure.colorbar(mesh, ax=self.axes, label=self.label(), shrink=0.8, pad=0.02)
        self.axes.set_title(snapshot.time_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", help="run folder")
    parser.add_argument("-f", "--field", help="field to show (default: the first)")
    parser.add_argument("-o", "--output", help="GIF file (default: RUN/movie.gif)")
    parser.add_argument("--frames", metavar="FOLDER", help="write PNG frames into this folder instead")
    parser.add_argument("--rate", type=float, default=10, help="frames a second (default: 10)")
    arguments = parser.parse_args()
    if arguments.rate <= 0:
        raise BadInput(f"--rate {arguments.rate:g}; a positive number is allowed")
    run = Run(arguments.run)
    sluice_plot.use_style()
    scene = Scene(run, arguments.field)
    if arguments.frames:
        os.makedirs(arguments.frames, exist_ok=True)
        for number, snapshot in enumerate(run.snapshots):
            scene.draw(snapshot)
            scene.figure.savefig(os.path.join(arguments.frames, f"frame_{number:05d}.png"))
        print(f"{arguments.frames}: {len(run.snapshots)} frames")
        return
    file = arguments.output or os.path.join(arguments.run, "movie.gif")
    animation = FuncAnimation(scene.figure, scene.draw, frames=run.snapshots, init_func=lambda: None)
    animation.save(file, writer=PillowWriter(fps=arguments.rate), dpi=90)
    print(file)


if __name__ == "__main__":
    run_main(main)
