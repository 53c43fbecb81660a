"""Quiet hours: when nobody is to be disturbed at a place, by the zones that it lies in. Pure."""

from __future__ import annotations

from math import ceil

from robot_fleet.core.site import Site, Zone

DAY_S = 86_400.0


def quiet_until(site: Site, place: str, at_s: float) -> float | None:
    """Return when the quiet hours end that hold at a place at a fleet time (fleet time), None if none do."""
    pose = site.places[place].pose
    ends = [
        end_s
        for zone in site.zones.values()
        if zone.quiet and _holds(zone, pose.x_m, pose.y_m)
        for from_s, to_s in zone.quiet
        if (end_s := _end(from_s, to_s, at_s)) is not None
    ]
    return max(ends, default=None)


def _end(from_s: float, to_s: float, at_s: float) -> float | None:
    """Return when hours of every day end that hold at a fleet time, None if they do not hold then."""
    into_s = (at_s - from_s) % DAY_S
    lasts_s = (to_s - from_s) % DAY_S
    return ceil((at_s + lasts_s - into_s) * 1000.0) / 1000.0 if into_s < lasts_s else None


def _holds(zone: Zone, x_m: float, y_m: float) -> bool:
    """Return whether a point lies in a zone: a ray from it crosses the outline an odd number of times."""
    inside = False
    corners = zone.outline
    for (ax_m, ay_m), (bx_m, by_m) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (ay_m > y_m) != (by_m > y_m) and x_m < ax_m + (y_m - ay_m) / (by_m - ay_m) * (bx_m - ax_m):
            inside = not inside
    return inside
