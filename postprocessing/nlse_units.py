#!/usr/bin/python3
"""Dimensionless parameters of an nlse case from a laboratory's numbers, as lines for the case file.

    nlse_units.py fibre --beta2 -20 --gamma 1.3 --loss 0.2 --width 1 --power 20     pulse in a fibre; prints units of x, t, psi
    nlse_units.py atoms --mass 87 --scattering 5.2 --number 1e5 --trap 100 120 300  condensate of 3 axes; of one or two, --tight Hz

In the fibre x is time in the frame of the pulse in units of its width, t is the distance in units of width^2/|beta2|, psi the
amplitude in units of sqrt(power) (Agrawal, Nonlinear Fiber Optics, section 3.1). Of atoms, x is in units of l = sqrt(hbar/(m omega))
of the first trap frequency, t of 1/omega, and int |psi|^2 = 1. With --tight f the axes that are not given are frozen in the ground
state of a trap of that frequency (quasi one or two dimensions: Salasnich, Parola and Reatto, Phys. Rev. A 65 (2002) 043614).
"""
import argparse
from math import log, pi, sqrt

from sluice_files import BadInput, run_main

hbar = 1.054571817e-34  # [J s], CODATA 2018
atomic_mass = 1.66053906660e-27  # [kg]


def positive(name, value):
    if value <= 0:
        raise BadInput(f"--{name} {value:g}; a positive number is allowed")


def fibre(arguments):
    for name in ("width", "power", "gamma"):
        positive(name, getattr(arguments, name))
    if arguments.beta2 >= 0:
        raise BadInput(f"--beta2 {arguments.beta2:g}; below 0 (anomalous dispersion) is allowed: for normal dispersion conjugate the "
                       "equation, which turns the sign of g")
    distance = arguments.width**2 / abs(arguments.beta2)  # [km]
    g = arguments.gamma * arguments.power * distance
    loss = 0.5 * arguments.loss * log(10) / 10 * distance  # of |psi|, from dB/km of the power
    return [f"# x: {arguments.width:g} ps; t: {distance:.9g} km; |psi|^2: {arguments.power:g} W; soliton number {sqrt(g):.6g}",
            f"equation: {{g: {g:.12g}, loss: {{linear: {loss:.12g}}}}}"]


def atoms(arguments):
    for name in ("mass", "number"):
        positive(name, getattr(arguments, name))
    frequencies = arguments.trap
    for one in frequencies:
        positive("trap", one)
    axes = len(frequencies)
    if axes > 3:
        raise BadInput(f"--trap: {axes} frequencies; one to three are allowed")
    if (axes < 3) != (arguments.tight is not None):
        raise BadInput("--tight belongs to one or two frequencies of --trap, and only to them")
    mass = arguments.mass * atomic_mass
    omega = 2 * pi * frequencies[0]
    length = sqrt(hbar / (mass * omega))
    strength = 4 * pi * arguments.number * arguments.scattering * 1e-9 / length
    if axes < 3:
        positive("tight", arguments.tight)
        strength *= sqrt(arguments.tight / frequencies[0] / (2 * pi)) ** (3 - axes)  # int of |ground state|^4 of each frozen axis
    ratios = ", ".join(f"{one / frequencies[0]:.12g}" for one in frequencies)
    return [f"# x: {length * 1e6:.9g} um; t: {1e3 / omega:.9g} ms; |psi|^2: {arguments.number:g} atoms / x^{axes}",
            f"equation: {{g: {-strength:.12g}, potential: harmonic, frequency: [{ratios}]}}",
            "initial: {mass: 1}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    one = kinds.add_parser("fibre")
    one.add_argument("--beta2", type=float, required=True, help="group-velocity dispersion [ps^2/km], below 0")
    one.add_argument("--gamma", type=float, required=True, help="nonlinearity [1/(W km)]")
    one.add_argument("--loss", type=float, default=0, help="of the power [dB/km]")
    one.add_argument("--width", type=float, required=True, help="of the pulse [ps]")
    one.add_argument("--power", type=float, required=True, help="at the peak [W]")
    two = kinds.add_parser("atoms")
    two.add_argument("--mass", type=float, required=True, help="of an atom [u]")
    two.add_argument("--scattering", type=float, required=True, help="scattering length [nm], below 0 if they attract")
    two.add_argument("--number", type=float, required=True, help="of atoms")
    two.add_argument("--trap", type=float, nargs="+", required=True, help="frequency along each axis of the run [Hz]")
    two.add_argument("--tight", type=float, help="frequency of the frozen axes [Hz]")
    arguments = parser.parse_args()
    print("\n".join((fibre if arguments.kind == "fibre" else atoms)(arguments)))


if __name__ == "__main__":
    run_main(main)
