"""Doors, gates and lifts over the lane graph: which lanes lead through each, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from robot_fleet.core.equipment import Equipment, EquipmentKind
from robot_fleet.core.site import GROUND_LEVEL, Lane, Vertex
from robot_fleet.site.reading.draft import Draft


def with_lanes(
    equipment: Iterable[Equipment], vertices: Mapping[str, Vertex], lanes: Mapping[str, Lane]
) -> tuple[dict[str, Equipment], dict[str, Lane]]:
    """Return the equipment with the lanes through it, and all lanes with what it adds to the time that they take.

    Inside a piece of equipment are the vertices without a place of which every lane is one of its own.
    """
    found = {}
    timed = dict(lanes)
    for spec in equipment:
        mine = [lane for lane in lanes.values() if lane.resource == spec.id]
        others = {end for lane in lanes.values() if lane.resource != spec.id for end in (lane.start, lane.end)}
        ends = dict.fromkeys(end for lane in mine for end in (lane.start, lane.end))
        inside = tuple(name for name in ends if name not in others and not vertices[name].place)
        for lane in mine:
            rides = vertices[lane.start].pose.map_id != vertices[lane.end].pose.map_id
            wait_s = spec.ride_s if rides else spec.wait_s if lane.start not in inside else 0.0
            timed[lane.id] = replace(lane, wait_s=wait_s)
        found[spec.id] = replace(spec, lanes=tuple(lane.id for lane in mine), inside=inside)
    return found, timed


def check_equipment(draft: Draft) -> None:
    """Add a finding for what names a level that there is not, and for equipment that the lanes do not fit."""
    levels = {GROUND_LEVEL, *draft.levels}
    for sort, named in (
        ("place", {place.id: place.pose.map_id for place in draft.places.values()}),
        ("vertex", {v.id: v.pose.map_id for v in draft.vertices.values() if not v.place}),
        ("zone", {zone.id: zone.level for zone in draft.zones.values()}),
    ):
        for name, level in named.items():
            if level not in levels:
                expected = f"there is no level {level!r}; expected one of {', '.join(sorted(levels))}"
                draft.report("site_unknown_level", sort, name, (), expected)
    known, _ = with_lanes(draft.equipment.values(), draft.vertices, draft.lanes)
    for spec in known.values():
        reason = _reason(draft, spec)
        if reason:
            draft.report("site_equipment_lanes", "equipment", spec.id, (), reason)
    for lane in draft.lanes.values():
        spec_of = known.get(lane.resource)
        if _rides(draft, lane) and (spec_of is None or spec_of.kind is not EquipmentKind.LIFT):
            expected = f"lane {lane.id} leads to another level; expected the id of a lift as its resource"
            draft.report("site_lane_between_levels", "lane", lane.id, (), expected)


def _reason(draft: Draft, spec: Equipment) -> str:
    """Return what is wrong with the lanes of a piece of equipment, empty for nothing."""
    if not spec.lanes:
        return f"no lane has {spec.id!r} as its resource; expected those that lead through it"
    lanes = [draft.lanes[name] for name in spec.lanes]
    rides = [lane for lane in lanes if _rides(draft, lane)]
    if spec.kind is not EquipmentKind.LIFT:
        return f"lane {rides[0].id} of a {spec.kind.value} leads to another level" if rides else ""
    if not rides:
        return "a lift needs lanes between its cabins at two levels or more"
    for lane in rides:
        for end in (lane.start, lane.end):
            if end not in spec.inside:
                return f"{end!r} is no cabin; expected a vertex without a place, all of whose lanes are the lift's"
    at = [draft.vertices[name].pose.map_id for name in spec.inside]
    return "" if len(set(at)) == len(at) else "expected one cabin at each level"


def _rides(draft: Draft, lane: Lane) -> bool:
    return draft.vertices[lane.start].pose.map_id != draft.vertices[lane.end].pose.map_id
