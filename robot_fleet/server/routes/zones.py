"""Addresses at which people close, open and slow down zones."""

from __future__ import annotations

from math import inf

from fastapi import APIRouter

from robot_fleet.core.inputs import CloseZones, LimitZone, OpenZones
from robot_fleet.server.answers import ERRORS, Key, new_key, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models.commands import (
    CloseZonesWish,
    CloseZoneWish,
    CommandTaken,
    LimitWish,
    OpenZonesWish,
    ZoneWish,
)
from robot_fleet.server.ports import FleetPort


def zone_commands(fleet: FleetPort) -> APIRouter:
    """Return the addresses of commands about zones."""
    router = APIRouter(prefix="/api/v1/zones", tags=["commands"], responses=ERRORS)

    async def close_all(key: str, zones: list[str], outdoor: bool, wish: CloseZoneWish) -> CommandTaken:
        concerns(*zones)
        until_s = inf if wish.until_s is None else wish.until_s
        closing = CloseZones(key, tuple(zones), outdoor, wish.reason, wish.by, wish.cause, until_s)
        return taken(key, await fleet.carry_out(closing))

    async def open_all(key: str, zones: list[str], outdoor: bool, wish: ZoneWish) -> CommandTaken:
        concerns(*zones)
        return taken(key, await fleet.carry_out(OpenZones(key, tuple(zones), outdoor, wish.reason, wish.by)))

    @router.post("/close", status_code=202)
    async def close_several(wish: CloseZonesWish, key: Key = None) -> CommandTaken:
        """Keep robots out of several zones, for the weather or an event; all are closed, or none is."""
        return await close_all(key or new_key("zone"), wish.zones, wish.outdoor, wish)

    @router.post("/open", status_code=202)
    async def open_several(wish: OpenZonesWish, key: Key = None) -> CommandTaken:
        """Let robots into several zones again."""
        return await open_all(key or new_key("zone"), wish.zones, wish.outdoor, wish)

    @router.post("/{zone}/close", status_code=202)
    async def close(zone: str, wish: CloseZoneWish | None = None, key: Key = None) -> CommandTaken:
        """Keep robots out of a zone; those inside finish what is released to them and leave."""
        return await close_all(key or new_key("zone"), [zone], False, wish or CloseZoneWish())

    @router.post("/{zone}/open", status_code=202)
    async def open_zone(zone: str, wish: ZoneWish | None = None, key: Key = None) -> CommandTaken:
        """Let robots into a zone again."""
        return await open_all(key or new_key("zone"), [zone], False, wish or ZoneWish())

    @router.post("/{zone}/limit", status_code=202)
    async def limit(zone: str, wish: LimitWish, key: Key = None) -> CommandTaken:
        """Limit the speed in a zone, or lift the limit with 0."""
        key = key or new_key("zone")
        return taken(key, await fleet.carry_out(LimitZone(key, zone, wish.speed_mps, wish.reason, wish.by)))

    return router
