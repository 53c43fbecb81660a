"""Addresses of whoever comes with a pass, and of whoever makes passes."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from robot_fleet.server.answers import ERRORS, Key, new_key
from robot_fleet.server.doors.visit import concerns, visit
from robot_fleet.server.guests import models
from robot_fleet.server.guests.guests import Guests, row_of
from robot_fleet.server.pages import PAGED, Paged
from robot_fleet.server.ports import FleetPort
from robot_fleet.stores.passes.kinds import Pass

_NEEDED = Header(alias="Idempotency-Key", description="Makes asking twice safe; the task's id.")


def guest_routes(fleet: FleetPort, guests: Guests) -> APIRouter:
    """Return the addresses of passes' own things; the doors have looked at the pass before."""
    router = APIRouter(prefix="/api/v1/me", tags=["me"], responses=ERRORS)

    @router.get("")
    async def me() -> models.MeAnswer:
        """What the pass is for: what may be asked for, what is coming, what a robot asks."""
        return await guests.look(fleet, _holder())

    @router.post("/requests", status_code=202)
    async def ask(wish: models.AskWish, key: Annotated[str, _NEEDED], request: Request) -> models.Asked:
        """Ask for something that the site offers to whoever has such a pass."""
        concerns(key)
        return await guests.ask(fleet, _holder(), key, wish, _entrance(request))

    @router.post("/answers", status_code=202)
    async def reply(wish: models.AnswerWish, key: Key = None) -> models.Taken:
        """Answer a robot that waits."""
        concerns(wish.task)
        return await guests.reply(fleet, _holder(), key or new_key("answer"), wish)

    @router.post("/code", status_code=202)
    async def open_by_code(wish: models.CodeWish, key: Key = None) -> models.Taken:
        """Open what a robot has brought by its code. Three wrong ones lock it, for a minute at first."""
        concerns(wish.task)
        return await guests.open(fleet, _holder(), key or new_key("answer"), wish)

    @router.post("/ratings", status_code=202)
    async def rate(wish: models.RatingWish, key: Key = None) -> models.Taken:
        """Say how it was: stars, and words out of the site's list."""
        concerns(wish.task)
        return await guests.rate(fleet, _holder(), key or new_key("rating"), wish)

    @router.post("/tickets", status_code=201)
    async def take_ticket(wish: models.TicketWish) -> models.TicketTaken:
        """Get a pass for what was handed over, by its ticket."""
        return await guests.take_ticket(_holder(), wish)

    return router


def pass_routes(fleet: FleetPort, guests: Guests) -> APIRouter:
    """Return the addresses at which passes are made and taken back."""
    router = APIRouter(prefix="/api/v1/passes", tags=["passes"], responses=ERRORS)

    @router.get("", response_model=list[models.PassRow], responses=PAGED)
    async def passes(page: Paged) -> Response:
        """Every pass that is known, without the secrets; by when they end."""
        found = await asyncio.to_thread(guests.store.passes.all)
        shown = page.cut(found, lambda each: (each.expires_s, each.id))
        return JSONResponse([row_of(each) for each in shown], headers=page.headers)

    @router.post("", status_code=201)
    async def make(wish: models.PassWish, request: Request) -> models.PassMade:
        """Make a pass for a place, a task or an item; its secret is told this once."""
        concerns(wish.subject)
        entrant = visit().entrant
        by = "operator" if entrant is None else entrant.user
        return await guests.make(fleet, wish, by, _entrance(request))

    @router.post("/{pass_id}/revoke")
    async def revoke(pass_id: str) -> models.PassRow:
        """Take a pass back; it lets nobody in any more."""
        return models.PassRow(**row_of(await asyncio.to_thread(guests.store.passes.revoke, pass_id, guests.now_s())))

    return router


def _entrance(request: Request) -> str:
    """Return the address at which whoever asks has reached this server; a browser knows it through any proxy."""
    origin = request.headers.get("origin", "")
    return (origin if origin.startswith("http") else str(request.base_url)).rstrip("/")


def _holder() -> Pass:
    guest = visit().guest
    assert guest is not None
    return guest
