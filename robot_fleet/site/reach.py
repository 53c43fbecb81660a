"""Checks that robots can get to every place they may use, and back, over the lanes of their kind."""

from __future__ import annotations

import math

from robot_fleet.site.read import Draft
from robot_fleet.site.references import places_of, stands
from robot_fleet.site.roads import LaneRoads


def check_reach(draft: Draft) -> None:
    """Add a finding for each place that some kind may use and cannot reach or leave, and for services cut off by it.

    The yardstick of a kind is where its first robot starts. Expects references that resolve.
    """
    roads = LaneRoads(draft.vertices, draft.lanes, draft.kinds)
    reached: dict[str, set[str]] = {}
    for kind in draft.kinds:
        robots = [robot for robot in draft.robots.values() if robot.kind == kind and robot.start in draft.vertices]
        if not robots:
            continue
        start = robots[0].start
        allowed = [place for place in draft.places.values() if stands(place, kind) and place.id in draft.vertices]
        reached[kind] = set()
        for place in allowed:
            there = roads.time_s(kind, start, place.id)
            back = roads.time_s(kind, place.id, start)
            if math.isfinite(there) and math.isfinite(back):
                reached[kind].add(place.id)
                continue
            way = "reached from" if math.isinf(there) else "left for"
            expected = (
                f"cannot be {way} {start!r} over the lanes of kind {kind!r}; expected a way there and back, "
                "or the place's `kinds` without this one"
            )
            draft.report("site_unreachable_place", "place", place.id, ("kinds",), expected)
    for service in draft.services.values():
        for number, stop in enumerate(service.stops):
            places = places_of(draft, service, stop)
            if not places or not any(kind in reached for kind in service.robot_kinds):
                continue
            if not any(place.id in reached.get(kind, ()) for place in places for kind in service.robot_kinds):
                kinds = " or ".join(service.robot_kinds)
                expected = f"no robot of kind {kinds} reaches any place of {stop.where!r}; expected one"
                draft.report("site_service_unserved", "service", service.id, ("stops", number, "where"), expected)
