"""The physical truth of a run, read from its trace alone: nothing here asks the fleet."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PERIOD_S = 0.1
BODY_COLUMNS = ("t_s", "body", "kind", "map_id", "x_m", "y_m", "yaw_rad", "length_m", "width_m")


@dataclass(frozen=True, slots=True)
class Deed:
    """A physical act, where it was done, and what the robot had on board afterwards."""

    t_s: float
    robot: str
    event: str
    x_m: float
    y_m: float
    load: tuple[str, ...]


@dataclass(frozen=True)
class Track:
    """Where one robot or body was: arrays of one length, rows 0.1 s apart while it was there."""

    t_s: Floats
    x_m: Floats
    y_m: Floats
    yaw_rad: Floats
    length_m: Floats
    width_m: Floats
    laden: NDArray[np.bool_]
    soc_pct: Floats
    kind: str = "robot"

    @property
    def speed_mps(self) -> Floats:
        """Speed over each period, one value fewer than rows."""
        return np.hypot(np.diff(self.x_m), np.diff(self.y_m)) / PERIOD_S

    @property
    def distance_m(self) -> float:
        """The way driven, as the sum of straight pieces."""
        return float(np.hypot(np.diff(self.x_m), np.diff(self.y_m)).sum())

    def row(self, at_s: float) -> int:
        """Return the index of the last row at or before a time, 0 before the first."""
        return max(int(np.searchsorted(self.t_s, at_s + 1e-6)) - 1, 0)


@dataclass(frozen=True)
class Truth:
    """A trace.

    Parameters
    ----------
    robots, bodies : tracks by id.
    deeds : physical acts in order.
    """

    robots: Mapping[str, Track]
    bodies: Mapping[str, Track]
    deeds: tuple[Deed, ...]


def read_truth(trace: Path, bodies: Path | None) -> Truth:
    """Return what a trace says (`sim.trace`), and the file of bodies beside it if there is one."""
    rows: dict[str, array[float]] = {}
    deeds = []
    with trace.open(encoding="utf-8") as stream:
        next(stream)
        for line in stream:
            cells = line.rstrip("\n").split(",")
            if cells[11]:
                load = tuple(cells[9].split("+")) if cells[9] else ()
                deeds.append(Deed(float(cells[0]), cells[1], cells[11], float(cells[3]), float(cells[4]), load))
                continue
            row = rows.setdefault(cells[1], array("d"))
            row.extend(
                (
                    float(cells[0]),
                    float(cells[3]),
                    float(cells[4]),
                    float(cells[5]),
                    float(cells[6]),
                    float(cells[7]),
                    1.0 if cells[9] else 0.0,
                    float(cells[10]),
                )
            )
    robots = {name: _track(values, "robot") for name, values in rows.items()}
    return Truth(robots, {} if bodies is None else _bodies(bodies), tuple(deeds))


def _bodies(path: Path) -> dict[str, Track]:
    rows: dict[str, array[float]] = {}
    kinds = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            kinds[row["body"]] = row["kind"]
            values = [float(row[name]) for name in ("t_s", "x_m", "y_m", "yaw_rad", "length_m", "width_m")]
            rows.setdefault(row["body"], array("d")).extend((*values, 0.0, 0.0))
    return {name: _track(values, kinds[name]) for name, values in rows.items()}


def _track(values: array[float], kind: str) -> Track:
    table = np.frombuffer(values).reshape(-1, 8)
    t_s, x_m, y_m, yaw_rad, length_m, width_m, laden, soc_pct = table.T
    return Track(t_s, x_m, y_m, yaw_rad, length_m, width_m, laden > 0.5, soc_pct, kind)


def together(a: Track, b: Track) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of two tracks that are of the same instants."""
    _, of_a, of_b = np.intersect1d(np.rint(a.t_s * 10.0), np.rint(b.t_s * 10.0), return_indices=True)
    return of_a, of_b


def gaps_m(a: Track, b: Track, within_m: float) -> tuple[Floats, Floats]:
    """Return the instants at which two rectangles come within a distance of each other, and how far apart they are.

    The gap is the largest that a side of either rectangle shows (separating axis theorem): exact where they face each
    other, and a bit less than the distance between two corners. Negative where they overlap.
    """
    of_a, of_b = together(a, b)
    dx, dy = b.x_m[of_b] - a.x_m[of_a], b.y_m[of_b] - a.y_m[of_a]
    reach_m = np.hypot(a.length_m[of_a], a.width_m[of_a]) / 2.0 + np.hypot(b.length_m[of_b], b.width_m[of_b]) / 2.0
    near = np.flatnonzero(np.hypot(dx, dy) < reach_m + within_m)
    of_a, of_b, dx, dy = of_a[near], of_b[near], dx[near], dy[near]
    gap = np.full(len(near), -np.inf)
    for one, rows_one, other, rows_other in ((a, of_a, b, of_b), (b, of_b, a, of_a)):
        for turn in (0.0, math.pi / 2.0):
            axis = one.yaw_rad[rows_one] + turn
            half = (one.width_m if turn else one.length_m)[rows_one] / 2.0
            angle = other.yaw_rad[rows_other] - axis
            reach = (
                np.abs(np.cos(angle)) * other.length_m[rows_other] + np.abs(np.sin(angle)) * other.width_m[rows_other]
            ) / 2.0
            gap = np.maximum(gap, np.abs(dx * np.cos(axis) + dy * np.sin(axis)) - half - reach)
    close = gap < within_m
    return a.t_s[of_a][close], gap[close]
