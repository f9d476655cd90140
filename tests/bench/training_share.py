#!/usr/bin/env python3
"""How much slower a run is that trains a surrogate by a share of its wall time: the same flow with and without the hook `train`,
in turns, seconds a step between the first checkpoint (where the number of gradient steps has been tuned) and the second. Ratio of
the medians. Writing a checkpoint is not in it: that of a run that trains holds the samples too, and is written once in many minutes.

    tests/bench/training_share.py [PROGRAM] [--share S] [--points N] [--rounds R]"""
import argparse
import csv
import pathlib
import statistics
import subprocess
import tempfile

CASE = """
solver: turbulence
grid: {points: [N, N]}
equation: {navier_stokes: {viscosity: 1.0e-3, drag: 0.1}}
forcing: {type: cosines, waves: [4, 4], amplitude: [4, 4]}
initial: {type: random, peak: 4, energy: 1}
time: {integrator: ifrk3, dt: 0.002}
run: {t_end: 16}
hooks:
  - {type: history, every_steps: 200}
  - {type: checkpoint, every_steps: TUNED}
"""
TUNED = 4000  # steps to the first checkpoint; the second ends the run
TRAIN = """  - {type: train, use: net, every_steps: 40, samples: 64, start_after: 8, gradient_steps: 1, gradient_steps_are: tuned, share: SHARE,
     validate_every: 20, training: {batch: 4, held_out: {block: 4, every: 5}}}
surrogates:
  net:
    architecture: {kind: convolutional, hidden: [8], kernel: 3}
    inputs: [{field: vorticity}]
    outputs: [{field: streamfunction}]
"""


def seconds_a_step(program, folder, text, number):
    (folder / "case.yaml").write_text(text.replace("TUNED", str(TUNED)))
    subprocess.run([program, "run", "case.yaml", "--output", f"run_{number}"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with open(folder / f"run_{number}" / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    tuned = [row for row in rows if int(row["step"]) > TUNED]
    wall = float(tuned[-1]["wall [s]"]) - float(tuned[0]["wall [s]"])
    steps = int(tuned[-1]["step"]) - int(tuned[0]["step"])
    return wall / steps, [float(row["net_gradient_steps"]) for row in tuned if "net_gradient_steps" in row]


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", default=str(root / "build/release/sluice"))
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--points", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    without = CASE.replace("N, N", f"{options.points}, {options.points}")
    with_training = without + TRAIN.replace("SHARE", str(options.share))
    plain, trained, numbers = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for n in range(options.rounds):
            plain.append(seconds_a_step(options.program, folder, without, f"{n}_without")[0])
            time, numbers = seconds_a_step(options.program, folder, with_training, f"{n}_with")
            trained.append(time)
    a, b = statistics.median(plain), statistics.median(trained)
    print(f"{options.points} x {options.points}, share {options.share:g}: {1e3 * a:.4f} ms a step without, {1e3 * b:.4f} ms with training, "
          f"ratio {b / a:.3f}; gradient steps an occasion {min(numbers):.3g} to {max(numbers):.3g}")


if __name__ == "__main__":
    main()
