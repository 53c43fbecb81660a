"""How well the fleet is placed for the next alarm: which places no robot could reach in time, looked at once a minute.

Counted is what holds now, not what is planned: a robot counts from where it stands, from the end of the lanes that are
released to it, or from where it is when it has done what cannot be broken off; not with something on board.
"""

from __future__ import annotations

from math import inf

from robot_fleet.core.fleet.alarming import alarms
from robot_fleet.core.fleet.posing.robots import free_where_and_when
from robot_fleet.core.fleet.state import RobotRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.site import Service

EVERY_S = 60.0


def look(turn: Turn) -> None:
    """Count which places are out of reach, if a minute has passed since the last look."""
    watched = turn.agenda.coverage
    if turn.now.fleet_s - watched.looked_s < EVERY_S:
        return
    watched.looked_s = turn.now.fleet_s
    watched.looks += 1
    now: list[str] = []
    for service in turn.site.services.values():
        if service.alarm:
            ready = [found for robot in turn.state.robots.values() if (found := _ready(turn, robot, service))]
            short = [
                place
                for place in turn.site.places_asked_for(service)
                if not any(
                    turn.ports.roads.time_s(kind, at, place) + wait <= service.due.after_s for kind, at, wait in ready
                )
            ]
            for place in short:
                watched.short[place] = watched.short.get(place, 0) + 1
            now += [service.id] if short else []
    watched.now = tuple(now)


def _ready(turn: Turn, robot: RobotRecord, service: Service) -> tuple[str, str, float] | None:
    """Return the travel class, from where and how soon a robot could set off for an alarm; None if it could not."""
    if robot.kind not in service.robot_kinds or not turn.in_service(robot) or turn.must_stay(robot) or robot.load:
        return None
    if (turn.soc_pct(robot.id) or 0.0) <= alarms.LAST_RESORT_PCT:
        return None
    at, free_at_s = free_where_and_when(turn, robot)
    order = robot.busy
    if order is not None and alarms.in_interruptible_act(order):
        return robot.kind, at, 0.0
    wait_s = free_at_s - turn.now.fleet_s
    return (robot.kind, at, wait_s) if wait_s < inf else None
