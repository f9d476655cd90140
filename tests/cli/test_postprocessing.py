"""postprocessing/: the commands on run folders made here, whose fields are known."""
import os
import subprocess
import sys

import h5py
import matplotlib.image
import numpy as np
import pytest

tools = os.path.join(os.environ.get("SLUICE_SOURCE", os.path.join(os.path.dirname(__file__), "..", "..")),
                     "postprocessing")


def run_tool(name, *arguments):
    return subprocess.run(["/usr/bin/python3", os.path.join(tools, name), *map(str, arguments)], capture_output=True,
                          text=True, timeout=300, check=False)


def write_snapshot(folder, step, time, axes, fields, time_unit="1"):
    os.makedirs(folder / "snapshots", exist_ok=True)
    with h5py.File(folder / "snapshots" / f"snapshot_{step:09d}.h5", "w") as file:
        file.attrs.update(time=time, step=step, time_unit=time_unit)
        for name, points in axes.items():
            file[name] = points
            file[name].make_scale(name)
        for name, (values, unit, long_name) in fields.items():
            file[name] = values
            file[name].attrs.update(units=unit, long_name=long_name)
            for dimension, axis in enumerate(axes):
                file[name].dims[dimension].attach_scale(file[axis])


def write_history(folder, columns):
    rows = zip(*columns.values())
    text = ",".join(columns) + "\n" + "".join(",".join(map(repr, map(float, row))) + "\n" for row in rows)
    (folder / "history.csv").write_text(text)


@pytest.fixture
def sun(tmp_path):
    """One spot at colatitude 60 degrees, longitude 90, that turns eastward by 30 degrees a snapshot."""
    folder = tmp_path / "sun"
    theta, phi = np.linspace(0, np.pi, 61), np.arange(120) * 2 * np.pi / 120
    for n in range(3):
        away = (phi[None, :] - np.pi / 2 - n * np.pi / 6 + np.pi) % (2 * np.pi) - np.pi
        b = 400 * np.exp(-40 * ((theta[:, None] - np.pi / 3) ** 2 + away**2))
        write_snapshot(folder, 10 * n, 24.0 * n, {"theta": theta, "phi": phi},
                       {"B_r": (b, "G", "radial magnetic field")}, "h")
    (folder / "resolved.yaml").write_text("schema: 1\ntitle: \"One spot\"\nsolver: flux_transport\n")
    write_history(folder, {"step": [0, 10, 20], "time [h]": [0, 24, 48], "dt [h]": [0, 2.4, 2.4],
                           "unsigned_flux [Mx]": [3e22, 2.9e22, 2.8e22]})
    return folder


def soliton(tmp_path, name="soliton", shift=0.0):
    folder = tmp_path / name
    x = np.linspace(-10, 10, 200, endpoint=False)
    for n in range(4):
        psi = np.exp(1j * x) / np.cosh(x - n - shift)
        write_snapshot(folder, n, float(n), {"x": x}, {"psi_real": (psi.real, "1", "wave function, real part"),
                                                       "psi_imag": (psi.imag, "1", "wave function, imaginary part")})
    (folder / "resolved.yaml").write_text("solver: nlse\n")
    write_history(folder, {"step": range(4), "time": range(4), "mass": [2, 2, 2, 2], "energy": [1, 1, 1, 1 + 1e-9]})
    return folder


def heat(tmp_path, dimensions):
    folder = tmp_path / f"heat{dimensions}"
    axes = {name: (np.arange(16 + 4 * d) + 0.5) / (16 + 4 * d) for d, name in enumerate("xyz"[:dimensions])}
    mesh = np.meshgrid(*axes.values(), indexing="ij")
    shape = np.prod([np.sin(np.pi * one) for one in mesh], axis=0)
    for n in range(2):
        write_snapshot(folder, n, 0.1 * n, axes, {"u": (shape * np.exp(-n), "K", "temperature")}, "s")
    (folder / "resolved.yaml").write_text("solver: diffusion\n")
    write_history(folder, {"step": [0, 1], "time [s]": [0, 0.1], "heat": [1.0, 0.4], "error_l2": [1e-4, 2e-4]})
    return folder


def test_picture_of_the_sun_shows_the_spot_where_it_is(sun, tmp_path):
    result = run_tool("picture.py", sun, "-o", tmp_path / "sun.png")
    assert result.returncode == 0, result.stderr
    image = matplotlib.image.imread(tmp_path / "sun.png")[..., :3]
    height, width = image.shape[:2]  # the map at the first time is in the upper left
    half = image[: height // 2]
    grey = np.abs(half - 0.5).max(axis=2) < 0.02  # no field
    top, *_, bottom = np.nonzero(grey[:, : width // 2].mean(axis=1) > 0.5)[0]
    left, *rest = np.nonzero(grey[top:bottom].mean(axis=0) > 0.5)[0]
    right = next(at for n, at in enumerate(rest) if n + 1 == len(rest) or rest[n + 1] > at + 1)  # the disc comes later
    maps = half.mean(axis=2)
    white = np.argwhere(maps[top:bottom, left:right] > 0.99)
    assert len(white) > 10
    latitude = 90 - 180 * np.median(white[:, 0]) / (bottom - top)
    longitude = 360 * np.median(white[:, 1]) / (right - left)
    assert abs(latitude - 30) < 6
    assert abs(longitude - 90) < 10


def test_the_disc_is_seen_from_the_right_side():
    sys.path.insert(0, tools)
    from picture_flux_transport import disc
    theta, phi = np.linspace(0, np.pi, 91), np.arange(180) * np.pi / 90
    values = np.cos(theta)[:, None] + 0 * phi[None, :]
    face = disc(values, theta, phi, size=201, tilt=0.0)
    assert np.isnan(face[0, 0]) and face[1, 100] > 0.9 and face[199, 100] < -0.9  # north is up
    east = np.sin(theta)[:, None] * np.sin(phi[None, :] - np.pi)  # positive on the right, seen from longitude 180
    face = disc(east, theta, phi, size=201, tilt=0.0)
    assert face[100, 199] > 0.9 and face[100, 1] < -0.9 and abs(face[100, 100]) < 0.02


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_pictures_of_other_solvers(tmp_path, dimensions):
    for folder in [heat(tmp_path, dimensions)] + ([soliton(tmp_path)] if dimensions == 1 else []):
        result = run_tool("picture.py", folder)
        assert result.returncode == 0, result.stderr
        image = matplotlib.image.imread(folder / "picture.png")
        assert image.shape[0] > 500 and image.std() > 0.05


def write_map(path, formula):
    theta, phi = np.linspace(0, np.pi, 61), np.linspace(0, 2 * np.pi, 121)
    with h5py.File(path, "w") as file:
        file["dim1"], file["dim2"] = phi.astype(np.float32), theta.astype(np.float32)
        file["Data"] = formula(theta[:, None], phi[None, :]).astype(np.float32)


@pytest.mark.parametrize("projection", ["plane", "orthographic"])
@pytest.mark.parametrize("colours", ["grey", "red-blue"])
def test_maps_alone_and_compared(sun, tmp_path, projection, colours):
    write_map(tmp_path / "north.h5", lambda theta, phi: 50 * np.cos(theta) + 0 * phi)
    file = tmp_path / "map.png"
    result = run_tool("map.py", tmp_path / "north.h5", "--projection", projection, "--colours", colours, "--latitude", 0, "-o", file)
    assert result.returncode == 0, result.stderr
    image = matplotlib.image.imread(file)[:, :, :3]
    height, middle = image.shape[0], int(0.45 * image.shape[1])
    north, south = image[int(0.25 * height), middle], image[int(0.8 * height), middle]
    if colours == "grey":
        assert north.mean() > 0.6 > 0.4 > south.mean()  # positive is white
    else:
        assert north[0] > north[2] and south[2] > south[0]  # positive is red
    two = [sun / "snapshots" / f"snapshot_{step:09d}.h5" for step in (0, 10)]
    assert run_tool("map.py", *two, "--projection", projection, "-o", file).returncode == 0
    assert matplotlib.image.imread(file).shape[0 if projection == "plane" else 1] > 2 * min(image.shape[:2])
    assert "no field" in run_tool("map.py", two[0], "--field", "B_q").stderr


@pytest.mark.parametrize("kind", ["CAR", "CEA", "HMI"])
def test_fits_maps_are_drawn_as_the_others(tmp_path, kind):
    fits = pytest.importorskip("astropy.io.fits")
    sys.path.insert(0, tools)
    from map import Map
    rows, columns = 60, 120
    sine = (2 * np.arange(rows) + 1) / rows - 1  # from the south
    latitude = (np.arange(rows) + 0.5) * np.pi / rows - np.pi / 2 if kind == "CAR" else np.arcsin(sine)
    longitude = (np.arange(columns) + 0.5) * 2 * np.pi / columns
    formula = lambda theta, phi: 50 * np.cos(theta) + 20 * np.sin(theta) * np.cos(phi)  # noqa: E731
    image = fits.PrimaryHDU(formula(np.pi / 2 - latitude[:, None], longitude[None, :]))
    step = {"CAR": 180 / rows, "CEA": 360 / np.pi / rows, "HMI": 2 / rows}[kind]
    image.header.update({"CTYPE1": "CRLN-CAR" if kind == "CAR" else "CRLN-CEA", "CTYPE2": "CRLT-CAR" if kind == "CAR" else "CRLT-CEA",
                         "CUNIT2": "Sine Latitude" if kind == "HMI" else "deg", "CRPIX1": (columns + 1) / 2, "CRVAL1": 180.0,
                         "CDELT1": -360 / columns if kind == "HMI" else 360 / columns, "CRPIX2": (rows + 1) / 2, "CRVAL2": 0.0,
                         "CDELT2": step})
    image.writeto(tmp_path / "sun.fits")
    found = Map(tmp_path / "sun.fits", "B_r", 0)
    assert np.all(np.diff(found.theta) > 0) and np.all(np.diff(found.phi) > 0)
    assert np.allclose(found.values, formula(found.theta[:, None], found.phi[None, :]), atol=1e-5)
    write_map(tmp_path / "same.h5", formula)
    for projection in ("plane", "orthographic"):
        result = run_tool("map.py", tmp_path / "sun.fits", tmp_path / "same.h5", "--projection", projection, "-o", tmp_path / "two.png")
        assert result.returncode == 0, result.stderr
        assert matplotlib.image.imread(tmp_path / "two.png").std() > 0.05
    (tmp_path / "torn.fits").write_text("SIMPLE  = no")
    result = run_tool("map.py", tmp_path / "torn.fits")
    assert result.returncode == 1 and "torn.fits" in result.stderr and "Traceback" not in result.stderr


def test_butterfly_diagram(tmp_path):
    theta, time = np.linspace(0, np.pi, 46), np.linspace(0, 96426, 140)
    with h5py.File(tmp_path / "butterfly.h5", "w") as file:
        file["theta"], file["time"] = theta, time[:, None]
        file["time"].attrs["units"] = "h"
        file["step"] = np.arange(140.0)[:, None]
        file["B_r"] = np.cos(theta)[None, :] * np.cos(np.pi * time / time[-1])[:, None]  # the poles reverse
        file["B_r"].attrs["units"] = "G"
    result = run_tool("butterfly.py", tmp_path)
    assert result.returncode == 0, result.stderr
    image = matplotlib.image.imread(tmp_path / "butterfly.png")[:, :, :3]
    height, width = image.shape[:2]
    before, after = image[int(0.2 * height), int(0.15 * width)], image[int(0.2 * height), int(0.8 * width)]
    assert before[0] > before[2] and after[2] > after[0]
    assert "cannot be read" in run_tool("butterfly.py", tmp_path / "none").stderr


def test_history_plots_and_names_columns(sun, tmp_path):
    assert run_tool("history.py", sun, "-o", tmp_path / "h.png").returncode == 0
    assert matplotlib.image.imread(tmp_path / "h.png").shape[1] > 500
    result = run_tool("history.py", sun, "-c", "flux")
    assert result.returncode == 1 and "unsigned_flux" in result.stderr


def test_movie_has_a_frame_a_snapshot(sun, tmp_path):
    result = run_tool("movie.py", sun, "--frames", tmp_path / "frames")
    assert result.returncode == 0, result.stderr
    frames = [matplotlib.image.imread(tmp_path / "frames" / name) for name in sorted(os.listdir(tmp_path / "frames"))]
    assert len(frames) == 3 and np.abs(frames[0] - frames[2]).max() > 0.5
    from PIL import Image
    folder = soliton(tmp_path)
    assert run_tool("movie.py", folder, "-o", tmp_path / "m.gif").returncode == 0
    with Image.open(tmp_path / "m.gif") as film:
        assert film.n_frames == 4


def test_compare_gives_the_norms_of_a_known_difference(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    x = np.arange(4.0)
    for folder, values in ((a, [1.0, 1, 1, 1]), (b, [1.0, 1, 1, 3])):
        write_snapshot(folder, 5, 2.0, {"x": x}, {"u": (values, "1", "u")})
    result = run_tool("compare.py", a, b, "--tolerance", 0.9)
    numbers = [float(text) for text in result.stdout.splitlines()[1].split()[2:]]
    assert numbers == pytest.approx([0.5, 0.5, 1, 1, 2, 2])  # L1, L2 and maximum, each absolute and relative
    assert result.returncode == 1
    assert run_tool("compare.py", a, b, "--tolerance", 1.1).returncode == 0
    assert run_tool("compare.py", a, a, "--tolerance", 0).returncode == 0


def test_compare_takes_complex_fields_and_refuses_other_grids(tmp_path, sun):
    result = run_tool("compare.py", soliton(tmp_path), soliton(tmp_path, "moved", 0.5), "--last")
    assert result.returncode == 0 and " psi " in result.stdout
    assert run_tool("compare.py", soliton(tmp_path), sun).returncode == 1


@pytest.mark.parametrize("tool", ["picture.py", "history.py", "movie.py", "compare.py", "map.py", "butterfly.py"])
def test_help_and_clear_errors(tool, tmp_path):
    assert "usage" in run_tool(tool, "--help").stdout
    twice = [tmp_path / "none"] * (2 if tool == "compare.py" else 1)
    result = run_tool(tool, *twice)
    assert result.returncode == 1 and result.stderr.startswith("error: ") and "Traceback" not in result.stderr


def test_files_that_are_not_snapshots_are_refused(sun):
    (sun / "snapshots" / "snapshot_000000099.h5").write_bytes(b"torn")
    result = run_tool("picture.py", sun)
    assert result.returncode == 1 and "snapshot_000000099.h5" in result.stderr and "Traceback" not in result.stderr


def test_a_torn_history_is_refused(sun):
    (sun / "history.csv").write_text("step,time [h]\n1,2\n2\n")
    result = run_tool("history.py", sun)
    assert result.returncode == 1 and "history.csv" in result.stderr and "Traceback" not in result.stderr
