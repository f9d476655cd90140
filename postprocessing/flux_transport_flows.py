"""Flow maps of inputs/flux_transport/flow_series.yaml: a rigid rotation that rises from rest and ends, in the files that HipFT reads
(Data[theta, phi] in m/s, dim1 = phi, dim2 = theta) with a list of times. Twice the area of the triangle is a quarter turn.

    python3 postprocessing/flux_transport_flows.py inputs/flux_transport/flows
"""
import argparse
import pathlib

import h5py
import numpy as np

HOURS = 240.0
SPEED_UNIT = 5.172413793103448e-6  # solar radii an hour in 1 m/s


def write(path, values, theta, phi):
    with h5py.File(path, "w") as file:
        data = file.create_dataset("Data", data=values.astype(np.float32))
        for axis, (name, points) in enumerate((("dim2", theta), ("dim1", phi))):
            scale = file.create_dataset(name, data=points)
            scale.make_scale(name)
            data.dims[axis].attach_scale(scale)
        data.attrs["units"] = "m s^-1"


def main(folder):
    theta, phi = np.linspace(0, np.pi, 91), np.linspace(0, 2 * np.pi, 5)
    fastest = 0.5 * np.pi / (HOURS * SPEED_UNIT)
    east = fastest * np.sin(theta)[:, None] + 0 * phi[None, :]
    write(folder / "rest.h5", 0 * east, theta, phi)
    write(folder / "east.h5", east, theta, phi)
    (folder / "list.csv").write_text("# hours, v_theta, v_phi\n" + "".join(
        f"{time:g},rest.h5,{file}\n" for time, file in ((0, "rest.h5"), (HOURS, "east.h5"), (2 * HOURS, "rest.h5"))))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="where the list and the maps are written")
    main(pathlib.Path(parser.parse_args().folder))
