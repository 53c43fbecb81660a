"""The site's days over months and years: holidays with their substitutes, changes of clocks, short months."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice

import pytest

from robot_fleet.core.recurrence import Edition, Every, OnHolidays, Recurrence, Wanted
from robot_fleet.core.site import CalendarSpec
from robot_fleet.core.text import Text
from robot_fleet.site.calendar import SiteCalendar

VISIT = Wanted("care_visit", {"place": "home/r101"})
YEARS_END = {"2026-12-31": Text("종무일", "Last working day of the year")}


def calendar(time_zone: str = "Asia/Seoul", country: str = "KR", **changes: object) -> SiteCalendar:
    values: dict[str, object] = {
        "subdivision": "",
        "closed": YEARS_END,
        "open": (),
        "simulated_from": "2026-11-02",
    }
    return SiteCalendar(CalendarSpec(time_zone, country, **(values | changes)))  # type: ignore[arg-type]


BUSAN = calendar()


def taken(rule: Recurrence, after: str, count: int = 40, of: SiteCalendar = BUSAN) -> list[str]:
    """Return the local times of the occurrences after one."""
    return [day.local for day in islice((d for d in of.days([Edition(rule, VISIT)], after) if d.taken), count)]


def dates(rule: Recurrence, after: str, count: int = 40, of: SiteCalendar = BUSAN) -> list[str]:
    return [local[:10] for local in taken(rule, after, count, of)]


def test_seollal_of_2027_with_its_substitute_day_is_skipped() -> None:
    """Seollal is a Sunday: the Tuesday stands in (Regulations on Holidays of Public Offices, article 3)."""
    rule = Recurrence("09:00", "2027-02-01", holidays=OnHolidays.SKIP)

    assert dates(rule, "2027-02-04T09:00", 3) == ["2027-02-05", "2027-02-10", "2027-02-11"]


def test_what_falls_into_chuseok_comes_once_on_the_next_working_day() -> None:
    """Chuseok of 2026 is Thursday to Saturday; the day after the weekend is a Monday."""
    daily = Recurrence("09:00", "2026-09-21", holidays=OnHolidays.NEXT_WORKING_DAY)
    thursdays = Recurrence("09:00", "2026-09-21", Every.WEEK, weekdays=("thu", "fri"), holidays=daily.holidays)

    # a Sunday is no holiday, and a rule that names it means it
    assert dates(daily, "2026-09-22T09:00", 4) == ["2026-09-23", "2026-09-27", "2026-09-28", "2026-09-29"]
    assert dates(thursdays, "2026-09-18T00:00", 2) == ["2026-09-28", "2026-10-01"]


def test_what_is_put_off_says_from_which_day() -> None:
    rule = Recurrence("09:00", "2026-09-24", Every.WEEK, holidays=OnHolidays.NEXT_WORKING_DAY)

    first = BUSAN.following([Edition(rule, VISIT)], "2026-09-20T00:00")

    assert first is not None
    assert (first.local, first.nominal) == ("2026-09-28T09:00", "2026-09-24")


def test_only_on_holidays_means_the_sites_closed_days_too() -> None:
    rule = Recurrence("10:30", "2026-12-01", holidays=OnHolidays.ONLY)

    assert dates(rule, "2026-12-01T00:00", 3) == ["2026-12-25", "2026-12-31", "2027-01-01"]
    assert [BUSAN.holiday(date(2026, 12, day)) for day in (25, 31)] == [
        Text("기독탄신일", "Christmas Day"),
        YEARS_END["2026-12-31"],
    ]
    assert BUSAN.holiday(date(2026, 12, 30)) is None


def test_a_site_may_work_on_a_public_holiday() -> None:
    works = calendar(open=("2026-12-25",))
    rule = Recurrence("09:00", "2026-12-24", holidays=OnHolidays.SKIP)

    assert dates(rule, "2026-12-24T00:00", 2, works) == ["2026-12-24", "2026-12-25"]
    assert dates(rule, "2026-12-24T00:00", 2) == ["2026-12-24", "2026-12-26"]


def test_a_site_without_a_country_has_its_closed_days_only() -> None:
    nowhere = calendar(country="")
    rule = Recurrence("09:00", "2026-12-24", holidays=OnHolidays.ONLY)

    assert dates(rule, "2026-12-24T00:00", 5, nowhere) == ["2026-12-31"]


def test_a_rule_that_never_meets_a_holiday_ends_the_search() -> None:
    nowhere = calendar(country="", closed={})

    assert BUSAN.following([Edition(Recurrence("09:00", "2026-01-01", ends="2026-01-31"), VISIT)], "2026-02-01") is None
    assert taken(Recurrence("09:00", "2026-01-01", holidays=OnHolidays.ONLY), "2026-01-01", of=nowhere) == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Recurrence("09:00", "2026-01-31", Every.MONTH), ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30"]),
        (Recurrence("09:00", "2026-01-01", Every.MONTH, month_day=29), ["01-29", "02-28", "03-29", "04-29"]),
        (Recurrence("09:00", "2026-01-15", Every.MONTH, 3), ["01-15", "04-15", "07-15"]),
        (Recurrence("09:00", "2026-01-01", Every.DAY, 10), ["01-01", "01-11", "01-21", "01-31", "02-10"]),
        (Recurrence("09:00", "2026-01-01", Every.WEEK), ["01-01", "01-08", "01-15"]),
        # weeks are counted from Monday on: the Monday after the first Thursday is in the week that is left out
        (Recurrence("09:00", "2026-01-01", Every.WEEK, 2, ("mon", "thu")), ["01-01", "01-12", "01-15", "01-26"]),
        (Recurrence("09:00", "2026-01-01", count=3), ["01-01", "01-02", "01-03"]),
        (Recurrence("09:00", "2026-01-01", ends="2026-01-02"), ["01-01", "01-02"]),
    ],
)
def test_rules_name_days(rule: Recurrence, expected: list[str]) -> None:
    wanted = len(expected) + (0 if not (rule.count or rule.ends) else 5)

    assert dates(rule, "2026-01-01T00:00", wanted) == [f"2026-{day}" for day in expected]


@pytest.mark.parametrize("every", [Every.DAY, Every.WEEK, Every.MONTH])
def test_years_later_a_rule_is_where_it_would_have_been(every: Every) -> None:
    """What lies long ago is not gone through; the days that follow are those of going through it."""
    rule = Recurrence("09:00", "2026-01-01", every, 3, ("mon", "thu") if every is Every.WEEK else ())
    through = [day[:10] for day in taken(replace(rule, count=9_999), "2031-06-01T00:00", 20)]

    assert dates(rule, "2031-06-01T00:00", 20) == through


def test_leap_years_and_the_last_day_of_february() -> None:
    rule = Recurrence("09:00", "2027-12-31", Every.MONTH)

    assert dates(rule, "2028-01-31T09:00", 2) == ["2028-02-29", "2028-03-31"]


def test_a_count_counts_what_takes_place() -> None:
    rule = Recurrence("09:00", "2027-02-05", holidays=OnHolidays.SKIP, count=3)
    put_off = Recurrence("09:00", "2027-02-05", holidays=OnHolidays.NEXT_WORKING_DAY, count=3)

    assert dates(rule, "2027-02-01T00:00") == ["2027-02-05", "2027-02-10", "2027-02-11"]
    assert dates(put_off, "2027-02-01T00:00") == ["2027-02-05", "2027-02-10", "2027-02-11"]
    assert dates(put_off, "2027-02-05T09:00") == ["2027-02-10", "2027-02-11"]


def test_an_edition_holds_until_the_next_one_begins() -> None:
    earlier = Edition(Recurrence("09:00", "2026-11-02"), VISIT)
    later = Edition(Recurrence("14:30", "2026-11-04", Every.WEEK, weekdays=("wed", "fri")), VISIT)
    found = [(day.local, day.edition) for day in islice(BUSAN.days([earlier, later], "2026-11-01T00:00"), 4)]

    assert found == [
        ("2026-11-02T09:00", 0),
        ("2026-11-03T09:00", 0),
        ("2026-11-04T14:30", 1),
        ("2026-11-06T14:30", 1),
    ]


def test_fleet_time_runs_through_days_from_the_first_midnight() -> None:
    assert BUSAN.began_at == datetime(2026, 11, 1, 15, tzinfo=UTC)
    assert BUSAN.local(0.0) == "2026-11-02T00:00"
    assert BUSAN.local(40 * 86_400.0 + 3_600.0) == "2026-12-12T01:00"
    assert BUSAN.at_s("2026-11-04", 7.5 * 3600.0) == 2 * 86_400.0 + 27_000.0
    assert BUSAN.at_s("2026-11-04", 25 * 3600.0) == BUSAN.at_s("2026-11-05", 3600.0)


def test_the_field_counts_from_the_midnight_that_all_its_processes_are_told() -> None:
    spec = CalendarSpec("Asia/Seoul", "KR", "", {}, (), "2026-11-02")
    field = SiteCalendar(spec, datetime(2027, 3, 31, 15, tzinfo=UTC))

    assert field.local(0.0) == "2027-04-01T00:00"


def test_clocks_that_change_keep_the_local_time() -> None:
    """In 2026 New York's clocks go forward on 8 March and back on 1 November, both at two o'clock."""
    new_york = calendar("America/New_York", "US", simulated_from="2026-03-01")
    daily = [Edition(Recurrence("08:00", "2026-03-06"), VISIT)]
    found = [new_york.following(daily, f"2026-03-0{day}T08:00") for day in (6, 7, 8)]

    assert [each and each.local for each in found] == ["2026-03-07T08:00", "2026-03-08T08:00", "2026-03-09T08:00"]
    instants = [each.at_s for each in found if each]
    assert [b - a for a, b in zip(instants, instants[1:], strict=False)] == [23 * 3600.0, 24 * 3600.0]


def test_a_time_that_is_left_out_or_repeated_comes_once() -> None:
    new_york = calendar("America/New_York", "US", simulated_from="2026-03-01")

    def following(at: str, after: str) -> tuple[str, str]:
        found = new_york.following([Edition(Recurrence(at, "2026-03-01"), VISIT)], after)
        assert found is not None
        return found.local, new_york.local(found.at_s)

    # there is no half past two on 8 March: an hour later by the clock, and by its name the same day's only one
    assert following("02:30", "2026-03-07T02:30") == ("2026-03-08T02:30", "2026-03-08T03:30")
    assert following("02:30", "2026-03-08T02:30") == ("2026-03-09T02:30", "2026-03-09T02:30")
    # half past one comes twice on 1 November: the first counts, and it is over with that
    assert following("01:30", "2026-10-31T01:30") == ("2026-11-01T01:30", "2026-11-01T01:30")
    first = new_york.following([Edition(Recurrence("01:30", "2026-03-01"), VISIT)], "2026-10-31T01:30")
    again = new_york.following([Edition(Recurrence("01:30", "2026-03-01"), VISIT)], "2026-11-01T01:30")
    assert first is not None
    assert again is not None
    assert again.at_s - first.at_s == 25 * 3600.0
