"""Addresses about doors, gates and lifts: how each fares, and what people say of it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from robot_fleet.core.inputs import PutEquipmentBack, TakeEquipmentOut
from robot_fleet.server.answers import ERRORS, Key, new_key, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models.commands import CommandTaken, EquipmentOutWish, EquipmentWish
from robot_fleet.server.models.rows import EquipmentRow
from robot_fleet.server.pages import PAGED, Paged
from robot_fleet.server.ports import FleetPort


def equipment_reads(fleet: FleetPort) -> APIRouter:
    """Return the address that lists them."""
    router = APIRouter(prefix="/api/v1", tags=["view"])

    @router.get("/equipment", response_model=list[EquipmentRow], responses=PAGED)
    async def equipment(page: Paged) -> Response:
        """Every door, gate and lift: whose it is, who waits for it, and why it is out of order if it is."""
        return page.answer(fleet.snapshot()["equipment"], lambda row: (row["id"],))

    return router


def equipment_commands(fleet: FleetPort) -> APIRouter:
    """Return the addresses of what people say of them."""
    router = APIRouter(prefix="/api/v1/equipment", tags=["commands"], responses=ERRORS)

    @router.post("/{equipment}/out", status_code=202)
    async def take_out(equipment: str, wish: EquipmentOutWish, key: Key = None) -> CommandTaken:
        """Say that it is out of order: no robot is led through it until somebody says otherwise."""
        key = key or new_key("equipment")
        concerns(equipment)
        return taken(key, await fleet.carry_out(TakeEquipmentOut(key, equipment, wish.reason, wish.by)))

    @router.post("/{equipment}/mended", status_code=202)
    async def mended(equipment: str, wish: EquipmentWish, key: Key = None) -> CommandTaken:
        """Say that it is in order again: what it says itself counts from now on."""
        key = key or new_key("equipment")
        concerns(equipment)
        return taken(key, await fleet.carry_out(PutEquipmentBack(key, equipment, wish.by)))

    return router
