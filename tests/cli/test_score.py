"""`sluice score`: distances and correlation in time against numpy and scipy on the same files."""
import h5py
import numpy as np
import pytest
import runs
from program import good, sluice
from scipy.stats import wasserstein_distance

CASE = """
solver: turbulence
grid: {points: [32, 32]}
equation: {navier_stokes: {viscosity: 1.0e-3}}
initial: {type: random, peak: 4, energy: 1}
time: {integrator: ifrk3, dt: 0.02}
transform: {planning: estimated}
run: {t_end: 1}
hooks:
  - {type: curves, every_steps: 5}
  - {type: statistics, field: vorticity, every_steps: 5, bins: 40, range: [-20, 20]}
  - {type: snapshot, fields: [vorticity, u, v], at_start: true, every_time: 0.2, exact: true}
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("score")
    case = runs.write_case(folder, CASE)
    for name, settings in {"fine": [], "model": ["initial.energy=1.05"], "low": ["initial.energy=1.5"],
                           "coarse": ["grid.points=[20,20]"]}.items():
        good("run", case, "--output", folder / name, *[x for s in settings for x in ("--set", s)], folder=folder)
    return folder


def refused(*arguments):
    result = sluice("score", *arguments)
    assert result.returncode == 1, result.stdout
    return result.stdout + result.stderr


def last(folder, field):
    with h5py.File(sorted((folder / "snapshots").glob("snapshot_*.h5"))[-1]) as file:
        return file[field][()]


def row(text, name, kind):
    """The numbers of one line of the table: distance, similarity."""
    for line in text.splitlines():
        if line.startswith(name + " ") and kind in line:
            return [float(word) for word in line.split(kind)[1].split("relative")[0].split()]
    raise AssertionError(f"no line {name} {kind} in\n{text}")


def test_a_run_is_its_own_best_model(folders):
    text = good("score", folders / "fine", folders / "fine")
    assert row(text, "vorticity", "last snapshots")[0] == 0
    assert row(text, "energy_spectrum", "curve")[0] == 0
    assert "duration above 0.8: 1 " in text


def test_distances_and_similarities_are_those_of_scipy(folders):
    text = good("score", folders / "model", folders / "fine", "--baseline", folders / "low")
    similarities = []
    for field in ("vorticity", "u", "v"):
        distance = [wasserstein_distance(last(folders / name, field).ravel(), last(folders / "fine", field).ravel()) for name in ("model", "low")]
        found = row(text, field, "last snapshots")
        np.testing.assert_allclose(found[0], distance[0], rtol=1e-4)
        np.testing.assert_allclose(found[1], 1 - distance[0] / distance[1], atol=1e-3)
    speed = [(last(folders / name, "u")**2 + last(folders / name, "v")**2) / 2 for name in ("model", "fine")]
    np.testing.assert_allclose(row(text, "speed^2/2", "last snapshots")[0], wasserstein_distance(speed[0].ravel(), speed[1].ravel()), rtol=1e-4)
    with h5py.File(folders / "model" / "curves.h5") as a, h5py.File(folders / "fine" / "curves.h5") as b:
        k = a["energy_spectrum/wavenumber"][()]
        kept = k <= 2 / 3 * k[-1]
        error = np.sqrt(np.mean((a["energy_spectrum/mean"][()] - b["energy_spectrum/mean"][()])[kept]**2))
    np.testing.assert_allclose(row(text, "energy_spectrum", "curve")[0], error, rtol=1e-4)
    assert "similarity: mean" in text


def test_chosen_quantities_of_the_last_snapshots(folders):
    text = good("score", folders / "model", folders / "fine", "--last", "3", "--only", "u", "energy_spectrum")
    names = [line.split()[0] for line in text.splitlines() if " curve " in line or "last snapshots" in line]
    assert names == ["u", "energy_spectrum"]
    both = []
    for name in ("model", "fine"):
        values = []
        for path in sorted((folders / name / "snapshots").glob("snapshot_*.h5"))[-3:]:
            with h5py.File(path) as file:
                values.append(file["u"][()].ravel())
        both.append(np.concatenate(values))
    np.testing.assert_allclose(row(text, "u", "last snapshots")[0], wasserstein_distance(*both), rtol=1e-4)
    assert "no streamfunction in common" in refused(folders / "model", folders / "fine", "--only", "streamfunction")


def test_a_coarse_run_is_compared_on_its_own_grid(folders):
    text = good("score", folders / "coarse", folders / "fine", "--field", "vorticity", "--correlation", "0.5")
    fine = np.fft.rfft2(last(folders / "fine", "vorticity"))
    kept = np.zeros((20, 11), complex)
    kept[:10, :10], kept[-9:, :10] = fine[:10, :10], fine[-9:, :10]
    wanted = np.corrcoef(np.fft.irfft2(kept, s=(20, 20)).ravel(), last(folders / "coarse", "vorticity").ravel())[0, 1]
    found = [float(line.split()[-1]) for line in text.splitlines() if line.startswith("  t = ")]
    np.testing.assert_allclose(found[-1], wanted, atol=2e-6)
    assert len(found) == 6 and abs(wanted) < 1


def test_what_cannot_be_compared_is_said(folders, tmp_path):
    assert "no such run folder" in refused(folders / "none", folders / "fine")
    (tmp_path / "empty").mkdir()
    assert "nothing in common" in refused(tmp_path / "empty", folders / "fine")
    assert "has no psi" in refused(folders / "fine", folders / "fine", "--field", "psi")
    assert "required" in refused(folders / "fine")
