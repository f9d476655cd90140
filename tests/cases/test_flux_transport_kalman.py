# ctest: TIMEOUT 600
"""Local ensemble Kalman assimilation: a twin experiment (one run is the truth, noisy maps of its near side are the data), the same
bits on any number of groups, and after a restart."""
import csv
import shutil

import h5py
import numpy as np
import pytest
import runs
from program import good, sluice

THETA, PHI = np.linspace(0, np.pi, 31), np.arange(60) * 2 * np.pi / 60
MEMBERS, EVERY, END, NOISE = 16, 48, 288, 8.0
SYNODIC = 27.2753 * 24
AREA = np.repeat((np.sin(THETA) + 1e-3)[:, None], 60, axis=1)

CASE = """
solver: flux_transport
initial: {map: members.h5, realization: TRUTH}
diffusion: {coefficient: 300}
step: {maximum: 12}
run: {t_end: 288}
"""
KALMAN = """
assimilation:
  maps: data/maps.csv
  method: ensemble_kalman
  balance_flux: true
  kalman: {radius: 25, inflation: 1.02, error: 8, error_power: 1}
"""
INSERTION = "assimilation: {maps: data/maps.csv, power: 4, balance_flux: true}\n"
HOOKS = """
hooks:
  - {type: history, every_time: 48, exact: true, at_start: true, at_end: true}
  - {type: snapshot, every_time: 48, exact: true, at_start: true, at_end: true}
"""
ENSEMBLE = "ensemble: {members: 16, GROUPSvary: {initial.realization: [%s]}, statistics: {fields: [B_r]}}\n" % ", ".join(
    str(m) for m in range(MEMBERS))


def bumps(random, count, width, amplitude):
    """A smooth random field without net flux: the truth is one more draw of what tells the members apart."""
    field = np.zeros((31, 60))
    for _ in range(count):
        z, longitude = random.uniform(-1, 1), random.uniform(0, 2 * np.pi)
        cosine = np.cos(THETA)[:, None] * z + np.sin(THETA)[:, None] * np.sqrt(1 - z * z) * np.cos(PHI - longitude)[None, :]
        field += amplitude * random.normal() * np.exp((cosine - 1) / width**2)
    return field - (field * AREA).sum() / AREA.sum()


def write_map(path, data):
    data = np.asarray(data)
    with h5py.File(path, "w") as file:
        file["dim1"], file["dim2"] = np.append(PHI, 2 * np.pi), THETA
        file["Data"] = np.concatenate([data, data[..., :1]], axis=-1)


def rms(field, where=None):
    weight = AREA if where is None else AREA * where
    return np.sqrt((weight * field**2).sum() / weight.sum())


def snapshots(folder):
    found = {}
    for path in sorted((folder / "snapshots").glob("snapshot_*.h5")):
        with h5py.File(path) as file:
            found[round(float(file["time"][()]))] = file["B_r"][()]
    return found


def mean_of(folder):
    members = [snapshots(folder / f"member_{m:04d}") for m in range(MEMBERS)]
    return {time: (np.mean([one[time] for one in members], axis=0), np.std([one[time] for one in members], axis=0, ddof=1))
            for time in members[0]}


def ensemble(folder, name, more, ranks=1, groups=0, arguments=()):
    text = CASE.replace("TRUTH", "0") + more + HOOKS + ENSEMBLE.replace("GROUPS", f"groups: {groups}, " if groups else "")
    good("run", runs.write_case(folder, text, f"{name}.yaml"), "--output", name, *arguments, ranks=ranks, folder=folder)
    return folder / name


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """members.h5 with the members and the truth, truth/, data/ with noisy maps, kalman/ on one rank."""
    folder = tmp_path_factory.mktemp("twin")
    random = np.random.default_rng(2252)
    base = 3 * np.cos(THETA)[:, None] + bumps(random, 30, 0.15, 60)
    write_map(folder / "members.h5", [base + bumps(random, 150, 0.3, 12) for _ in range(MEMBERS + 1)])
    good("run", runs.write_case(folder, CASE.replace("TRUTH", str(MEMBERS)) + HOOKS, "truth.yaml"), "--output", "truth", folder=folder)
    (folder / "data").mkdir()
    with open(folder / "data" / "maps.csv", "w") as table:
        table.write("time [h],file\n")
        for time, field in snapshots(folder / "truth").items():
            longitude = -2 * np.pi * time / SYNODIC
            mu = np.sin(THETA)[:, None] * np.cos(PHI - longitude)[None, :]
            noisy = field + NOISE / np.maximum(mu, 0.05) * random.normal(size=field.shape)
            write_map(folder / "data" / f"map_{time:04d}.h5", noisy)
            table.write(f"{time},map_{time:04d}.h5\n")
    ensemble(folder, "kalman", KALMAN)
    return folder


def test_the_analysis_is_nearer_to_the_truth_than_forecast_free_run_and_insertion(world):
    truth = snapshots(world / "truth")
    errors = {"kalman": mean_of(world / "kalman"), "free": mean_of(ensemble(world, "free", "")),
              "insertion": mean_of(ensemble(world, "insertion", INSERTION))}
    late = [time for time in truth if time >= END // 2]
    kalman, free, insertion = (np.mean([rms(errors[name][t][0] - truth[t]) for t in late]) for name in ("kalman", "free", "insertion"))
    print(f"error of the mean: kalman {kalman:.3f} G, insertion {insertion:.3f} G, free {free:.3f} G")
    assert kalman < 0.6 * free and kalman < 0.7 * insertion
    before, after, ratios = [], [], []
    for number, time in enumerate(sorted(truth)):
        with h5py.File(world / "kalman" / "assimilation" / f"analysis_{number:04d}.h5") as file:
            assert round(float(file["time"][()])) == time
            before.append(rms(file["forecast_mean"][()] - truth[time]))
            after.append(rms(file["analysis_mean"][()] - truth[time]))
            ratios.append(rms(file["analysis_spread"][()]) / after[-1])
            mean, spread = errors["kalman"][time]  # hooks see the analysis
            assert np.allclose(mean, file["analysis_mean"][()], atol=1e-9) and np.allclose(spread, file["analysis_spread"][()], atol=1e-9)
    print("before", np.round(before, 3), "after", np.round(after, 3), "spread over error", np.round(ratios, 2))
    assert all(a < b for a, b in zip(after, before))
    assert 0.6 < np.mean(ratios) < 1.5
    # At first nothing is known of the far side, which only pays for the balance of flux; in the middle of the disc data are best.
    with h5py.File(world / "kalman" / "assimilation" / "analysis_0000.h5") as file:
        gain = file["analysis_spread"][()] / file["forecast_spread"][()]
        mu = np.sin(THETA)[:, None] * np.cos(PHI)[None, :]
        print("spread kept: middle", gain[mu > 0.9].mean(), "edge", gain[(mu > 0.1) & (mu < 0.3)].mean(), "far", gain[mu < -0.5].mean())
        assert gain[mu > 0.9].mean() < 0.7 * gain[(mu > 0.1) & (mu < 0.3)].mean()
        assert 0.8 < gain[mu < -0.5].mean() < 1.25


def test_the_table_of_analyses(world):
    with open(world / "kalman" / "assimilation.csv") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["time [h]"]) for row in rows] == list(range(0, END + 1, EVERY))
    for row in rows:
        innovation, spread, error = (float(row[f"{name} [G]"]) for name in ("innovation", "forecast_spread", "data_error"))
        assert row["members"] == str(MEMBERS)
        assert innovation == pytest.approx(np.hypot(spread, error), rel=0.25)  # what a consistent filter sees
        assert float(row["analysis_spread [G]"]) < spread and float(row["residual [G]"]) < innovation


def test_members_keep_the_net_flux(world):
    for m in (0, 7):
        columns = runs.history(world / "kalman" / f"member_{m:04d}")
        drift = np.abs(columns["signed_flux"] - columns["signed_flux"][0]) / columns["unsigned_flux"]
        assert drift.max() < 1e-13


def test_statistics_hold_the_spread(world):
    truth = sorted((world / "kalman" / "snapshots_statistics").glob("statistics_*.h5"))
    assert len(truth) == END // EVERY + 1
    with h5py.File(truth[-1]) as file:
        assert np.allclose(file["B_r_spread"][()], mean_of(world / "kalman")[END][1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("ranks, groups", [(2, 2), (4, 2)])
def test_the_number_of_groups_does_not_count(world, ranks, groups):
    name = f"on_{ranks}_in_{groups}"
    folder = ensemble(world, name, KALMAN, ranks=ranks, groups=groups)
    for m in (0, 5, 15):
        own = f"member_{m:04d}"
        one, many = runs.state(world / "kalman" / own), runs.state(folder / own)
        if ranks == groups:
            assert runs.different_bits(one, many) == []
        else:
            assert runs.relative_difference(one, many) < 1e-11
    if ranks == groups:
        assert (folder / "assimilation.csv").read_text() == (world / "kalman" / "assimilation.csv").read_text()


def test_a_restart_goes_on_bit_for_bit(world):
    folder = ensemble(world, "again", KALMAN, ranks=2, arguments=("--until", "192"))
    # One member has lost its last checkpoint: all go on from behind the last meeting before it.
    newest = runs.checkpoints(folder / "member_0003")[-1]
    newest.unlink()
    good("run", "again.yaml", "--output", "again", "--restart", "auto", ranks=2, folder=world)
    for m in (0, 3, 15):
        own = f"member_{m:04d}"
        assert runs.different_bits(runs.state(world / "kalman" / own), runs.state(folder / own)) == []
    assert (folder / "assimilation.csv").read_text() == (world / "kalman" / "assimilation.csv").read_text()


@pytest.mark.parametrize("change, said", [
    ("ensemble={members: 1}", "assimilation.method"),
    ("assimilation.mode=add", "assimilation.mode"),
    ("assimilation.maps=''", "assimilation.method"),
    ("assimilation.kalman.radius=0", "assimilation.kalman.radius"),
    ("ensemble.vary={assimilation.kalman.error: [%s]}" % ", ".join(["1"] * 16), "may not differ"),
])
def test_bad_input(world, change, said):
    result = sluice("run", "kalman.yaml", "--output", "none", "--set", change, folder=world)
    assert result.returncode == 1 and said in result.stdout + result.stderr
    assert not (world / "none").exists()


def test_a_map_that_cannot_be_used_ends_the_run_and_is_made_up_for(world, tmp_path):
    for name in ("data", "members.h5", "kalman.yaml"):
        (shutil.copytree if name == "data" else shutil.copy)(world / name, tmp_path / name)
    data = tmp_path / "data" / "map_0096.h5"
    whole = data.read_bytes()
    data.write_bytes(whole[:1000])
    result = sluice("run", "kalman.yaml", "--output", "out", "--until", "144", ranks=2, folder=tmp_path)
    assert result.returncode == 1 and "map_0096.h5" in result.stdout + result.stderr
    data.write_bytes(whole)
    good("run", "kalman.yaml", "--output", "out", "--until", "144", "--restart", "auto", ranks=2, folder=tmp_path)
    with h5py.File(world / "kalman" / "assimilation" / "analysis_0003.h5") as one, \
            h5py.File(tmp_path / "out" / "assimilation" / "analysis_0003.h5") as two:
        assert np.array_equal(one["analysis_mean"][()], two["analysis_mean"][()])
