#!/usr/bin/python3
"""Table of closures from an ensemble of `turbulence`: mean and spread over its members of what closures are judged by.

Members of one closure and coefficient are one row; of several folders each is a row, of that name. With --interval 0.95 what follows the mean is
not the members' standard deviation but half of the mean's confidence interval (Student's t). With --reference (a folder with caseN_enstrophy_spectrum_dns1024.dat, and
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


def half_width(values, confidence):
    """Standard deviation of the values; with a confidence the half of their mean's interval."""
    deviation = values.std(ddof=1)
    if not confidence:
        return deviation
    from scipy.stats import t
    return t.ppf(0.5 + confidence / 2, len(values) - 1) * deviation / np.sqrt(len(values))


def line(name, rows, columns, confidence=None):
    cells = []
    for column in columns:
        values = np.array([row.get(column, np.nan) for row in rows], float)
        if np.isnan(values).all():
            cells.append("")
        elif len(values) > 1:
            cells.append(f"{values.mean():.4g} +- {half_width(values, confidence):.2g}")
        else:
            cells.append(f"{values[0]:.4g}")
    return f"| {name} | {len(rows)} | " + " | ".join(cells) + " |"


def of_ensemble(folder, reference, rows, failed, name=None):
    """Adds its members to `rows`, under their closures' names, or all under `name`."""
    try:
        with open(os.path.join(folder, "members.csv"), encoding="utf-8", newline="") as file:
            members = list(csv.DictReader(file))
    except OSError as error:
        raise BadInput(f"{folder}: is no ensemble's folder ({error.strerror}: members.csv)") from None
    points = None
    for member in members:
        path = os.path.join(folder, f"member_{int(member['member']):04d}")
        if member["status"] != "finished":
            failed.append(f"{name or folder}, member {member['member']}: {member['status']} at t = {member.get('time', '?')}")
            continue
        row = name or " ".join(filter(None, (member.get("closure.type"), member.get("closure.coefficient")))) or "run"
        rows.setdefault(row, []).append(of_member(path, reference))
        points = 2 * len(read_curves(path)["enstrophy_spectrum_x"][1])
    return points


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="+", help="folder of the ensemble, or several")
    parser.add_argument("--reference", help="folder with the published spectra and states")
    parser.add_argument("--case", type=int, choices=(1, 2, 4), default=1, help="which of the published cases (default 1)")
    parser.add_argument("--points", type=int, help="points along an axis (default: from the spectra)")
    parser.add_argument("--interval", type=float, metavar="P", help="confidence interval of the mean, as 0.95")
    arguments = parser.parse_args()
    reference = reference_spectrum(arguments.reference, arguments.case, 100000) if arguments.reference else None
    rows, failed, points = {}, [], arguments.points
    for folder in arguments.run:
        name = os.path.basename(os.path.normpath(folder)) if len(arguments.run) > 1 else None
        found = of_ensemble(folder, reference, rows, failed, name)
        points = points or found
    if not rows:
        raise BadInput(f"{arguments.run[0]}: no member is finished")
    columns = list(next(iter(rows.values()))[0])
    print("| closure | members | " + " | ".join(columns) + " |\n" + "|---" * (len(columns) + 2) + "|")
    for name, values in rows.items():
        print(line(name, values, columns, arguments.interval))
    if arguments.reference:
        states = of_filtered_states(arguments.reference, arguments.case, points)
        if states:
            print(line("filtered 1024^2", states, columns, arguments.interval))
        print(line("spectrum of 1024^2", [{"enstrophy": reference[0] + 2 * reference[1:].sum()}], columns))
    for text in failed:
        print(text)


if __name__ == "__main__":
    run_main(main)
