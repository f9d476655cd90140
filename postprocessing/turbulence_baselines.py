#!/usr/bin/python3
"""Table of closures from an ensemble of `turbulence`: mean and spread over its members of what closures are judged by.

Members of one closure and coefficient are one row. With --reference (a folder with caseN_enstrophy_spectrum_dns1024.dat, and
caseN_vorticity_N_start*.mat for the row of filtered states): z1 = 1/|k (Z - Z_ref)|^2, the reward of arXiv 2312.00907 for the
time-mean one-dimensional spectra along x and y, and the root mean square of log10(Z/Z_ref) over wavenumbers.
"""
import argparse
import csv
import glob
import os

import numpy as np
from picture_turbulence import moments, read_curves, read_pdfs
from sluice_files import BadInput, Run, run_main


def beyond(bounds, density, mean, deviation, times):
    """Part of a histogram whose distance from the mean is above `times` deviations; bins are cut where the limit lies."""
    weight = density * np.diff(bounds)

    def below(limit):
        part = np.clip((limit - bounds[:-1]) / np.diff(bounds), 0, 1)
        return (part * weight).sum() / weight.sum()

    return below(mean - times * deviation) + 1 - below(mean + times * deviation)


def reference_spectrum(folder, case, size):
    file = os.path.join(folder, f"case{case}_enstrophy_spectrum_dns1024.dat")
    try:
        table = np.loadtxt(file)
    except OSError as error:
        raise BadInput(f"{file}: cannot be read ({error})") from None
    return table[:size, 1]


def against(spectra, reference):
    """z1 and rms of log10 over k = 1, 2, ... of the spectra along x and y."""
    k = np.arange(len(reference))
    z1 = 1 / sum(((k * (one - reference))**2).sum() for one in spectra)
    both = np.array(spectra).mean(axis=0)[1:]
    return z1, np.sqrt(np.mean(np.log10(both / reference[1:])**2))


def of_member(folder, reference):
    run = Run(folder)
    last = {name: column[-1] for name, column in run.history.columns.items()}
    curves, pdfs = read_curves(folder), read_pdfs(folder)
    if "enstrophy_spectrum_x" not in curves or "vorticity" not in pdfs:
        raise BadInput(f"{folder}: needs the hooks curves and statistics (field vorticity, with bins)")
    bounds, density, _ = pdfs["vorticity"]
    mean, deviation, kurtosis = moments(bounds, density)
    spectra = [curves[f"enstrophy_spectrum_{axis}"][1] for axis in "xy"]
    values = {"enstrophy": 0.5 * (deviation**2 + mean**2), "std": deviation, "kurtosis": kurtosis,
              "P>3s": beyond(bounds, density, mean, deviation, 3), "<u^2>": last.get("mean_speed_square", np.nan)}
    if reference is not None:
        size = min(len(reference), *(len(one) for one in spectra))
        values["z1"], values["log err"] = against([one[:size] for one in spectra], reference[:size])
    values["nu_e"] = last.get("eddy_viscosity", 0.0)
    return values


def of_filtered_states(folder, case, points):
    from scipy.io import loadmat
    rows = []
    for path in sorted(glob.glob(os.path.join(folder, f"case{case}_vorticity_{points}_start*.mat"))):
        w = next(value for key, value in loadmat(path).items() if not key.startswith("__"))
        one = (w - w.mean()) / w.std()
        rows.append({"enstrophy": (w**2).mean() / 2, "std": w.std(), "kurtosis": (one**4).mean(), "P>3s": (abs(one) > 3).mean()})
    return rows


def line(name, rows, columns):
    cells = []
    for column in columns:
        values = np.array([row.get(column, np.nan) for row in rows], float)
        if np.isnan(values).all():
            cells.append("")
        elif len(values) > 1:
            cells.append(f"{values.mean():.4g} +- {values.std(ddof=1):.2g}")
        else:
            cells.append(f"{values[0]:.4g}")
    return f"| {name} | {len(rows)} | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="folder of the ensemble")
    parser.add_argument("--reference", help="folder with the published spectra and states")
    parser.add_argument("--case", type=int, choices=(1, 2, 4), default=1, help="which of the published cases (default 1)")
    parser.add_argument("--points", type=int, help="points along an axis (default: from the spectra)")
    arguments = parser.parse_args()
    try:
        with open(os.path.join(arguments.run, "members.csv"), encoding="utf-8", newline="") as file:
            members = list(csv.DictReader(file))
    except OSError as error:
        raise BadInput(f"{arguments.run}: is no ensemble's folder ({error.strerror}: members.csv)") from None
    reference = reference_spectrum(arguments.reference, arguments.case, 100000) if arguments.reference else None
    rows, failed = {}, []
    for member in members:
        folder = os.path.join(arguments.run, f"member_{int(member['member']):04d}")
        if member["status"] != "finished":
            failed.append(f"member {member['member']}: {member['status']} at t = {member.get('time', '?')}")
            continue
        name = " ".join(filter(None, (member.get("closure.type"), member.get("closure.coefficient"))))
        rows.setdefault(name or "run", []).append(of_member(folder, reference))
        points = arguments.points or 2 * len(read_curves(folder)["enstrophy_spectrum_x"][1])
    if not rows:
        raise BadInput(f"{arguments.run}: no member is finished")
    columns = list(next(iter(rows.values()))[0])
    print("| closure | members | " + " | ".join(columns) + " |\n" + "|---" * (len(columns) + 2) + "|")
    for name, values in rows.items():
        print(line(name, values, columns))
    if arguments.reference:
        states = of_filtered_states(arguments.reference, arguments.case, points)
        if states:
            print(line("filtered 1024^2", states, columns))
        print(line("spectrum of 1024^2", [{"enstrophy": reference[0] + 2 * reference[1:].sum()}], columns))
    for text in failed:
        print(text)


if __name__ == "__main__":
    run_main(main)
