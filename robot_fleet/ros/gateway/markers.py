"""The fleet as RViz's markers: pure, from the site, the fleet's state and where robots say that they are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from geometry_msgs.msg import Point
from robot_fleet_interfaces.msg import RobotState
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker

from robot_fleet.core.fleet.state import FleetState, ZoneRecord
from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.site import Lane, Site, Zone
from robot_fleet.ros.convert import MAP_FRAME, to_quaternion
from robot_fleet.server.rows.ways import ways

PLACES, PLACE_NAMES, LANES, ZONES, ROBOTS, ROBOT_NAMES, RELEASED, ANNOUNCED = (
    "places",
    "place_names",
    "lanes",
    "zones",
    "robots",
    "robot_names",
    "released",
    "announced",
)
"""Namespaces of markers, each of which RViz lets one hide."""
_GREY, _BLUE, _RED, _AMBER, _WHITE = (
    (0.55, 0.55, 0.6),
    (0.2, 0.5, 0.9),
    (0.9, 0.2, 0.2),
    (0.95, 0.7, 0.1),
    (1.0, 1.0, 1.0),
)
_GREEN = (0.2, 0.75, 0.35)
_ROBOT_HEIGHT_M, _TEXT_M, _PLACE_M, _LANE_M, _WAY_M = 0.4, 0.5, 0.35, 0.04, 0.12
_STATES = {"fault": _RED, "strayed": _RED, "unavailable": _RED, "holding": _AMBER}


class Rule(NamedTuple):
    """What holds in a zone now."""

    closed: bool
    speed_mps: float


def rules(site: Site, changed: Mapping[str, ZoneRecord]) -> dict[str, Rule]:
    """Return what holds in each zone.

    Parameters
    ----------
    changed : what people have made of zones, by zone.
    """
    found = {}
    for name, zone in site.zones.items():
        record = changed.get(name, ZoneRecord())
        closed = zone.closed if record.closed is None else record.closed
        found[name] = Rule(closed, zone.speed_mps if record.speed_mps is None else record.speed_mps)
    return found


def site_markers(site: Site, zones: Mapping[str, Rule]) -> list[Marker]:
    """Return what stands still: places with their names, lanes, and zones by what holds in them."""
    lanes = _marker(LANES, 0, Marker.LINE_LIST, _GREY, 0.6)
    lanes.scale.x = _LANE_M
    lanes.points = [point for lane in _once(site.lanes.values()) for point in _ends(site, lane)]
    places = _marker(PLACES, 0, Marker.CUBE_LIST, _BLUE, 0.8)
    places.scale.x = places.scale.y = _PLACE_M
    places.scale.z = 0.02
    places.points = [_point(site, place.pose) for place in site.places.values()]
    made = [lanes, places]
    for number, place in enumerate(site.places.values()):
        z_m = 0.3 + _floor_m(site, place.pose.map_id)
        made.append(_text(PLACE_NAMES, number, place.id, place.pose.x_m, place.pose.y_m, z_m))
    for number, zone in enumerate(site.zones.values()):
        made.append(_zone(number, zone, zones[zone.id], _floor_m(site, zone.level)))
    return made


def robot_markers(site: Site, state: FleetState, told: Mapping[str, RobotState]) -> list[Marker]:
    """Return what moves: robots with footprint and name, and of each order's way what is released and what is not yet.

    Parameters
    ----------
    told : the newest state of each robot that was heard of, by robot.
    """
    numbers = {name: number for number, name in enumerate(site.robots)}
    made = []
    for name, heard in told.items():
        footprint = site.kinds[site.robots[name].kind].footprint
        floor_m = _floor_m(site, heard.map_id)
        made.append(_robot(numbers[name], heard, footprint, floor_m))
        z_m = floor_m + _ROBOT_HEIGHT_M + 0.4
        made.append(_text(ROBOT_NAMES, numbers[name], name, heard.x_m, heard.y_m, z_m))
    for row in ways(site, state):
        number, points = numbers[str(row["robot"])], row["points"]
        released = row["released"]
        made += _way(RELEASED, number, points[: released + 1], _GREEN)
        made += _way(ANNOUNCED, number, points[released:], _GREY)
    return made


def deleted(before: Iterable[Marker], after: Iterable[Marker]) -> list[Marker]:
    """Return the markers that take away what was there before and is no more."""
    there = {(marker.ns, marker.id) for marker in after}
    gone = [marker for marker in before if (marker.ns, marker.id) not in there]
    made = [_marker(marker.ns, marker.id, marker.type, _GREY, 0.0) for marker in gone]
    for marker in made:
        marker.action = Marker.DELETE
    return made


def _once(lanes: Iterable[Lane]) -> list[Lane]:
    """Return one lane of each pair that leads to and fro."""
    return list({frozenset((lane.start, lane.end)): lane for lane in lanes}.values())


def _ends(site: Site, lane: Lane) -> list[Point]:
    poses = (site.vertices[lane.start].pose, site.vertices[lane.end].pose)
    return [_point(site, pose) for pose in poses]


def _point(site: Site, pose: Pose) -> Point:
    return Point(x=pose.x_m, y=pose.y_m, z=_floor_m(site, pose.map_id))


def _floor_m(site: Site, level: str) -> float:
    """Return how high a level lies above the ground."""
    floor = site.levels.get(level)
    return 0.0 if floor is None else floor.elevation_m


def _zone(number: int, zone: Zone, rule: Rule, z_m: float) -> Marker:
    color = _RED if rule.closed else _AMBER if rule.speed_mps else _GREY
    marker = _marker(ZONES, number, Marker.LINE_STRIP, color, 0.9)
    marker.scale.x = 2.0 * _LANE_M
    marker.points = [Point(x=x_m, y=y_m, z=z_m) for x_m, y_m in (*zone.outline, zone.outline[0])]
    return marker


def _robot(number: int, heard: RobotState, footprint: Footprint, floor_m: float) -> Marker:
    marker = _marker(ROBOTS, number, Marker.CUBE, _STATES.get(heard.state, _GREEN), 0.9)
    marker.pose.position.x, marker.pose.position.y = heard.x_m, heard.y_m
    marker.pose.position.z = floor_m + _ROBOT_HEIGHT_M / 2.0
    marker.pose.orientation = to_quaternion(heard.yaw_rad)
    marker.scale.x, marker.scale.y, marker.scale.z = footprint.length_m, footprint.width_m, _ROBOT_HEIGHT_M
    return marker


def _way(namespace: str, number: int, points: Sequence[Sequence[float]], color: tuple[float, ...]) -> list[Marker]:
    if len(points) < 2:
        return []
    marker = _marker(namespace, number, Marker.LINE_STRIP, color, 0.9)
    marker.scale.x = _WAY_M
    marker.points = [Point(x=float(x_m), y=float(y_m), z=0.02) for x_m, y_m in points]
    return [marker]


def _text(namespace: str, number: int, words: str, x_m: float, y_m: float, z_m: float) -> Marker:
    marker = _marker(namespace, number, Marker.TEXT_VIEW_FACING, _WHITE, 1.0)
    marker.pose.position.x, marker.pose.position.y, marker.pose.position.z = x_m, y_m, z_m
    marker.scale.z = _TEXT_M
    marker.text = words
    return marker


def _marker(namespace: str, number: int, kind: int, color: Sequence[float], alpha: float) -> Marker:
    marker = Marker(ns=namespace, id=number, type=kind, action=Marker.ADD)
    # without a stamp RViz uses the newest transform, whichever clock it follows
    marker.header.frame_id = MAP_FRAME
    marker.pose.orientation.w = 1.0
    red, green, blue = color
    marker.color = ColorRGBA(r=red, g=green, b=blue, a=alpha)
    return marker


def is_finite(heard: RobotState) -> bool:
    """Return whether a state can be drawn."""
    return all(map(math.isfinite, (heard.x_m, heard.y_m, heard.yaw_rad)))
