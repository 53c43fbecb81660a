"""When a request recurs, in the words of a wall clock and a calendar, and what is asked for then.

Dates are written `2026-11-27`, times of day `07:30`, both together `2026-11-27T07:30`: always those of the site's time
zone, so that they sort as texts. Which instants they are is for a `Calendar` to say (see `core.ports`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from robot_fleet.core.errors import RequestError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_APART = 99
"""Days, weeks or months between two occurrences."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOCAL = re.compile(r"20\d{2}-\d{2}-\d{2}T\d{2}:\d{2}")


class Every(StrEnum):
    """What an interval counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class OnHolidays(StrEnum):
    """What becomes of an occurrence on a day on which the site does not work as usual."""

    REGARDLESS = "regardless"
    """It takes place."""
    SKIP = "skip"
    """It is left out."""
    ONLY = "only"
    """It takes place on such days, and on no others."""
    NEXT_WORKING_DAY = "next_working_day"
    """It takes place on the next working day, once however many come together there."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When something recurs.

    Parameters
    ----------
    at : time of day.
    begins : first date; intervals count from it, weeks from Monday on.
    every, interval : every so many days, weeks or months.
    weekdays : of weeks: which days (`mon` to `sun`); empty for the weekday of `begins`.
    month_day : of months: 1 to 31, in shorter months their last day; 0 for the day of `begins`.
    ends : last date, empty for none.
    count : so many occurrences, 0 for no such limit.
    """

    at: str
    begins: str
    every: Every = Every.DAY
    interval: int = 1
    weekdays: tuple[str, ...] = ()
    month_day: int = 0
    ends: str = ""
    count: int = 0
    holidays: OnHolidays = OnHolidays.REGARDLESS


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a service with its parameters, as a request has them; times of day as texts."""

    service: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Edition:
    """What a schedule says from its rule's first date on, until the next edition begins."""

    rule: Recurrence
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence: its local date and time, the fleet time of that, and which edition it is of.

    Parameters
    ----------
    nominal : the date that the rule names; another one where it was put off to a working day.
    """

    local: str
    at_s: float
    nominal: str
    edition: int

    @property
    def stamp(self) -> str:
        """Date and time for an id: `20261127T0730`."""
        return self.local.replace("-", "").replace(":", "")

    def name(self, schedule: str) -> str:
        """Return the id of the occurrence's task; no request of a person can have it, since a key has no `@`."""
        return f"{schedule}@{self.stamp}"


def check_rule(rule: Recurrence) -> None:
    """Refuse a rule that no calendar could follow.

    Raises
    ------
    RequestError : `request_schedule_malformed`, with the field.
    """
    if not _TIME.fullmatch(rule.at):
        raise _malformed("at", "a time of day as HH:MM", rule.at)
    begins = checked_date(rule.begins, "begins")
    if rule.ends and checked_date(rule.ends, "ends") < begins:
        raise _malformed("ends", f"a date not before {rule.begins}", rule.ends)
    if not 1 <= rule.interval <= MOST_APART:
        raise _malformed("interval", f"1 to {MOST_APART}", rule.interval)
    if not 0 <= rule.count <= 10_000:
        raise _malformed("count", "0 to 10000", rule.count)
    if any(day not in WEEKDAYS for day in rule.weekdays):
        raise _malformed("weekdays", " ".join(WEEKDAYS), " ".join(rule.weekdays))
    if rule.weekdays and rule.every is not Every.WEEK:
        raise _malformed("weekdays", "weekdays of weeks only", rule.every.value)
    if not 0 <= rule.month_day <= 31:
        raise _malformed("month_day", "1 to 31", rule.month_day)
    if rule.month_day and rule.every is not Every.MONTH:
        raise _malformed("month_day", "a day of months only", rule.every.value)


def is_local(text: str) -> bool:
    """Return whether a text is a local date and time of this century."""
    return _LOCAL.fullmatch(text) is not None


def checked_date(text: str, field: str) -> date:
    """Return a date.

    Raises
    ------
    RequestError : `request_schedule_malformed`.
    """
    try:
        if _DATE.fullmatch(text) and "2000" < text < "2100":
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _malformed(field, "a date of this century as 2026-11-27", text)


def _malformed(field: str, expected: str, got: object) -> RequestError:
    return RequestError("request_schedule_malformed", f"expected {expected}, got {str(got)[:40]!r}", field)
