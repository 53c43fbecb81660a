"""The site's days: `core.ports.Calendar` with the zones of IANA, the rules of dateutil and the days of `holidays`.

Recurrence is RFC 5545's, counted by dateutil: an interval of weeks counts weeks from Monday on. Local times that a
change of clocks skips or repeats are taken as RFC 5545 and PEP 495 have it: as before the change.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays
from dateutil.rrule import DAILY, MO, MONTHLY, WEEKLY, rrule

from robot_fleet.core.energy import DayKind
from robot_fleet.core.recurrence import WEEKDAYS, Edition, Every, Occurrence, OnHolidays, Recurrence
from robot_fleet.core.site import CalendarSpec
from robot_fleet.core.text import Text

HORIZON = timedelta(days=5 * 366)
"""Nobody looks for a next occurrence further ahead than this: a rule may never meet a holiday."""
LONGEST_BREAK = timedelta(days=60)
"""Between a holiday and the next working day."""
_SHORTEST_MONTH = 28
_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A day that a rule has come to.

    Parameters
    ----------
    local : date and time at which something takes place, or would.
    put_off, nominal : whether it is another day than the one that the rule names, and that one.
    taken : whether it takes place.
    edition : number of the edition.
    """

    local: str
    put_off: bool
    nominal: str
    taken: bool
    edition: int


class SiteCalendar:
    """A site's calendar, for a fleet whose time began at one instant.

    Parameters
    ----------
    spec : the site's days.
    began : the instant at which fleet time was 0; None for the midnight of the day from which fleets are simulated.

    Attributes
    ----------
    began_at : that instant.
    """

    def __init__(self, spec: CalendarSpec, began: datetime | None = None) -> None:
        self.zone = ZoneInfo(spec.time_zone)
        first = datetime.combine(date.fromisoformat(spec.simulated_from), time(), self.zone) if began is None else began
        self._spec = spec
        self.began_at = first.astimezone(UTC)

    def local(self, at_s: float) -> str:
        """Return the local date and time of a fleet time, to the minute."""
        return (self.began_at + timedelta(seconds=at_s)).astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")

    def at_s(self, day: str, time_s: float) -> float:
        """Return the fleet time at which clocks show a time of day."""
        shown = datetime.fromisoformat(day) + timedelta(seconds=time_s)
        return (shown.replace(tzinfo=self.zone).astimezone(UTC) - self.began_at).total_seconds()

    def kind_of_day(self, at_s: float) -> DayKind:
        """Return whether a fleet time falls on a Sunday, holiday or closed day, on a Saturday, or on a working day."""
        day = date.fromisoformat(self.local(at_s)[:10])
        if day.weekday() == _SUNDAY or self._spec.closed.get(day.isoformat()) is not None or self._off(day):
            return DayKind.HOLIDAY
        return DayKind.SATURDAY if day.weekday() == _SATURDAY else DayKind.WORKDAY

    def following(self, editions: Sequence[Edition], after: str) -> Occurrence | None:
        """Return the first occurrence after a local date and time, None if there is none any more."""
        for day in self.days(editions, after):
            if day.taken:
                return self.occurrence(day)
        return None

    def occurrence(self, day: Day) -> Occurrence:
        """Return the occurrence of a day that is taken."""
        hours, minutes = day.local[11:].split(":")
        at_s = self.at_s(day.local[:10], int(hours) * 3600.0 + int(minutes) * 60.0)
        return Occurrence(day.local, at_s, day.nominal, day.edition)

    def days(self, editions: Sequence[Edition], after: str) -> Iterator[Day]:
        """Yield the days after a local date and time that editions come to, those left out for holidays, too."""
        ends = [edition.rule.begins for edition in editions[1:]] + ["9999-12-31"]
        until = date.fromisoformat(max(after[:10], editions[-1].rule.begins)) + HORIZON
        series = [
            self._of(edition.rule, number, end, after[:10], until)
            for number, (edition, end) in enumerate(zip(editions, ends, strict=True))
        ]
        last = after
        for day in heapq.merge(*series):
            if day.local > last:
                if day.taken:
                    last = day.local  # what is put off to a day that the rule has anyway takes place once
                yield day

    def holiday(self, day: date) -> Text | None:
        """Return the name of the holiday or closed day that a day is, None for any other."""
        closed = self._spec.closed.get(day.isoformat())
        if closed is not None or not self._off(day):
            return closed
        korean, english = (names.get(day) if names is not None else None for names in self._names)
        name = str(self._days.get(day))
        return Text(korean or name, english or name)

    def _of(self, rule: Recurrence, number: int, end: str, after: str, until: date) -> Iterator[Day]:
        """Yield the days of one edition in order, as many as it may have, from well before a date on."""
        left = rule.count or -1
        waiting: list[Day] = []
        last = ""
        for moment in _rule(rule, date.fromisoformat(after), until):
            nominal = moment.date()
            if nominal.isoformat() >= end:
                break
            if rule.holidays is OnHolidays.ONLY and not self._off(nominal):
                continue
            while waiting and waiting[0].local[:10] < nominal.isoformat():
                day = heapq.heappop(waiting)
                if day.taken and day.local != last:
                    left -= 1
                    last = day.local
                yield day
                if not left:
                    return
            heapq.heappush(waiting, self._day(rule, nominal, number))
        for day in sorted(waiting):
            left -= day.taken and day.local != last
            last = day.local if day.taken else last
            yield day
            if not left:
                return

    def _day(self, rule: Recurrence, nominal: date, number: int) -> Day:
        actual, off = nominal, self._off(nominal)
        taken = not (off and rule.holidays is OnHolidays.SKIP)
        if off and rule.holidays is OnHolidays.NEXT_WORKING_DAY:
            actual = self._days.get_nth_working_day(nominal, 1)
        return Day(f"{actual.isoformat()}T{rule.at}", actual != nominal, nominal.isoformat(), taken, number)

    def _off(self, day: date) -> bool:
        return day in self._days

    @cached_property
    def _days(self) -> holidays.HolidayBase:
        """Public holidays without those on which the site works, and with its closed days."""
        spec = self._spec
        public = _public(spec, None)
        found = holidays.HolidayBase() if public is None else public
        for text in (*spec.open, *spec.closed):  # the library fills in a year when it is asked for a day of it
            found.get(date.fromisoformat(text))
        for text in spec.open:
            found.pop(date.fromisoformat(text), None)
        for text, name in spec.closed.items():
            found[date.fromisoformat(text)] = name.en
        return found

    @cached_property
    def _names(self) -> tuple[holidays.HolidayBase | None, holidays.HolidayBase | None]:
        return _public(self._spec, "ko"), _public(self._spec, "en_US")


def _public(spec: CalendarSpec, language: str | None) -> holidays.HolidayBase | None:
    """Return the public holidays in a language, the country's own for None; None where there are none in it."""
    if not spec.country:
        return None
    found = holidays.country_holidays(spec.country, subdiv=spec.subdivision or None, language=language)
    return found if language is None or language in found.supported_languages else None


def _rule(rule: Recurrence, after: date, until: date) -> rrule:
    """Return the days that a rule names; those of years ago are left out where nobody has to count them."""
    begins = datetime.fromisoformat(rule.begins)
    step = {Every.DAY: 1, Every.WEEK: 7}.get(rule.every, 0) * rule.interval
    if step and not rule.count:
        past = (after - begins.date() - LONGEST_BREAK) // timedelta(days=step)
        begins += max(0, past) * timedelta(days=step)
    last = min(until, date.fromisoformat(rule.ends)) if rule.ends else until
    end = datetime.combine(last, time())
    if rule.every is Every.WEEK:
        chosen = [WEEKDAYS.index(day) for day in rule.weekdays] or [begins.weekday()]
        return rrule(WEEKLY, begins, rule.interval, wkst=MO, byweekday=chosen, until=end)
    if rule.every is Every.MONTH:
        day = rule.month_day or begins.day
        # the last of these days that a month has
        days = list(range(min(day, _SHORTEST_MONTH), day + 1))
        return rrule(MONTHLY, begins, rule.interval, bymonthday=days, bysetpos=-1, until=end)
    return rrule(DAILY, begins, rule.interval, until=end)
