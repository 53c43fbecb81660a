"""What is cut off by doors, gates and lifts that are out of order, and by which of them."""

from __future__ import annotations

from collections.abc import Iterator

from robot_fleet.core.fleet.right_of_way import lawful
from robot_fleet.core.fleet.state import RobotRecord, TaskRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.ports import Roads
from robot_fleet.core.travel import travel_class

EQUIPMENT_FAILED = "equipment_failed"
"""Reason of a task whose only way leads through equipment that is out of order."""


def equipment_before(turn: Turn, task: TaskRecord, able: tuple[str, ...]) -> tuple[str, ...]:
    """Return the equipment out of order without which no robot gets to a task; empty if it bars nothing.

    It is that on the way of the first robot that would get to all stops to come, and back, if all equipment worked.
    """
    if all(known.works for known in turn.state.equipment.values()):
        return ()
    roads = turn.ports_now.mended(turn.state)
    for name in able:
        way = _way(turn, roads, turn.state.robots[name], task)
        found = () if way is None else _out_of_order_on(turn, way)
        if found:
            return found
    return ()


def equipment_between(turn: Turn, robot: RobotRecord, start: str, place: str) -> tuple[str, ...]:
    """Return the equipment out of order through which a robot's way from a vertex to a place would lead."""
    if all(known.works for known in turn.state.equipment.values()):
        return ()
    way = turn.ports_now.mended(turn.state).route(turn.travel_class(robot), start, place)
    return () if way is None else _out_of_order_on(turn, way)


def _way(turn: Turn, roads: Roads, robot: RobotRecord, task: TaskRecord) -> tuple[str, ...] | None:
    """Return the lanes by which a robot would get to all stops of a task that are to come, and back to where it is."""
    begin, loaded = turn.resting_vertex(robot), bool(robot.load)
    at, lanes = begin, list[str]()
    for stop in task.request.stops[task.next_stop :]:
        if stop.side:
            continue
        name = travel_class(robot.kind, tuple(robot.kept_out), loaded=loaded)
        ways = ((place, roads.route(name, at, place)) for place in lawful.places_of(turn, stop))
        there = next(((place, way) for place, way in ways if way is not None), None)
        if there is None:
            return None
        at, loaded = there[0], loaded or any(act.act == "take" for act in stop.acts)
        lanes.extend(there[1])
    home = roads.route(travel_class(robot.kind, tuple(robot.kept_out)), at, begin)
    return (*lanes, *(home or ()))


def _out_of_order_on(turn: Turn, lanes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_failed(turn, lanes)))


def _failed(turn: Turn, lanes: tuple[str, ...]) -> Iterator[str]:
    for lane in lanes:
        known = turn.state.equipment.get(turn.site.lanes[lane].resource)
        if known is not None and not known.works:
            yield known.id
