"""Asks for what schedules say, each occurrence exactly once.

An occurrence is settled in the turn in which its task begins to exist: `OccurrenceMade` and `TaskRequested` are written
in one transaction, so that no restart sees the one without the other. Facts move `through` forward and nothing else
does; which occurrence comes next is asked of the calendar, which may know more holidays after an update.
"""

from __future__ import annotations

from collections.abc import Iterator

from robot_fleet.core.clock import parse_clock
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts.schedules import OccurrenceMade, OccurrenceMissed
from robot_fleet.core.fleet.commands.requests import brought, take_on
from robot_fleet.core.fleet.tasks.schedule_state import ScheduleRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import SubmitTask
from robot_fleet.core.lifecycles.schedule import ScheduleState
from robot_fleet.core.ports import Calendar
from robot_fleet.core.recurrence import Occurrence, Wanted
from robot_fleet.core.site import Service, Site
from robot_fleet.core.wishes import EVERY_SERVICE

AHEAD_S = 900.0
"""An occurrence is asked for this long before its time (fleet time), so that the plan sees it coming."""
TOLD_S = 900.0
"""Fleet seconds for which a missed occurrence is a condition; its alarm stays until a person has taken note of it."""
MOST_AT_ONCE = 20
"""Occurrences of one schedule that a turn settles; what a long standstill has left takes some turns."""
LATE = "schedule_late"
"""Why an occurrence was missed that nobody could ask for in time."""


def ask(turn: Turn) -> None:
    """Ask for every occurrence whose time has come."""
    calendar = turn.ports.calendar
    if calendar is None:
        return
    for record in turn.state.schedules.values():
        for _ in range(MOST_AT_ONCE):
            occurrence = following(turn, calendar, record)
            if occurrence is None or occurrence.at_s - AHEAD_S > turn.now.fleet_s:
                break
            _settle(turn, calendar, record, occurrence)


def following(turn: Turn, calendar: Calendar, record: ScheduleRecord) -> Occurrence | None:
    """Return the next occurrence of a schedule that is to be asked for, None if there is none."""
    if record.state is not ScheduleState.RUNNING:
        return None
    of = (record.editions, record.through, record.skipped)
    known = turn.agenda.following.get(record.id)
    if known is not None and known[0] == of:
        return known[1]
    occurrence = calendar.following(record.editions, record.through)
    while occurrence is not None and occurrence.local in record.skipped:
        occurrence = calendar.following(record.editions, occurrence.local)
    turn.agenda.following[record.id] = of, occurrence
    return occurrence


def missed(turn: Turn) -> Iterator[str]:
    """Yield the schedules of which an occurrence was missed lately, and those that nobody can follow."""
    for record in turn.state.schedules.values():
        lately = record.missed_s is not None and turn.now.fleet_s - record.missed_s < TOLD_S
        if lately or (record.state is ScheduleState.RUNNING and turn.ports.calendar is None):
            yield record.id


def times_of(service: Service) -> list[str]:
    """Return the parameters of a service that are times of day."""
    specs = {spec.name: spec for spec in service.params} | EVERY_SERVICE
    return [spec.name for spec in specs.values() if spec.type == "time"]


def params_on(site: Site, calendar: Calendar, wanted: Wanted, occurrence: Occurrence) -> dict[str, object]:
    """Return the parameters of one occurrence: times are of its day, and what it brings along is a thing of its own.

    Raises
    ------
    RequestError : `request_unknown_service`, which the site no longer offers.
    """
    service = site.services.get(wanted.service)
    if service is None:
        raise RequestError("request_unknown_service", f"no service {wanted.service!r}", "service")
    params = dict(wanted.params)
    for name in times_of(service):
        if name in params:
            params[name] = calendar.at_s(occurrence.local[:10], parse_clock(str(params[name])))
    for name, _ in brought(service):
        if name in params:
            params[name] = f"{params[name]}.{occurrence.stamp}"
    return params


def _settle(turn: Turn, calendar: Calendar, record: ScheduleRecord, occurrence: Occurrence) -> None:
    now_s = turn.now.fleet_s
    late_s = max(0.0, now_s - occurrence.at_s)
    name = occurrence.name(record.id)
    reason = LATE if late_s > record.grace_s else ""
    if not reason:
        reason = _asked(turn, calendar, record, occurrence, name)
    if reason:
        turn.emit(OccurrenceMissed(record.id, occurrence.local, reason, now_s))
    else:
        turn.emit(OccurrenceMade(record.id, occurrence.local, name, late_s, now_s))


def _asked(turn: Turn, calendar: Calendar, record: ScheduleRecord, occurrence: Occurrence, name: str) -> str:
    """Ask for one occurrence; return why it could not be, or nothing."""
    wanted = record.editions[occurrence.edition].wanted
    told = len(turn.effects)
    try:
        params = params_on(turn.site, calendar, wanted, occurrence)
        take_on(turn, SubmitTask(name, wanted.service, params, f"schedule:{record.id}", at_s=occurrence.at_s))
    except RequestError as refused:
        return refused.code
    finally:
        del turn.effects[told:]  # nobody waits for an answer
    return turn.state.refused.get(name, "")
