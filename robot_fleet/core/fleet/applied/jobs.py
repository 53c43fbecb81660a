"""What facts about field jobs make of the state; `apply` calls these functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from robot_fleet.core.facts import Fact, JobAnswered, JobOpened
from robot_fleet.core.fleet.alarming.cases import JobRecord
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.lifecycles import advance, job
from robot_fleet.core.lifecycles.job import JobEvent, JobState

NO_ROBOT = "no_robot_in_time"
"""Text of a job for which the fleet itself sends staff: no robot is where somebody calls for help when it should be."""
CUT_OFF = "cut_off"
"""The same where no robot can come, and none is waited for: what follows a colon names the equipment out of order."""
JOBS_KEPT = 100
"""Jobs that are over and are kept; the ledger has them all."""


def opened(state: FleetState, fact: JobOpened) -> None:
    """Let a job wait for somebody."""
    state.ordered += 1
    state.jobs[fact.job] = JobRecord(
        id=fact.job,
        kind=fact.kind,
        robot=fact.robot,
        place=fact.place,
        alarm=fact.alarm,
        incident=fact.incident,
        due_s=fact.due_s,
        text=fact.text,
        opened_by=fact.by,
        opened_s=fact.at_s,
    )
    call = state.alarms.get(fact.alarm)
    if call is not None and for_want_of_a_robot(fact.text) and not fact.by:
        call.staff_s = fact.at_s
    over = [name for name, record in state.jobs.items() if not record.open]
    for name in over[:-JOBS_KEPT]:
        del state.jobs[name]


def for_want_of_a_robot(text: str) -> bool:
    """Return whether the text of a job says that staff are sent since no robot is there."""
    return text == NO_ROBOT or text.startswith(f"{CUT_OFF}:")


def answered(state: FleetState, fact: JobAnswered) -> None:
    """Note who is on it, or that it is over."""
    record = state.jobs[fact.job]
    record.state = advance(job.TRANSITIONS, record.state, JobEvent(fact.answer), fact.job)
    if record.state is JobState.TAKEN:
        record.taken_by, record.taken_s = fact.by, fact.at_s
    else:
        record.ended_by, record.ended_s, record.ended_with = fact.by, fact.at_s, fact.text


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    JobOpened: opened,
    JobAnswered: answered,
}
