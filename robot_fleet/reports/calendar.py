"""Periods of a report, in days. Fleet time counts from the midnight with which the fleet's first day began."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from robot_fleet.core.errors import RequestError

DAY_S = 86_400.0
_NUMBER = re.compile(r"[1-9]\d{0,5}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


class Length(StrEnum):
    """How long a report reaches."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of fleet time.

    Parameters
    ----------
    of : as people name it: `2026-11-03`, `2026-W45`, `2026-11`; `3` for the third day or week where no date is known.
    first_day, days : the first one (0 is the fleet's first) and how many.
    begins : its date, None where it is not known.
    """

    length: Length
    of: str
    first_day: int
    days: int
    begins: date | None

    @property
    def from_s(self) -> float:
        """Its begin, fleet time."""
        return self.first_day * DAY_S

    @property
    def to_s(self) -> float:
        """Its end, fleet time."""
        return (self.first_day + self.days) * DAY_S

    def date_of(self, day: int) -> date | None:
        """Return the date of a day of fleet time, None where no date is known."""
        return None if self.begins is None else self.begins + timedelta(days=day - self.first_day)

    def month_days(self, day: int) -> float:
        """Return how many days the month of a day has; the mean of all months where no date is known."""
        at = self.date_of(day)
        return 365.25 / 12.0 if at is None else float(monthrange(at.year, at.month)[1])


def period_of(length: Length, of: str, fleet_began: date | None) -> Period:
    """Return the period that people name.

    Parameters
    ----------
    of : a day as `2026-11-03`, a week as `2026-W45` (ISO 8601, from Monday on), a month as `2026-11`; or the number of
        the fleet's day or week, 1 the first.
    fleet_began : the date of the fleet's first day; None where it is not known.

    Raises
    ------
    RequestError : `request_period_malformed`; `request_date_unknown` for a date while that of the first day is not.
    """
    if _NUMBER.fullmatch(of) and length is not Length.MONTH:
        number, days = int(of) - 1, 7 if length is Length.WEEK else 1
        first = number * days
        if fleet_began is None:
            return Period(length, of, first, days, None)
        _check_end(fleet_began.toordinal() + first + days, of)
        return Period(length, of, first, days, fleet_began + timedelta(days=first))
    begins, days = _dates(length, of)
    if fleet_began is None:
        message = (
            f"the ledger counts days from its first one and does not say which date that was; say it to have {of}, "
            "or ask for a day or week by its number"
        )
        raise RequestError("request_date_unknown", message, "--from")
    _check_end(begins.toordinal() + days, of)
    return Period(length, of, (begins - fleet_began).days, days, begins)


def _check_end(end: int, of: str) -> None:
    """Raise `request_period_malformed` for a period that ends after the last date there is (the year 9999)."""
    if end > date.max.toordinal():
        raise RequestError("request_period_malformed", f"{of} ends after {date.max}, the last date there is", "--of")


def name_of(length: Length, at: date) -> str:
    """Return what people call the day, week or month of a date."""
    week = at.isocalendar()
    names = {
        Length.DAY: at.isoformat(),
        Length.WEEK: f"{week.year:04d}-W{week.week:02d}",
        Length.MONTH: f"{at.year:04d}-{at.month:02d}",
    }
    return names[length]


def _dates(length: Length, of: str) -> tuple[date, int]:
    """Return the first date of a period, and its days."""
    try:
        if length is Length.DAY and _DAY.fullmatch(of):
            return date.fromisoformat(of), 1
        if length is Length.WEEK and (week := _WEEK.fullmatch(of)):
            return date.fromisocalendar(int(week[1]), int(week[2]), 1), 7
        if length is Length.MONTH and (month := _MONTH.fullmatch(of)):
            first = date(int(month[1]), int(month[2]), 1)
            return first, monthrange(first.year, first.month)[1]
    except ValueError:
        pass
    forms = {Length.DAY: "2026-11-03 or a number", Length.WEEK: "2026-W45 or a number", Length.MONTH: "2026-11"}
    raise RequestError("request_period_malformed", f"expected a {length.value} as {forms[length]}, got {of!r}", "--of")
