"""Periods as people name them, with and without the date of the fleet's first day."""

from __future__ import annotations

from datetime import date

import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.reports.calendar import DAY_S, Length, period_of

TUESDAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("length", "of", "first_day", "days", "begins"),
    [
        (Length.DAY, "2026-11-03", 0, 1, TUESDAY),
        (Length.DAY, "2026-11-05", 2, 1, date(2026, 11, 5)),
        (Length.WEEK, "2026-W45", -1, 7, date(2026, 11, 2)),  # its Monday is the day before the fleet's first
        (Length.WEEK, "2026-W46", 6, 7, date(2026, 11, 9)),
        (Length.MONTH, "2026-11", -2, 30, date(2026, 11, 1)),
        (Length.MONTH, "2028-02", 455, 29, date(2028, 2, 1)),
        (Length.DAY, "3", 2, 1, date(2026, 11, 5)),
        (Length.WEEK, "2", 7, 7, date(2026, 11, 10)),
    ],
)
def test_a_period_has_its_days(length: Length, of: str, first_day: int, days: int, begins: date) -> None:
    made = period_of(length, of, TUESDAY)
    assert (made.first_day, made.days, made.begins) == (first_day, days, begins)
    assert (made.from_s, made.to_s) == (first_day * DAY_S, (first_day + days) * DAY_S)


def test_without_a_date_days_and_weeks_go_by_number() -> None:
    week = period_of(Length.WEEK, "2", None)
    assert (week.from_s, week.to_s, week.begins, week.date_of(8)) == (7 * DAY_S, 14 * DAY_S, None, None)
    assert week.month_days(8) == pytest.approx(30.4375)
    assert period_of(Length.DAY, "3", TUESDAY).month_days(2) == 30.0


@pytest.mark.parametrize(
    ("length", "of"), [(Length.DAY, "2026-11-03"), (Length.WEEK, "2026-W45"), (Length.MONTH, "2026-11")]
)
def test_a_date_needs_that_of_the_first_day(length: Length, of: str) -> None:
    with pytest.raises(RequestError) as raised:
        period_of(length, of, None)
    assert raised.value.code == "request_date_unknown"


@pytest.mark.parametrize(
    ("length", "of"),
    [
        (Length.DAY, "2026-02-30"),
        (Length.DAY, "0"),
        (Length.DAY, "2026-W45"),
        (Length.WEEK, "2026-W54"),
        (Length.WEEK, "2026-11"),
        (Length.MONTH, "2026-13"),
        (Length.MONTH, "3"),  # months differ in length: one has no number
        (Length.MONTH, ""),
        (Length.DAY, "9999-12-31"),  # the midnight after it has no date
        (Length.MONTH, "9999-12"),
        (Length.WEEK, "999999"),
    ],
)
def test_another_form_is_refused(length: Length, of: str) -> None:
    with pytest.raises(RequestError) as raised:
        period_of(length, of, TUESDAY)
    assert raised.value.code == "request_period_malformed"
