"""Where the things and people of a fault are."""

from __future__ import annotations

import math

from robot_fleet.core.site import Site
from robot_fleet.runtime.scenarios import faults as f
from robot_fleet.sim.bodies import OBSTACLE, Body, crowd

Corners = tuple[tuple[float, float], ...]


def bodies_of(name: str, fault: f.FaultBase, site: Site, seed: int) -> list[Body]:
    """Return what a fault puts into the world; nothing for one that is no body."""
    map_id = next(iter(site.places.values())).pose.map_id
    match fault:
        case f.Obstacle():
            size = fault.length_m, fault.width_m
            return [Body(name, OBSTACLE, map_id, (fault.at, fault.at), size, fault.yaw_rad)]
        case f.DoorBlocked():
            (left, bottom), (right, top) = _bounds(site.zones[fault.zone].outline)
            middle = (left + right) / 2.0, (bottom + top) / 2.0
            return [Body(name, OBSTACLE, map_id, (middle, middle), (right - left, top - bottom))]
        case f.PeopleCrowd():
            return crowd(name, str(seed), map_id, fault.along, fault.people, fault.abreast_m, fault.careful)
    return []


def shape_of(fault: f.FaultBase, site: Site) -> Corners:
    """Return the corners of what a fault is about: a thing, a zone, the strip in which people walk."""
    match fault:
        case f.Obstacle():
            return _rectangle(fault.at, fault.yaw_rad, fault.length_m, fault.width_m)
        case f.DoorBlocked() | f.ZoneClosed():
            return site.zones[fault.zone].outline
        case f.CityEvent() if fault.subject.removeprefix("zone:") in site.zones:
            return site.zones[fault.subject.removeprefix("zone:")].outline
        case f.PeopleCrowd():
            (ax, ay), (bx, by) = fault.along
            middle = (ax + bx) / 2.0, (ay + by) / 2.0
            return _rectangle(middle, math.atan2(by - ay, bx - ax), math.dist(*fault.along), fault.abreast_m)
    return ()


def _bounds(outline: Corners) -> Corners:
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    return (min(xs), min(ys)), (max(xs), max(ys))


def _rectangle(middle: tuple[float, float], yaw_rad: float, length_m: float, width_m: float) -> Corners:
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    half_l, half_w = length_m / 2.0, width_m / 2.0
    return tuple(
        (middle[0] + cos * x - sin * y, middle[1] + sin * x + cos * y)
        for x, y in ((half_l, half_w), (-half_l, half_w), (-half_l, -half_w), (half_l, -half_w))
    )
