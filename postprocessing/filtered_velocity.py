#!/usr/bin/env python3
"""The data of inputs/training/subgrid_stress.yaml: filtered velocities and the stress that the filter leaves out.

    filtered_velocity.py FILE"""
import sys

import h5py
import numpy as np

POINTS, COARSE, TRAJECTORIES, MOMENTS = 256, 32, 60, 2


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        raise SystemExit(__doc__)
    random = np.random.default_rng(11)
    k = np.fft.rfftfreq(POINTS, 1 / POINTS)
    delta = 4 * 2 * np.pi / COARSE
    gaussian = np.exp(-(k * delta) ** 2 / 24)
    amplitude = np.where(k > 0, np.maximum(k, 1) ** -1.5, 0) * (k < 60)

    def filtered(values):
        return np.fft.irfft(np.fft.rfft(values) * gaussian, POINTS)

    velocity, stress = [], []
    for _ in range(TRAJECTORIES):
        modes = amplitude * (random.standard_normal(k.size) + 1j * random.standard_normal(k.size))
        for moment in range(MOMENTS):
            u = np.fft.irfft(modes * np.exp(-0.3j * k * moment), POINTS) * POINTS / 6
            velocity.append(filtered(u)[::POINTS // COARSE])
            stress.append((filtered(u * u) - filtered(u) ** 2)[::POINTS // COARSE])
    with h5py.File(sys.argv[1], "w") as file:
        file["velocity"], file["stress"] = np.array(velocity, "f4"), np.array(stress, "f4")
        file["trajectory"] = np.repeat(np.arange(TRAJECTORIES), MOMENTS)


if __name__ == "__main__":
    main()
