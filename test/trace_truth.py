"""The physical truth of a run, recomputed from its trace alone: nothing here asks the fleet or the simulator.

`read_trace` is strict about the format (columns, order, digits); the functions below it take what it returns.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

COLUMNS = "t_s,robot,map_id,x_m,y_m,yaw_rad,length_m,width_m,mass_kg,load,soc_pct,event"
_NUMBER = re.compile(r"-?\d+\.\d+")
_EVENT = re.compile(r"take:[^:]+|give:[^:]+:[^:]+|dock:[^:]+|undock|act:[^:]+")
_PERIOD_S = 0.1
_SAMPLED = 997
"""One pose row of so many is checked digit by digit."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Deed:
    """A row of a physical act: the robot's pose, and its load afterwards."""

    t_s: float
    robot: str
    x_m: float
    y_m: float
    load: tuple[str, ...]
    event: str

    @property
    def kind(self) -> str:
        return self.event.partition(":")[0]

    @property
    def subject(self) -> str:
        return self.event.split(":")[1] if ":" in self.event else ""


@dataclass(frozen=True)
class Trace:
    """A trace: the pose rows as arrays with one line an instant and one column a robot, and the acts in order."""

    robots: tuple[str, ...]
    t_s: Floats
    x_m: Floats
    y_m: Floats
    yaw_rad: Floats
    length_m: Floats
    width_m: Floats
    mass_kg: Floats
    soc_pct: Floats
    map_ids: tuple[str, ...]
    loads: Mapping[str, Sequence[tuple[float, tuple[str, ...]]]]
    """Robot -> (time of the first row with it, load) for each change of its load column."""
    deeds: tuple[Deed, ...]

    def column(self, robot: str) -> int:
        return self.robots.index(robot)


@dataclass(frozen=True)
class Custody:
    """Who has each item in the end, and how often each changed hands; `broken` are hand-overs that cannot be."""

    holders: Mapping[str, str]
    moves: Mapping[str, int]
    broken: tuple[str, ...] = field(default=())


def read_trace(path: Path) -> Trace:
    """Return the trace in a file; fails an assertion where the file does not keep to the format."""
    numbers = array("d")
    rows = 0
    sample: list[list[str]] = []
    t_s = array("d")
    instant = ""
    robots: list[str] = []
    deeds: list[Deed] = []
    loads: dict[str, list[tuple[float, tuple[str, ...]]]] = {}
    text_of_load: dict[str, str] = {}
    maps: dict[str, None] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        assert stream.readline() == COLUMNS + "\n"
        for line in stream:
            cells = line.rstrip("\n").split(",")
            assert len(cells) == 12, line
            event = cells[11]
            if event:
                _check_deed(line, cells)
                x_m, y_m, load = float(cells[3]), float(cells[4]), _items(cells[9])
                deeds.append(Deed(float(cells[0]), cells[1], x_m, y_m, load, event))
                continue
            if cells[0] != instant:
                instant = cells[0]
                t_s.append(float(instant))
            if len(t_s) == 1:
                robots.append(cells[1])
            assert cells[1] == robots[rows % len(robots)], "each instant has one row a robot, in one order"
            if text_of_load.get(cells[1]) != cells[9]:
                text_of_load[cells[1]] = cells[9]
                loads.setdefault(cells[1], []).append((float(cells[0]), _items(cells[9])))
            maps[cells[2]] = None
            texts = [*cells[3:9], cells[10]]
            numbers.extend(map(float, texts))
            if rows % _SAMPLED == 0:
                sample.append(texts)
            rows += 1
    _check_digits(sample)
    table = np.frombuffer(numbers).reshape(len(t_s), len(robots), 7)
    assert np.allclose(np.diff(t_s), _PERIOD_S, atol=1e-6), "ten pose rows a robot and fleet second"
    x_m, y_m, yaw_rad, length_m, width_m, mass_kg, soc_pct = np.moveaxis(table, 2, 0)
    return Trace(
        robots=tuple(robots),
        t_s=np.frombuffer(t_s),
        x_m=x_m,
        y_m=y_m,
        yaw_rad=yaw_rad,
        length_m=length_m,
        width_m=width_m,
        mass_kg=mass_kg,
        soc_pct=soc_pct,
        map_ids=tuple(maps),
        loads=loads,
        deeds=tuple(deeds),
    )


def _items(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("+")) if cell else ()


def _check_deed(line: str, cells: Sequence[str]) -> None:
    assert _EVENT.fullmatch(cells[11]), line
    assert all(_NUMBER.fullmatch(cells[i]) for i in (0, 3, 4, 5, 6, 7, 8, 10)), line


def _check_digits(raw: Sequence[Sequence[str]]) -> None:
    for cells in raw:
        assert all(_NUMBER.fullmatch(cell) for cell in cells), cells
        assert len(cells[6].partition(".")[2]) == 4, "the state of charge has four decimals"


def distance_m(trace: Trace) -> dict[str, float]:
    """Return the way that each robot has driven, as the sum of straight pieces between its pose rows."""
    ways = np.hypot(np.diff(trace.x_m, axis=0), np.diff(trace.y_m, axis=0)).sum(axis=0)
    return dict(zip(trace.robots, ways.tolist(), strict=True))


def loaded_m(trace: Trace) -> dict[str, float]:
    """Return the way that each robot has driven with something on board."""
    ways = np.hypot(np.diff(trace.x_m, axis=0), np.diff(trace.y_m, axis=0))
    found = {}
    for i, robot in enumerate(trace.robots):
        laden = np.zeros(len(trace.t_s), dtype=bool)
        changes = [*trace.loads[robot], (math.inf, ())]
        for (since_s, load), (until_s, _) in zip(changes, changes[1:], strict=False):
            if load:
                laden |= (trace.t_s >= since_s) & (trace.t_s < until_s)
        found[robot] = float(ways[:, i][laden[1:]].sum())
    return found


def energy_wh(trace: Trace, capacity_wh: Mapping[str, float]) -> dict[str, float]:
    """Return the energy that each robot has drawn from its battery: the sum of all falls of its state of charge."""
    falls_pct = np.clip(-np.diff(trace.soc_pct, axis=0), 0.0, None).sum(axis=0)
    return {r: float(falls_pct[i]) / 100.0 * capacity_wh[r] for i, r in enumerate(trace.robots)}


def fastest_mps(trace: Trace) -> dict[str, float]:
    """Return the greatest speed of each robot between two pose rows; a jump shows as a very great one."""
    ways = np.hypot(np.diff(trace.x_m, axis=0), np.diff(trace.y_m, axis=0)) / _PERIOD_S
    return dict(zip(trace.robots, ways.max(axis=0).tolist(), strict=True))


def contacts(trace: Trace, slack_m: float = 0.0) -> list[tuple[float, str, str]]:
    """Return the instants at which the rectangles of two robots on one map overlap by more than `slack_m`."""
    assert len(trace.map_ids) == 1, "one map only is understood here"
    found: list[tuple[float, str, str]] = []
    radius_m = np.hypot(trace.length_m, trace.width_m) / 2.0
    for a in range(len(trace.robots)):
        for b in range(a + 1, len(trace.robots)):
            apart_m = np.hypot(trace.x_m[:, a] - trace.x_m[:, b], trace.y_m[:, a] - trace.y_m[:, b])
            near = np.flatnonzero(apart_m < radius_m[:, a] + radius_m[:, b])
            if len(near) and (hit := near[_overlap(trace, near, a, b, slack_m)]).size:
                found += [(float(trace.t_s[i]), trace.robots[a], trace.robots[b]) for i in hit]
    return sorted(found)


def _overlap(trace: Trace, rows: NDArray[np.intp], a: int, b: int, slack_m: float) -> NDArray[np.bool_]:
    """Return for each row whether two rectangles overlap: no side of either separates them."""
    dx, dy = trace.x_m[rows, b] - trace.x_m[rows, a], trace.y_m[rows, b] - trace.y_m[rows, a]
    together = np.ones(len(rows), dtype=bool)
    for one, other in ((a, b), (b, a)):
        for turn in (0.0, math.pi / 2.0):
            axis = trace.yaw_rad[rows, one] + turn
            half = (trace.width_m if turn else trace.length_m)[rows, one] / 2.0
            angle = trace.yaw_rad[rows, other] - axis
            reach = (
                np.abs(np.cos(angle)) * trace.length_m[rows, other] + np.abs(np.sin(angle)) * trace.width_m[rows, other]
            ) / 2.0
            gap = np.abs(dx * np.cos(axis) + dy * np.sin(axis)) - half - reach
            together &= gap < -slack_m
    return together


def custody(deeds: Sequence[Deed], places: Mapping[str, tuple[float, float]], begin: Mapping[str, str]) -> Custody:
    """Follow every item through the takes and gives.

    Parameters
    ----------
    places : place -> x, y; a take or give happens at the place that is nearest to the robot.
    begin : item -> place where it stands when the day begins; any other item appears where it is first taken, and so
        does one that a person had.
    """
    holders = {item: f"place:{place}" for item, place in begin.items()}
    moves: dict[str, int] = {}
    broken: list[str] = []
    for deed in deeds:
        if deed.kind not in ("take", "give"):
            continue
        item, here = deed.subject, nearest(places, deed.x_m, deed.y_m)
        moves[item] = moves.get(item, 0) + 1
        before = holders.get(item, "person")
        if deed.kind == "take":
            if before not in (f"place:{here}", "person"):
                broken.append(f"{deed.t_s}: {deed.robot} takes {item} at {here}, but it is at {before}")
            holders[item] = f"robot:{deed.robot}"
        else:
            to = deed.event.split(":")[2]
            if before != f"robot:{deed.robot}":
                broken.append(f"{deed.t_s}: {deed.robot} gives {item}, but {before} has it")
            if to not in ("person", here):
                broken.append(f"{deed.t_s}: {item} is given to {to}, but the robot stands at {here}")
            holders[item] = "person" if to == "person" else f"place:{to}"
        on_board = tuple(sorted(i for i, holder in holders.items() if holder == f"robot:{deed.robot}"))
        if tuple(sorted(deed.load)) != on_board:
            broken.append(f"{deed.t_s}: {deed.robot} shows {deed.load} on board, but should have {on_board}")
    return Custody(holders, moves, tuple(broken))


def nearest(places: Mapping[str, tuple[float, float]], x_m: float, y_m: float) -> str:
    """Return the place that is nearest to a point."""
    return min(places, key=lambda name: math.hypot(places[name][0] - x_m, places[name][1] - y_m))
