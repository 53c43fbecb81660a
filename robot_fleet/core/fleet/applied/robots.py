"""What facts about robots make of the state: held, silent, in trouble, in service, charging."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from robot_fleet.core.facts import (
    ChargeBegan,
    ChargeEnded,
    EmergencyStopped,
    Fact,
    HoldSet,
    MaintenanceBegan,
    MaintenanceDone,
    MaintenancePlanned,
    RobotFaulted,
    RobotLinkChanged,
)
from robot_fleet.core.fleet.applied import city
from robot_fleet.core.fleet.state import (
    FleetState,
    RobotRecord,
)
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.plan import CHARGE


def _hold_set(state: FleetState, fact: HoldSet) -> None:
    in_place = fact.hold and not fact.to_safe_place
    if fact.robot:
        state.robots[fact.robot].hold, state.robots[fact.robot].in_place = fact.hold, in_place
        state.robots[fact.robot].held_by = fact.by if fact.hold else ""
        city.let_go(state, fact)
        if not fact.hold and fact.consents:  # whoever lets a robot go by its name lets it move after an emergency stop
            state.robots[fact.robot].consents = state.robots[fact.robot].stops
    else:
        state.hold, state.in_place = fact.hold, in_place
    for robot in state.robots.values():
        if fact.robot in ("", robot.id) and robot.busy is not None:
            robot.busy.update += 1
            _unobserved(robot)


def _link_changed(state: FleetState, fact: RobotLinkChanged) -> None:
    state.robots[fact.robot].link = LinkState(fact.state)
    _unobserved(state.robots[fact.robot])


def _robot_faulted(state: FleetState, fact: RobotFaulted) -> None:
    robot = state.robots[fact.robot]
    robot.fault, robot.fault_until_s = fact.code, fact.until_s
    robot.faults += 1


def _emergency_stopped(state: FleetState, fact: EmergencyStopped) -> None:
    robot = state.robots[fact.robot]
    robot.stops = fact.stops
    if robot.busy is not None:
        robot.busy.update += 1
        _unobserved(robot)


def _maintenance_began(state: FleetState, fact: MaintenanceBegan) -> None:
    state.robots[fact.robot].maintenance = True


def _maintenance_planned(state: FleetState, fact: MaintenancePlanned) -> None:
    state.robots[fact.robot].maintenance_s = (fact.from_s, fact.to_s) if fact.to_s > fact.from_s else None


def _maintenance_done(state: FleetState, fact: MaintenanceDone) -> None:
    robot = state.robots[fact.robot]
    robot.maintenance, robot.maintenance_s = False, None
    robot.serviced_s, robot.serviced_m, robot.faults = fact.at_s, fact.odometer_m, 0


def _charge_began(state: FleetState, fact: ChargeBegan) -> None:
    robot = state.robots[fact.robot]
    robot.must_charge = True
    robot.charges += 1
    route = state.routes.get(fact.robot, ())
    if route and route[0].stop == CHARGE:
        state.charges[fact.robot] = route[0].place
        state.set_routes({fact.robot: route[1:]})


def _charge_ended(state: FleetState, fact: ChargeEnded) -> None:
    state.robots[fact.robot].must_charge = False
    state.charges.pop(fact.robot, None)


def _unobserved(robot: RobotRecord) -> None:
    """Let the lane that a robot is on, and the next one (it may be there already), say nothing about drives."""
    if robot.busy is not None:
        robot.busy.observed_from = robot.busy.done + 2


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    HoldSet: _hold_set,
    RobotLinkChanged: _link_changed,
    RobotFaulted: _robot_faulted,
    ChargeBegan: _charge_began,
    ChargeEnded: _charge_ended,
    EmergencyStopped: _emergency_stopped,
    MaintenanceBegan: _maintenance_began,
    MaintenancePlanned: _maintenance_planned,
    MaintenanceDone: _maintenance_done,
}
