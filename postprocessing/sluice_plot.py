"""One look for all pictures, and the ranges of their colours."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

ink = "#22262b"
colours = ["#2f6f9f", "#c8553d", "#588157", "#8e6c8a", "#d4a13a", "#5f6b73"]
density_map = "magma"
heat_map = "inferno"


def use_style():
    plt.rcParams.update({
        "font.size": 10, "axes.titlesize": 11, "axes.labelsize": 10, "figure.titlesize": 13,
        "axes.edgecolor": ink, "axes.labelcolor": ink, "text.color": ink, "xtick.color": ink, "ytick.color": ink,
        "axes.linewidth": 0.8, "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": False, "grid.color": "#d9dde1", "grid.linewidth": 0.6,
        "axes.prop_cycle": matplotlib.cycler(color=colours), "lines.linewidth": 1.5,
        "legend.frameon": False, "figure.facecolor": "white", "savefig.dpi": 130,
        "axes.formatter.useoffset": False, "axes.formatter.limits": (-3, 4), "axes.formatter.use_mathtext": True,
        "figure.constrained_layout.use": True,
    })


def nice(value):
    """The next of 1, 1.5, 2, 3, 5, 7 times a power of ten at or above `value` (1 for 0)."""
    if not np.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    for mantissa in (1, 1.5, 2, 3, 5, 7, 10):
        if mantissa * power >= value * (1 - 1e-12):
            return float(mantissa * power)
    return float(value)


def saturation(values, percent=98.5):
    """A round number that all but a few of |values| stay below: where a symmetric colour scale saturates."""
    magnitude = np.abs(values[np.isfinite(values)])
    if magnitude.size == 0 or magnitude.max() == 0:
        return 1.0
    return nice(max(np.percentile(magnitude, percent), 1e-3 * magnitude.max()))


def plot_history(axes, history, names, relative=False):
    """Columns of a history over time; with `relative`, their change against the first row, scaled by it."""
    time = history.columns["time"]
    drawn = []
    for name in names:
        if name not in history.columns:
            continue
        values = history.columns[name]
        if relative:
            scale = abs(values[0]) if values[0] != 0 else 1.0
            values = (values - values[0]) / scale
        axes.plot(time, values, label=name.replace("_", " ") if relative else history.label(name),
                  marker="o" if len(time) < 2 else None)
        drawn.append(name)
    unit = history.units["time"]
    axes.set_xlabel("time" + (f" [{unit}]" if unit else ""))
    axes.grid(True)
    if drawn:
        axes.legend(loc="best", fontsize=8)
    return drawn


def save(figure, file):
    figure.savefig(file)
    plt.close(figure)
