#!/usr/bin/python3
"""What is kept of a long reference ensemble of `turbulence`: one small JSON file.

Spectra and fluxes (mean over time and members, deviation of the members), PDFs of fields with their moments, means of the history, seed and grid,
and for each member the SHA-256 of its first and last snapshot's fields, by which a rerun is known to be the same.
"""
import argparse
import hashlib
import json
import os

import numpy as np
import yaml
from members import members
from picture_turbulence import moments, read_curves, read_pdfs
from sluice_files import BadInput, Run, run_main


def digest(snapshot):
    """Of the values as little-endian doubles, field after field by name."""
    values = hashlib.sha256()
    for name in sorted(snapshot.names):
        values.update(np.ascontiguousarray(snapshot.field(name), dtype="<f8").tobytes())
    return values.hexdigest()


def over_members(rows):
    rows = np.array(rows)
    spread = rows.std(axis=0, ddof=1) if len(rows) > 1 else np.zeros(rows.shape[1:])
    return {"mean": rows.mean(axis=0).tolist(), "deviation": spread.tolist()}


def curves_of(folders):
    found = [read_curves(one) for one in folders]
    return {name: {"at": at.tolist(), **over_members([one[name][1] for one in found])} for name, (at, _, _) in found[0].items()}


def pdfs_of(folders):
    found, result = [read_pdfs(one) for one in folders], {}
    for name, (bounds, _, _) in found[0].items():
        numbers = [moments(*one[name][:2]) for one in found]
        result[name] = {"edges": bounds.tolist(), "density": over_members([one[name][1] for one in found])["mean"],
                        "deviation": over_members([one[1] for one in numbers]), "kurtosis": over_members([one[2] for one in numbers])}
    return result


def history_of(folders):
    runs = [Run(one).history.columns for one in folders]
    names = [name for name in runs[0] if name not in ("step", "time", "dt", "wall")]
    return {name: over_members([one[name].mean() for one in runs]) for name in names}


def summary(folder):
    folders = members(folder)
    with open(os.path.join(folders[0], "resolved.yaml"), encoding="utf-8") as file:
        case = yaml.safe_load(file)
    with open(os.path.join(folders[0], "provenance.json"), encoding="utf-8") as file:
        provenance = json.load(file)
    states = []
    for one in folders:
        shots = Run(one).snapshots
        states.append({"first": digest(shots[0]), "last": digest(shots[-1]), "t_first": shots[0].time, "t_last": shots[-1].time})
    clock = {key: value for key, value in case["run"].items() if key != "output"}
    return {"title": case["title"], "grid": case["grid"], "run": clock, "time": case["time"], "version": provenance.get("version"),
            "commit": provenance.get("commit"), "members": len(folders), "states_sha256": states, "history": history_of(folders),
            "curves": curves_of(folders), "pdfs": pdfs_of(folders)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="folder of the ensemble (or of one run)")
    parser.add_argument("-o", "--output", required=True, help="the file")
    arguments = parser.parse_args()
    try:
        found = summary(arguments.run)
    except OSError as error:
        raise BadInput(f"{error.filename}: cannot be read ({error.strerror})") from None
    with open(arguments.output, "w", encoding="utf-8") as file:
        json.dump(json.loads(json.dumps(found), parse_float=lambda text: float(f"{float(text):.9g}")), file, indent=None)
        file.write("\n")


if __name__ == "__main__":
    run_main(main)
