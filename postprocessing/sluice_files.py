"""Reads what a run left: snapshots as arrays, the history as columns with units. Needs numpy and h5py only.

    run = sluice_files.Run("runs/solar_rotation")
    last = run.snapshots[-1]
    b = last.field("B_r")                  # numpy array, axis order as in the file
    run.history.columns["signed_flux"], run.history.units["signed_flux"]
"""
import csv
import os
import re
import sys

import h5py
import numpy as np


class BadInput(Exception):
    """Something that the user gave cannot be used; the text says what."""


class Snapshot:
    """One snapshot file. Reads when asked; holds no file open."""

    def __init__(self, path):
        self.path = path
        with self._open() as file:
            attributes = file.attrs
            if "time" not in attributes:
                raise BadInput(f"{path}: not a Sluice snapshot (no attribute 'time')")
            self.time = float(attributes["time"])
            self.step = int(attributes.get("step", 0))
            self.time_unit = _text(attributes.get("time_unit", ""))
            scales = {name for name, item in file.items()
                      if isinstance(item, h5py.Dataset) and h5py.h5ds.is_scale(item.id)}
            self.axes = {name: np.asarray(file[name], float) for name in scales}
            self.axis_units = {name: _text(file[name].attrs.get("units", file[name].attrs.get("unit", "")))
                               for name in scales}
            self._fields = {}
            for name, item in file.items():
                if not isinstance(item, h5py.Dataset) or name in scales:
                    continue
                axes = _axes_of(item, self.axes)
                if axes:
                    self._fields[name] = axes
            self._information = {name: (_text(file[name].attrs.get("units", file[name].attrs.get("unit", ""))),
                                        _text(file[name].attrs.get("long_name", name))) for name in self._fields}

    def _open(self):
        try:
            return h5py.File(self.path, "r")
        except OSError as error:
            raise BadInput(f"{self.path}: cannot be read as HDF5 ({error})") from None

    @property
    def names(self):
        """Names of the fields; a complex one (stored as NAME_real, NAME_imag) counts once."""
        names = []
        for name in self._fields:
            short = self._complex_name(name)
            if (short or name) not in names:
                names.append(short or name)
        return names

    def _complex_name(self, name):
        for ending, other in (("_real", "_imag"), ("_imag", "_real")):
            if name.endswith(ending) and name[:-5] + other in self._fields:
                return name[:-5]
        return None

    def _stored(self, name):
        if name in self._fields:
            return name
        if name + "_real" in self._fields and name + "_imag" in self._fields:
            return name + "_real"
        raise BadInput(f"{self.path}: no field '{name}'; it has {', '.join(self.names) or 'none'}")

    def field(self, name):
        """The values; complex if the field is."""
        stored = self._stored(name)
        with self._open() as file:
            values = np.asarray(file[stored][...], float)
            if stored != name:
                values = values + 1j * np.asarray(file[name + "_imag"][...], float)
        return values

    def unit(self, name):
        unit = self._information[self._stored(name)][0]
        return "" if unit == "1" else unit

    def long_name(self, name):
        text = self._information[self._stored(name)][1]
        return re.sub(r",? \(?real part\)?$", "", text)

    def coordinates(self, name):
        """[(axis name, points)] of a field, in the order of its array's axes."""
        return [(axis, self.axes[axis]) for axis in self._fields[self._stored(name)]]

    def time_text(self):
        unit = "" if self.time_unit in ("", "1") else " " + self.time_unit
        return f"t = {self.time:g}{unit}"


class History:
    """history.csv: `columns` (arrays) and `units` by name."""

    def __init__(self, path):
        self.path = path
        try:
            with open(path, newline="", encoding="utf-8") as file:
                rows = list(csv.reader(file))
        except OSError as error:
            raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
        if len(rows) < 1 or "time" not in "".join(rows[0]):
            raise BadInput(f"{path}: not a history (no header with a column 'time')")
        self.columns, self.units = {}, {}
        width = len(rows[0])
        try:
            values = np.array([[float(value) for value in row] for row in rows[1:] if row], float)
        except ValueError as error:
            raise BadInput(f"{path}: {error}") from None
        if values.size and (values.ndim != 2 or values.shape[1] != width):
            raise BadInput(f"{path}: rows and header differ in length")
        values = values.reshape(-1, width)
        for index, title in enumerate(rows[0]):
            name, unit = re.fullmatch(r"\s*(.*?)\s*(?:\[(.*)\])?\s*", title).groups()
            self.columns[name], self.units[name] = values[:, index], "" if unit in (None, "1") else unit

    def label(self, name):
        return name.replace("_", " ") + (f" [{self.units[name]}]" if self.units[name] else "")


class Run:
    """A run folder."""

    def __init__(self, folder, series="snapshots"):
        self.folder = folder
        if not os.path.isdir(folder):
            raise BadInput(f"{folder}: no such run folder")
        self._series = os.path.join(folder, series)
        self._snapshots = self._history = None

    @property
    def solver(self):
        """Name of the solver, from resolved.yaml."""
        path = os.path.join(self.folder, "resolved.yaml")
        try:
            with open(path, encoding="utf-8") as file:
                found = re.search(r"""^solver:\s*["']?([\w.-]+)""", file.read(), re.MULTILINE)
        except OSError as error:
            raise BadInput(f"{path}: cannot be read ({error.strerror}); is {self.folder} a run folder?") from None
        if not found:
            raise BadInput(f"{path}: names no solver")
        return found.group(1)

    @property
    def title(self):
        try:
            with open(os.path.join(self.folder, "resolved.yaml"), encoding="utf-8") as file:
                found = re.search(r"""^title:\s*["']?(.*?)["']?\s*$""", file.read(), re.MULTILINE)
        except OSError:
            found = None
        return found.group(1) if found and found.group(1) else os.path.basename(os.path.abspath(self.folder))

    @property
    def snapshots(self):
        """All snapshots, by step. BadInput if there is none."""
        if self._snapshots is None:
            names = sorted(os.listdir(self._series)) if os.path.isdir(self._series) else []
            files = [os.path.join(self._series, name) for name in names
                     if name.endswith(".h5") and not name.startswith(("geometry", "post_mortem"))]
            if not files:
                raise BadInput(f"{self._series}: no snapshots")
            self._snapshots = sorted((Snapshot(file) for file in files), key=lambda one: one.step)
        return self._snapshots

    @property
    def history(self):
        if self._history is None:
            self._history = History(os.path.join(self.folder, "history.csv"))
        return self._history

    def has_history(self):
        return os.path.isfile(os.path.join(self.folder, "history.csv")) and len(self.history.columns["time"]) > 0


def edges(points, low=None, high=None):
    """Boundaries between points; the ends mirror the nearest spacing unless given."""
    points = np.asarray(points, float)
    if len(points) == 1:
        return np.array([points[0] - 0.5 if low is None else low, points[0] + 0.5 if high is None else high])
    inner = 0.5 * (points[1:] + points[:-1])
    first = 2 * points[0] - inner[0] if low is None else low
    last = 2 * points[-1] - inner[-1] if high is None else high
    return np.concatenate([[first], inner, [last]])


def run_main(main):
    """Calls `main`; a BadInput becomes one line on standard error and exit code 1."""
    try:
        sys.exit(main() or 0)
    except BadInput as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def _axes_of(dataset, axes):
    """Names of the dimension scales of a dataset, one an axis; empty if it has none (not a field)."""
    names = []
    for dimension in dataset.dims:
        if len(dimension) == 0:
            return []
        name = dimension[0].name.rsplit("/", 1)[-1]
        if name not in axes:
            return []
        names.append(name)
    return names
