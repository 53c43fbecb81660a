"""What people change about an open task: how urgent it is, which robot is to do it, after what, whether it may begin.

Calls for help are left alone: whoever is nearest goes, at once.
"""

from __future__ import annotations

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import (
    CommandTaken,
    TaskDirected,
    TaskHeld,
    TaskPrioritised,
    TaskReleased,
    TaskResumed,
    TaskSequenced,
)
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.posing.tasks import robots_for
from robot_fleet.core.fleet.state import AWAITS, HELD, TaskRecord
from robot_fleet.core.fleet.tasks import recovery
from robot_fleet.core.fleet.tasks.retired import find_ended
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import DirectTask, HoldTask, PrioritiseTask, ResumeTask, SequenceTask, TaskChange
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.wishes import check_key

LEAST, MOST = 0, 100
"""Bounds of a priority."""
REASSIGNED = "reassigned"
"""Reason of a task that is taken from its robot since a person wants another one to do it."""


def change(turn: Turn, wish: TaskChange) -> None:
    """Change a task's priority, say who is to do it, hold it or let it go on.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_task`, `request_task_ended`, `request_task_is_alarm`,
        `request_priority_malformed`, `request_task_held`, `request_task_not_held`, and those of `check_direction` and
        `check_sequence`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    task, now_s = _open_task(turn, wish.task), turn.now.fleet_s
    match wish:
        case PrioritiseTask(priority=priority, by=by):
            if not LEAST <= priority <= MOST:
                message = f"expected {LEAST} to {MOST}, got {priority}"
                raise RequestError("request_priority_malformed", message, "priority")
            turn.emit(TaskPrioritised(task.id, priority, by, now_s))
        case DirectTask(only_on=only_on, not_on=not_on, by=by):
            check_direction(turn, wish)
            if task.state is TaskState.ASSIGNED and (task.robot == not_on or only_on not in ("", task.robot)):
                turn.emit(TaskReleased(task.id, REASSIGNED))
            turn.emit(TaskDirected(task.id, only_on, not_on, by, now_s))
        case SequenceTask(after=after, by=by):
            check_sequence(turn, wish)
            if task.state is TaskState.ASSIGNED and after:
                turn.emit(TaskReleased(task.id, AWAITS))
            turn.emit(TaskSequenced(task.id, after, by, now_s))
        case HoldTask(reason=reason, by=by):
            if task.held:
                raise RequestError("request_task_held", "the task is held already", task.id)
            _check_not_begun(turn, task)
            if task.state is TaskState.ASSIGNED:
                turn.emit(TaskReleased(task.id, HELD))
            turn.emit(TaskHeld(task.id, reason, by, now_s))
        case ResumeTask(by=by):
            if not task.held:
                raise RequestError("request_task_not_held", "the task is not held", task.id)
            turn.emit(TaskResumed(task.id, by, now_s))
    turn.emit(CommandTaken(wish.key, {"accepted": True, "task": task.id}))
    turn.effects.append(Answer(wish.key, True, task.id))
    turn.agenda.replan = turn.agenda.moved = True


def check_direction(turn: Turn, wish: DirectTask) -> TaskRecord:
    """Return the task of a wish about who is to do it, if the wish can be fulfilled.

    Raises
    ------
    RequestError : `request_unknown_task`, `request_task_ended`, `request_task_is_alarm`, `request_task_under_way`,
        `request_item_on_board`, `request_unknown_robot`, `request_malformed`, `request_robot_cannot`.
    """
    task = _open_task(turn, wish.task)
    for name in (wish.only_on, wish.not_on):
        if name and name not in turn.state.robots:
            raise RequestError("request_unknown_robot", f"no robot {name!r}", name)
    if wish.only_on and wish.not_on:
        raise RequestError("request_malformed", "expected a robot that is to do it, or one that is not", "not_on")
    _check_not_begun(turn, task)
    able = robots_for(turn, task)
    if wish.only_on and wish.only_on not in able:
        message = f"{wish.only_on} is of a kind that cannot do it, or cannot carry what it is about"
        raise RequestError("request_robot_cannot", message, wish.only_on)
    if wish.not_on and all(robot == wish.not_on for robot in able):
        raise RequestError("request_robot_cannot", "no other robot can do it", wish.not_on)
    return task


def check_sequence(turn: Turn, wish: SequenceTask) -> TaskRecord:
    """Return the task of a wish about what it comes after, if the wish can be fulfilled.

    Raises
    ------
    RequestError : `request_unknown_task`, `request_task_ended`, `request_task_is_alarm`, `request_task_under_way`,
        `request_item_on_board`, `request_sequence_circular`.
    """
    task = _open_task(turn, wish.task)
    _check_not_begun(turn, task)
    for name in wish.after:
        _open_task(turn, name)
        if _comes_after(turn, name, task.id):
            message = f"{name} itself comes after {task.id}" if name != task.id else "a task cannot come after itself"
            raise RequestError("request_sequence_circular", message, name)
    return task


def _comes_after(turn: Turn, name: str, other: str) -> bool:
    """Return whether a task is another one, or waits for it, directly or by others."""
    waiting = [name]
    while waiting:
        this = waiting.pop()
        if this == other:
            return True
        if this in turn.state.tasks:
            waiting += turn.state.awaited_by(turn.state.tasks[this])
    return False


def _open_task(turn: Turn, name: str) -> TaskRecord:
    ended, task = find_ended(turn.state, name), turn.state.tasks.get(name)
    if ended is not None:
        raise RequestError("request_task_ended", f"the task has already ended as {ended.state.value}", name)
    if task is None:
        raise RequestError("request_unknown_task", f"no task {name!r}", name)
    if task.request.alarm:
        raise RequestError("request_task_is_alarm", "a call for help is answered at once, by whoever is nearest", name)
    return task


def _check_not_begun(turn: Turn, task: TaskRecord) -> None:
    holder = recovery.holder_of(turn, task)
    if holder:
        raise RequestError("request_item_on_board", f"{holder} has its item on board and finishes it", task.id)
    if task.state is TaskState.UNDERWAY:
        raise RequestError("request_task_under_way", f"{task.robot} is under way with it and finishes it", task.id)
