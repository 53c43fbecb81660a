"""Bodies of requests about schedules and templates."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from robot_fleet.core.arrangements import GRACE_S
from robot_fleet.core.recurrence import Every, OnHolidays, Recurrence, Wanted
from robot_fleet.server.doors.visit import By


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who asks.")


class RuleModel(BaseModel):
    """When something recurs, by the clocks and the calendar of the site."""

    model_config = ConfigDict(extra="forbid")

    at: str = Field(max_length=5, description="Local time of day.", examples=["09:00"])
    begins: str = Field(default="", max_length=10, description="First date; empty for today.", examples=["2026-11-27"])
    every: Every = Field(default=Every.DAY, description="What `interval` counts.")
    interval: int = Field(default=1, description="Every so many days, weeks or months: 1 to 99.")
    weekdays: list[str] = Field(
        default_factory=list,
        max_length=7,
        description="Of weeks: mon to sun; empty for the weekday of `begins`.",
        examples=[["mon", "wed", "fri"]],
    )
    month_day: int = Field(default=0, description="Of months: 1 to 31, or their last; 0 for the day of `begins`.")
    ends: str = Field(default="", max_length=10, description="Last date; empty for none.")
    count: int = Field(default=0, description="So many occurrences; 0 for no such limit.")
    holidays: OnHolidays = Field(default=OnHolidays.REGARDLESS, description="What is on holidays and closed days.")

    def value(self, today: str) -> Recurrence:
        """Return the core's value; a rule that names no first date begins today."""
        values = self.model_dump() | {"begins": self.begins or today, "weekdays": tuple(self.weekdays)}
        return Recurrence(**values)


class RequestModel(_Wish):
    """A request without a time."""

    name: str = Field(max_length=80, description="What people call it; no data about people.", examples=["Rounds"])
    service: str = Field(max_length=80, description="A service of the site.", examples=["care_visit"])
    params: dict[str, Any] = Field(
        default_factory=dict,
        description="Its parameters; times of day are those of the day on which it is asked for.",
        examples=[{"place": "home/r101"}],
    )

    def wanted(self) -> Wanted:
        """Return the core's value."""
        return Wanted(self.service, self.params)


class ScheduleWish(RequestModel):
    """A request that is to recur."""

    rule: RuleModel
    grace_s: float = Field(default=GRACE_S, description="So late (fleet seconds) it is still asked for: 0 to 86400.")


class TemplateWish(RequestModel):
    """A request that is to be kept for another time."""

    note: str = Field(default="", max_length=200, description="What to mind; no data about people.")


class PauseWish(_Wish):
    """A wish to have nothing asked for until further notice."""

    reason: str = Field(max_length=200, description="Why; not empty, and no data about people.")


class EndScheduleWish(_Wish):
    """A wish to end a schedule for good."""

    reason: str = Field(default="", max_length=200, description="Why; no data about people.")


class SkipWish(_Wish):
    """A wish to leave one occurrence out, or, with `skip` false, to have it after all."""

    occurrence: str = Field(max_length=16, description="Its local date and time.", examples=["2026-11-27T09:00"])
    skip: bool = True
    reason: str = Field(default="", max_length=200, description="Why; no data about people.")


class ResumeScheduleWish(_Wish):
    """A wish to let a schedule go on."""


class RenameWish(_Wish):
    """A wish to call a template otherwise."""

    name: str = Field(max_length=80, description="What people call it; no data about people.")


class DeleteWish(_Wish):
    """A wish to have a template no more."""
