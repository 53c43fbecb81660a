"""What people look for in the past: the facts that stand as marks on the bar of a replay."""

from __future__ import annotations

from typing import NamedTuple

from robot_fleet.core.facts import (
    AlarmRaised,
    EmergencyStopped,
    Fact,
    HoldSet,
    IncidentOpened,
    RobotFaulted,
    TaskFailed,
    TaskRequested,
    ZoneClosed,
)


class Mark(NamedTuple):
    """Something that began.

    Parameters
    ----------
    at_s : fleet time.
    what : `alarm`, `call` (for help), `incident`, `fault`, `stop`, `hold`, `zone` or `failed` (a task).
    code : the condition of an alarm, the code of a fault, the reason of a failure; else empty.
    of : the robot, zone or task that it is about; empty for the whole fleet.
    """

    at_s: float
    what: str
    code: str
    of: str


def mark_of(at_s: float, fact: Fact) -> Mark | None:
    """Return the mark of a fact, None where nobody looks for it. The fleet time is that of its turn."""
    match fact:
        case TaskRequested() if fact.alarm:
            return Mark(at_s, "call", "", fact.task)
        case AlarmRaised():
            return Mark(at_s, "alarm", fact.condition, fact.members[0].partition(":")[2] if fact.members else "")
        case IncidentOpened():
            return Mark(at_s, "incident", "", fact.robots[0] if fact.robots else "")
        case RobotFaulted():
            return Mark(at_s, "fault", fact.code, fact.robot)
        case EmergencyStopped():
            return Mark(at_s, "stop", "", fact.robot)
        case HoldSet() if fact.hold:
            return Mark(at_s, "hold", "", fact.robot)
        case ZoneClosed():
            return Mark(at_s, "zone", "", fact.zone)
        case TaskFailed():
            return Mark(at_s, "failed", fact.reason, fact.task)
        case _:
            return None
