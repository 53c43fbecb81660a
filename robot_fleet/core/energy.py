"""What energy costs at a site, what its sun gives, and how much its chargers may draw: values, and questions to them.

Hours are hours of fleet time, counted from the fleet's first midnight; prices are in the site's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Protocol

from robot_fleet.core.text import Text

HOUR_S = 3600.0
LOOKED_AHEAD_H = 24
"""A price is low if it is the lowest of so many hours from now on."""
WAITED_AT_MOST_H = 48
_SAME = 1e-9


class DayKind(StrEnum):
    """Days on which tariffs differ."""

    WORKDAY = "workday"
    SATURDAY = "saturday"
    HOLIDAY = "holiday"
    """Sundays, public holidays, and days on which the site does not work."""


class Supply(StrEnum):
    """Why a charger gives current, or does not; those that do come first, the most urgent at the head."""

    NEEDED = "needed"
    """The robot is below its kind's threshold, or not charged yet since it was."""
    KEPT = "kept"
    """It has less than it is to keep at any price, or than its plan needs."""
    CHEAP = "cheap"
    """No hour of the next day is cheaper."""
    SUN = "sun"
    """The sun gives enough for it."""
    AT_ONCE = "at_once"
    """Prices are not looked at."""
    WAITS_TARIFF = "waits_for_tariff"
    WAITS_SUN = "waits_for_sun"
    WAITS_PEAK = "waits_for_peak_limit"
    """Others of its group charge, which together may draw no more."""
    FULL = "full"
    LEFT = "left"
    """The robot has left the charger."""


class Days(Protocol):
    """The part of a calendar that tariffs depend on."""

    def local(self, at_s: float) -> str:
        """Return the local date and time of a fleet time, to the minute."""
        ...

    def kind_of_day(self, at_s: float) -> DayKind:
        """Return what kind of day it is at a fleet time."""
        ...


@dataclass(frozen=True, slots=True)
class LoadPeriod:
    """A price of energy, and when it holds.

    Parameters
    ----------
    load : what the supplier calls it, for instance light, mid or peak.
    hours : hours of the day, 0 to 23, in each of which it holds from the beginning to the end.
    months, days : months (1 to 12) and kinds of days; empty for all.
    """

    load: str
    price_per_kwh: float
    hours: frozenset[int]
    months: frozenset[int] = frozenset()
    days: frozenset[DayKind] = frozenset()

    def holds(self, month: int, day: DayKind, hour: int) -> bool:
        """Return whether the price is that of an hour."""
        return hour in self.hours and month in (self.months or {month}) and day in (self.days or {day})


@dataclass(frozen=True, slots=True)
class SolarForecast:
    """What the sun is expected to leave for the chargers, in kilowatts for each hour of a day.

    Parameters
    ----------
    date : the one day that it is for, as `2026-11-02`; empty for every day of `months` (of the year, where empty).
    """

    kw: tuple[float, ...]
    date: str = ""
    months: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ChargerGroup:
    """Chargers that hang on one supply. `max_kw` is what they may draw together, `inf` for no limit."""

    id: str
    name: Text
    chargers: tuple[str, ...]
    max_kw: float = inf


@dataclass(frozen=True, slots=True)
class EnergySpec:
    """Energy at a site.

    Parameters
    ----------
    periods : give each hour of each day one price.
    efficiency_pct : share of what a charger draws that a battery takes in.
    demand_price_per_kw_month : what a kilowatt of the month's peak costs.
    solar_price_per_kwh : what is lost by using the sun's energy oneself: what feeding it in would earn.
    solar : forecasts; the first that fits a day holds for it. None that fits: no sun.
    groups : each charger of the site is in one of them.
    keep_pct : kind of robot -> state of charge up to which it is charged whatever it costs; halfway between its
        thresholds for kinds that are not named.
    by_price : whether robots that can wait do; else each charges as soon as its group has room.
    source : where the figures are from.
    """

    periods: tuple[LoadPeriod, ...]
    efficiency_pct: float
    groups: tuple[ChargerGroup, ...]
    source: Text
    demand_price_per_kw_month: float = 0.0
    solar_price_per_kwh: float = 0.0
    solar: tuple[SolarForecast, ...] = ()
    keep_pct: Mapping[str, float] = field(default_factory=dict)
    by_price: bool = True

    def drawn_kw(self, charge_w: float) -> float:
        """Return what a charger draws that gives a battery so much."""
        return charge_w / self.efficiency_pct / 10.0


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour: the name of its load period, its price, and the sun that is expected (kW)."""

    load: str
    price_per_kwh: float
    solar_kw: float


class Hours:
    """Prices and sun, hour by hour.

    Parameters
    ----------
    spec : the site's energy.
    days : None where nobody knows which date it is; then no day is special, and months are told apart nowhere.
    """

    def __init__(self, spec: EnergySpec, days: Days | None) -> None:
        self._spec = spec
        self._days = days
        self._known: dict[int, Hour] = {}
        self._cheap: dict[int, bool] = {}

    def of(self, hour: int) -> Hour:
        """Return what holds in an hour of fleet time."""
        found = self._known.get(hour)
        if found is None:
            found = self._known[hour] = self._look_up(hour)
        return found

    def at(self, at_s: float) -> Hour:
        """Return what holds at a fleet time."""
        return self.of(int(at_s // HOUR_S))

    def is_cheap(self, hour: int) -> bool:
        """Return whether no hour of the day that follows is cheaper."""
        found = self._cheap.get(hour)
        if found is None:
            lowest = min(self.of(later).price_per_kwh for later in range(hour, hour + LOOKED_AHEAD_H))
            found = self._cheap[hour] = self.of(hour).price_per_kwh <= lowest + _SAME
        return found

    def waits_until(self, at_s: float, needs_kw: float) -> tuple[Supply, float]:
        """Return what somebody waits for who could charge now but for the price, and the fleet time of it."""
        now = int(at_s // HOUR_S)
        for hour in range(now + 1, now + WAITED_AT_MOST_H):
            if self.is_cheap(hour):
                return Supply.WAITS_TARIFF, hour * HOUR_S
            if self.of(hour).solar_kw >= needs_kw - _SAME:
                return Supply.WAITS_SUN, hour * HOUR_S
        return Supply.WAITS_TARIFF, inf

    def _look_up(self, hour: int) -> Hour:
        month, date, day, of_day = 0, "", DayKind.WORKDAY, hour % 24
        if self._days is not None:
            local = self._days.local(hour * HOUR_S)
            month, date, of_day = int(local[5:7]), local[:10], int(local[11:13])
            day = self._days.kind_of_day(hour * HOUR_S)
        period = next((period for period in self._spec.periods if period.holds(month, day, of_day)), None)
        forecasts = self._spec.solar
        sun = next((each for each in forecasts if each.date and each.date == date), None) or next(
            (each for each in forecasts if not each.date and month in (each.months or {month})), None
        )
        return Hour(
            period.load if period is not None else "",
            period.price_per_kwh if period is not None else 0.0,
            sun.kw[of_day] if sun is not None else 0.0,
        )
