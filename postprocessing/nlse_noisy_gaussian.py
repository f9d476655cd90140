"""Initial state of inputs/nlse/noisy_gaussian.yaml: exp(-x^2/50) plus 0.01 times complex noise of NumPy's legacy generator, seed 42.

    python3 postprocessing/nlse_noisy_gaussian.py inputs/nlse/noisy_gaussian.h5
"""
import argparse

import h5py
import numpy as np


def main(file, points=512, length=50.0, seed=42):
    x = -length / 2 + length / points * np.arange(points)
    generator = np.random.RandomState(seed)
    noise = generator.randn(points) + 1j * generator.randn(points)
    psi = np.exp(-x**2 / (2 * 5.0**2)) + 0.01 * noise
    with h5py.File(file, "w") as out:
        out["psi_real"], out["psi_imag"] = psi.real, psi.imag


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="HDF5 file to be written")
    main(parser.parse_args().file)
