"""`/api/v1/reports`: the periodic report as JSON and as files. The work is done off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Query, Response

from robot_fleet.server.models.commands import ErrorAnswer

_TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}
_ERRORS: dict[int | str, dict[str, Any]] = {status: {"model": ErrorAnswer} for status in (422, 500, 503)}


class Reports(Protocol):
    """Who makes reports; called by other threads than the event loop's, and raises RequestError and LedgerError."""

    def json(self, length: str, of: str, began: str) -> Mapping[str, Any]:
        """Return the report of a period."""
        ...

    def file(self, form: str, length: str, of: str, began: str, language: Literal["ko", "en"]) -> bytes:
        """Return the report of a period as `csv` or `pdf`."""
        ...


class PeriodLength(StrEnum):
    """How long a report reaches."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


Of = Annotated[
    str,
    Query(max_length=10, description="2026-11-03, 2026-W45, 2026-11, or the fleet's day or week; empty: the newest"),
]
From = Annotated[str, Query(alias="from", max_length=10, description="date of the fleet's first day, if it is known")]


def report_reads(reports: Reports) -> APIRouter:
    """Return the addresses that show reports."""
    asking = asyncio.Lock()  # those who wait for a report take none of the threads that others need
    router = APIRouter(prefix="/api/v1/reports", tags=["reports"], responses=_ERRORS)

    @router.get("/{period}")
    async def report(period: PeriodLength, of: Of = "", began: From = "") -> Any:
        """The report of a day, a week or a month: tables of figures with formulas, sources and coverage."""
        async with asking:
            return await asyncio.to_thread(reports.json, period.value, of, began)

    @router.get(
        "/{period}/file", response_class=Response, responses={200: {"content": {each: {} for each in _TYPES.values()}}}
    )
    async def file(
        period: PeriodLength,
        form: Annotated[Literal["csv", "pdf"], Query(alias="format")],
        of: Of = "",
        began: From = "",
        lang: Literal["ko", "en"] = "ko",
    ) -> Response:
        """The same as a file: CSV for spreadsheets, or PDF."""
        async with asking:
            body = await asyncio.to_thread(reports.file, form, period.value, of, began, lang)
        name = f"report-{period.value}-{of or 'newest'}.{form}"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(body, media_type=_TYPES[form], headers=headers)

    return router
