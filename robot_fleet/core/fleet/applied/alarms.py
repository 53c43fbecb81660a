"""What facts about alarms and incidents make of the state; `apply` calls these functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from robot_fleet.core.desk import Voice
from robot_fleet.core.facts import (
    AlarmAcknowledged,
    AlarmRaised,
    AlarmReceded,
    AlarmShelved,
    AlarmShown,
    AlarmSpread,
    AlarmUnshelved,
    ContactWanted,
    Fact,
    IncidentClosed,
    IncidentJoined,
    IncidentNoted,
    IncidentOpened,
    TaskRequested,
    VoiceRecorded,
)
from robot_fleet.core.fleet.alarming.cases import AlarmRecord, IncidentRecord
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.health import Urgency
from robot_fleet.core.lifecycles import advance, alarm, incident
from robot_fleet.core.lifecycles.alarm import AlarmEvent, AlarmState
from robot_fleet.core.lifecycles.incident import IncidentEvent, IncidentState

HELP_CALLED = "help_called"
"""The condition of a call for help."""
CLOSED_KEPT = 200
"""Closed alarms that are kept, calls for help not counted; the ledger has them all."""
INCIDENTS_KEPT = 100
"""The same for closed incidents."""


def moves(state: FleetState, name: str, event: AlarmEvent) -> AlarmRecord | None:
    """Let something happen to an alarm, if there is one of this id, and return it."""
    record = state.alarms.get(name)
    if record is not None:
        record.state = advance(alarm.TRANSITIONS, record.state, event, name)
    return record


def called(state: FleetState, fact: TaskRequested) -> None:
    """Let a call for help ring."""
    at_s = fact.requested_s
    state.alarms[fact.task] = AlarmRecord(
        fact.task, HELP_CALLED, at_s, Urgency.CRITICAL.value, task=fact.task, rang_s=at_s
    )


def shown(state: FleetState, fact: AlarmShown) -> None:
    """Note when a console was sent the alarm first."""
    record = moves(state, fact.task, AlarmEvent.SHOW)
    if record is not None and record.shown_s is None:
        record.shown_s = fact.at_s


def voiced(state: FleetState, fact: VoiceRecorded) -> None:
    """Note what came of speaking to whoever has called."""
    record = moves(state, fact.alarm, AlarmEvent.VOICE)
    if record is None:
        return
    match fact.outcome:
        case Voice.ESCALATED:
            record.escalated_s = fact.at_s if record.escalated_s is None else record.escalated_s
        case Voice.GUARDIAN_TOLD:
            record.guardian_s = fact.at_s if record.guardian_s is None else record.guardian_s
        case Voice.DOOR_OPENED:
            record.door_s = fact.at_s if record.door_s is None else record.door_s
        case Voice.FAILED:
            pass
        case _:
            record.voice, record.said = fact.outcome, fact.word or record.said
            record.voice_s = fact.at_s if record.voice_s is None else record.voice_s


def wanted(state: FleetState, fact: ContactWanted) -> None:
    """Note whom a call for help wants reached."""
    record = moves(state, fact.alarm, AlarmEvent.WANT)
    if record is not None:
        record.wants.setdefault(fact.kind, fact.at_s)


def raised(state: FleetState, fact: AlarmRaised) -> None:
    """Let an alarm ring."""
    state.raised += 1
    members = dict.fromkeys(fact.members, True)
    state.alarms[fact.alarm] = AlarmRecord(
        fact.alarm, fact.condition, fact.at_s, fact.urgency, members=members, count=fact.count, rang_s=fact.at_s
    )
    closed = [name for name, record in state.alarms.items() if not record.open and not record.task]
    for name in closed[:-CLOSED_KEPT]:
        del state.alarms[name]


def spread(state: FleetState, fact: AlarmSpread) -> None:
    """Let an alarm tell of one more."""
    known = state.alarms.get(fact.alarm)
    rings_anew = known is not None and known.state is AlarmState.CLEARED
    record = moves(state, fact.alarm, AlarmEvent.SPREAD)
    if record is not None:
        record.rang_s = fact.at_s if rings_anew else record.rang_s
        record.count += fact.member in record.members
        record.members[fact.member] = True


def receded(state: FleetState, fact: AlarmReceded) -> None:
    """Let an alarm tell of one less, and clear with the last."""
    record = state.alarms.get(fact.alarm)
    if record is None:
        return
    record.members[fact.member] = False
    if not any(record.members.values()):
        moves(state, fact.alarm, AlarmEvent.CLEAR)
        _ended(record, fact.at_s)


def acknowledged(state: FleetState, fact: AlarmAcknowledged) -> None:
    """Note who has taken note."""
    record = moves(state, fact.alarm, AlarmEvent.ACKNOWLEDGE)
    if record is not None:
        record.acknowledged_s, record.acknowledged_by = fact.at_s, fact.by
        _ended(record, fact.at_s)


def shelved(state: FleetState, fact: AlarmShelved) -> None:
    """Put an alarm aside."""
    record = moves(state, fact.alarm, AlarmEvent.SHELVE)
    if record is not None:
        record.shelved_until_s, record.shelved_by, record.shelved_for = fact.until_s, fact.by, fact.reason


def unshelved(state: FleetState, fact: AlarmUnshelved) -> None:
    """Let an alarm ring again."""
    record = moves(state, fact.alarm, AlarmEvent.UNSHELVE)
    if record is not None:
        record.shelved_until_s, record.shelved_by, record.shelved_for = None, "", ""
        record.acknowledged_s, record.acknowledged_by = None, ""
        record.rang_s = fact.at_s


def incident_opened(state: FleetState, fact: IncidentOpened) -> None:
    """Begin an incident."""
    state.incidents[fact.incident] = IncidentRecord(fact.incident, fact.at_s, (), fact.robots, fact.by)
    _take_alarm(state, state.incidents[fact.incident], fact.alarm)
    closed = [name for name, record in state.incidents.items() if record.state is IncidentState.CLOSED]
    for name in closed[:-INCIDENTS_KEPT]:
        del state.incidents[name]


def incident_joined(state: FleetState, fact: IncidentJoined) -> None:
    """Add an alarm and robots to an incident."""
    record = _happens(state, fact.incident, IncidentEvent.JOIN)
    record.robots = tuple(dict.fromkeys((*record.robots, *fact.robots)))
    _take_alarm(state, record, fact.alarm)


def incident_noted(state: FleetState, fact: IncidentNoted) -> None:
    """Keep what was done."""
    record = _happens(state, fact.incident, IncidentEvent.NOTE)
    record.notes = (*record.notes, (fact.at_s, fact.by, fact.text))


def incident_closed(state: FleetState, fact: IncidentClosed) -> None:
    """End an incident."""
    record = _happens(state, fact.incident, IncidentEvent.CLOSE)
    record.reason, record.closed_by, record.closed_s = fact.reason, fact.by, fact.at_s
    record.verdict = fact.verdict
    for name in record.alarms if fact.verdict else ():
        known = state.alarms.get(name)
        if known is not None and known.task:  # a person's judgement takes the place of what was found there
            known.verdict = fact.verdict


def _happens(state: FleetState, name: str, event: IncidentEvent) -> IncidentRecord:
    record = state.incidents[name]
    record.state = advance(incident.TRANSITIONS, record.state, event, name)
    return record


def _take_alarm(state: FleetState, record: IncidentRecord, name: str) -> None:
    known = state.alarms.get(name)
    if known is not None:
        known.incident = record.id
        record.alarms = (*record.alarms, name)
        record.since_s = min(record.since_s, known.raised_s)


def _ended(record: AlarmRecord, at_s: float) -> None:
    if record.state is AlarmState.CLOSED:
        record.closed_s = at_s


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    AlarmRaised: raised,
    AlarmSpread: spread,
    AlarmReceded: receded,
    AlarmAcknowledged: acknowledged,
    AlarmShelved: shelved,
    AlarmUnshelved: unshelved,
    IncidentOpened: incident_opened,
    IncidentJoined: incident_joined,
    IncidentNoted: incident_noted,
    IncidentClosed: incident_closed,
    VoiceRecorded: voiced,
    ContactWanted: wanted,
}
