#!/usr/bin/python3
"""Butterfly diagram: the field averaged over longitude against time and sine of the latitude, from the file of the hook
`profile` (field: B_r, over: phi)."""
import argparse
import os

import h5py
import matplotlib.pyplot as plt
import numpy as np

import sluice_plot
from sluice_files import BadInput, edges, run_main


def read(path):
    try:
        with h5py.File(path, "r") as file:
            names = [name for name in file if file[name].ndim == 2 and name not in ("time", "step")]
            if "theta" not in file or "time" not in file or not names:
                raise BadInput(f"{path}: no averages over longitude (hook profile with over: phi)")
            name = names[0]
            return (file["time"][:, 0], file["time"].attrs["units"], file["theta"][:], name, file[name][:],
                    file[name].attrs["units"])
    except OSError as error:
        raise BadInput(f"{path}: cannot be read as HDF5 ({error})") from None


def as_text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def time_axis(time, unit):
    """Times in years or days where hours would be many."""
    if unit != "h" or np.ptp(time) < 24 * 40:
        return time, unit
    return (time / 8766, "years") if np.ptp(time) > 2 * 8766 else (time / 24, "days")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", help="run folder, or the file itself")
    parser.add_argument("-n", "--name", default="butterfly", help="of the profile hook (default: butterfly)")
    parser.add_argument("-s", "--saturation", type=float, help="field at which the colours saturate")
    parser.add_argument("--colours", choices=["red-blue", "grey"], default="red-blue")
    parser.add_argument("-o", "--output", help="PNG file (default: beside the data)")
    arguments = parser.parse_args()
    path = arguments.run if os.path.isfile(arguments.run) else os.path.join(arguments.run, arguments.name + ".h5")
    time, unit, theta, name, values, field_unit = read(path)
    if len(time) < 2:
        raise BadInput(f"{path}: {len(time)} times; a diagram needs at least 2")
    time, unit = time_axis(time, as_text(unit))
    sluice_plot.use_style()
    limit = arguments.saturation or sluice_plot.saturation(values, 99)
    figure, axes = plt.subplots(figsize=(10, 4.2))
    sine = np.cos(edges(theta, 0, np.pi))
    mesh = axes.pcolormesh(edges(time, time[0], time[-1]), sine, values.T, cmap="RdBu_r" if arguments.colours == "red-blue" else "gray",
                           vmin=-limit, vmax=limit, rasterized=True)
    latitudes = np.array([-90, -50, -30, -15, 0, 15, 30, 50, 90])
    axes.set_yticks(np.sin(np.radians(latitudes)), [f"{value}°" for value in latitudes])
    axes.set(xlabel=f"time [{unit}]", ylabel="latitude", title=f"{name}, mean over longitude")
    figure.colorbar(mesh, extend="both", label=f"[{as_text(field_unit)}], saturated")
    file = arguments.output or os.path.splitext(path)[0] + ".png"
    sluice_plot.save(figure, file)
    print(file)


if __name__ == "__main__":
    run_main(main)
