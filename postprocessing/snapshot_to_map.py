#!/usr/bin/env python3
"""Writes B_r of a snapshot as a map that HipFT, MAS and Sluice's `initial.map` read: dataset Data[theta, phi] in gauss with
dim1 = phi and dim2 = theta [rad], the last longitude repeating the first. Several snapshots (the members of an ensemble at one
time) become realizations: Data[realization, theta, phi] with dim3.

    postprocessing/snapshot_to_map.py runs/NAME/snapshots/FILE.h5 map.h5 [--single]
    postprocessing/snapshot_to_map.py runs/NAME/member_*/snapshots/FILE.h5 map.h5
"""
import argparse
import sys

import h5py
import numpy as np


class BadInput(Exception):
    """Something that the user gave cannot be used; the text says what."""


def read(path):
    try:
        with h5py.File(path, "r") as file:
            missing = [name for name in ("B_r", "theta", "phi") if name not in file]
            if missing:
                raise BadInput(f"{path}: no dataset {', '.join(missing)}; a snapshot of flux_transport has them")
            return tuple(np.asarray(file[name], float) for name in ("B_r", "theta", "phi"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read as HDF5 ({error})") from None


def write(path, layers, theta, phi, kind):
    """`layers`: one [theta, phi] array, or several as realizations."""
    closed = np.array([np.concatenate([values, values[:, :1]], axis=1) for values in layers]).astype(kind)
    axes = [("dim1", np.append(phi, phi[0] + 2 * np.pi)), ("dim2", theta)]
    if len(layers) > 1:
        axes.append(("dim3", np.arange(1, len(layers) + 1)))
    with h5py.File(path, "w") as file:
        data = file.create_dataset("Data", data=closed if len(layers) > 1 else closed[0])
        for axis, (name, points) in enumerate(axes):
            scale = file.create_dataset(name, data=points.astype(kind))
            scale.make_scale(name)
            data.dims[len(axes) - 1 - axis].attach_scale(scale)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("snapshots", nargs="+", metavar="snapshot")
    parser.add_argument("map")
    parser.add_argument("--single", action="store_true", help="float32, as the maps that HipFT distributes")
    options = parser.parse_args()
    layers = []
    for path in options.snapshots:
        values, theta, phi = read(path)
        if not layers:
            first_theta, first_phi = theta, phi
        if abs(phi[0]) > 1e-12:
            raise BadInput(f"{path}: phi[0] = {phi[0]}; 0 is allowed: the map's form begins at longitude 0")
        if not (np.array_equal(theta, first_theta) and np.array_equal(phi, first_phi)):
            raise BadInput(f"{path}: its grid is not that of {options.snapshots[0]}; one grid is allowed")
        layers.append(values)
    write(options.map, layers, first_theta, first_phi, np.float32 if options.single else np.float64)


if __name__ == "__main__":
    try:
        main()
    except BadInput as error:
        sys.exit(f"snapshot_to_map: {error}")
