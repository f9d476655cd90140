"""postprocessing/: plots of nlse runs, permutation entropy and complexity, on run folders made here, whose content is known."""
import matplotlib.image
import numpy as np
import pytest
from test_postprocessing import run_tool, soliton, write_history


def drawn(result, file):
    """Luminance of the picture that the tool says it wrote."""
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(file)
    return matplotlib.image.imread(file)[..., :3].mean(axis=2)


def brightest(image):
    """Where the brightest column is at the first and at the last time, as part of the width of the colour mesh."""
    height = len(image)
    coloured = (image[height // 5:4 * height // 5] < 0.98).any(axis=0)
    ends = np.flatnonzero(np.diff(np.concatenate([[False], coloured, [False]]).astype(int)))
    first, last = max(zip(ends[::2], ends[1::2]), key=lambda run: run[1] - run[0])  # the mesh, not the bar of colours
    rows = [np.convolve(image[row, first:last], np.ones(9), mode="same") for row in (int(0.8 * height), int(0.1 * height))]
    return [np.argmax(row) / len(row) for row in rows]


def test_space_time_shows_the_soliton_where_it_is(tmp_path):
    folder = soliton(tmp_path)  # at 0, 1, 2, 3 on a box from -10 to 10
    first, last = brightest(drawn(run_tool("nlse_plot.py", "space_time", folder), folder / "space_time.png"))
    assert first == pytest.approx(0.5, abs=0.015) and last == pytest.approx(0.65, abs=0.015)


def test_spectrum_shows_the_carrier_where_it_is(tmp_path):
    folder = soliton(tmp_path)  # wavenumber 1 of +- 31.4; near the peak 16 decades of colour are flat
    image = drawn(run_tool("nlse_plot.py", "spectrum", folder), folder / "spectrum.png")
    assert brightest(image)[0] == pytest.approx(0.516, abs=0.015)
    assert image.std() > 0.1


def test_portrait_and_invariants(tmp_path):
    folder = soliton(tmp_path)
    portrait = drawn(run_tool("nlse_plot.py", "portrait", folder), folder / "portrait.png")
    assert portrait.shape[1] > 2 * portrait.shape[0]  # three moments
    assert (portrait < 0.6).mean() > 0.005
    invariants = drawn(run_tool("nlse_plot.py", "invariants", folder), folder / "invariants.png")
    assert (invariants < 0.6).mean() > 0.005


def test_invariants_draws_each_once(tmp_path):
    folder = soliton(tmp_path)  # mass and energy
    two = drawn(run_tool("nlse_plot.py", "invariants", folder), folder / "invariants.png")
    changes = {"mass_change": [0] * 4, "energy_change": [0, 0, 0, 1e-9]}
    write_history(folder, {"step": range(4), "time": range(4), "mass": [2, 2, 2, 2], "energy": [1, 1, 1, 1 + 1e-9], **changes})
    assert drawn(run_tool("nlse_plot.py", "invariants", folder), folder / "invariants.png").shape == two.shape


def test_plots_refuse_what_they_cannot_draw(tmp_path):
    folder = soliton(tmp_path)
    assert "psi" in run_tool("nlse_plot.py", "space_time", folder, "-f", "phi").stderr
    assert "x are allowed" in run_tool("nlse_plot.py", "spectrum", folder, "--axis", "y").stderr
    (folder / "resolved.yaml").write_text("solver: diffusion\n")
    result = run_tool("nlse_plot.py", "portrait", folder)
    assert result.returncode == 1 and "nlse is allowed" in result.stderr and "Traceback" not in result.stderr
    assert "usage" in run_tool("nlse_plot.py", "--help").stdout


def history(folder, **columns):
    folder.mkdir()
    rows = len(next(iter(columns.values())))
    write_history(folder, {"step": range(rows), "time": 0.1 * np.arange(rows), **columns})
    return folder


def complexity(folder, *arguments):
    result = run_tool("complexity.py", folder, *arguments)
    assert result.returncode == 0, result.stderr
    rows = [line.split() for line in result.stdout.splitlines()[2:]]
    return {row[0]: [float(text) for text in row[1:]] for row in rows if row[1] != "warning:"}, result.stdout


def test_chaos_noise_and_regularity_are_told_apart(tmp_path):
    logistic = np.empty(30000)
    logistic[0] = 0.4
    for i in range(1, len(logistic)):
        logistic[i] = 4 * logistic[i - 1] * (1 - logistic[i - 1])
    noise = np.random.default_rng(1).random(len(logistic))
    sine = np.sin(2 * np.pi * np.arange(len(logistic)) / 40 + 0.1)
    ramp = np.arange(len(logistic), dtype=float)
    folder = history(tmp_path / "run", probe_1=logistic, probe_2=noise, probe_3=sine, probe_4=ramp)
    # The map's time is its step: patterns of neighbours. Values of Hyman, Daniel and Schaffner's program.
    found, _ = complexity(folder, "--natural", "1", "-c", "probe_1", "-c", "probe_2")
    assert found["probe_1"][:2] == pytest.approx([0.6794, 0.3992], abs=2e-3)
    assert found["probe_2"][:2] == pytest.approx([1, 0], abs=2e-3)
    found, text = complexity(folder, "-c", "probe_3")
    assert found["probe_3"][2:] == pytest.approx([4, 4, 0.4], rel=0.01)  # natural time, interval, part of it
    assert 0.1448 < found["probe_3"][0] < 0.5512 and "warning" not in text
    found, _ = complexity(folder, "--natural", "100", "-c", "probe_4")
    assert found["probe_4"][:2] == [0, 0]


def test_the_sampling_rule_warns(tmp_path):
    slow = np.sin(2 * np.pi * np.arange(300) / 400)
    fast = np.sin(2 * np.pi * np.arange(300) / 4 + 0.3)
    folder = history(tmp_path / "run", probe_1=slow, probe_2=fast, mass=np.ones(300))
    _, text = complexity(folder)
    assert "natural times; 1.5 at least are needed" in text
    assert "rows are too far apart" in text
    assert "no natural time; give --natural" in complexity(folder, "-c", "mass")[1]
    assert "no column 'energy'" in run_tool("complexity.py", folder, "-c", "energy").stderr


def test_units_of_a_fibre_and_of_atoms():
    # A fundamental soliton: gamma P T0^2 / |beta2| = 1. 0.2 dB/km is a rate of 0.0230 of |psi| a km.
    fibre = run_tool("nlse_units.py", "fibre", "--beta2", -20, "--gamma", 2, "--width", 2, "--power", 2.5, "--loss", 0.2).stdout
    assert "t: 0.2 km" in fibre and "g: 1," in fibre and f"linear: {0.2 * 0.2 * np.log(10) / 20:.8g}"[:16] in fibre
    # Rubidium 87 at 100 Hz: l = 1.0786 um; -4 pi N a / l.
    atoms = run_tool("nlse_units.py", "atoms", "--mass", 86.909, "--scattering", 5.24, "--number", 1e4, "--trap", 100, 200, 100).stdout
    assert "frequency: [1, 2, 1]" in atoms and "x: 1.078" in atoms
    assert float(atoms.split("g: ")[1].split(",")[0]) == pytest.approx(-4 * np.pi * 1e4 * 5.24e-9 / 1.0786e-6, rel=1e-3)
    # Two frozen axes: a factor m omega_t / (2 pi hbar) each, in units of l: 2 N a omega_t / (omega l).
    line = run_tool("nlse_units.py", "atoms", "--mass", 86.909, "--scattering", 5.24, "--number", 1e4, "--trap", 100, "--tight", 1000).stdout
    assert float(line.split("g: ")[1].split(",")[0]) == pytest.approx(-2 * 1e4 * 5.24e-9 / 1.0786e-6 * 10, rel=1e-3)
    assert "below 0" in run_tool("nlse_units.py", "fibre", "--beta2", 1, "--gamma", 1, "--width", 1, "--power", 1).stderr
