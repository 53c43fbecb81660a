"""What facts about tasks and plans make of the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from robot_fleet.core.facts import (
    AnswerAwaited,
    Fact,
    PlanCommitted,
    RequestRefused,
    TaskAnswered,
    TaskCancelled,
    TaskCompleted,
    TaskDeferred,
    TaskDirected,
    TaskFailed,
    TaskHeld,
    TaskHeldUp,
    TaskPrioritised,
    TaskRated,
    TaskRejected,
    TaskReleased,
    TaskRequested,
    TaskResumed,
    TaskSequenced,
    TasksRetired,
    TaskSuspended,
)
from robot_fleet.core.fleet.applied import alarms, flows
from robot_fleet.core.fleet.state import HELD, UNATTENDED, FleetState, TaskRecord
from robot_fleet.core.fleet.tasks.retired import ended_task
from robot_fleet.core.lifecycles import advance, task
from robot_fleet.core.lifecycles.alarm import AlarmEvent
from robot_fleet.core.lifecycles.flow import FlowEvent
from robot_fleet.core.lifecycles.task import TaskEvent, TaskState

_OUT_OF_PLANS = (TaskState.ASSIGNED, *task.ENDED)


def _task_requested(state: FleetState, fact: TaskRequested) -> None:
    state.tasks[fact.task] = TaskRecord(fact)
    if fact.alarm:
        alarms.called(state, fact)


def _request_refused(state: FleetState, fact: RequestRefused) -> None:
    state.refused[fact.task] = fact.reason


def _plan_committed(state: FleetState, fact: PlanCommitted) -> None:
    """Take a plan over. Of thousands of tasks only those on routes that are new and those left out are looked at."""
    state.plans += 1
    state.set_routes(fact.routes)
    state.left_out = {left.task: left.reason for left in fact.left_out}
    for name in dict.fromkeys(stop.task for route in fact.routes.values() for stop in route if stop.task):
        record = state.tasks.get(name)
        if record is not None and record.state not in _OUT_OF_PLANS:
            move(record, TaskEvent.PLAN)
            _because(record)
    for left in fact.left_out:
        record = state.tasks.get(left.task)
        if record is not None and record.state not in _OUT_OF_PLANS and left.task not in state.planned:
            move(record, TaskEvent.LEAVE_OUT)
            _because(record, left.reason, left.about)


def _task_released(state: FleetState, fact: TaskReleased) -> None:
    record = state.tasks[fact.task]
    move(record, TaskEvent.RELEASE)
    if record.state is TaskState.REQUESTED:  # one that is under way stays with its robot
        record.robot = ""
        flows.moves(record, FlowEvent.BREAK_OFF)
        _unplan(state, fact.task)


def _task_held_up(state: FleetState, fact: TaskHeldUp) -> None:
    record = state.tasks[fact.task]
    _because(record, fact.reason, fact.about)


def _task_suspended(state: FleetState, fact: TaskSuspended) -> None:
    record = state.tasks[fact.task]
    if record.state is TaskState.ASSIGNED:
        begin(record, fact.at_s)
    move(record, TaskEvent.SUSPEND)
    record.broken_off += 1
    _because(record, fact.reason)
    if fact.reason == UNATTENDED:
        record.left_by = record.robot
    record.robot = ""
    flows.moves(record, FlowEvent.BREAK_OFF)
    _unplan(state, fact.task)
    record.asks, record.hands_over, record.only_on = fact.asks, fact.hands_over, fact.only_on
    record.tries += fact.tried
    if fact.not_on and fact.not_on not in record.not_on:
        record.not_on = (*record.not_on, fact.not_on)


def _task_answered(state: FleetState, fact: TaskAnswered) -> None:
    record = state.tasks[fact.task]
    record.asks, record.hands_over, record.tries, record.only_on, record.not_on = False, False, 0, "", ()
    _because(record)
    record.begun_once = tuple(act for act in record.begun_once if act in record.told)  # known to be done: not again


def _answer_awaited(state: FleetState, fact: AnswerAwaited) -> None:
    """Take down a wait; with one that comes before every act the task has begun all the same."""
    record = state.tasks[fact.task]
    if record.state is TaskState.ASSIGNED:
        begin(record, fact.at_s)
    flows.answer_awaited(state, fact)


def _task_prioritised(state: FleetState, fact: TaskPrioritised) -> None:
    record = state.tasks[fact.task]
    record.request = replace(record.request, priority=fact.priority)
    if record.state is TaskState.SCHEDULED:  # its place in the plan is looked for anew
        _leave_out(state, record, "")


def _task_rated(state: FleetState, fact: TaskRated) -> None:
    state.tasks[fact.task].stars = fact.stars


def _task_directed(state: FleetState, fact: TaskDirected) -> None:
    """Take a person's wish over; it takes the place of what remedies wanted."""
    record = state.tasks[fact.task]
    record.bound_to, record.barred_from = fact.only_on, fact.not_on
    record.only_on, record.not_on = "", ()
    planned_on = state.planned.get(fact.task)
    if planned_on is not None and not record.may_be_on(planned_on):
        _leave_out(state, record, "")


def _task_sequenced(state: FleetState, fact: TaskSequenced) -> None:
    record = state.tasks[fact.task]
    record.after = fact.after
    if record.state is TaskState.SCHEDULED:  # its place in the plan is looked for anew
        _leave_out(state, record, "")


def _task_held(state: FleetState, fact: TaskHeld) -> None:
    record = state.tasks[fact.task]
    record.held, record.held_by = True, fact.by
    _leave_out(state, record, HELD)


def _task_resumed(state: FleetState, fact: TaskResumed) -> None:
    record = state.tasks[fact.task]
    record.held, record.held_by = False, ""
    _because(record)


def _task_deferred(state: FleetState, fact: TaskDeferred) -> None:
    record = state.tasks[fact.task]
    record.request = replace(record.request, earliest_s=fact.earliest_s, due_s=fact.due_s)
    _leave_out(state, record, fact.reason)


def _task_completed(state: FleetState, fact: TaskCompleted) -> None:
    record = _end(state, fact.task, TaskEvent.COMPLETE, fact.at_s, "")
    record.result, record.lateness_s = fact.result, fact.lateness_s
    if record.robot:
        state.robots[record.robot].completed += 1


def _task_failed(state: FleetState, fact: TaskFailed) -> None:
    _end(state, fact.task, TaskEvent.FAIL, fact.at_s, fact.reason)


def _task_cancelled(state: FleetState, fact: TaskCancelled) -> None:
    _end(state, fact.task, TaskEvent.CANCEL, fact.at_s, fact.reason)


def _task_rejected(state: FleetState, fact: TaskRejected) -> None:
    _end(state, fact.task, TaskEvent.REJECT, fact.at_s, fact.reason)


def _tasks_retired(state: FleetState, fact: TasksRetired) -> None:
    for name in fact.tasks:
        state.retired[name] = ended_task(state.tasks.pop(name), state.alarms.pop(name, None)).line()
    for name in fact.items:
        del state.items[name]


def _end(state: FleetState, task_id: str, event: TaskEvent, at_s: float, reason: str) -> TaskRecord:
    record = state.tasks[task_id]
    move(record, event)
    record.ended_s = at_s
    _because(record, reason, record.about if reason == record.reason else ())
    record.robot = record.robot or record.left_by
    flows.moves(record, FlowEvent.END)
    state.left_out.pop(task_id, None)
    _unplan(state, task_id)
    closed = alarms.moves(state, task_id, AlarmEvent.CLOSE)
    if closed is not None:
        closed.closed_s = at_s
    return record


def _because(record: TaskRecord, reason: str = "", about: tuple[str, ...] = ()) -> None:
    """Say why a task waits or ended as it did, and which things are the cause; nothing where nothing is in its way."""
    record.reason, record.about = reason, about


def _leave_out(state: FleetState, record: TaskRecord, reason: str) -> None:
    """Take a task that no robot has an order for out of the plan in force."""
    move(record, TaskEvent.LEAVE_OUT)
    _because(record, reason)
    _unplan(state, record.id)


def _unplan(state: FleetState, task_id: str) -> None:
    """Take what is planned of a task out of the routes; the next plan may be a while."""
    robot = state.planned.get(task_id)
    if robot is not None:
        state.set_routes({robot: tuple(stop for stop in state.routes[robot] if stop.task != task_id)})


def begin(served: TaskRecord, at_s: float) -> None:
    """Let a task be under way."""
    move(served, TaskEvent.BEGIN)
    if served.started_s is None:
        served.started_s = at_s


def move(record: TaskRecord, event: TaskEvent) -> None:
    """Move a task through its lifecycle.

    Raises
    ------
    FleetError : `lifecycle_rejected`.
    """
    record.state = advance(task.TRANSITIONS, record.state, event, record.id)


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    TaskRequested: _task_requested,
    RequestRefused: _request_refused,
    PlanCommitted: _plan_committed,
    TaskReleased: _task_released,
    TaskHeldUp: _task_held_up,
    TaskSuspended: _task_suspended,
    TaskAnswered: _task_answered,
    AnswerAwaited: _answer_awaited,
    TaskDeferred: _task_deferred,
    TaskPrioritised: _task_prioritised,
    TaskRated: _task_rated,
    TaskDirected: _task_directed,
    TaskHeld: _task_held,
    TaskSequenced: _task_sequenced,
    TaskResumed: _task_resumed,
    TaskCompleted: _task_completed,
    TaskFailed: _task_failed,
    TaskCancelled: _task_cancelled,
    TaskRejected: _task_rejected,
    TasksRetired: _tasks_retired,
}
