"""Real maps are imperfect: what is mended with a word, what is refused and how the message says where."""
import h5py
import numpy as np
import pytest
import runs
from program import sluice

THETA, PHI = np.linspace(0, np.pi, 31), np.linspace(0, 2 * np.pi, 61)
CASE = """
solver: flux_transport
initial: {map: map.h5FILL}
diffusion: {coefficient: 300}
run: {t_end: 48}
hooks: [{type: history, every_steps: 1, at_start: true}, {type: snapshot, at_start: true}]
"""


def field():
    values = 20 * np.sin(THETA)[:, None] ** 2 * np.cos(THETA)[:, None] * np.cos(2 * PHI)[None, :] + 5 * np.cos(THETA)[:, None]
    values[:, -1] = values[:, 0]
    return values


def run(folder, values=None, theta=THETA, phi=PHI, fill=None, kind=np.float64, hard=False):
    with h5py.File(folder / "map.h5", "w") as file:
        file["Data"] = (field() if values is None else values).astype(kind)
        file["dim1"], file["dim2"] = np.asarray(phi).astype(kind), np.asarray(theta).astype(kind)
    case = runs.write_case(folder, CASE.replace("FILL", f", fill: {fill}" if fill else ""))
    if hard:
        result = sluice("run", case, "--output", "out", folder=folder)
        assert result.returncode == 1 and not (folder / "out").exists()
        return result.stdout + result.stderr
    result = sluice("run", case, "--output", "out", ranks=2, folder=folder)
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def test_float32_axes_are_snapped(tmp_path):
    said = run(tmp_path, kind=np.float32)
    assert "warning" not in said.lower()
    with h5py.File(tmp_path / "out" / "snapshots" / "snapshot_000000000.h5") as file:
        assert np.allclose(file["theta"][()], np.pi * np.arange(31) / 30, rtol=0, atol=1e-15)
        assert np.allclose(file["phi"][()], 2 * np.pi * np.arange(60) / 60, rtol=0, atol=1e-15)
    columns = runs.history(tmp_path / "out")  # HipFT drifts by 1e-8 on such maps
    assert np.abs(columns["signed_flux"] - columns["signed_flux"][0]).max() < 1e-13 * columns["unsigned_flux"][0]


def test_a_seam_that_disagrees_is_averaged_and_its_size_is_said(tmp_path):
    values = field()
    values[10, -1] += 12.5
    said = run(tmp_path, values)
    assert "first and last longitude differ by up to 12.5 G; averaged" in said
    with h5py.File(tmp_path / "out" / "snapshots" / "snapshot_000000000.h5") as file:
        assert file["B_r"][10, 0] == pytest.approx(field()[10, 0] + 6.25, abs=1e-12)


def test_a_pole_that_disagrees_is_averaged_and_its_size_is_said(tmp_path):
    values = field()
    values[0] += 3 * np.cos(PHI)
    assert "a pole's row differs from its mean by up to 3 G; averaged" in run(tmp_path, values)
    with h5py.File(tmp_path / "out" / "snapshots" / "snapshot_000000000.h5") as file:
        assert np.allclose(file["B_r"][0], 5, atol=1e-12)


def test_polar_gaps_are_an_error_that_says_where(tmp_path):
    values = field()
    values[-2:] = np.nan
    said = run(tmp_path, values, hard=True)
    assert "map.h5" in said and "Data[29, 0]" in said and "fill" in said and "laplace" in said


@pytest.mark.parametrize("fill", ["zero", "zonal_mean", "laplace"])
def test_polar_gaps_are_filled_by_a_method_that_is_named(tmp_path, fill):
    values = field()
    values[-2:] = np.nan
    assert f"122 points without data filled ({fill})" in run(tmp_path, values, fill=fill)
    with h5py.File(tmp_path / "out" / "snapshots" / "snapshot_000000000.h5") as file:
        pole = file["B_r"][-1]
    assert np.all(pole == pole[0])
    assert abs(pole[0] - (0 if fill == "zero" else -5)) < 0.2


@pytest.mark.parametrize("change, said", [
    ({"theta": THETA / 2}, "the map must cover the whole Sun"),
    ({"theta": THETA + np.where(THETA > 3.1, 1e-4, 0)}, "the map must cover the whole Sun"),
    ({"phi": PHI * 0.99}, "the map must cover the whole Sun"),
    ({"phi": PHI - np.pi}, "the map must cover the whole Sun"),
    ({"theta": THETA[::-1]}, "ascending points are allowed"),
    ({"phi": np.concatenate([PHI[:20], [PHI[21], PHI[20]], PHI[22:]])}, "dim1[21]"),
    ({"theta": np.where(THETA == THETA[7], np.nan, THETA)}, "dim2[7]"),
    ({"theta": np.linspace(0, np.pi, 30)}, "has shape"),
    ({"values": np.where(np.arange(61) == 4, np.inf, field())}, "Data[0, 4]"),
])
def test_what_is_no_map_of_the_sun_is_refused(tmp_path, change, said):
    assert said in run(tmp_path, hard=True, **change)


def test_an_end_within_the_tolerance_is_set(tmp_path):
    run(tmp_path, theta=THETA + np.where(THETA > 3.1, 5e-6, 0))
    with h5py.File(tmp_path / "out" / "snapshots" / "snapshot_000000000.h5") as file:
        assert file["theta"][-1] == np.pi


def test_columns_of_the_history(tmp_path):
    run(tmp_path)
    head = (tmp_path / "out" / "history.csv").read_text().splitlines()[0].split(",")
    for name in ("signed_flux [Mx]", "unsigned_flux [Mx]", "positive_flux [Mx]", "negative_flux [Mx]", "polar_flux_north [Mx]",
                 "polar_flux_south [Mx]", "polar_area_north [cm^2]", "polar_area_south [cm^2]", "axial_dipole [G]",
                 "equatorial_dipole [G]", "br_min [G]", "br_max [G]"):
        assert name in head
