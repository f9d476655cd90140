"""The four set-ups of the reference code simple_idealized_1d_nlse on its grid (512 points, box 50, t = 20): processor time of
stepping and error of both programs, in one run, the least of several repeats. The reference code has the options of its own
configuration files, without progress bar, numba, conservation check, files and animation, on one thread. Errors are relative L2
norms at t = 20 against a run of Sluice on 2048 points by the sixth-order splitting. The last column is what 512 points leave.

    git clone https://github.com/sandyherho/simple_idealized_1d_nlse
    jobs/build release bench_nlse_reference
    python3 tests/bench/nlse_reference.py simple_idealized_1d_nlse/src build/release/bench_nlse_reference
"""
import argparse
import importlib.util
import json
import os
import pathlib
import subprocess
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy
import h5py  # noqa: E402
import numpy as np  # noqa: E402

SECH = "1/cosh({a}*(x-({x})))*{part}({v}*x)"


def soliton(a, x, v, part):
    return f"{a}*" + SECH.format(a=a, x=x, v=v, part=part)


def expression(real, imaginary):
    return {"type": "expression", "real": real, "imaginary": imaginary}


PARTS = ("cos", "sin")  # real and imaginary
SETUPS = {  # initial state of the reference code, of Sluice, step of Sluice that meets the reference code's error
    "one soliton": (lambda i: i.SingleSoliton(2, -10, 1), expression(*(soliton(2, -10, 1, part) for part in PARTS)), 0.025),
    "two solitons": (lambda i: i.TwoSoliton(2, 1.5, -10, 10, 2, -2),
                     expression(*(f"{soliton(2, -10, 2, part)} + {soliton(1.5, 10, -2, part)}" for part in PARTS)), 0.025),
    "modulated sech": (lambda i: i.BreatherSolution(1, 0.5, 0.5),
                       expression(*(f"sqrt(2)*sech(x)*{part}(0.5*x)*(1 + 0.5*cos(x))" for part in PARTS)), 0.025),
    "noisy Gaussian": (lambda i: i.GaussianNoise(1, 5, 0, 0.01, 42), None, 0.02),
}


def module(folder, name):
    """One file of the reference code, without the rest of its package (which needs netCDF4)."""
    spec = importlib.util.spec_from_file_location(name, folder / "simple_idealized_1d_nlse" / "core" / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def interpolated(psi, points):
    """The same trigonometric polynomial on more points."""
    modes, more, half = np.fft.fft(psi), np.zeros(points, complex), len(psi) // 2
    more[:half], more[-half:] = modes[:half], modes[half:]
    return np.fft.ifft(more) * (points / len(psi))


class Sluice:
    def __init__(self, program, scratch):
        self.program, self.scratch = pathlib.Path(program).resolve(), pathlib.Path(scratch)

    def solve(self, initial, psi, points, integrator, dt, repeats=1):
        """psi at t = 20 and the time of stepping [s]. No `initial`: from the state psi on the grid of 512 points."""
        if initial is None:
            start = interpolated(psi, points) if points != len(psi) else psi
            with h5py.File(self.scratch / "start.h5", "w") as file:
                file["psi_real"], file["psi_imag"] = start.real, start.imag
            initial = {"type": "file", "file": str(self.scratch / "start.h5")}
        case = {"grid": {"points": points, "lower": -25, "upper": 25}, "initial": initial,
                "time": {"integrator": integrator, "dt": dt}, "space": {"tail_warning": 0}}
        (self.scratch / "case.yaml").write_text(json.dumps(case), encoding="utf-8")  # JSON is YAML
        done = subprocess.run([self.program, self.scratch / "case.yaml", self.scratch / "psi.bin", str(repeats)], text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise SystemExit(done.stdout + done.stderr)
        return np.fromfile(self.scratch / "psi.bin", complex), float(done.stdout.split()[-1])


def error(psi, exact):
    exact = exact[::len(exact) // len(psi)]
    return np.linalg.norm(psi - exact) / np.linalg.norm(exact)


def compare(name, reference, states, sluice, repeats):
    state, initial, dt = SETUPS[name]
    start = state(states)(reference.x)
    exact, _ = sluice.solve(initial, start, 2048, "srkn11b", 20 / 12000)
    grid, _ = sluice.solve(initial, start, 512, "srkn11b", 0.005)
    theirs, ours = [], []
    for _ in range(repeats):
        begin = time.process_time()
        result = reference.solve(start, 20.0, 100, method="DOP853", rtol=1e-9, atol=1e-11, show_progress=False, monitor_conservation=False)
        theirs.append(time.process_time() - begin)
        psi, seconds = sluice.solve(initial, start, 512, "srkn6b", dt, 20)
        ours.append(seconds)
    print(f"{name:15} {min(theirs):9.3f} {error(result['psi'][-1], exact):9.1e} {min(ours):9.4f} {error(psi, exact):9.1e} "
          f"{min(theirs) / min(ours):7.0f} {error(grid, exact):9.1e}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=pathlib.Path, help="folder src of the reference code")
    parser.add_argument("program", help="bench_nlse_reference of a release build")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    reference = module(options.source, "solver").NLSESolver(50.0, 512, use_filtering=True, verbose=False)
    states = module(options.source, "initial_conditions")
    print("                reference code      Sluice                        512 points\n"
          "set-up             time s     error    time s     error   ratio    leave")
    with tempfile.TemporaryDirectory() as scratch:
        sluice = Sluice(options.program, scratch)
        for name in SETUPS:
            compare(name, reference, states, sluice, options.repeats)


if __name__ == "__main__":
    main()
