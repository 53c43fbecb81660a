"""Addresses about what stands where: items, and places that are out of use."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from robot_fleet.core.inputs import MendPlace, TakePlaceOut
from robot_fleet.server.answers import ERRORS, Key, new_key, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models.commands import CommandTaken, MendPlaceWish, PlaceOutWish
from robot_fleet.server.models.rows import ItemRow, PlaceOutRow
from robot_fleet.server.pages import PAGED, Paged, fits
from robot_fleet.server.ports import FleetPort

Names = Annotated[list[str] | None, Query(max_length=50, description="Only these; may be given several times.")]


def inventory_reads(fleet: FleetPort) -> APIRouter:
    """Return the addresses that say where items are and what cannot be used."""
    router = APIRouter(prefix="/api/v1", tags=["view"])

    @router.get("/items", response_model=list[ItemRow], responses=PAGED)
    async def items(page: Paged, kind: Names = None, holder: Names = None) -> Response:
        """Every car, parcel and meal at a place or on a robot; `holder` is `place:<id>` or `robot:<id>`."""
        rows = fleet.snapshot()["items"]
        wanted = [row for row in rows if fits(row["kind"], kind) and fits(row["holder"], holder)]
        return page.answer(wanted, lambda row: (row["id"],))

    @router.get("/places/out", response_model=list[PlaceOutRow], responses=PAGED)
    async def places_out(page: Paged) -> Response:
        """Every place that is out of use, and why."""
        return page.answer(fleet.snapshot()["out"], lambda row: (row["id"],))

    return router


def place_commands(fleet: FleetPort) -> APIRouter:
    """Return the addresses of commands about places."""
    router = APIRouter(prefix="/api/v1/places", tags=["commands"], responses=ERRORS)

    @router.post("/out", status_code=202)
    async def take_out(wish: PlaceOutWish, key: Key = None) -> CommandTaken:
        """Take a place out of use: no robot is sent there, and nothing put down there."""
        key = key or new_key("place")
        concerns(wish.place)
        return taken(key, await fleet.carry_out(TakePlaceOut(key, wish.place, wish.reason, wish.by)))

    @router.post("/mended", status_code=202)
    async def mended(wish: MendPlaceWish, key: Key = None) -> CommandTaken:
        """Say that a place which is out of use is in order again."""
        key = key or new_key("place")
        concerns(wish.place)
        return taken(key, await fleet.carry_out(MendPlace(key, wish.place, wish.by)))

    return router
