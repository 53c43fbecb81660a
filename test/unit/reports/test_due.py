"""Which reports are due when: by whole days of the site, after a while, none of long ago."""

from __future__ import annotations

from datetime import date

import pytest

from robot_fleet.reports.calendar import DAY_S, Length
from robot_fleet.reports.periodic.due import before, due_periods, next_period

BEGAN = date(2026, 11, 26)  # a Thursday
SETTLE_S = 1_800.0


def due(length: Length, now_s: float, catch_up_days: int = 35) -> list[str]:
    return [period.of for period in due_periods(length, BEGAN, now_s, SETTLE_S, catch_up_days)]


@pytest.mark.parametrize(
    ("length", "over_s", "of"),
    [
        (Length.DAY, DAY_S, "2026-11-26"),
        (Length.WEEK, 4 * DAY_S, "2026-W48"),
        (Length.MONTH, 5 * DAY_S, "2026-11"),
    ],
)
def test_a_period_is_due_when_it_has_been_over_for_a_while(length: Length, over_s: float, of: str) -> None:
    assert due(length, over_s + SETTLE_S - 1.0) == []
    assert due(length, over_s + SETTLE_S) == [of]
    assert next_period(length, BEGAN, over_s + SETTLE_S - 1.0, SETTLE_S).of == of


def test_what_was_missed_comes_in_order_and_not_from_long_ago() -> None:
    now_s = 10 * DAY_S + SETTLE_S
    assert due(Length.DAY, now_s, 3) == ["2026-12-03", "2026-12-04", "2026-12-05"]
    assert due(Length.WEEK, now_s) == ["2026-W48"]
    assert len(due(Length.DAY, 100 * DAY_S, 35)) == 35


def test_before_the_fleet_there_is_nothing_to_report() -> None:
    assert due(Length.DAY, 0.0) == due(Length.MONTH, 100.0) == []
    assert len(due(Length.DAY, 5 * DAY_S + SETTLE_S)) == 5


def test_across_a_year_each_period_follows_the_one_before() -> None:
    began = date(2026, 12, 30)
    first = next_period(Length.MONTH, began, 2 * DAY_S, 0.0)
    assert (first.of, before(first, began).of) == ("2027-01", "2026-12")
    week = next_period(Length.WEEK, began, 6 * DAY_S, 0.0)
    assert (week.of, before(week, began).of) == ("2027-W01", "2026-W53")
