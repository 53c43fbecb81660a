"""What stays of a task that ended long ago: all that answers and summaries need, as one line of text.

A line takes a fifth of a record's memory, and most of them nobody ever asks for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from robot_fleet.core.fleet.alarming.cases import AlarmRecord
from robot_fleet.core.fleet.state import FleetState, TaskRecord
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.wishes import clock_s


@dataclass(frozen=True, slots=True)
class EndedTask:
    """A task that has ended, as far as anybody still asks.

    Parameters
    ----------
    digest : of what was asked for, see `digest_of`.
    state : one of its ends.
    alarm : whether it was an alarm; shown_s, on_site_s, verdict, voice_s, escalated_s, guardian_s and handed_to are of
        that.
    missed, evidence : as in `TaskRecord`.
    """

    id: str
    service: str
    digest: str
    priority: int
    state: TaskState
    result: str
    reason: str
    robot: str
    requested_s: float
    due_s: float
    started_s: float | None
    ended_s: float
    lateness_s: float | None
    alarm: bool = False
    shown_s: float | None = None
    on_site_s: float | None = None
    verdict: str = ""
    voice_s: float | None = None
    escalated_s: float | None = None
    guardian_s: float | None = None
    handed_to: str = ""
    missed: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> str:
        """Return it as text."""
        return json.dumps([getattr(self, name) for name in self.__slots__], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, line: str) -> EndedTask:
        """Return what `line` has written."""
        task, service, digest, priority, state, *others = json.loads(line)
        known = cls(task, service, digest, priority, TaskState(state), *others)
        return replace(known, missed=tuple(known.missed))


def id_in(line: str) -> str:
    """Return the id of the task of a line.

    Raises
    ------
    ValueError : it is no line of a task.
    """
    return line[2 : line.index('"', 2)]


def ended_task(task: TaskRecord, alarm: AlarmRecord | None) -> EndedTask:
    """Return what stays of a task that has ended, and of its alarm if it was one."""
    request = task.request
    assert task.ended_s is not None
    return EndedTask(
        id=task.id,
        service=request.service,
        digest=digest_of(request.service, request.params),
        priority=request.priority,
        state=task.state,
        result=task.result,
        reason=task.reason,
        robot=task.robot,
        requested_s=request.requested_s,
        due_s=request.due_s,
        started_s=task.started_s,
        ended_s=task.ended_s,
        lateness_s=task.lateness_s,
        alarm=alarm is not None,
        shown_s=None if alarm is None else alarm.shown_s,
        on_site_s=None if alarm is None else alarm.on_site_s,
        verdict="" if alarm is None else alarm.verdict,
        voice_s=None if alarm is None else alarm.voice_s,
        escalated_s=None if alarm is None else alarm.handed_on_s,
        guardian_s=None if alarm is None else alarm.guardian_s,
        handed_to="" if alarm is None else alarm.handed_to,
        missed=task.missed,
        evidence=dict(task.evidence),
    )


def find_ended(state: FleetState, task: str) -> EndedTask | None:
    """Return what stays of a task that has ended, whether or not it has left the live state; None for any other."""
    line, record = state.retired.get(task), state.tasks.get(task)
    if line is not None:
        return EndedTask.read(line)
    return None if record is None or not record.ended else ended_task(record, state.alarms.get(task))


def ended_tasks(state: FleetState) -> Iterator[EndedTask]:
    """Yield every task that has ended: those that have left the live state, oldest first, and then the others."""
    for line in state.retired.values():
        yield EndedTask.read(line)
    for task in state.tasks.values():
        if task.ended:
            yield ended_task(task, state.alarms.get(task.id))


def digest_of(service: str, params: Mapping[str, object]) -> str:
    """Return what two requests have in common only if they ask for the same, however times are written."""
    told = sorted((name, _plain(value)) for name, value in params.items() if value is not None)
    return hashlib.blake2b(json.dumps([service, told]).encode(), digest_size=8).hexdigest()


def _plain(value: object) -> str:
    value = clock_s(value)
    try:
        return repr(float(value) if isinstance(value, int | float) else value)
    except OverflowError:
        return repr(value)
