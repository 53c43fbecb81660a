"""`energy.yaml` as a pydantic model: what energy costs when, what the sun gives, what chargers may draw together."""

from __future__ import annotations

from math import inf
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from robot_fleet.core.energy import ChargerGroup, DayKind, EnergySpec, LoadPeriod, SolarForecast
from robot_fleet.site.models.base import NotNegative, Percent, Positive, SiteModel, TextModel, Word
from robot_fleet.site.models.calendar import DateText

Source = Annotated[TextModel, Field(description="where the figures are from, or that they are an assumption")]
Month = Annotated[int, Field(ge=1, le=12)]
_HOURS = 24


class HoursModel(SiteModel):
    """Hours of the day, from one until before another; `to_hour` may be the earlier one, on the next day."""

    from_hour: Annotated[int, Field(ge=0, le=23)]
    to_hour: Annotated[int, Field(ge=1, le=24)]

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.from_hour == self.to_hour:
            raise ValueError("expected `to_hour` to differ from `from_hour`; a whole day is 0 to 24")
        return self

    def hours(self) -> frozenset[int]:
        """Return the hours, 0 to 23."""
        to_hour = self.to_hour if self.to_hour > self.from_hour else self.to_hour + _HOURS
        return frozenset(hour % _HOURS for hour in range(self.from_hour, to_hour))


class PeriodModel(SiteModel):
    """A price of energy, and when it holds."""

    load: Annotated[Word, Field(description="what the supplier calls it: light, mid, peak")]
    price_per_kwh: NotNegative
    hours: Annotated[list[HoursModel], Field(min_length=1)]
    months: list[Month] = []
    days: list[Literal["workday", "saturday", "holiday"]] = []

    def value(self) -> LoadPeriod:
        """Return the core's value."""
        hours = frozenset(hour for spell in self.hours for hour in spell.hours())
        days = frozenset(DayKind(day) for day in self.days)
        return LoadPeriod(self.load, self.price_per_kwh, hours, frozenset(self.months), days)


class TariffModel(SiteModel):
    """What energy costs."""

    periods: Annotated[list[PeriodModel], Field(min_length=1)]
    demand_price_per_kw_month: NotNegative = 0.0
    source: Source

    @model_validator(mode="after")
    def _each_hour_once(self) -> Self:
        periods = [period.value() for period in self.periods]
        for month in range(1, 13):
            for day in DayKind:
                for hour in range(_HOURS):
                    prices = sum(period.holds(month, day, hour) for period in periods)
                    if prices != 1:
                        many = "none" if not prices else str(prices)
                        raise ValueError(
                            "expected periods that give each hour of each day one price; "
                            f"{hour}:00 of a {day} in month {month} has {many}"
                        )
        return self


class ForecastModel(SiteModel):
    """What the sun leaves for the chargers in each hour of a day."""

    date: DateText | None = None
    months: list[Month] = []
    kw: Annotated[list[NotNegative], Field(min_length=_HOURS, max_length=_HOURS)]

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.date is not None and self.months:
            raise ValueError("expected `date` or `months`, not both")
        return self


class SolarModel(SiteModel):
    """The site's sun."""

    price_per_kwh: Annotated[NotNegative, Field(description="what feeding it in would earn")] = 0.0
    forecast: Annotated[list[ForecastModel], Field(min_length=1)]
    source: Source


class GroupModel(SiteModel):
    """Chargers that hang on one supply."""

    id: Word
    name: TextModel
    chargers: Annotated[list[str], Field(min_length=1)]
    max_kw: Positive | None = None
    source: Source | None = None


class EnergyFile(SiteModel):
    """`energy.yaml`: without it robots charge as soon as they are at a charger, as many at a time as there are."""

    schema_version: Literal[1]
    charging: Annotated[Literal["tariff", "at_once"], Field(description="whether robots that can wait do")] = "tariff"
    tariff: TariffModel
    solar: SolarModel | None = None
    charger_efficiency_pct: Annotated[Percent, Field(gt=0.0)] = 90.0
    keep_pct: Annotated[
        dict[Word, Percent], Field(description="kind of robot -> charged up to this whatever it costs")
    ] = {}
    groups: Annotated[list[GroupModel], Field(min_length=1)]

    def value(self) -> EnergySpec:
        """Return the core's value."""
        sun = self.solar
        return EnergySpec(
            periods=tuple(period.value() for period in self.tariff.periods),
            efficiency_pct=self.charger_efficiency_pct,
            demand_price_per_kw_month=self.tariff.demand_price_per_kw_month,
            solar_price_per_kwh=0.0 if sun is None else sun.price_per_kwh,
            solar=tuple(
                SolarForecast(tuple(each.kw), each.date or "", frozenset(each.months))
                for each in (() if sun is None else sun.forecast)
            ),
            groups=tuple(
                ChargerGroup(each.id, each.name.value(), tuple(each.chargers), each.max_kw or inf)
                for each in self.groups
            ),
            keep_pct=dict(self.keep_pct),
            by_price=self.charging == "tariff",
            source=self.tariff.source.value(),
        )
