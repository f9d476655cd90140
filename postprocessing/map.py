#!/usr/bin/python3
"""Draws full-Sun maps in the field's conventions, saturated: one, or two side by side with their difference. Reads snapshots
(B_r), maps in the form of HipFT (Data, dim1, dim2), FITS synoptic maps in Carrington coordinates (with astropy) and members'
statistics (--field B_r_mean)."""
import argparse
import os

import h5py
import matplotlib.pyplot as plt
import numpy as np

import sluice_plot
from picture_flux_transport import disc
from sluice_files import BadInput, edges, run_main


def read_fits(path):
    """Values[theta, phi] from the north and from the lowest longitude, colatitudes and longitudes [rad] of the pixels' middles."""
    try:
        from astropy.io import fits
    except ImportError:
        raise BadInput(f"{path}: FITS maps need astropy (Debian: python3-sunpy)") from None
    try:
        with fits.open(path) as file:
            image = next((part for part in file if part.data is not None and part.data.ndim == 2), None)
            if image is None:
                raise BadInput(f"{path}: holds no image of two dimensions")
            header, values = image.header, np.array(image.data, float)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read as FITS ({error})") from None
    kind = str(header.get("CTYPE2", ""))[-3:]
    if not str(header.get("CTYPE1", "")).startswith("CRLN") or kind not in ("CAR", "CEA"):
        raise BadInput(f"{path}: CTYPE1 = '{header.get('CTYPE1', '')}', CTYPE2 = '{header.get('CTYPE2', '')}'; CRLN, CRLT with CAR "
                       "or CEA are allowed")
    pixel = [header[f"CRVAL{axis}"] + (np.arange(1, size + 1) - header[f"CRPIX{axis}"]) * header[f"CDELT{axis}"]
             for axis, size in ((1, values.shape[1]), (2, values.shape[0]))]
    if kind == "CEA":  # degrees by the standard; HMI and GONG give the sine itself
        sine = pixel[1] if np.abs(pixel[1]).max() <= 1 else np.radians(pixel[1]) * header.get("PV2_1", 1.0)
        latitude = np.arcsin(np.clip(sine, -1, 1))
    else:
        latitude = np.radians(pixel[1])
    # HMI's negative CDELT1 is of Carrington time, not of longitude.
    longitude = pixel[0]
    if header["CDELT1"] < 0 and header.get("CUNIT2") == "Sine Latitude":
        longitude = header["CRVAL1"] - (np.arange(1, values.shape[1] + 1) - header["CRPIX1"]) * header["CDELT1"]
    longitude = np.radians(longitude % 360)
    rows, columns = np.argsort(-latitude), np.argsort(longitude)
    return values[rows][:, columns], 0.5 * np.pi - latitude[rows], longitude[columns]


class Map:
    """Values[theta, phi] with distinct longitudes."""

    def __init__(self, path, field, realization):
        self.path = path
        if str(path).lower().endswith((".fits", ".fit", ".fts", ".fits.gz")):
            self.values, self.theta, self.phi = read_fits(path)
            return
        try:
            with h5py.File(path, "r") as file:
                if "Data" in file:
                    values, self.theta, self.phi = file["Data"][...], file["dim2"][...], file["dim1"][...]
                    values = values[realization] if values.ndim == 3 else values
                    self.values, self.phi = values[:, :-1].astype(float), self.phi[:-1].astype(float)
                elif field in file and "theta" in file:
                    self.values, self.theta, self.phi = (file[name][...] for name in (field, "theta", "phi"))
                else:
                    raise BadInput(f"{path}: no map (Data) and no field '{field}'; it holds {', '.join(file)}")
        except OSError as error:
            raise BadInput(f"{path}: cannot be read as HDF5 ({error})") from None
        self.theta = np.asarray(self.theta, float)

    def on(self, other):
        """Values at the points of another map, bilinear."""
        if self.values.shape == other.values.shape and np.allclose(self.theta, other.theta) and np.allclose(self.phi, other.phi):
            return self.values
        turn = np.append(self.phi, self.phi[0] + 2 * np.pi)
        ring = np.concatenate([self.values, self.values[:, :1]], axis=1)
        longitude = (other.phi - self.phi[0]) % (2 * np.pi) + self.phi[0]
        wide = np.array([np.interp(longitude, turn, row) for row in ring])
        return np.array([np.interp(other.theta, self.theta, column) for column in wide.T]).T


def draw_plane(axes, the_map, values, shades):
    seam = 0.5 * (the_map.phi[0] + the_map.phi[-1] - 2 * np.pi)
    longitude = np.degrees(edges(the_map.phi, seam, seam + 2 * np.pi))
    latitude = 90 - np.degrees(edges(the_map.theta, 0, np.pi))
    mesh = axes.pcolormesh(longitude, latitude, values, **shades, rasterized=True)
    axes.set(xticks=range(0, 361, 60), yticks=range(-90, 91, 30), xlim=(longitude[0], longitude[-1]), ylim=(-90, 90),
             xlabel="longitude [°]", ylabel="latitude [°]", aspect="equal")
    return mesh


def draw_disc(axes, the_map, values, shades, longitude, latitude):
    image = disc(values, the_map.theta, the_map.phi, tilt=np.radians(latitude), centre=np.radians(longitude))
    mesh = axes.imshow(image, extent=(-1, 1, -1, 1), **shades, interpolation="bilinear")
    turn = np.linspace(0, 2 * np.pi, 400)
    axes.plot(np.cos(turn), np.sin(turn), color=sluice_plot.ink, lw=1)
    axes.set(xlim=(-1.02, 1.02), ylim=(-1.02, 1.02), aspect="equal")
    axes.axis("off")
    return mesh


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("maps", nargs="+", metavar="FILE", help="one file, or two to compare")
    parser.add_argument("--field", default="B_r", help="of a snapshot (default: B_r)")
    parser.add_argument("--realization", type=int, default=0, help="of a map with a third dimension")
    parser.add_argument("--colours", choices=["grey", "red-blue"], default="grey")
    parser.add_argument("--projection", choices=["plane", "orthographic"], default="plane")
    parser.add_argument("--longitude", type=float, default=180, help="of the disc's centre [deg]")
    parser.add_argument("--latitude", type=float, default=7, help="of the disc's centre [deg]")
    parser.add_argument("-s", "--saturation", type=float, help="field at which the colours saturate")
    parser.add_argument("-o", "--output", default="map.png", help="PNG file")
    arguments = parser.parse_args()
    if len(arguments.maps) > 2:
        raise BadInput(f"{len(arguments.maps)} files; one or two are allowed")
    maps = [Map(path, arguments.field, arguments.realization) for path in arguments.maps]
    panels = [(os.path.basename(m.path), m, m.values) for m in maps]
    if len(maps) == 2:
        panels.append(("difference, second less first", maps[0], maps[1].on(maps[0]) - maps[0].values))
    limit = arguments.saturation or max(sluice_plot.saturation(m.values) for m in maps)
    signed = any(values.min() < 0 for _, _, values in panels)  # members' spread is not
    colours = "gray" if arguments.colours == "grey" else "RdBu_r" if signed else "Reds"
    shades = {"cmap": colours, "vmin": -limit if signed else 0, "vmax": limit}
    sluice_plot.use_style()
    plane = arguments.projection == "plane"
    figure, axes = plt.subplots(len(panels) if plane else 1, 1 if plane else len(panels), squeeze=False,
                                figsize=(8.5, 4.2 * len(panels)) if plane else (5 * len(panels), 5))
    for axis, (title, the_map, values) in zip(axes.flat, panels):
        draw = (draw_plane(axis, the_map, values, shades) if plane else
                draw_disc(axis, the_map, values, shades, arguments.longitude, arguments.latitude))
        axis.set_title(title)
    figure.colorbar(draw, ax=axes, extend="both" if signed else "max", shrink=0.7, label=f"{arguments.field} [G], saturated")
    sluice_plot.save(figure, arguments.output)
    print(arguments.output)


if __name__ == "__main__":
    run_main(main)
