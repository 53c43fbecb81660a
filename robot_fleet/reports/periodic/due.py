"""Which reports are due: periods by the site's days, each over for a while, none of long ago. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from robot_fleet.reports.calendar import DAY_S, Length, Period, name_of, period_of


def due_periods(length: Length, began: date, now_s: float, settle_s: float, catch_up_days: int) -> list[Period]:
    """Return the periods whose reports are to have been made by now, oldest first.

    Parameters
    ----------
    began : the date of the fleet's first day; what was over before it is no period of this fleet.
    now_s : fleet time.
    settle_s : so long after the end of a period all that happened in it is written down.
    catch_up_days : what was due longer ago than so many days is not made up for.
    """
    oldest_s = max(now_s - settle_s - catch_up_days * DAY_S, 0.0)
    found: list[Period] = []
    period = before(next_period(length, began, now_s, settle_s), began)
    while period.to_s > oldest_s:
        found.append(period)
        period = before(period, began)
    return found[::-1]


def next_period(length: Length, began: date, now_s: float, settle_s: float) -> Period:
    """Return the first period whose report is yet to come due."""
    return _at(length, began + timedelta(days=(now_s - settle_s) // DAY_S), began)


def before(period: Period, began: date) -> Period:
    """Return the period before one."""
    return _at(period.length, began + timedelta(days=period.first_day - 1), began)


def _at(length: Length, day: date, began: date) -> Period:
    return period_of(length, name_of(length, day), began)
