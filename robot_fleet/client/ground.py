"""The client's wishes about robots and the ground that they drive on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from robot_fleet.client.caller import Caller
from robot_fleet.server.models.commands import (
    CloseZonesWish,
    CloseZoneWish,
    CommandTaken,
    EquipmentOutWish,
    EquipmentWish,
    HoldWish,
    LimitWish,
    MaintenanceWish,
    MendPlaceWish,
    OpenZonesWish,
    PaperWish,
    PlaceOutWish,
    ZoneWish,
)
from robot_fleet.server.models.rows import EquipmentRow, ItemRow, PaperRow, PlaceOutRow, RobotRow, ZoneRow

_Cause = Literal["", "weather", "event", "other"]


class GroundCalls(Caller):
    """Holds robots, takes them out of service, closes zones."""

    def robots(self, **chosen: str | bool | Sequence[str]) -> list[RobotRow]:
        """Return the robots; chosen by `kind`, `state`, `link`, `health`, `maintenance`."""
        return [RobotRow.model_validate(row) for row in self._connection.rows("/robots", chosen)]

    def robot(self, robot: str) -> RobotRow:
        """Return one robot."""
        return self._one(RobotRow, "robots", robot)

    def items(self, **chosen: str | Sequence[str]) -> list[ItemRow]:
        """Return what stands at places or is on robots; chosen by `kind` and `holder`."""
        return [ItemRow.model_validate(row) for row in self._connection.rows("/items", chosen)]

    def places_out(self) -> list[PlaceOutRow]:
        """Return the places that are out of use."""
        return [PlaceOutRow.model_validate(row) for row in self._connection.rows("/places/out", {})]

    def take_place_out(self, place: str, reason: str = "", *, by: str = "operator", key: str = "") -> CommandTaken:
        """Take a place out of use."""
        return self._give(PlaceOutWish, ("places", "out"), key, place=place, reason=reason, by=by)

    def mend_place(self, place: str, *, by: str = "operator", key: str = "") -> CommandTaken:
        """Say that a place which is out of use is in order again."""
        return self._give(MendPlaceWish, ("places", "mended"), key, place=place, by=by)

    def equipment(self) -> list[EquipmentRow]:
        """Return every door, gate and lift, and how it fares."""
        return [EquipmentRow.model_validate(row) for row in self._connection.rows("/equipment", {})]

    def take_equipment_out(
        self, equipment: str, reason: str = "", *, by: str = "operator", key: str = ""
    ) -> CommandTaken:
        """Say that a door, gate or lift is out of order."""
        return self._give(EquipmentOutWish, ("equipment", equipment, "out"), key, reason=reason, by=by)

    def put_equipment_back(self, equipment: str, *, by: str = "operator", key: str = "") -> CommandTaken:
        """Say that a door, gate or lift is in order again."""
        return self._give(EquipmentWish, ("equipment", equipment, "mended"), key, by=by)

    def hold(
        self, robot: str = "", reason: str = "", *, in_place: bool = False, by: str = "operator", key: str = ""
    ) -> CommandTaken:
        """Bring one robot, or the whole fleet, to a stop in a safe place, or `in_place`. It is no safety function."""
        return self._give(HoldWish, ("hold",), key, robot=robot, reason=reason, in_place=in_place, by=by)

    def resume(self, robot: str = "", reason: str = "", *, by: str = "operator", key: str = "") -> CommandTaken:
        """Let one robot, or the whole fleet, go on."""
        return self._give(HoldWish, ("resume",), key, robot=robot, reason=reason, by=by)

    def maintenance(
        self,
        robot: str,
        change: Literal["begin", "plan", "done"],
        *,
        from_s: float = 0.0,
        to_s: float = 0.0,
        reason: str = "",
        by: str = "operator",
        key: str = "",
        version: str = "",
    ) -> CommandTaken:
        """Take a robot out of service, plan when it will be, or put it back."""
        wish = {"change": change, "from_s": from_s, "to_s": to_s, "reason": reason, "by": by}
        return self._give(MaintenanceWish, ("robots", robot, "maintenance"), key, version, **wish)

    def zones(self) -> list[ZoneRow]:
        """Return every zone and what holds in it."""
        return [ZoneRow.model_validate(row) for row in self._connection.rows("/zones")]

    def zone(self, zone: str) -> ZoneRow:
        """Return one zone."""
        return self._one(ZoneRow, "zones", zone)

    def close_zone(
        self,
        zone: str,
        reason: str = "",
        *,
        cause: _Cause = "",
        until_s: float | None = None,
        by: str = "operator",
        key: str = "",
        version: str = "",
    ) -> CommandTaken:
        """Keep robots out of a zone; with `until_s` (fleet seconds) it opens by itself."""
        wish = {"reason": reason, "cause": cause, "until_s": until_s, "by": by}
        return self._give(CloseZoneWish, ("zones", zone, "close"), key, version, **wish)

    def close_zones(
        self,
        zones: Sequence[str] = (),
        reason: str = "",
        *,
        outdoor: bool = False,
        cause: _Cause = "",
        until_s: float | None = None,
        by: str = "operator",
        key: str = "",
    ) -> CommandTaken:
        """Keep robots out of several zones, and of all outdoor ones: all are closed, or none is."""
        wish: dict[str, Any] = {
            "zones": list(zones),
            "outdoor": outdoor,
            "reason": reason,
            "cause": cause,
            "until_s": until_s,
        }
        return self._give(CloseZonesWish, ("zones", "close"), key, **wish, by=by)

    def open_zone(
        self, zone: str, reason: str = "", *, by: str = "operator", key: str = "", version: str = ""
    ) -> CommandTaken:
        """Let robots into a zone again."""
        return self._give(ZoneWish, ("zones", zone, "open"), key, version, reason=reason, by=by)

    def open_zones(
        self,
        zones: Sequence[str] = (),
        reason: str = "",
        *,
        outdoor: bool = False,
        by: str = "operator",
        key: str = "",
    ) -> CommandTaken:
        """Let robots into several zones again."""
        wish: dict[str, Any] = {"zones": list(zones), "outdoor": outdoor, "reason": reason, "by": by}
        return self._give(OpenZonesWish, ("zones", "open"), key, **wish)

    def limit_zone(
        self,
        zone: str,
        speed_mps: float,
        reason: str = "",
        *,
        by: str = "operator",
        key: str = "",
        version: str = "",
    ) -> CommandTaken:
        """Limit the speed in a zone; 0 lifts the limit."""
        wish = {"speed_mps": speed_mps, "reason": reason, "by": by}
        return self._give(LimitWish, ("zones", zone, "limit"), key, version, **wish)

    def papers(self) -> list[PaperRow]:
        """Return the certificates, insurances and permits of the robots, the first to end first."""
        return [PaperRow.model_validate(row) for row in self._connection.rows("/papers", {})]

    def withdraw_paper(self, paper: str, reason: str = "", *, by: str = "operator", key: str = "") -> CommandTaken:
        """Count a certificate, an insurance or a permit no more; its robots leave the zones that ask for it."""
        return self._give(PaperWish, ("papers", paper, "withdraw"), key, reason=reason, by=by)

    def restore_paper(self, paper: str, reason: str = "", *, by: str = "operator", key: str = "") -> CommandTaken:
        """Count it again, as far as its dates allow."""
        return self._give(PaperWish, ("papers", paper, "restore"), key, reason=reason, by=by)
