"""What an open event makes of zones, robots and tasks, and how all that is given back when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from robot_fleet.core.city import is_in
from robot_fleet.core.facts import HoldSet, TaskHeld, TaskReleased, TaskResumed, ZoneClosed, ZoneOpened
from robot_fleet.core.fleet.city.city_state import CityEventRecord, is_person
from robot_fleet.core.fleet.right_of_way import roads
from robot_fleet.core.fleet.state import HELD, RobotRecord, TaskRecord
from robot_fleet.core.fleet.tasks import recovery
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.task import TaskState

_NOT_BEGUN = (TaskState.REQUESTED, TaskState.SCHEDULED, TaskState.ASSIGNED)
EVENT = "event"
"""Cause of a zone that an event has closed."""


def follow(turn: Turn, event: CityEventRecord) -> Iterator[tuple[str, str]]:
    """Let what an event wants be so; yield all that is so for it, as (to, what) of `CityEventLed`."""
    calls = [task for task in turn.state.open_tasks() if _comes_through(turn, event, task)]
    for zone in event.closed:
        yield from _keep_closed(turn, event, zone, waited_for=any(not _is_served(turn, task) for task in calls))
    if not event.taken.hold:
        return
    for robot in turn.state.robots.values():
        yield from _keep_held(turn, event, robot, called=any(_may_serve(turn, robot, task) for task in calls))
    for task in turn.state.open_tasks():
        yield from _put_off(turn, event, task)


def give_back(turn: Turn, event: CityEventRecord, others: Sequence[CityEventRecord]) -> None:
    """Open, let go and resume what stands in an event's name, unless another open one wants it as it is."""
    now_s = turn.now.fleet_s
    for zone in event.closed:
        record = turn.state.zones.get(zone)
        if record is None or not record.closed or record.by != event.by:
            continue
        heir = next((other for other in others if zone in other.closed), None)
        if heir is None:
            turn.emit(ZoneOpened(zone, event.taken.type, event.by, now_s))
        else:
            turn.emit(ZoneClosed(zone, heir.taken.type, heir.by, now_s, EVENT))
    for robot in turn.state.robots.values():
        if robot.hold and robot.held_by == event.by:
            inside = (other for other in others if _is_inside(turn, other, robot) and robot.id not in other.overruled)
            next_one = next(inside, None)
            _hold(turn, robot, next_one or event, on=next_one is not None)
    for task in turn.state.open_tasks():
        if task.held and task.held_by == event.by:
            turn.emit(TaskResumed(task.id, event.by, now_s))


def _keep_closed(turn: Turn, event: CityEventRecord, zone: str, waited_for: bool) -> Iterator[tuple[str, str]]:
    if zone not in turn.site.zones:  # the site was changed meanwhile
        return
    record, now_s = turn.state.zones.get(zone), turn.now.fleet_s
    is_closed = roads.is_closed(turn.state, turn.site.zones[zone])
    opened_by_person = record is not None and is_person(record.by) and record.since_s >= event.taken.at_s
    if waited_for:
        if is_closed and record is not None and record.by == event.by:
            turn.emit(ZoneOpened(zone, event.taken.type, event.by, now_s))
            turn.agenda.replan = turn.agenda.moved = True
    elif not is_closed and not opened_by_person:
        turn.emit(ZoneClosed(zone, event.taken.type, event.by, now_s, EVENT))
        turn.agenda.replan = turn.agenda.moved = True
        yield "closed", zone


def _keep_held(turn: Turn, event: CityEventRecord, robot: RobotRecord, called: bool) -> Iterator[tuple[str, str]]:
    mine = robot.hold and robot.held_by == event.by
    if called:
        if mine:
            _hold(turn, robot, event, on=False)
        return
    if robot.hold or robot.id in event.overruled or not _is_inside(turn, event, robot) or _leaves(turn, robot):
        return
    _hold(turn, robot, event, on=True)
    yield "held", robot.id
    order = robot.busy
    if order is not None and order.task and order.arrived and turn.state.serves(robot, order):
        yield "told", order.task


def _put_off(turn: Turn, event: CityEventRecord, task: TaskRecord) -> Iterator[tuple[str, str]]:
    """Let a task that has not begun wait if it leads into a held area; calls for help are never put off."""
    if task.held or task.request.alarm or task.state not in _NOT_BEGUN or ("put_off", task.id) in event.led:
        return
    if _is_let_in(event, task) or not _leads_into(turn, event, task):
        return
    if recovery.holder_of(turn, task):
        return
    if task.state is TaskState.ASSIGNED:
        turn.emit(TaskReleased(task.id, HELD))
    turn.emit(TaskHeld(task.id, event.taken.type, event.by, turn.now.fleet_s))
    turn.agenda.replan = turn.agenda.moved = True
    yield "put_off", task.id


def _hold(turn: Turn, robot: RobotRecord, event: CityEventRecord, on: bool) -> None:
    turn.emit(HoldSet(on, robot.id, event.taken.type, event.by, to_safe_place=on, consents=False))
    if robot.busy is not None:
        turn.wish(robot.id)
    turn.agenda.replan = turn.agenda.moved = True


def _is_inside(turn: Turn, event: CityEventRecord, robot: RobotRecord) -> bool:
    pose = turn.site.vertices[turn.resting_vertex(robot)].pose
    return is_in(turn.site, event.taken.hold, pose.x_m, pose.y_m)


def _leaves(turn: Turn, robot: RobotRecord) -> bool:
    """Return whether a robot is on ground that is to be left, or has way released to it that leads over such ground."""
    order = robot.busy
    ahead = () if order is None else order.lanes[order.lanes_done : order.lanes_released]
    travel_class, ports = turn.travel_class(robot), turn.ports
    vertices = (turn.resting_vertex(robot), robot.at, *(turn.site.lanes[lane].end for lane in ahead))
    return any(ports.roads.is_closed(travel_class, vertex) for vertex in vertices)


def _comes_through(turn: Turn, event: CityEventRecord, task: TaskRecord) -> bool:
    return _is_let_in(event, task) and _leads_into(turn, event, task)


def _is_let_in(event: CityEventRecord, task: TaskRecord) -> bool:
    return task.request.service in event.taken.open_for or ("task", task.id) in event.led


def _leads_into(turn: Turn, event: CityEventRecord, task: TaskRecord) -> bool:
    for stop in task.request.stops[task.next_stop :]:
        poses = [turn.site.places[place].pose for place in stop.places if place in turn.site.places]
        if poses and all(is_in(turn.site, event.taken.hold, pose.x_m, pose.y_m) for pose in poses):
            return True
    return False


def _is_served(turn: Turn, task: TaskRecord) -> bool:
    """Return whether a robot has come to whoever called."""
    return any(instant.endswith(".arrived") for instant in task.instants)


def _may_serve(turn: Turn, robot: RobotRecord, task: TaskRecord) -> bool:
    """Return whether a robot serves a call, or may be chosen to: as long as nobody has been, all that can."""
    chosen = task.robot or turn.state.planned.get(task.id, "")
    if not chosen:
        return robot.kind in task.request.robot_kinds and not task.asks
    return chosen == robot.id
