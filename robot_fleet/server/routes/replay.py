"""`/api/v1/replay`: any past period, as the console shows the present. The work is done off the event loop."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Query, Response

from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models.commands import ErrorAnswer

_ERRORS: dict[int | str, dict[str, Any]] = {status: {"model": ErrorAnswer} for status in (422, 500, 503)}
_HEADERS = {"cache-control": "no-store"}

At = Annotated[float, Query(ge=0.0, le=1e10, allow_inf_nan=False)]
"""A fleet time of a question."""


class Replays(Protocol):
    """Who tells of the past, as JSON; asked by other threads than the event loop's.

    Raises RequestError, LedgerError, StoreError and RuntimeFailure.
    """

    def overview(self, from_s: float | None, to_s: float | None) -> str:
        """Return what there is of a period, the newest where it is not said."""
        ...

    def frames(self, from_s: float, to_s: float) -> str:
        """Return a period: frames as the stream's, and where robots were."""
        ...


def replay_reads(replays: Replays) -> APIRouter:
    """Return the addresses that tell of the past."""
    asking = asyncio.Lock()  # those who wait take none of the threads that others need
    router = APIRouter(prefix="/api/v1/replay", tags=["replay"], responses=_ERRORS)

    @router.get("", response_class=Response, responses={200: {"content": {"application/json": {}}}})
    async def overview(from_s: At | None = None, to_s: At | None = None) -> Response:
        """What is kept of a period, by default the newest hour: marks of events, and where motion is missing."""
        concerns("newest" if to_s is None else f"until:{to_s:.0f}")
        async with asking:
            body = await asyncio.to_thread(replays.overview, from_s, to_s)
        return Response(body, media_type="application/json", headers=_HEADERS)

    @router.get("/frames", response_class=Response, responses={200: {"content": {"application/json": {}}}})
    async def frames(from_s: At, to_s: At) -> Response:
        """A period of an hour at most: a snapshot at its beginning, patches, and where each robot was."""
        concerns(f"{from_s:.0f}-{to_s:.0f}")
        async with asking:
            body = await asyncio.to_thread(replays.frames, from_s, to_s)
        return Response(body, media_type="application/json", headers=_HEADERS)

    return router
