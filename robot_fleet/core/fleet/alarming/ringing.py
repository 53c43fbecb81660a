"""From conditions to alarms: what rings, what joins what rings already, and what is quiet again.

One outage is one alarm: conditions of one code that begin together, or soon after each other, ring once for all their
robots, and what follows from something that rings already joins it. A condition that comes and goes keeps its alarm.
What is under maintenance does not ring.
"""

from __future__ import annotations

from collections.abc import Mapping

from robot_fleet.core.facts import (
    AlarmRaised,
    AlarmReceded,
    AlarmSpread,
    AlarmUnshelved,
    IncidentJoined,
    IncidentOpened,
)
from robot_fleet.core.fleet.alarming import standing
from robot_fleet.core.fleet.alarming.cases import AlarmRecord, IncidentRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.health import Condition, Urgency
from robot_fleet.core.lifecycles.alarm import AlarmState
from robot_fleet.core.lifecycles.incident import IncidentState

GATHER_S = 3.0
"""Steady seconds for which a condition is held back to see whether it is one of many; the critical ring at once."""
OUTAGE_FROM = 3
"""So many robots of one code are one outage."""
OUTAGE_WITHIN_S = 60.0
"""Alarms of one code raised within this time (fleet) are of one outage."""
AGAIN_WITHIN_S = 600.0
"""An alarm that comes again within this time (fleet) counts on."""
QUIET_S = (0.0, 30.0, 60.0, 120.0, 300.0)
"""Steady seconds for which something must be gone before its alarm says so, by how often it has come: no chatter."""

Key = tuple[str, str]


def watch(turn: Turn) -> None:
    """Let alarms ring, spread and clear by what holds now."""
    held = standing.conditions(turn)
    _unshelve(turn)
    _recede(turn, held)
    _ring(turn, held)


def follow(turn: Turn) -> None:
    """Open incidents for the alarms that call for one, and join to open ones what belongs to them."""
    for alarm in turn.state.alarms.values():
        if not alarm.open:
            continue
        robots = _robots(turn, alarm)
        known = turn.state.incidents.get(alarm.incident)
        if known is not None:
            fresh = tuple(robot for robot in robots if robot not in known.robots)
            if fresh and known.state is IncidentState.OPEN:
                turn.emit(IncidentJoined(known.id, "", fresh, turn.now.fleet_s))
            continue
        related = _related(turn, robots)
        template = turn.site.health.alarms.get(alarm.condition)
        if related is not None:
            turn.emit(IncidentJoined(related.id, alarm.id, robots, turn.now.fleet_s))
        elif template is not None and template.incident:
            open_incident(turn, alarm, "")


def open_incident(turn: Turn, alarm: AlarmRecord, by: str) -> str:
    """Begin an incident with an alarm, and return its id."""
    name = f"incident:{alarm.id}"
    turn.emit(IncidentOpened(name, alarm.id, _robots(turn, alarm), by, turn.now.fleet_s))
    return name


def _robots(turn: Turn, alarm: AlarmRecord) -> tuple[str, ...]:
    if alarm.task:
        robot = turn.state.tasks[alarm.task].robot
        return (robot,) if robot else ()
    return tuple(subject for subject in alarm.subjects if subject in turn.state.robots)


def _related(turn: Turn, robots: tuple[str, ...]) -> IncidentRecord | None:
    for incident in turn.state.incidents.values():
        if incident.state is IncidentState.OPEN and not set(incident.robots).isdisjoint(robots):
            return incident
    return None


def _unshelve(turn: Turn) -> None:
    for alarm in list(turn.state.alarms.values()):
        until_s = alarm.shelved_until_s
        if alarm.state is AlarmState.SHELVED and until_s is not None and turn.now.fleet_s >= until_s:
            turn.emit(AlarmUnshelved(alarm.id, "", turn.now.fleet_s))


def _recede(turn: Turn, held: Mapping[Key, Condition]) -> None:
    quiet, turn.agenda.quiet_s = turn.agenda.quiet_s, {}
    for alarm in list(turn.state.alarms.values()):
        for member, holds in list(alarm.members.items()) if alarm.open else ():
            code, _, subject = member.partition(":")
            if not holds or ((code, subject) in held and not _in_maintenance(turn, subject)):
                continue
            since_s = quiet.get((alarm.id, member), turn.now.steady_s)
            if turn.now.steady_s - since_s >= QUIET_S[min(alarm.count, len(QUIET_S)) - 1]:
                turn.emit(AlarmReceded(alarm.id, member, turn.now.fleet_s))
            else:
                turn.agenda.quiet_s[alarm.id, member] = since_s


def _ring(turn: Turn, held: Mapping[Key, Condition]) -> None:
    agenda = turn.agenda
    pending, agenda.pending_s = agenda.pending_s, {}
    ringing = {member: alarm for alarm in turn.state.alarms.values() if alarm.open for member in alarm.members}
    due: dict[str, list[str]] = {}
    waiting: dict[str, list[str]] = {}
    for code, subject in held:
        template = turn.site.health.alarms.get(code)
        if template is None or _in_maintenance(turn, subject):
            continue
        member = f"{code}:{subject}"
        alarm = ringing.get(member) or _explained(turn, code)
        if alarm is not None:
            if not alarm.members.get(member):
                turn.emit(AlarmSpread(alarm.id, member, turn.now.fleet_s))
            continue
        since_s = agenda.pending_s[code, subject] = pending.get((code, subject), turn.now.steady_s)
        ripe = template.urgency is Urgency.CRITICAL or turn.now.steady_s - since_s >= GATHER_S
        (due if ripe else waiting).setdefault(code, []).append(member)
    for code, members in due.items():
        _ring_for(turn, code, members, waiting.get(code, []))


def _ring_for(turn: Turn, code: str, members: list[str], waiting: list[str]) -> None:
    now_s = turn.now.fleet_s
    recent = [
        alarm
        for alarm in turn.state.alarms.values()
        if alarm.condition == code and alarm.open and now_s - alarm.raised_s <= OUTAGE_WITHIN_S
    ]
    if sum(len(alarm.members) for alarm in recent) + len(members) + len(waiting) < OUTAGE_FROM:
        for member in members:
            _raise(turn, code, (member,))
    elif recent:
        for member in (*members, *waiting):
            turn.emit(AlarmSpread(recent[0].id, member, now_s))
    else:
        _raise(turn, code, (*members, *waiting))


def _raise(turn: Turn, code: str, members: tuple[str, ...]) -> None:
    now_s = turn.now.fleet_s
    before = [
        alarm.count
        for alarm in turn.state.alarms.values()
        if alarm.closed_s is not None and now_s - alarm.closed_s <= AGAIN_WITHIN_S and tuple(alarm.members) == members
    ]
    urgency = turn.site.health.alarms[code].urgency.value
    turn.emit(
        AlarmRaised(f"{code}:{turn.state.raised + 1}", code, members, urgency, now_s, count=max(before, default=0) + 1)
    )


def _explained(turn: Turn, code: str) -> AlarmRecord | None:
    """Return the alarm that rings for what a condition follows from, if any."""
    for alarm in turn.state.alarms.values():
        template = turn.site.health.alarms.get(alarm.condition)
        if alarm.open and alarm.state is not AlarmState.CLEARED and template is not None and code in template.explains:
            return alarm
    return None


def _in_maintenance(turn: Turn, subject: str) -> bool:
    robot = turn.state.robots.get(subject)
    return robot is not None and robot.maintenance
