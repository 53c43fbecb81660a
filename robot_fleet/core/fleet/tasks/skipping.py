"""Stops that are left out: the task goes on with the next one, and tells in the end which it has missed."""

from __future__ import annotations

from math import isinf

from robot_fleet.core.facts import StopMissed, TaskCompleted, TaskFailed, TaskSuspended
from robot_fleet.core.fleet.state import TaskRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import Remedy

MISSED_ALL = "every_stop_missed"
"""Reason of a task that has left out every stop."""
_WAITS = (TaskState.REQUESTED, TaskState.SCHEDULED, TaskState.SUSPENDED, TaskState.UNDERWAY)


def skip(turn: Turn, task: TaskRecord, reason: str) -> None:
    """Leave the next stop of a task out; with the last one it ends."""
    now_s = turn.now.fleet_s
    stop = task.request.stops[task.next_stop]
    place = stop.places[0] if stop.places else ""
    turn.emit(StopMissed(task.id, task.next_stop, place, reason, now_s))
    if task.state in (TaskState.ASSIGNED, TaskState.UNDERWAY):
        turn.emit(TaskSuspended(task.id, reason, now_s))
    turn.agenda.replan = turn.agenda.moved = True
    if task.next_stop < len(task.request.stops):
        return
    if task.state is not TaskState.SUSPENDED or len(task.missed) == len(task.request.stops):
        turn.emit(TaskFailed(task.id, MISSED_ALL, now_s))
        return
    result = task.request.partial or task.request.result
    turn.emit(TaskCompleted(task.id, result, max(0.0, now_s - task.request.due_s), now_s))


def watch(turn: Turn) -> None:
    """Leave out the stops that no robot has a way to, where a service says that its tasks go on then."""
    if not turn.state.blocked and not any(zone.closed for zone in turn.state.zones.values()):
        return  # there is a way to every place of a site that is as it was made
    for task in turn.state.open_tasks():
        if task.request.remedies.drive is not Remedy.SKIP or task.state not in _WAITS or _has_order(turn, task):
            continue
        due = task.next_stop < len(task.request.stops) and task.request.earliest_s <= turn.now.fleet_s
        if due and not _is_reachable(turn, task):
            skip(turn, task, "unreachable")


def _has_order(turn: Turn, task: TaskRecord) -> bool:
    return any(robot.busy is not None and robot.busy.task == task.id for robot in turn.state.robots.values())


def _is_reachable(turn: Turn, task: TaskRecord) -> bool:
    able = [robot for robot in turn.state.robots.values() if robot.kind in task.request.robot_kinds]
    return not able or any(
        not isinf(turn.ports.roads.time_s(turn.travel_class(robot), turn.resting_vertex(robot), place))
        for robot in able
        for place in task.request.stops[task.next_stop].places
    )
