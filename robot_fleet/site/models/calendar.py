"""`calendar.yaml`: the site's time zone and which of its days are not as others."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

import holidays
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from robot_fleet.core.site import CalendarSpec
from robot_fleet.site.models.base import SiteModel, TextModel


def _text(value: object) -> object:
    """Return a date as text; YAML makes a date of one that stands without quotes."""
    return value.isoformat() if type(value) is date else value


def _existing(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"expected a date that there is, got {text!r}") from None
    return text


DateText = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d{2}-\d{2}$"),
    BeforeValidator(_text),
    AfterValidator(_existing),
    Field(examples=["2026-12-31"]),
]


class HolidaysModel(SiteModel):
    """Whose public holidays the site has; see https://holidays.readthedocs.io for what the library knows."""

    country: Annotated[str, Field(description="ISO 3166-1 code of a country that the library `holidays` knows")]
    subdivision: Annotated[str, Field(description="ISO 3166-2 code of a part of it, without the country")] = ""

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = holidays.list_supported_countries(include_aliases=False)
        if self.country not in known:
            raise ValueError(f"expected a country that the library `holidays` knows, as KR, got {self.country!r}")
        if self.subdivision and self.subdivision not in known[self.country]:
            parts = ", ".join(known[self.country]) or "none"
            raise ValueError(f"expected a part of {self.country} ({parts}), got {self.subdivision!r}")
        return self


class ClosedModel(SiteModel):
    """A day on which the site does not work as usual, though it is no public holiday."""

    date: DateText
    name: TextModel


class CalendarFile(SiteModel):
    """`calendar.yaml`: which day and which time of day it is at the site."""

    schema_version: Literal[1]
    time_zone: Annotated[str, Field(description="name of an IANA time zone", examples=["Asia/Seoul"])]
    holidays: HolidaysModel | None = None
    closed: list[ClosedModel] = []
    open: Annotated[list[DateText], Field(description="public holidays on which the site works as usual")] = []
    simulated_from: Annotated[DateText, Field(description="date of the first day of a fleet that is simulated")]

    @model_validator(mode="after")
    def _zone_known(self) -> Self:
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"expected an IANA time zone as Asia/Seoul, got {self.time_zone!r}") from None
        return self

    def value(self) -> CalendarSpec:
        """Return the core's value."""
        return CalendarSpec(
            time_zone=self.time_zone,
            country="" if self.holidays is None else self.holidays.country,
            subdivision="" if self.holidays is None else self.holidays.subdivision,
            closed={day.date: day.name.value() for day in self.closed},
            open=tuple(self.open),
            simulated_from=self.simulated_from,
        )
