"""What consoles are shown of schedules and templates, and of the days that a rule comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from itertools import islice
from typing import Any

from robot_fleet.core.errors import RequestError
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.fleet.tasks.schedule_state import ScheduleRecord, TemplateRecord
from robot_fleet.core.lifecycles.schedule import ScheduleState
from robot_fleet.core.recurrence import Edition, Recurrence, Wanted, check_rule
from robot_fleet.server.ports import Row
from robot_fleet.site.calendar import SiteCalendar

FINISHED = "finished"
"""The state of a schedule whose rule has come to its end."""
MOST = 60
"""So many days are told at once."""


class ScheduleRows:
    """Makes rows of schedules; a row is made anew when something in it may have changed.

    Parameters
    ----------
    calendar : the site's days; None where the site has none, and so no schedules.
    """

    def __init__(self, calendar: SiteCalendar | None) -> None:
        self.calendar = calendar
        self._made: dict[str, tuple[tuple[object, ...], Row]] = {}

    def schedules(self, state: FleetState) -> list[Row]:
        """Return a row per schedule, in the order in which they were added."""
        return [self._row(record) for record in state.schedules.values()]

    def templates(self, state: FleetState) -> list[Row]:
        """Return a row per template."""
        return [template_row(record) for record in state.templates.values()]

    def of_schedule(self, state: FleetState, schedule: str, count: int) -> list[Row]:
        """Return the next days that a schedule comes to, those that are left out or skipped, too.

        Raises
        ------
        RequestError : `request_unknown_schedule`, `request_no_calendar`.
        """
        record = state.schedules.get(schedule)
        if record is None:
            message = f"no schedule {schedule!r}; `./fleet schedule list` shows all"
            raise RequestError("request_unknown_schedule", message, schedule)
        if record.state is ScheduleState.ENDED:
            return []
        return self._days(record.editions, record.through, record.skipped, count)

    def of_rule(self, rule: Recurrence, at_s: float, count: int) -> list[Row]:
        """Return the next days after a fleet time that a rule comes to.

        Raises
        ------
        RequestError : `request_schedule_malformed`, `request_no_calendar`.
        """
        check_rule(rule)
        edition = Edition(rule, Wanted("", {}))
        return self._days((edition,), self._known().local(at_s), (), count)

    def today(self, at_s: float) -> str:
        """Return the site's date at a fleet time. Raises `request_no_calendar`."""
        return self._known().local(at_s)[:10]

    def _known(self) -> SiteCalendar:
        if self.calendar is None:
            message = "nothing can recur here: the site has no calendar.yaml that says which days there are"
            raise RequestError("request_no_calendar", message)
        return self.calendar

    def _days(self, editions: Sequence[Edition], after: str, skipped: Sequence[str], count: int) -> list[Row]:
        calendar, found = self._known(), 0
        rows: list[Row] = []
        for day in islice(calendar.days(editions, after), MOST * 10):
            holiday = calendar.holiday(date.fromisoformat(day.nominal))
            skips = day.taken and day.local in skipped
            rows.append(
                {
                    "local": day.local,
                    "at_s": calendar.occurrence(day).at_s,
                    "instead_of": day.nominal if day.put_off else "",
                    "takes_place": day.taken and not skips,
                    "skipped": skips,
                    "holiday": None if holiday is None else holiday.words(),
                }
            )
            found += day.taken
            if found == min(count, MOST):
                break
        return rows

    def _row(self, record: ScheduleRecord) -> Row:
        made_from = (
            *(record.name, record.editions, record.through, record.grace_s, record.skipped, record.state),
            *(record.reason, record.made, record.missed),
        )
        known = self._made.get(record.id)
        if known is None or known[0] != made_from:
            known = self._made[record.id] = made_from, self._new_row(record)
        return known[1]

    def _new_row(self, record: ScheduleRecord) -> Row:
        following, state = None, record.state.value
        if self.calendar is not None and record.state is not ScheduleState.ENDED:
            following = self.calendar.following(record.editions, record.through)
            while following is not None and following.local in record.skipped:
                following = self.calendar.following(record.editions, following.local)
            state = FINISHED if following is None and record.state is ScheduleState.RUNNING else state
        current = len(record.editions) - 1 if following is None else following.edition
        missed = {"local": record.missed_local, "reason": record.missed_why, "found_s": record.missed_s}
        return {
            "id": record.id,
            "name": record.name,
            "state": state,
            "reason": record.reason,
            "next": None if following is None else following.local,
            "next_s": None if following is None else following.at_s,
            **_edition(record.editions[current]),
            "later": [_edition(edition) for edition in record.editions[current + 1 :]],
            "skipped": list(record.skipped),
            "grace_s": record.grace_s,
            "last": record.last,
            "made": record.made,
            "missed": record.missed,
            "newest_missed": missed if record.missed else None,
        }


def template_row(record: TemplateRecord) -> Row:
    """Return the row of a template."""
    return {
        "id": record.id,
        "name": record.name,
        "service": record.wanted.service,
        "params": dict(record.wanted.params),
        "note": record.note,
    }


def _edition(edition: Edition) -> dict[str, Any]:
    rule = asdict(edition.rule)
    rule["weekdays"] = list(edition.rule.weekdays)
    return {"service": edition.wanted.service, "params": dict(edition.wanted.params), "rule": rule}
