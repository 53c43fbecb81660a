"""Shifts: what is open when one ends, and what is kept of those that were handed over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from robot_fleet.core.facts import Fact, OpenItem, ShiftSigned, ShiftTaken
from robot_fleet.core.fleet.state import FleetState, ShiftRecord
from robot_fleet.core.lifecycles.incident import IncidentState

KEPT = 60
"""So many shifts are kept in the state; all of them are in the ledger."""


def open_items(state: FleetState) -> tuple[OpenItem, ...]:
    """Return what whoever comes has to know of, the most pressing kind first."""
    return tuple(_open_items(state))


def _open_items(state: FleetState) -> Iterator[OpenItem]:
    for alarm in state.alarms.values():
        if alarm.open:
            yield OpenItem("alarm", alarm.id, alarm.condition, alarm.raised_s)
    for incident in state.incidents.values():
        if incident.state is IncidentState.OPEN:
            yield OpenItem("incident", incident.id, "", incident.opened_s)
    for job in state.jobs.values():
        if job.open:
            yield OpenItem("job", job.id, job.kind, job.opened_s)
    if state.hold:
        yield OpenItem("fleet_held", "")
    for robot in state.robots.values():
        for kind, holds in (
            ("robot_stopped", robot.stopped),
            ("robot_held", robot.hold),
            ("robot_out", robot.maintenance),
        ):
            if holds:
                yield OpenItem(kind, robot.id)
    for task in state.open_tasks():
        for kind, holds in (("task_asks", task.asks), ("task_held", task.held)):
            if holds:
                yield OpenItem(kind, task.id, task.request.service, task.request.requested_s)
    for zone, record in state.zones.items():
        if record.closed:
            yield OpenItem("zone_closed", zone, record.cause, record.since_s)


def digest_of_items(items: Sequence[OpenItem]) -> str:
    """Return the SHA-256 of a list of open items."""
    return _sha256([asdict(item) for item in items])


def digest_of(fact: ShiftSigned) -> str:
    """Return the SHA-256 of what was signed: all of the fact but the digest, as JSON with sorted keys, no blanks."""
    content = asdict(fact)
    del content["digest"]
    return _sha256(content)


def _sha256(content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def signed(state: FleetState, fact: ShiftSigned) -> None:
    """Keep what was signed; the oldest is forgotten."""
    state.shifts[fact.shift] = ShiftRecord(fact)
    if len(state.shifts) > KEPT:
        del state.shifts[next(iter(state.shifts))]


def taken(state: FleetState, fact: ShiftTaken) -> None:
    """Note who took a shift over."""
    record = state.shifts[fact.shift]
    record.taken_by, record.taken_s = fact.by, fact.at_s


def waiting(state: FleetState) -> ShiftRecord | None:
    """Return the shift that waits for somebody to take it over: the newest, unless it was taken."""
    newest = next(reversed(state.shifts.values()), None)
    return newest if newest is not None and newest.taken_s is None else None


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    ShiftSigned: signed,
    ShiftTaken: taken,
}
