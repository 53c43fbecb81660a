"""Addresses of what is asked for again: schedules with their days, and templates of requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from robot_fleet.core.arrangements import (
    AddSchedule,
    DeleteTemplate,
    EndSchedule,
    PauseSchedule,
    RenameTemplate,
    ResumeSchedule,
    ReviseSchedule,
    SaveTemplate,
    SkipOccurrence,
)
from robot_fleet.core.errors import RequestError
from robot_fleet.core.recurrence import Every, OnHolidays
from robot_fleet.server.answers import ERRORS, Key, new_key, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models.commands import CommandTaken, ErrorAnswer
from robot_fleet.server.models.rows import OccurrenceRow, ScheduleRow, TemplateRow
from robot_fleet.server.models.schedules import (
    DeleteWish,
    EndScheduleWish,
    PauseWish,
    RenameWish,
    ResumeScheduleWish,
    RuleModel,
    ScheduleWish,
    SkipWish,
    TemplateWish,
)
from robot_fleet.server.pages import PAGED, Page, Paged
from robot_fleet.server.ports import FleetPort, Row
from robot_fleet.server.rows.schedules import MOST
from robot_fleet.server.versions import TAGGED, row_of, tagged

_NewId = Annotated[str, Header(alias="Idempotency-Key", description="Makes asking twice safe; becomes the id.")]
_Count = Annotated[int, Query(ge=1, le=MOST, description="So many that take place.")]
_ERRORS: dict[int | str, dict[str, Any]] = {status: {"model": ErrorAnswer} for status in (404, 409, 422)}


def schedule_reads(fleet: FleetPort) -> APIRouter:
    """Return the addresses that show schedules, templates and days."""
    router = APIRouter(prefix="/api/v1", tags=["view"], responses=_ERRORS)

    @router.get("/schedules", response_model=list[ScheduleRow], responses=PAGED)
    async def schedules(page: Paged) -> Response:
        """Every schedule, with its rule and its next occurrence."""
        return _in_order(page, fleet.snapshot()["schedules"])

    @router.get("/schedules/{schedule}", response_model=ScheduleRow, responses=TAGGED)
    async def schedule(schedule: str) -> Response:
        """One schedule; its version is that of what people have said of it."""
        found = row_of(fleet, "schedule", schedule)
        if found is None:
            message = f"no schedule {schedule!r}; `./fleet schedule list` shows all"
            raise RequestError("request_unknown_schedule", message, schedule)
        return tagged("schedule", found)

    @router.get("/schedules/{schedule}/occurrences", response_model=list[OccurrenceRow])
    async def occurrences(schedule: str, n: _Count = 10) -> Any:
        """The days that a schedule comes to next: those that take place, and those that are left out."""
        return fleet.occurrences(schedule, n)

    @router.get("/occurrences", response_model=list[OccurrenceRow])
    async def preview(
        at: Annotated[str, Query(max_length=5, description="Local time of day.", examples=["09:00"])],
        begins: Annotated[str, Query(max_length=10, description="First date; empty for today.")] = "",
        every: Every = Every.DAY,
        interval: int = 1,
        weekdays: Annotated[str, Query(max_length=27, description="mon,wed,fri; empty for that of `begins`.")] = "",
        month_day: int = 0,
        ends: Annotated[str, Query(max_length=10)] = "",
        count: int = 0,
        holidays: OnHolidays = OnHolidays.REGARDLESS,
        n: _Count = 10,
    ) -> Any:
        """The days that a rule would come to next; nothing changes by asking."""
        days = [day for day in weekdays.split(",") if day]
        rule = RuleModel(
            at=at, begins=begins, every=every, interval=interval, weekdays=days, month_day=month_day, ends=ends,
            count=count, holidays=holidays,
        )  # fmt: skip
        return fleet.preview(rule.value(fleet.today()), n)

    @router.get("/templates", response_model=list[TemplateRow], responses=PAGED)
    async def templates(page: Paged) -> Response:
        """Every template of a request."""
        return _in_order(page, fleet.snapshot()["templates"])

    return router


def _in_order(page: Page, rows: Sequence[Row]) -> Response:
    """Answer with rows in the order in which they were added."""
    place = {row["id"]: float(number) for number, row in enumerate(rows)}
    return page.answer(rows, lambda row: (place[row["id"]], row["id"]))


def schedule_commands(fleet: FleetPort) -> APIRouter:
    """Return the addresses at which people change schedules."""
    router = APIRouter(prefix="/api/v1/schedules", tags=["commands"], responses=ERRORS)

    @router.post("", status_code=202)
    async def add(wish: ScheduleWish, key: _NewId) -> CommandTaken:
        """Have a request recur."""
        concerns(key)
        rule = wish.rule.value(fleet.today())
        return taken(key, await fleet.arrange(AddSchedule(key, wish.name, rule, wish.wanted(), wish.grace_s, wish.by)))

    @router.post("/{schedule}/revise", status_code=202)
    async def revise(schedule: str, wish: ScheduleWish, key: Key = None) -> CommandTaken:
        """Want something else from the rule's first date on; what is before it stays as it was."""
        key, rule = key or new_key("schedule"), wish.rule.value(fleet.today())
        change = ReviseSchedule(key, schedule, wish.name, rule, wish.wanted(), wish.grace_s, wish.by)
        return taken(key, await fleet.arrange(change))

    @router.post("/{schedule}/pause", status_code=202)
    async def pause(schedule: str, wish: PauseWish, key: Key = None) -> CommandTaken:
        """Have nothing asked for until further notice."""
        key = key or new_key("schedule")
        return taken(key, await fleet.arrange(PauseSchedule(key, schedule, wish.reason, wish.by)))

    @router.post("/{schedule}/resume", status_code=202)
    async def resume(schedule: str, wish: ResumeScheduleWish | None = None, key: Key = None) -> CommandTaken:
        """Let a schedule go on; what would have been in the meantime is left out."""
        key, wish = key or new_key("schedule"), wish or ResumeScheduleWish()
        return taken(key, await fleet.arrange(ResumeSchedule(key, schedule, wish.by)))

    @router.post("/{schedule}/skip", status_code=202)
    async def skip(schedule: str, wish: SkipWish, key: Key = None) -> CommandTaken:
        """Leave one occurrence to come out, or have it after all."""
        key = key or new_key("schedule")
        change = SkipOccurrence(key, schedule, wish.occurrence, wish.skip, wish.reason, wish.by)
        return taken(key, await fleet.arrange(change))

    @router.post("/{schedule}/end", status_code=202)
    async def end(schedule: str, wish: EndScheduleWish | None = None, key: Key = None) -> CommandTaken:
        """End a schedule for good."""
        key, wish = key or new_key("schedule"), wish or EndScheduleWish()
        return taken(key, await fleet.arrange(EndSchedule(key, schedule, wish.reason, wish.by)))

    return router


def template_commands(fleet: FleetPort) -> APIRouter:
    """Return the addresses at which people keep requests for another time."""
    router = APIRouter(prefix="/api/v1/templates", tags=["commands"], responses=ERRORS)

    @router.post("", status_code=202)
    async def save(wish: TemplateWish, key: _NewId) -> CommandTaken:
        """Keep a request under a name, for everybody who operates the fleet."""
        concerns(key)
        return taken(key, await fleet.arrange(SaveTemplate(key, wish.name, wish.wanted(), wish.note, wish.by)))

    @router.post("/{template}/rename", status_code=202)
    async def rename(template: str, wish: RenameWish, key: Key = None) -> CommandTaken:
        """Call a template otherwise."""
        key = key or new_key("template")
        return taken(key, await fleet.arrange(RenameTemplate(key, template, wish.name, wish.by)))

    @router.post("/{template}/delete", status_code=202)
    async def delete(template: str, wish: DeleteWish | None = None, key: Key = None) -> CommandTaken:
        """Keep a template no longer."""
        key, wish = key or new_key("template"), wish or DeleteWish()
        return taken(key, await fleet.arrange(DeleteTemplate(key, template, wish.by)))

    return router
