"""Checks that robots can get to every place they may use, and back, over the lanes of their kind."""

from __future__ import annotations

from collections import deque

from robot_fleet.site.checking.references import places_of, stands
from robot_fleet.site.reading.draft import Draft


def check_reach(draft: Draft) -> None:
    """Add a finding for each place that some kind may use and cannot reach or leave, and for services cut off by it.

    The yardstick of a kind is where its first robot starts. Zones that are closed from the beginning are kept out of.
    Expects references that resolve.
    """
    reached: dict[str, set[str]] = {}
    for kind in draft.kinds:
        robots = [robot for robot in draft.robots.values() if robot.kind == kind and robot.start in draft.vertices]
        if not robots:
            continue
        start = robots[0].start
        shut = _shut(draft, kind)
        there, back = (_connected(draft, kind, start, shut, there=there) for there in (True, False))
        allowed = [place for place in draft.places.values() if stands(place, kind) and place.id in draft.vertices]
        reached[kind] = set()
        for place in allowed:
            if place.id in there and place.id in back:
                reached[kind].add(place.id)
                continue
            way = "left for" if place.id in there else "reached from"
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


def _shut(draft: Draft, kind: str) -> frozenset[str]:
    """Return the lanes that touch a zone which is closed to a kind from the beginning."""
    closed = [zone.id for zone in draft.zones.values() if zone.closed]
    if not closed:
        return frozenset()
    from robot_fleet.site.ground.zone_ground import ZoneGround  # slow to import, and most sites close nothing

    ground = ZoneGround(draft.zones, draft.vertices, draft.lanes)
    return frozenset().union(*(ground.touched(zone, draft.kinds[kind], True) for zone in closed))


def _connected(draft: Draft, kind: str, start: str, shut: frozenset[str], *, there: bool) -> set[str]:
    """Return the vertices that a kind reaches from one over its lanes, or from which it reaches that one.

    Lanes in `shut` are left out.

    As in `roads`, a way may begin or end at a place but never leads through one.
    """
    beyond: dict[str, list[str]] = {}
    for lane in draft.lanes.values():
        if lane.id not in shut and (not lane.kinds or kind in lane.kinds):
            tail, head = (lane.start, lane.end) if there else (lane.end, lane.start)
            beyond.setdefault(tail, []).append(head)
    found = {start}
    ahead = deque(found)
    while ahead:
        vertex = ahead.popleft()
        if vertex != start and draft.vertices[vertex].place:
            continue
        for following in beyond.get(vertex, ()):
            if following not in found:
                found.add(following)
                ahead.append(following)
    return found
