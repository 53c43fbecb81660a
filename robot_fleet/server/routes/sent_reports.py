"""`/api/v1/report-schedules`: which reports are sent by themselves, what was sent, and sending one by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from robot_fleet.server.answers import Key, new_key
from robot_fleet.server.doors.visit import By
from robot_fleet.server.models.commands import ErrorAnswer
from robot_fleet.server.pages import PAGED, Paged

_ERRORS: dict[int | str, dict[str, Any]] = {status: {"model": ErrorAnswer} for status in (404, 422, 500, 503)}


class SentReports(Protocol):
    """Who sends reports: `robot_fleet.runtime.reports.rounds.ReportRounds`."""

    def rows(self) -> Sequence[Mapping[str, Any]]:
        """Return how it stands with each schedule."""
        ...

    def send(self, schedule: str, length: str, of: str, by: str, command: str) -> Mapping[str, Any]:
        """Make a report by hand and send it; takes long."""
        ...


class NextReport(BaseModel):
    """When a report is made next: fleet time, and date and time at the site."""

    period: Literal["day", "week", "month"]
    of: str
    due_s: float
    local: str


class DueReport(BaseModel):
    """A report that is due and not made yet."""

    period: Literal["day", "week", "month"]
    of: str


class MadeReportRow(BaseModel):
    """A report that has been made and sent."""

    period: Literal["day", "week", "month"]
    of: str
    edition: int = Field(description="1, and one more each time that somebody has it sent again")
    at_unix_s: float
    by: str = Field(description="who had it sent; empty if it was sent by itself")
    files: list[str]


class WhatFails(BaseModel):
    """Why reports cannot be made or put away."""

    code: str
    message: str


class ReportScheduleRow(BaseModel):
    """How it stands with one schedule of reports.yaml."""

    id: str
    periods: list[Literal["day", "week", "month"]]
    formats: list[Literal["csv", "pdf"]]
    languages: list[Literal["ko", "en"]]
    folder: str | None
    webhook: bool
    made: list[MadeReportRow] = Field(description="the newest first")
    due: list[DueReport]
    next: list[NextReport] = Field(description="one for each of `periods`")
    open: int = Field(description="announcements that the webhook has not taken yet")
    given_up: int = Field(description="announcements of the last days that it never took")
    error: WhatFails | None
    refused: str = Field(description="why the last announcement was not taken; empty if it was")


class SendWish(BaseModel):
    """A wish to have a report sent now."""

    model_config = ConfigDict(extra="forbid")

    period: Literal["day", "week", "month"]
    of: str = Field(default="", max_length=10, description="2026-11-03, 2026-W45, 2026-11; empty: the newest")
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who asks.")


def sent_report_routes(reports: SentReports) -> APIRouter:
    """Return the addresses of reports that are sent by themselves."""
    asking = asyncio.Lock()  # those who wait for a report take none of the threads that others need
    router = APIRouter(prefix="/api/v1/report-schedules", tags=["reports"], responses=_ERRORS)

    @router.get("", responses=PAGED)
    async def schedules(answer: Response, page: Paged) -> list[ReportScheduleRow]:
        """The schedules of reports.yaml: what was made, what is due, and when the next is."""
        shown = page.cut(reports.rows(), lambda row: row["id"])
        answer.headers.update(page.headers)
        return [ReportScheduleRow.model_validate(row) for row in shown]

    @router.post("/{schedule}/send")
    async def send(schedule: str, wish: SendWish, key: Key = None) -> MadeReportRow:
        """Make a report and send it now; one that was sent before is sent again."""
        key = key or new_key("send")
        async with asking:
            made = await asyncio.to_thread(reports.send, schedule, wish.period, wish.of, wish.by, key)
        return MadeReportRow.model_validate(made)

    return router
