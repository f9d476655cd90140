#!/usr/bin/python3
"""The published scheme of the beta-plane cases (Mojgani et al., arXiv 2312.00907) in numpy, as it stands there: products with all their aliases,
the modes of the Nyquist wavenumber evolved with the others; Leith's closure with the diffusive sign. With --cut those modes are left out, as in
Sluice, whose real fields have none: the spectrum then piles up one wavenumber earlier, which the spectral scores of 32 x 32 points see.

    published_beta_plane.py SPECTRUM [--cut]     SPECTRUM: case1_enstrophy_spectrum_dns1024.dat
"""
import argparse

import numpy as np
from scipy.fft import fft2, ifft2
from scipy.io import loadmat

NU, DRAG = 1 / 20e3, 0.1


def start(k2, rng):
    points = len(k2)
    w = fft2(rng.standard_normal((points, points))) * np.exp(-(np.sqrt(k2) - 4)**2 / 4)
    w[0, 0] = 0
    return w * points**2 * 4 / np.sqrt((abs(w)**2).sum())


def evolve(arguments):
    """Time means of the spectra along x and y and of the enstrophy, over the last four fifths."""
    points, dt = arguments.points, arguments.dt
    k = np.fft.fftfreq(points, 1 / points)
    kx, ky = np.meshgrid(k, k, indexing="ij")
    k2 = kx**2 + ky**2
    inverse = np.divide(1, k2, where=k2 > 0, out=np.zeros_like(k2))
    kept = (abs(kx) < points / 2) & (abs(ky) < points / 2) if arguments.cut else np.ones_like(k2, bool)
    x, y = np.meshgrid(*2 * [2 * np.pi * np.arange(points) / points], indexing="ij")
    waves = arguments.waves
    force = fft2(waves * (np.cos(waves * x) + np.cos(waves * y)))
    factor = (arguments.coefficient * 2 * np.pi / points)**3
    if arguments.state:
        w = next(value for key, value in loadmat(arguments.state).items() if not key.startswith("__"))
        w = fft2(-w) * kept  # the published vorticity has the other sign
    else:
        w = start(k2, np.random.default_rng(arguments.seed)) * kept
    before, spectra, samples = None, np.zeros((2, points // 2)), 0

    def space(modes):
        return ifft2(modes).real

    for step in range(round(arguments.end / dt)):
        psi = -w * inverse
        u, v, wx, wy, values = space(-1j * ky * psi), space(1j * kx * psi), space(1j * kx * w), space(1j * ky * w), space(w)
        advection = 0.5 * (1j * kx * fft2(u * values) + 1j * ky * fft2(v * values) + fft2(u * wx + v * wy))
        before = advection if before is None else before
        closure = factor * np.sqrt(wx**2 + wy**2).mean() * k2 * w
        w = (w - dt * (1.5 * advection - 0.5 * before) - 0.5 * dt * NU * k2 * w - dt * (force + closure)) / (1 + dt * DRAG + 0.5 * dt * NU * k2) * kept
        before = advection
        if step * dt >= 0.2 * arguments.end and step % 100 == 0:
            modes = abs(w / points**2)**2 / 2
            spectra += [modes.sum(axis=1)[:points // 2], modes.sum(axis=0)[:points // 2]]
            samples += 1
    return spectra / samples


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spectrum", help="published enstrophy spectrum of the case")
    parser.add_argument("--cut", action="store_true", help="without the modes of the Nyquist wavenumber")
    parser.add_argument("--waves", type=int, default=4, help="of the force: 4 in case 1, 25 in case 4")
    parser.add_argument("--points", type=int, default=32)
    parser.add_argument("--coefficient", type=float, default=0.17, help="of Leith's closure; 0: none")
    parser.add_argument("--dt", type=float, default=0.002)
    parser.add_argument("--end", type=float, default=60)
    parser.add_argument("--state", help="published filtered state to begin with, such as case4_vorticity_64_start1.mat")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    spectra = evolve(arguments)
    reference = np.loadtxt(arguments.spectrum)[:arguments.points // 2, 1]
    k = np.arange(len(reference))
    z1 = 1 / sum(((k * (one - reference))**2).sum() for one in spectra)
    ratio = spectra.mean(axis=0)[1:] / reference[1:]
    print(f"enstrophy {(spectra[:, 0] + 2 * spectra[:, 1:].sum(axis=1)).mean():.4g} (without the Nyquist wavenumber), z1 {z1:.3g}, log err {np.sqrt(np.mean(np.log10(ratio)**2)):.3g}, spectrum over the published one:", np.round(ratio, 2))


if __name__ == "__main__":
    main()
