#!/usr/bin/python3
"""The vortex of Taylor and Green in three dimensions, independently of Sluice: rotational form, numpy's transforms, classical Runge-Kutta.

u_t = P(u x curl u) + nu lap u, u(0) = (sin x cos y cos z, -cos x sin y cos z, 0), modes with |k_i| < N/3 along every axis, viscosity by an
integrating factor. Prints t, energy <u^2>/2 and dissipation nu <w^2>; with --against RUN the largest differences from the history of
that run at the same times, and the peak of the dissipation of both.
"""
import argparse
import pathlib
import sys

import numpy as np
from scipy.fft import irfftn, rfftn


class Flow:
    def __init__(self, points, viscosity):
        self.points, self.viscosity = points, viscosity
        full, half = np.fft.fftfreq(points, 1 / points), np.arange(points // 2 + 1.0)
        self.k = np.array(np.meshgrid(full, full, half, indexing="ij"))
        self.k2 = (self.k**2).sum(axis=0)
        self.kept = (3 * abs(self.k) < points).all(axis=0)
        x = 2 * np.pi * np.arange(points) / points
        x, y, z = np.meshgrid(x, x, x, indexing="ij")
        self.u = self.forward([np.sin(x) * np.cos(y) * np.cos(z), -np.cos(x) * np.sin(y) * np.cos(z), 0 * x])

    def forward(self, fields):
        return np.array([rfftn(one) * self.kept for one in fields])

    def in_space(self, modes):
        return [irfftn(one, s=(self.points,) * 3) for one in modes]

    def curl(self, u):
        return 1j * np.array([self.k[1] * u[2] - self.k[2] * u[1], self.k[2] * u[0] - self.k[0] * u[2], self.k[0] * u[1] - self.k[1] * u[0]])

    def rate(self, u):
        (a, b, c), (p, q, r) = self.in_space(u), self.in_space(self.curl(u))
        n = self.forward([b * r - c * q, c * p - a * r, a * q - b * p])
        return n - self.k * ((self.k * n).sum(axis=0) / np.where(self.k2 > 0, self.k2, 1))

    def step(self, dt):
        half = np.exp(-0.5 * dt * self.viscosity * self.k2)
        whole = half * half
        k1 = self.rate(self.u)
        k2 = self.rate(half * (self.u + 0.5 * dt * k1))
        k3 = self.rate(half * self.u + 0.5 * dt * k2)
        k4 = self.rate(whole * self.u + dt * half * k3)
        self.u = whole * self.u + dt / 6 * (whole * k1 + 2 * half * (k2 + k3) + k4)

    def mean_square(self, modes):
        return sum((one**2).mean() for one in self.in_space(modes))

    def numbers(self):
        return self.mean_square(self.u) / 2, self.viscosity * self.mean_square(self.curl(self.u))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=64)
    parser.add_argument("--reynolds", type=float, default=200)
    parser.add_argument("--dt", type=float, default=0.05)
    parser.add_argument("--end", type=float, default=10)
    parser.add_argument("--against", help="folder of a run of Sluice with the history of `energy` and `dissipation`")
    arguments = parser.parse_args()
    flow = Flow(arguments.points, 1 / arguments.reynolds)
    rows = [(0.0, *flow.numbers())]
    for number in range(1, round(arguments.end / arguments.dt) + 1):
        flow.step(arguments.dt)
        rows.append((number * arguments.dt, *flow.numbers()))
        print("{:.4f} {:.10g} {:.10g}".format(*rows[-1]), flush=True)
    rows = np.array(rows)
    peak = rows[rows[:, 2].argmax()]
    print(f"peak of the dissipation: {peak[2]:.6g} at t = {peak[0]:.4g}")
    if not arguments.against:
        return
    sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "postprocessing"))
    from sluice_files import Run
    own = Run(arguments.against).history.columns
    for column, name in ((1, "energy"), (2, "dissipation")):
        there = np.isin(np.round(own["time"], 6), np.round(rows[:, 0], 6))
        wanted = np.interp(own["time"][there], rows[:, 0], rows[:, column])
        print(f"{name}: largest difference {abs(own[name][there] - wanted).max():.3g} of {abs(wanted).max():.6g} at {there.sum()} times")
    top = own["dissipation"].argmax()
    print(f"peak of the run: {own['dissipation'][top]:.6g} at t = {own['time'][top]:.4g}")


if __name__ == "__main__":
    main()
