"""Checks lanes and places against the map: what robots cover there must be free at the map's full resolution."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import shapely
from shapely import Polygon

from robot_fleet.core.geometry import Footprint
from robot_fleet.core.site import Lane, Place, RobotKind
from robot_fleet.site.checking.references import RESTING_KINDS, stands
from robot_fleet.site.ground.maps import OccupancyMap
from robot_fleet.site.ground.sweep import driving, standing, turning, turns_at
from robot_fleet.site.reading.draft import Draft


def check_walls(draft: Draft, charts: Mapping[str, OccupancyMap]) -> None:
    """Add a finding for each place and lane where a robot that may use it would touch a wall or unknown ground.

    Every kind is tried with its footprint, and with its loaded one unless the place, or a lane's end, is for resting.
    One finding is reported for each object. `charts` are the maps of the levels; a lift's ride touches none of them.
    """
    for place in draft.places.values():
        if place.pose.map_id in charts:
            _check_place(draft, charts[place.pose.map_id], place)
    into: dict[str, list[Lane]] = {name: [] for name in draft.vertices}
    out: dict[str, list[Lane]] = {name: [] for name in draft.vertices}
    for lane in draft.lanes.values():
        into[lane.end].append(lane)
        out[lane.start].append(lane)
        start, end = draft.vertices[lane.start].pose.map_id, draft.vertices[lane.end].pose.map_id
        if start == end and start in charts:
            _check_lane(draft, charts[start], lane)
    for name, vertex in draft.vertices.items():
        if vertex.pose.map_id in charts:
            _check_turn(draft, charts[vertex.pose.map_id], name, into[name], out[name])


def blocked_points(occupancy: OccupancyMap, area: Polygon) -> int:
    """Return how many blocked cells an area touches; ground outside the map counts as blocked."""
    margin = occupancy.resolution_m / 2.0
    west, south, east, north = area.bounds
    (row, column), (last_row, last_column) = occupancy.cell(west, south), occupancy.cell(east, north)
    rows = np.arange(row, last_row + 1)
    columns = np.arange(column, last_column + 1)
    inside = np.zeros((len(rows), len(columns)), dtype=bool)
    high, wide = occupancy.grid.shape
    keep_rows, keep_columns = (rows >= 0) & (rows < high), (columns >= 0) & (columns < wide)
    blocked = np.ones_like(inside)
    inside[np.ix_(keep_rows, keep_columns)] = True
    blocked[inside] = occupancy.blocked[np.ix_(rows[keep_rows], columns[keep_columns])].ravel()
    at_row, at_column = np.nonzero(blocked)
    if at_row.size == 0:
        return 0
    xs = occupancy.origin_x_m + (columns[at_column] + 0.5) * occupancy.resolution_m
    ys = occupancy.origin_y_m + (rows[at_row] + 0.5) * occupancy.resolution_m
    grown = area.buffer(margin)
    shapely.prepare(grown)
    return int(np.count_nonzero(shapely.contains_xy(grown, xs, ys)))


def footprints(kind: RobotKind, place: Place | None) -> tuple[Footprint, ...]:
    """Return the footprints that a kind may have at a place, or on a lane to or from it; None for no place."""
    empty_only = place is not None and place.kind in RESTING_KINDS
    if empty_only or kind.loaded_footprint == kind.footprint:
        return (kind.footprint,)
    return (kind.footprint, kind.loaded_footprint)


def lane_footprints(draft: Draft, lane: Lane, kind: RobotKind) -> tuple[Footprint, ...]:
    """Return the footprints that a kind may have on a lane."""
    ends = [footprints(kind, draft.places.get(vertex)) for vertex in (lane.start, lane.end)]
    return min(ends, key=len)


def may_stand(draft: Draft, place: Place) -> tuple[RobotKind, ...]:
    """Return the kinds of robots that may stand at a place."""
    return tuple(kind for kind in draft.kinds.values() if stands(place, kind.id))


def _kinds(draft: Draft, names: tuple[str, ...]) -> Iterator[RobotKind]:
    return (kind for kind in draft.kinds.values() if not names or kind.id in names)


def _check_place(draft: Draft, occupancy: OccupancyMap, place: Place) -> None:
    if not occupancy.inside(place.pose.x_m, place.pose.y_m):
        expected = f"({place.pose.x_m}, {place.pose.y_m}) lies outside the map; expected a point on it"
        draft.report("site_place_off_map", "place", place.id, ("pose",), expected)
        return
    clearance_m = occupancy.clearance_at_m(place.pose.x_m, place.pose.y_m)
    for kind in may_stand(draft, place):
        for footprint in footprints(kind, place):
            if clearance_m >= footprint.radius_m:
                continue
            cells = blocked_points(occupancy, standing(footprint, place.pose))
            if cells:
                expected = _expected(kind, footprint, "stands in", cells)
                draft.report("site_place_in_wall", "place", place.id, ("pose",), expected)
                return


def _check_lane(draft: Draft, occupancy: OccupancyMap, lane: Lane) -> None:
    start, end = draft.vertices[lane.start], draft.vertices[lane.end]
    count = max(2, math.ceil(lane.length_m / occupancy.resolution_m) + 1)
    xs = np.linspace(start.pose.x_m, end.pose.x_m, count)
    ys = np.linspace(start.pose.y_m, end.pose.y_m, count)
    clearance_m = occupancy.clearances_m(xs, ys).min()
    for kind in _kinds(draft, lane.kinds):
        for footprint in lane_footprints(draft, lane, kind):
            if clearance_m >= footprint.radius_m:
                continue
            cells = blocked_points(occupancy, driving(footprint, kind, start, end))
            if cells:
                expected = f"lane {lane.id}: {_expected(kind, footprint, 'sweeps', cells)}"
                draft.report("site_lane_in_wall", "lane", lane.id, (), expected)
                return


def _check_turn(draft: Draft, occupancy: OccupancyMap, name: str, into: list[Lane], out: list[Lane]) -> None:
    vertex = draft.vertices[name]
    place = draft.places.get(name)
    for kind in _kinds(draft, place.kinds if place is not None else ()):
        mine = [lane for lane in into if not lane.kinds or kind.id in lane.kinds]
        away = [lane for lane in out if not lane.kinds or kind.id in lane.kinds]
        if not turns_at(vertex, kind, mine, away, draft.vertices):
            continue
        for footprint in footprints(kind, place):
            if occupancy.clearance_at_m(vertex.pose.x_m, vertex.pose.y_m) >= footprint.radius_m:
                continue
            cells = blocked_points(occupancy, turning(footprint, vertex.pose))
            if cells:
                expected = f"vertex {name}: {_expected(kind, footprint, 'turning on the spot, sweeps', cells)}"
                draft.report("site_turn_in_wall", "vertex", name, (), expected)
                return


def _expected(kind: RobotKind, footprint: Footprint, does: str, cells: int) -> str:
    size = f"{footprint.length_m} x {footprint.width_m} m"
    return f"a {kind.id} robot ({size}) {does} {cells} cell(s) that are not free; expected free ground"
