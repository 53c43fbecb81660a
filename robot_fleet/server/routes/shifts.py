"""Addresses of shifts: what is open, sign it, take it over, look at those of before."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import SignShift, TakeShift
from robot_fleet.server.answers import ERRORS, Key, new_key, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models.commands import CommandTaken, ErrorAnswer, SignWish, TakeWish
from robot_fleet.server.models.rows import OpenRow, ShiftRow
from robot_fleet.server.pages import PAGED, Paged
from robot_fleet.server.ports import FleetPort


def shift_reads(fleet: FleetPort) -> APIRouter:
    """Return the addresses that show shifts."""
    router = APIRouter(prefix="/api/v1/shifts", tags=["view"])

    @router.get("", response_model=list[ShiftRow], responses=PAGED)
    async def handed_over(page: Paged) -> Response:
        """The shifts that were handed over last, newest first."""
        fleet.refresh()  # who has just signed wants to see it
        return page.answer(fleet.shifts(), lambda row: (-row["signed_s"], row["id"]))

    @router.get("/open", response_model=OpenRow)
    async def open_now() -> Any:
        """What is open now, and the digest by which whoever signs says that this is what was looked at."""
        fleet.refresh()
        return fleet.open_items()

    @router.get("/{shift}", response_model=ShiftRow, responses={404: {"model": ErrorAnswer}})
    async def one(shift: str) -> Any:
        """One shift."""
        fleet.refresh()
        for row in fleet.shifts():
            if row["id"] == shift:
                return row
        raise RequestError("request_unknown_shift", f"no shift {shift!r}", shift)

    return router


def shift_commands(fleet: FleetPort) -> APIRouter:
    """Return the addresses at which shifts are signed and taken over."""
    router = APIRouter(prefix="/api/v1/shifts", tags=["commands"], responses=ERRORS)

    @router.post("", status_code=202)
    async def sign(wish: SignWish, key: Key = None) -> CommandTaken:
        """End a shift and sign what is open; the answer's task is the shift."""
        key = key or new_key("shift")
        return taken(key, await fleet.carry_out(SignShift(key, wish.by, wish.seen, wish.note, wish.notes)))

    @router.post("/{shift}/take", status_code=202)
    async def take(shift: str, wish: TakeWish, key: Key = None) -> CommandTaken:
        """Take a shift over. It cannot be whoever signed it."""
        key = key or new_key("shift")
        concerns(shift)
        return taken(key, await fleet.carry_out(TakeShift(key, shift, wish.by, wish.digest)))

    return router
