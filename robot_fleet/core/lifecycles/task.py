"""The life of a task: requested, planned, given to a robot, carried out, ended. Ends are for good."""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class TaskState(StrEnum):
    """Where a task stands. The last four are its ends."""

    REQUESTED = "requested"
    SCHEDULED = "scheduled"
    ASSIGNED = "assigned"
    UNDERWAY = "underway"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class TaskEvent(StrEnum):
    """What can happen to a task."""

    PLAN = "plan"
    LEAVE_OUT = "leave_out"
    ASSIGN = "assign"
    RELEASE = "release"
    BEGIN = "begin"
    SUSPEND = "suspend"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    REJECT = "reject"


ENDED = (TaskState.COMPLETED, TaskState.FAILED, TaskState.CANCELLED, TaskState.REJECTED)

_T = TaskState
_E = TaskEvent

TRANSITIONS: dict[tuple[TaskState, TaskEvent], TaskState] = {
    # in no plan yet: a plan takes it in or leaves it out (again)
    (_T.REQUESTED, _E.PLAN): _T.SCHEDULED,
    (_T.REQUESTED, _E.LEAVE_OUT): _T.REQUESTED,
    (_T.REQUESTED, _E.FAIL): _T.FAILED,
    (_T.REQUESTED, _E.CANCEL): _T.CANCELLED,
    (_T.REQUESTED, _E.REJECT): _T.REJECTED,
    # in the plan of a robot that has no order for it yet
    (_T.SCHEDULED, _E.PLAN): _T.SCHEDULED,
    (_T.SCHEDULED, _E.LEAVE_OUT): _T.REQUESTED,
    (_T.SCHEDULED, _E.ASSIGN): _T.ASSIGNED,
    (_T.SCHEDULED, _E.FAIL): _T.FAILED,
    (_T.SCHEDULED, _E.CANCEL): _T.CANCELLED,
    # a robot is on its way to the first stop; RELEASE takes it away from that robot again
    (_T.ASSIGNED, _E.RELEASE): _T.REQUESTED,
    (_T.ASSIGNED, _E.BEGIN): _T.UNDERWAY,
    (_T.ASSIGNED, _E.FAIL): _T.FAILED,
    (_T.ASSIGNED, _E.CANCEL): _T.CANCELLED,
    # the first act has begun; later stops are planned, left out and assigned without leaving the state
    (_T.UNDERWAY, _E.PLAN): _T.UNDERWAY,
    (_T.UNDERWAY, _E.LEAVE_OUT): _T.UNDERWAY,
    (_T.UNDERWAY, _E.ASSIGN): _T.UNDERWAY,
    (_T.UNDERWAY, _E.RELEASE): _T.UNDERWAY,
    (_T.UNDERWAY, _E.BEGIN): _T.UNDERWAY,
    (_T.UNDERWAY, _E.SUSPEND): _T.SUSPENDED,
    (_T.UNDERWAY, _E.COMPLETE): _T.COMPLETED,
    (_T.UNDERWAY, _E.FAIL): _T.FAILED,
    (_T.UNDERWAY, _E.CANCEL): _T.CANCELLED,
    # broken off: it goes back into the plan and is assigned anew, or a person says how it ended
    (_T.SUSPENDED, _E.SUSPEND): _T.SUSPENDED,
    (_T.SUSPENDED, _E.COMPLETE): _T.COMPLETED,
    (_T.SUSPENDED, _E.PLAN): _T.SUSPENDED,
    (_T.SUSPENDED, _E.LEAVE_OUT): _T.SUSPENDED,
    (_T.SUSPENDED, _E.ASSIGN): _T.ASSIGNED,
    (_T.SUSPENDED, _E.FAIL): _T.FAILED,
    (_T.SUSPENDED, _E.CANCEL): _T.CANCELLED,
}

REJECTED: frozenset[tuple[TaskState, TaskEvent]] = frozenset(
    [
        *product(ENDED, TaskEvent),
        *product([_T.REQUESTED], [_E.ASSIGN, _E.RELEASE, _E.BEGIN, _E.SUSPEND, _E.COMPLETE]),
        *product([_T.SCHEDULED], [_E.RELEASE, _E.BEGIN, _E.SUSPEND, _E.COMPLETE, _E.REJECT]),
        *product([_T.ASSIGNED], [_E.PLAN, _E.LEAVE_OUT, _E.ASSIGN, _E.SUSPEND, _E.COMPLETE, _E.REJECT]),
        *product([_T.UNDERWAY], [_E.REJECT]),
        *product([_T.SUSPENDED], [_E.RELEASE, _E.BEGIN, _E.REJECT]),
    ]
)

OPEN_RMF_NAMES: dict[TaskState, str] = {
    _T.REQUESTED: "uninitialized",
    _T.SCHEDULED: "queued",
    _T.ASSIGNED: "standby",
    _T.UNDERWAY: "underway",
    _T.SUSPENDED: "blocked",
    _T.COMPLETED: "completed",
    _T.FAILED: "failed",
    _T.CANCELLED: "canceled",
    _T.REJECTED: "error",
}
