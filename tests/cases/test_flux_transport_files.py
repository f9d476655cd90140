"""Files of flux_transport runs: butterfly diagrams, maps for other programs, members' values and statistics."""
import csv
import subprocess

import h5py
import numpy as np
import pytest
import runs
from program import SOURCE, good, sluice

CASE = """
solver: flux_transport
grid: {n_theta: 24, n_phi: 45}
initial: {dipole: 1.5, regions: {count: 6, seed: 1, peak_field: 80}}
diffusion: {coefficient: 300}
step: {maximum: 8}
sources: {random: {flux: 1.e+21, lifetime: 5}, regions: {growth: 20, cycle: {regions: 9000, start: -1 yr}}}
run: {t_end: 200}
"""
HOOKS = """
hooks:
  - {type: history, every_steps: 1}
  - {type: profile, field: B_r, over: phi, name: butterfly, every_time: 20, exact: true}
  - {type: snapshot, every_time: 20, exact: true, at_start: true}
  - {type: map, field: B_r, every_time: 100, exact: true, at_start: true}
  - {type: checkpoint, every_steps: 4}
"""


def butterfly(folder):
    with h5py.File(folder / "butterfly.h5") as file:
        return {name: file[name][()] for name in file}


def snapshot(path, field="B_r"):
    with h5py.File(path) as file:
        return float(file["time"][()]), file[field][()]


def test_the_butterfly_diagram_is_the_zonal_mean_on_any_ranks(tmp_path):
    case = runs.write_case(tmp_path, CASE + HOOKS)
    for ranks in (1, 3):
        good("run", case, "--output", f"on_{ranks}", ranks=ranks, folder=tmp_path)
    one, three = butterfly(tmp_path / "on_1"), butterfly(tmp_path / "on_3")
    assert np.allclose(one["time"][:, 0], np.arange(0, 201, 20), atol=1e-9)
    assert np.allclose(one["B_r"], three["B_r"], rtol=0, atol=1e-11 * np.abs(one["B_r"]).max())
    for row, path in zip(one["B_r"], sorted((tmp_path / "on_1" / "snapshots").glob("snapshot_*.h5"))):
        assert np.allclose(row, snapshot(path)[1].mean(axis=1), atol=1e-12 * np.abs(row).max())
    with h5py.File(tmp_path / "on_1" / "butterfly.h5") as file:
        assert file["B_r"].attrs["units"] in ("G", b"G")


def test_a_restart_repeats_and_skips_nothing(tmp_path):
    case = runs.write_case(tmp_path, CASE + HOOKS)
    good("run", case, "--output", "whole", ranks=2, folder=tmp_path)
    good("run", case, "--output", "out", "--set", "run.max_steps=18", ranks=2, folder=tmp_path)
    # What a killed run has written beyond its checkpoint is cut off.
    newest = runs.checkpoints(tmp_path / "out")[-1]
    newest.unlink()
    good("run", case, "--output", "out", "--restart", "auto", ranks=2, folder=tmp_path)
    whole, out = butterfly(tmp_path / "whole"), butterfly(tmp_path / "out")
    assert sorted(whole) == sorted(out)
    for name in whole:
        assert np.array_equal(whole[name], out[name]), name
    assert runs.different_bits(runs.state(tmp_path / "whole"), runs.state(tmp_path / "out")) == []
    lists = [(tmp_path / run / "maps" / "maps.csv").read_text() for run in ("whole", "out")]
    assert lists[0] == lists[1] and lists[0].startswith("time [h],file\n0,map_")


def test_maps_are_read_back(tmp_path):
    case = runs.write_case(tmp_path, CASE + HOOKS)
    good("run", case, "--output", "out", ranks=2, folder=tmp_path)
    last = sorted((tmp_path / "out" / "maps").glob("map_*.h5"))[-1]
    time, field = snapshot(sorted((tmp_path / "out" / "snapshots").glob("snapshot_*.h5"))[-1])
    with h5py.File(last) as file:
        assert file["Data"].shape == (24, 46) and file["dim1"].shape == (46,) and file["dim2"].shape == (24,)
        assert file["dim1"][-1] == 2 * np.pi and np.array_equal(file["Data"][:, -1], file["Data"][:, 0])
        assert file.attrs["time"] == time
    again = runs.write_case(tmp_path, CASE.replace("{dipole: 1.5, regions: {count: 6, seed: 1, peak_field: 80}}",
                                                   f"{{map: {last}}}") + "hooks: [{type: snapshot, at_start: true}]\n", "again.yaml")
    good("run", again, "--output", "again", "--set", "run.max_steps=1", folder=tmp_path)
    assert np.array_equal(snapshot(tmp_path / "again" / "snapshots" / "snapshot_000000000.h5")[1], field)


def test_members_become_realizations(tmp_path):
    case = runs.write_case(tmp_path, CASE + "hooks: [{type: snapshot, at_start: true}]\nensemble: {vary: {initial.dipole: [1, 2, 3]}, members: 3}\n")
    good("run", case, "--output", "out", "--set", "run.max_steps=1", folder=tmp_path)
    members = [tmp_path / "out" / f"member_000{m}" / "snapshots" / "snapshot_000000000.h5" for m in range(3)]
    subprocess.run(["/usr/bin/python3", SOURCE / "postprocessing" / "snapshot_to_map.py", *members, tmp_path / "all.h5"], check=True)
    with h5py.File(tmp_path / "all.h5") as file:
        assert file["Data"].shape == (3, 24, 46) and list(file["dim3"]) == [1, 2, 3]
        assert [dimension[0].name for dimension in file["Data"].dims] == ["/dim3", "/dim2", "/dim1"]
    for m in range(3):
        again = runs.write_case(tmp_path, CASE.replace("{dipole: 1.5, regions: {count: 6, seed: 1, peak_field: 80}}",
                                                       f"{{map: all.h5, realization: {m}}}") + "hooks: [{type: snapshot, at_start: true}]\n",
                                "again.yaml")
        good("run", again, "--output", f"again_{m}", "--set", "run.max_steps=1", folder=tmp_path)
        field = snapshot(tmp_path / f"again_{m}" / "snapshots" / "snapshot_000000000.h5")[1]
        assert np.array_equal(field, snapshot(members[m])[1])


def test_an_ensemble_writes_its_maps_into_one_file(tmp_path):
    more = "hooks: [{type: map, field: B_r, every_time: 100, exact: true, at_start: true}]\n"
    more += "ensemble: {vary: {initial.dipole: [1, 2, 3]}, members: 3, realizations: maps}\n"
    case = runs.write_case(tmp_path, CASE + more)
    for ranks in (1, 2):
        good("run", case, "--output", f"on_{ranks}", ranks=ranks, folder=tmp_path)
        files = sorted((tmp_path / f"on_{ranks}" / "maps_realizations").glob("realizations_*.h5"))
        assert len(files) == 3
        for path, time in zip(files, (0, 100, 200)):
            with h5py.File(path) as file:
                assert file.attrs["time"] == time and list(file["dim3"]) == [1, 2, 3]
                assert file["Data"].shape == (3, 24, 46) and file["Data"].attrs["units"] in ("G", b"G")
                assert [dimension[0].name for dimension in file["Data"].dims] == ["/dim3", "/dim2", "/dim1"]
                for m in range(3):
                    own = [one for one in (tmp_path / f"on_{ranks}" / f"member_000{m}" / "maps").glob("map_*.h5")
                           if h5py.File(one).attrs["time"] == time]
                    with h5py.File(own[0]) as single:
                        assert np.array_equal(file["Data"][m], single["Data"][()])
    again = runs.write_case(tmp_path, CASE.replace("{dipole: 1.5, regions: {count: 6, seed: 1, peak_field: 80}}",
                                                   "{map: on_2/maps_realizations/realizations_0002.h5, realization: 1}"), "again.yaml")
    good("run", again, "--output", "again", "--set", "run.max_steps=1", folder=tmp_path)  # and the program reads it


@pytest.mark.parametrize("projection", ["car", "cea"])
def test_fits_maps_keep_the_flux_and_sunpy_reads_them(projection, tmp_path):
    hooks = f"""
hooks:
  - {{type: history, at_start: true, at_end: true}}
  - {{type: map, field: B_r, format: fits, projection: {projection}, columns: 72, rows: 36, epoch: "2022-01-03T00:00:00", at_end: true}}
"""
    case = runs.write_case(tmp_path, CASE.replace("{dipole: 1.5,", "{type: dipole_and_regions, dipole: 1.5,") + hooks)
    good("run", case, "--output", "out", ranks=2, folder=tmp_path)
    file = next((tmp_path / "out" / "maps").glob("map_*.fits"))
    again = runs.write_case(tmp_path, f"""
solver: flux_transport
grid: {{n_theta: 24, n_phi: 45}}
initial: {{map: {file}}}
run: {{t_end: 1}}
hooks: [{{type: history, at_start: true, at_end: true}}]
""", "again.yaml")
    good("run", again, "--output", "again", ranks=2, folder=tmp_path)
    with open(tmp_path / "out" / "history.csv") as before, open(tmp_path / "again" / "history.csv") as after:
        old, new = list(csv.DictReader(before))[-1], list(csv.DictReader(after))[0]
    assert abs(float(new["signed_flux [Mx]"])) < 1e-11 * float(new["unsigned_flux [Mx]"])
    assert float(new["axial_dipole [G]"]) == pytest.approx(float(old["axial_dipole [G]"]), rel=0.05)
    assert float(new["unsigned_flux [Mx]"]) == pytest.approx(float(old["unsigned_flux [Mx]"]), rel=0.1)
    sunpy_map = pytest.importorskip("sunpy.map")
    from astropy import units
    from astropy.io import fits
    with fits.open(file) as stream:
        stream.verify("exception")
        assert stream[0].header["DATE-OBS"] == "2022-01-11T08:00:00"
    the_map = sunpy_map.Map(file)
    assert the_map.unit == units.Unit("G")
    corner = the_map.pixel_to_world(0 * units.pix, 35 * units.pix)
    assert corner.lon.to_value("deg") % 360 == pytest.approx(2.5, abs=1e-6)
    north = 87.5 if projection == "car" else np.degrees(np.arcsin(1 - 1 / 36))
    assert corner.lat.to_value("deg") == pytest.approx(north, abs=1e-6)


ENSEMBLE = """
ensemble:
  cross: {flow.meridional: [[22, 11, -28], [17.8, 9.9, -30.8]], initial.dipole: [1, 2, 3]}
  draw:
    diffusion.coefficient: {distribution: normal, mean: 300, deviation: 80, minimum: 250, maximum: 400}
    initial.regions.peak_field: {distribution: log_uniform, low: 40, high: 160}
  statistics: {fields: [B_r], quantiles: [0.25, 0.5]}
"""
SNAPSHOTS = "hooks: [{type: snapshot, every_time: 100, exact: true, at_start: true}]\n"


def members(folder):
    with open(folder / "members.csv") as file:
        return list(csv.DictReader(file))


def test_cross_products_draws_and_statistics(tmp_path):
    case = runs.write_case(tmp_path, CASE + SNAPSHOTS + ENSEMBLE)
    for ranks in (1, 3):
        good("run", case, "--output", f"on_{ranks}", ranks=ranks, folder=tmp_path)
    rows = members(tmp_path / "on_1")
    assert [row["initial.dipole"] for row in rows] == ["1", "2", "3"] * 2
    assert [row["flow.meridional"] for row in rows] == ["22 11 -28"] * 3 + ["17.8 9.9 -30.8"] * 3
    drawn = [float(row["diffusion.coefficient"]) for row in rows]
    assert len(set(drawn)) == 6 and all(250 <= value <= 400 for value in drawn)
    assert all(40 <= float(row["initial.regions.peak_field"]) <= 160 for row in rows)
    assert rows == members(tmp_path / "on_3")
    files = sorted((tmp_path / "on_1" / "snapshots_statistics").glob("statistics_*.h5"))
    assert [snapshot(file, "B_r_mean")[0] for file in files] == [0, 100, 200]
    fields = []
    for member in range(6):
        for path in (tmp_path / "on_1" / f"member_000{member}" / "snapshots").glob("snapshot_*.h5"):
            if snapshot(path)[0] == 200:
                fields.append(snapshot(path)[1])
    assert len(fields) == 6
    size = np.abs(fields).max()
    for name, expected in {"B_r_mean": np.mean(fields, axis=0), "B_r_spread": np.std(fields, axis=0, ddof=1),
                           "B_r_q25": np.quantile(fields, 0.25, axis=0), "B_r_q50": np.median(fields, axis=0)}.items():
        assert np.allclose(snapshot(files[-1], name)[1], expected, rtol=0, atol=1e-12 * size), name
        other = tmp_path / "on_3" / "snapshots_statistics" / files[-1].name
        assert np.allclose(snapshot(other, name)[1], expected, rtol=0, atol=1e-11 * size), name


def test_a_draw_does_not_depend_on_the_companions(tmp_path):
    draw = "ensemble: {members: %d, draw: {diffusion.coefficient: {distribution: uniform, low: 100, high: 500}%s}}\n"
    found = []
    for name, text in (("few", draw % (2, "")), ("many", draw % (4, ", initial.dipole: {mean: 2, deviation: 0.1}"))):
        case = runs.write_case(tmp_path, CASE + text, f"{name}.yaml")
        good("run", case, "--output", name, "--set", "run.max_steps=1", folder=tmp_path)
        found.append([row["diffusion.coefficient"] for row in members(tmp_path / name)])
    assert found[0] == found[1][:2]


@pytest.mark.parametrize("ensemble, said", [
    ("{cross: {diffusion.coefficient: 3}}", "ensemble.cross.diffusion.coefficient"),
    ("{members: 3, cross: {diffusion.coefficient: [1, 2]}}", "makes 2 combinations"),
    ("{members: 2, draw: {diffusion.coefficient: {distribution: uniform, low: 2, high: 1}}}", "is not above low"),
    ("{members: 2, draw: {diffusion.coefficient: {mean: 2, minimum: 900}}}", "no value within"),
    ("{members: 2, draw: {diffusion.coefficient: {men: 2}}}", "mean"),
    ("{members: 2, vary: {diffusion.coefficient: [1, 2]}, draw: {diffusion.coefficient: {mean: 2}}}", "given twice"),
])
def test_bad_ensembles_are_refused(ensemble, said, tmp_path):
    case = runs.write_case(tmp_path, CASE + f"ensemble: {ensemble}\n")
    result = sluice("run", case, "--output", "out", folder=tmp_path)
    assert result.returncode == 1 and said in result.stdout + result.stderr
