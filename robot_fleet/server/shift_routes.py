"""Addresses of shifts: what is open, sign it, take it over, look at those of before."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import SignShift, TakeShift
from robot_fleet.server.answers import ERRORS, Key, new_key, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models import CommandTaken, ErrorAnswer, SignWish, TakeWish
from robot_fleet.server.ports import FleetPort


def shift_routes(fleet: FleetPort) -> APIRouter:
    """Return all addresses of shifts."""
    router = APIRouter(prefix="/api/v1/shifts", tags=["shifts"])

    @router.get("")
    async def handed_over() -> Any:
        """The shifts that were handed over last, newest first."""
        return fleet.shifts()

    @router.get("/open")
    async def open_now() -> Any:
        """What is open now, and the digest by which whoever signs says that this is what was looked at."""
        return fleet.open_items()

    @router.get("/{shift}", responses={404: {"model": ErrorAnswer}})
    async def one(shift: str) -> Any:
        """One shift."""
        for row in fleet.shifts():
            if row["id"] == shift:
                return row
        raise RequestError("request_unknown_shift", f"no shift {shift!r}", shift)

    @router.post("", status_code=202, responses=ERRORS)
    async def sign(wish: SignWish, key: Key = None) -> CommandTaken:
        """End a shift and sign what is open; the answer's task is the shift."""
        key = key or new_key("shift")
        return taken(key, await fleet.carry_out(SignShift(key, wish.by, wish.seen, wish.note, wish.notes)))

    @router.post("/{shift}/take", status_code=202, responses=ERRORS)
    async def take(shift: str, wish: TakeWish, key: Key = None) -> CommandTaken:
        """Take a shift over. It cannot be whoever signed it."""
        key = key or new_key("shift")
        concerns(shift)
        return taken(key, await fleet.carry_out(TakeShift(key, shift, wish.by, wish.digest)))

    return router
