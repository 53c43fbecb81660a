"""Chargers that do not charge, and robots whose battery is nearly empty in mid-task."""

from __future__ import annotations

from robot_fleet.core.facts import ChargerDoubted, TaskReleased
from robot_fleet.core.fleet.alarming.alarms import LAST_RESORT_PCT
from robot_fleet.core.fleet.state import RobotRecord
from robot_fleet.core.fleet.tasks import outages
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.task import TaskState

NO_CURRENT_S = 60.0
"""Fleet seconds after docking in which a charger must give current."""
DOUBTED_S = 3_600.0
"""A charger that nobody could dock at is tried again after this long (fleet time); it may have been the robot."""
CHARGED_WITHIN_PCT = 2.0
"""A robot so near to being charged needs no current."""
BATTERY_CRITICAL = "battery_critical"
"""Reason of a task that was taken from a robot which has to save what is left in its battery."""


def watch(turn: Turn) -> None:
    """Doubt chargers that give no current, and take from nearly empty robots what they have not begun."""
    if not turn.ports.policies.recovery:
        return
    for robot in turn.state.robots.values():
        _watch_charger(turn, robot)
        _spare(turn, robot)


def doubt(turn: Turn, robot: RobotRecord, place: str, code: str) -> None:
    """Use a charger no more for a while."""
    if not turn.ports.policies.recovery:
        return
    turn.emit(ChargerDoubted(place, robot.id, code, turn.now.fleet_s + DOUBTED_S, turn.now.fleet_s))
    turn.agenda.replan = turn.agenda.moved = True


def is_doubted(turn: Turn, place: str) -> bool:
    """Return whether a charger is not to be used now."""
    return place in turn.state.out or turn.state.doubted.get(place, 0.0) > turn.now.fleet_s


def _watch_charger(turn: Turn, robot: RobotRecord) -> None:
    report, since_s = turn.seen.reports.get(robot.id), turn.agenda.uncharged_s
    waits = (
        report is not None
        and robot.busy is None
        and bool(robot.docked)
        and report.docked_at == robot.docked
        and not report.charging
        and not held_back(turn, robot.docked)
        and report.soc_pct < turn.kind(robot).charge_to_pct - CHARGED_WITHIN_PCT
    )
    if not waits:
        since_s.pop(robot.id, None)
        return
    waited_s = turn.now.fleet_s - since_s.setdefault(robot.id, turn.now.fleet_s)
    if waited_s >= NO_CURRENT_S and not is_doubted(turn, robot.docked):
        outages.take_out(turn, robot.docked, "no_current", robot.id)


def held_back(turn: Turn, charger: str) -> bool:
    """Return whether a charger gives no current because the fleet wants it so."""
    record = turn.state.supplies.get(charger)
    return record is not None and not record.on


def _spare(turn: Turn, robot: RobotRecord) -> None:
    order, soc_pct = robot.busy, turn.soc_pct(robot.id)
    if order is None or order.arrived or soc_pct is None or soc_pct >= LAST_RESORT_PCT:
        return
    if not turn.state.serves(robot, order):
        return
    task = turn.state.tasks[order.task]
    if task.state is TaskState.ASSIGNED and not task.request.alarm:
        turn.emit(TaskReleased(task.id, BATTERY_CRITICAL))
        turn.agenda.replan = turn.agenda.moved = True
