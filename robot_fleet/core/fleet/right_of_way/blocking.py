"""Lanes along which there is no way on: others keep out of them, and go another way if there is one.

A robot has found out that something stands there, or a robot that is not heard any more stands there itself. What the
right of way keeps free for such a robot would be waited for without end otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf, isfinite

from robot_fleet.core.facts import LaneBlocked, LaneCleared
from robot_fleet.core.fleet.right_of_way.roads import conditions
from robot_fleet.core.fleet.state import OrderRecord, RobotRecord
from robot_fleet.core.fleet.turn import Turn

BLOCKED_S = 300.0
"""Fleet seconds for which ways keep out of a lane that was blocked; then it is tried again."""
NO_WAY_ON = frozenset(f"nav_{code}" for code in (104, 105, 106, 205, 206, 208, 305, 306, 308))
"""Nav2 found no way on: its controller got no farther, start or goal are occupied, or there is no path."""

SILENT = "robot_offline"
"""Code of a lane that is blocked by a robot which is not heard any more."""


def block(turn: Turn, robot: RobotRecord, order: OrderRecord, index: int, code: str) -> None:
    """Keep out of the lane of a drive that failed since nothing led on."""
    lane = index - order.first_lane
    if code in NO_WAY_ON and 0 <= lane < len(order.lanes) and turn.ports.policies.recovery:
        now_s = turn.now.fleet_s
        turn.emit(LaneBlocked(order.lanes[lane], robot.id, code, now_s + BLOCKED_S, now_s))


def block_around(turn: Turn, robot: RobotRecord) -> None:
    """Keep out of the lanes about a robot that has fallen silent, until it is heard again; not where it rests."""
    order = robot.busy
    held: tuple[str, ...] = (robot.stranded_on,) if robot.stranded_on else ()
    if order is not None:
        held = order.lanes[order.lanes_done : order.lanes_released]
    if not turn.ports.policies.recovery or (not held and turn.site.vertices[robot.at].place):
        return
    about = {robot.at, *(turn.site.lanes[lane].end for lane in held)}
    lanes = [
        lane.id
        for lane in turn.site.lanes.values()
        if lane.id not in turn.state.blocked and (lane.start in about or lane.end in about)
    ]
    if _goes_round(turn, robot, frozenset(lanes)):
        for name in lanes:
            turn.emit(LaneBlocked(name, robot.id, SILENT, inf, turn.now.fleet_s))


def _goes_round(turn: Turn, silent: RobotRecord, lanes: frozenset[str]) -> bool:
    """Return whether the others still come to all places that tasks need; where there is no way round they wait."""
    now = turn.ports.roads
    known = conditions(turn.site, turn.state)
    then = now.under(replace(known, blocked=known.blocked | lanes))
    wanted = {
        place
        for task in turn.state.open_tasks()
        for stop in task.request.stops[task.next_stop :]
        for place in stop.places
        if len(stop.places) == 1
    }
    for robot in turn.state.robots.values():
        if robot is silent or not turn.usable(robot):
            continue
        travel_class, start = turn.travel_class(robot), turn.resting_vertex(robot)
        before, after = now.times_s(travel_class, start), then.times_s(travel_class, start)
        for index, place in enumerate(now.place_names(travel_class)):
            if place in wanted and isfinite(before[index]) and not isfinite(after[index]):
                return False
    return True


def clear_of(turn: Turn, robot: RobotRecord) -> None:
    """Use the lanes about a robot again that is heard again."""
    for lane, (by, until_s) in list(turn.state.blocked.items()):
        if by == robot.id and until_s == inf:
            turn.emit(LaneCleared(lane, turn.now.fleet_s))


def clear(turn: Turn, order: OrderRecord, done: range) -> None:
    """Use lanes again along which a robot has come."""
    for index in done:
        lane = index - order.first_lane
        if 0 <= lane < len(order.lanes) and order.lanes[lane] in turn.state.blocked:
            turn.emit(LaneCleared(order.lanes[lane], turn.now.fleet_s))
            turn.agenda.replan = turn.agenda.moved = True


def clear_due(turn: Turn) -> None:
    """Use lanes again whose time is over."""
    for lane, (_, until_s) in list(turn.state.blocked.items()):
        if until_s <= turn.now.fleet_s:
            turn.emit(LaneCleared(lane, turn.now.fleet_s))
            turn.agenda.replan = turn.agenda.moved = True
