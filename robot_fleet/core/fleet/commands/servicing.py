"""Maintenance: robots that people take out of service, now or at a planned time, and put back."""

from __future__ import annotations

import math

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import CommandTaken, MaintenanceBegan, MaintenanceDone, MaintenancePlanned
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import BeginMaintenance, EndMaintenance, Maintenance, PlanMaintenance
from robot_fleet.core.wishes import check_key


def change(turn: Turn, wish: Maintenance) -> None:
    """Take a robot out of service, plan when it will be, or put it back.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_robot`, `request_maintenance_malformed`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    robot = turn.state.robots.get(wish.robot)
    if robot is None:
        raise RequestError("request_unknown_robot", f"no robot {wish.robot!r}", wish.robot)
    now_s = turn.now.fleet_s
    match wish:
        case BeginMaintenance(reason=reason, by=by):
            turn.emit(MaintenanceBegan(robot.id, reason, by, now_s))
        case PlanMaintenance(from_s=from_s, to_s=to_s, by=by):
            taken_back = from_s == to_s == 0.0
            if not taken_back and not (math.isfinite(to_s) and now_s <= from_s < to_s):
                message = "expected a time from now on, and a later one; or 0 and 0 to take the plan back"
                raise RequestError("request_maintenance_malformed", message, robot.id)
            turn.emit(MaintenancePlanned(robot.id, from_s, to_s, by, now_s))
        case EndMaintenance(by=by):
            if not robot.maintenance:
                raise RequestError("request_maintenance_malformed", "it is not out of service", robot.id)
            report = turn.seen.reports.get(robot.id)
            odometer_m = robot.serviced_m if report is None else report.odometer_m
            turn.emit(MaintenanceDone(robot.id, odometer_m, by, now_s))
    turn.emit(CommandTaken(wish.key, {"accepted": True}))
    turn.effects.append(Answer(wish.key, True))
    turn.agenda.replan = turn.agenda.moved = True


def begin_planned(turn: Turn) -> None:
    """Take robots out of service whose planned time has come."""
    for robot in turn.state.robots.values():
        planned = robot.maintenance_s
        if planned is not None and not robot.maintenance and planned[0] <= turn.now.fleet_s < planned[1]:
            turn.emit(MaintenanceBegan(robot.id, "planned", "", turn.now.fleet_s))
            turn.agenda.replan = turn.agenda.moved = True
