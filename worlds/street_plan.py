"""Turns corridors with right-hand traffic into a lane graph.

A corridor is a pair of one-way lanes along x or y. Where two corridors meet, their four lane lines cross in a small
roundabout, so every turn is possible without a rule of its own. Ties are two-way pieces: a link across a corridor, the
short way to a place, a narrow passage. Lane lines get a vertex wherever something joins, and long stretches are cut.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from robot_fleet.core.geometry import Pose
from robot_fleet.core.site import GROUND_LEVEL, Lane, Vertex

Point = tuple[float, float]

_NEAR_M = 1e-6


@dataclass(frozen=True, slots=True)
class Corridor:
    """Two opposed one-way lanes, `gap_m` apart.

    Parameters
    ----------
    axis : the direction of travel; `forward` is towards larger coordinates, on the right-hand lane.
    at_m : the other coordinate of the centre line.
    start_m, end_m : extent along the axis; an end on the centre line of another corridor is a junction.
    corridor_m, speed_mps, kinds : of the lanes.
    yaw_rad : yaw that omnidirectional robots hold at the vertices.
    """

    axis: Literal["x", "y"]
    at_m: float
    start_m: float
    end_m: float
    gap_m: float
    corridor_m: float
    kinds: tuple[str, ...]
    speed_mps: float = 0.0
    yaw_rad: float = 0.0

    @property
    def lines_m(self) -> tuple[float, float]:
        """Cross coordinate of the forward lane and of the backward lane (right-hand traffic)."""
        half = self.gap_m / 2.0
        side = -half if self.axis == "x" else half
        return self.at_m + side, self.at_m - side

    def point(self, along_m: float, across_m: float) -> Point:
        """Return map coordinates of a point given along and across the axis."""
        return (along_m, across_m) if self.axis == "x" else (across_m, along_m)

    def meets(self, other: Corridor) -> bool:
        """Return whether the centre lines touch or cross."""
        return (
            self.axis != other.axis
            and self.start_m - _NEAR_M <= other.at_m <= self.end_m + _NEAR_M
            and other.start_m - _NEAR_M <= self.at_m <= other.end_m + _NEAR_M
        )


@dataclass(frozen=True, slots=True)
class Tie:
    """A straight two-way piece between two points, each direction a lane of its own."""

    a: Point
    b: Point
    corridor_m: float
    kinds: tuple[str, ...]
    speed_mps: float = 0.0
    resource: str = ""


def build_graph(
    corridors: Sequence[Corridor],
    ties: Sequence[Tie],
    places: dict[str, Pose],
    max_piece_m: float,
    level: str = GROUND_LEVEL,
    letter: str = "v",
    cabins: Sequence[Point] = (),
) -> tuple[list[Vertex], list[Lane]]:
    """Return vertices and directed lanes of a level; a vertex at a place's position carries the place and its id.

    The other vertices are named by a letter, which no other level has, and a number. At a lift's cabin a way may end.

    Raises
    ------
    ValueError : a tie ends where no lane passes and no other tie ends, or a place has no tie.
    """
    names: dict[Point, str] = {_key((pose.x_m, pose.y_m)): place for place, pose in places.items()}
    vertices = {name: Vertex(name, places[name], name) for name in names.values()}
    lanes: dict[str, Lane] = {}
    count = itertools.count(1)

    def vertex(point: Point, yaw_rad: float = 0.0) -> str:
        key = _key(point)
        if key not in names:
            names[key] = f"{letter}{next(count):03d}"
            vertices[names[key]] = Vertex(names[key], Pose(key[0], key[1], yaw_rad, level))
        return names[key]

    def join(a: str, b: str, like: Corridor | Tie, resource: str = "") -> None:
        length_m = round(vertices[a].pose.distance_m(vertices[b].pose), 3)
        lane = Lane(f"{a}>{b}", a, b, length_m, like.corridor_m, like.speed_mps, like.kinds, resource)
        lanes.setdefault(lane.id, lane)

    for corridor in corridors:
        for across_m, forward in zip(corridor.lines_m, (True, False), strict=True):
            along = _cut(_stations(corridor, across_m, corridors, ties), max_piece_m)
            line = [vertex(corridor.point(station, across_m), corridor.yaw_rad) for station in along]
            for a, b in itertools.pairwise(line if forward else reversed(line)):
                join(a, b, corridor)
    on_lanes = set(names) | {_key(cabin) for cabin in cabins}
    for tie in ties:
        for point, other in ((tie.a, tie.b), (tie.b, tie.a)):
            shared = any(_key(point) in (_key(t.a), _key(t.b)) for t in ties if t is not tie)
            if _key(point) not in on_lanes and not shared:
                raise ValueError(f"nothing passes {point}, where the tie from {other} ends")
        a, b = vertex(tie.a), vertex(tie.b)
        join(a, b, tie, tie.resource)
        join(b, a, tie, tie.resource)
    bare = sorted(set(places) - {lane.start for lane in lanes.values()})
    if bare:
        raise ValueError(f"no way leads to {', '.join(bare)}")
    return list(vertices.values()), list(lanes.values())


def _key(point: Point) -> Point:
    return round(point[0], 3), round(point[1], 3)


def _stations(corridor: Corridor, across_m: float, corridors: Iterable[Corridor], ties: Iterable[Tie]) -> list[float]:
    """Return where along one lane line of a corridor something joins, its two ends included, in order."""
    first, last = corridor.start_m, corridor.end_m
    found = {round(station, 3) for station in (first, last)}
    for other in corridors:
        if corridor.meets(other):
            for end in (first, last):
                if abs(end - other.at_m) < _NEAR_M:
                    found.discard(round(end, 3))
            found.update(round(line, 3) for line in other.lines_m)
    for point in (point for tie in ties for point in (tie.a, tie.b)):
        along_m, cross_m = point if corridor.axis == "x" else point[::-1]
        if abs(cross_m - across_m) < _NEAR_M and first - _NEAR_M <= along_m <= last + _NEAR_M:
            found.add(round(along_m, 3))
    return sorted(found)


def _cut(stations: Sequence[float], max_piece_m: float) -> list[float]:
    """Return the stations with long gaps cut into equal pieces of at most `max_piece_m`."""
    cut = [stations[0]]
    for a, b in itertools.pairwise(stations):
        pieces = max(1, math.ceil((b - a) / max_piece_m - _NEAR_M))
        cut.extend(round(a + (b - a) * piece / pieces, 3) for piece in range(1, pieces + 1))
    return cut
