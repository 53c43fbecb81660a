"""What the core itself sees that a person may have to act on: robots in trouble or in the way, goods, late jobs."""

from __future__ import annotations

from collections.abc import Iterator

from robot_fleet.core.city import condition_of
from robot_fleet.core.fleet import charging
from robot_fleet.core.fleet.alarming import counting
from robot_fleet.core.fleet.right_of_way import papers
from robot_fleet.core.fleet.state import RobotRecord
from robot_fleet.core.fleet.tasks import flowing, recurring
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.health import Condition, Level
from robot_fleet.core.lifecycles.equipment import EquipmentState
from robot_fleet.core.lifecycles.link import LinkState

WITHOUT_CURRENT = "docked_without_current"
"""The condition of a robot that gets no current at a charger, as watchers see it."""
SHORT_AFTER_S = 600.0
"""Fleet seconds for which some place may be out of reach of an alarm before it is told."""
UNWATCHED_AFTER_S = 15.0
"""Steady seconds after which a watcher that was heard once counts as silent; it speaks once a second."""
PROTECTED_AFTER_S = 60.0
"""Fleet seconds that a protective stop may last before somebody should look."""
STRANDED_AFTER_S = 60.0
"""The same for goods on a robot that cannot go on."""
IN_THE_WAY_AFTER_S = 5.0
"""The same for a held robot where nobody should stand."""


def conditions(turn: Turn) -> dict[tuple[str, str], Condition]:
    """Return every condition that holds now, from all watchers and from here, by code and subject."""
    found = {(seen.code, seen.subject): seen for told in turn.seen.conditions.values() for seen in told}
    before, turn.agenda.standing = turn.agenda.standing, {}
    for code, subject, level, after_s in _here(turn):
        since_s = turn.agenda.standing[code, subject] = before.get((code, subject), turn.now.fleet_s)
        if turn.now.fleet_s - since_s >= after_s:
            found[code, subject] = Condition(code, subject, level, since_s)
    for robot in turn.state.robots.values():  # who watches a robot does not know that it is to get none now
        if robot.docked and charging.held_back(turn, robot.docked):
            found.pop((WITHOUT_CURRENT, robot.id), None)
    return found


def _here(turn: Turn) -> Iterator[tuple[str, str, Level, float]]:
    """Yield code, subject, level and how long it must have stood."""
    for robot in turn.state.robots.values():
        yield from ((code, robot.id, level, after_s) for code, level, after_s in _of_robot(turn, robot))
    for task in turn.state.open_tasks():
        if task.asks:
            yield "hand_over" if task.hands_over else "task_asks", task.id, Level.ERROR, 0.0
        wait = flowing.awaited(task)
        if wait is not None and wait.rings:
            yield "answer_awaited", task.id, Level.WARNING, 0.0
    for equipment in turn.state.equipment.values():
        if not equipment.works:
            yield "equipment_failed", equipment.id, Level.ERROR, 0.0
        if equipment.state is EquipmentState.HOLDING:
            yield "robot_shut_in", equipment.robot, Level.ERROR, 0.0
    for service in turn.agenda.coverage.now:
        yield "coverage_short", service, Level.WARNING, SHORT_AFTER_S
    for place in counting.too_many(turn):
        yield counting.NOT_REACHED, place, Level.ERROR, 0.0
    for schedule in recurring.missed(turn):
        yield "occurrence_missed", schedule, Level.ERROR, 0.0
    for event in turn.state.events.values():
        if event.open:
            yield condition_of(event.taken.type, event.taken.exercise), event.id, Level.ERROR, 0.0
    for job in turn.state.jobs.values():
        if job.open and turn.now.fleet_s > job.due_s:
            yield "job_overdue", job.id, Level.WARNING, 0.0
    for paper in papers.ending(turn):
        over = papers.has_ended(turn, paper)
        yield "papers_ended" if over else "papers_end", paper, Level.ERROR if over else Level.WARNING, 0.0
    for place in turn.state.out:
        yield "place_out", place, Level.WARNING, 0.0
    for place, people in turn.seen.people.items():
        if people and any(_leads_there(robot, place) for robot in turn.state.robots.values()):
            yield "people_in_bay", place, Level.WARNING, PROTECTED_AFTER_S
    for source, heard_s in turn.seen.watched_s.items():
        if turn.now.steady_s - heard_s > UNWATCHED_AFTER_S:
            yield "health_unwatched", source, Level.ERROR, 0.0


def _leads_there(robot: RobotRecord, place: str) -> bool:
    return robot.busy is not None and robot.busy.place == place


def _of_robot(turn: Turn, robot: RobotRecord) -> Iterator[tuple[str, Level, float]]:
    report = turn.seen.reports.get(robot.id)
    offline = robot.link is LinkState.OFFLINE
    faulted = robot.fault_until_s > turn.now.fleet_s
    if robot.stopped:
        yield "emergency_stop", Level.ERROR, 0.0
    elif report is not None and report.control == "protective_stop":
        yield "protective_stop", Level.ERROR, PROTECTED_AFTER_S
    if offline:
        yield "robot_offline", Level.ERROR, 0.0
    if faulted:
        yield "robot_faulted", Level.WARNING, 0.0
    if report is not None and _is_due(turn, robot, report.odometer_m):
        yield "maintenance_due", Level.WARNING, 0.0
    if _is_held_in_the_way(turn, robot):
        yield "held_in_the_way", Level.WARNING, IN_THE_WAY_AFTER_S
    if robot.load and (offline or faulted or robot.stopped):
        yield "cargo_stranded", Level.ERROR, STRANDED_AFTER_S


def _is_held_in_the_way(turn: Turn, robot: RobotRecord) -> bool:
    """Return whether a held robot without an order stands where nobody should: with one, its agent says so itself."""
    if robot.busy is not None or not turn.must_stay(robot) or turn.stops_in_place(robot):
        return False
    roads, travel_class = turn.ports.roads, turn.travel_class(robot)
    if robot.stranded_on:
        return not roads.may_stop_on(travel_class, robot.stranded_on)
    return not roads.may_stop_at(travel_class, robot.at)


def _is_due(turn: Turn, robot: RobotRecord, odometer_m: float) -> bool:
    upkeep = turn.kind(robot).upkeep
    used = (
        (upkeep.km, (odometer_m - robot.serviced_m) / 1000.0),
        (upkeep.hours, (turn.now.fleet_s - robot.serviced_s) / 3600.0),
        (upkeep.faults, robot.faults),
    )
    return any(0.0 < most <= use for most, use in used)
