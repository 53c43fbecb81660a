"""`equipment.yaml` as pydantic models: the doors, gates and lifts that robots have opened for them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from robot_fleet.core.equipment import Equipment, EquipmentKind
from robot_fleet.site.models.base import NotNegative, Positive, SiteModel, TextModel, Word


class EquipmentModel(SiteModel):
    """A door, gate or lift; its lanes are those of `lanes.geojson` with its id as their `resource`."""

    id: Word
    kind: Literal["door", "gate", "lift"]
    name: TextModel
    wait_s: NotNegative = 4.0
    ride_s: NotNegative = 0.0
    patience_s: Annotated[Positive, Field(description="seconds after which it counts as out of order")] = 60.0

    def value(self) -> Equipment:
        """Return the core's value; which lanes lead through it is not known here."""
        kind = EquipmentKind(self.kind)
        return Equipment(self.id, kind, self.name.value(), self.wait_s, self.ride_s, self.patience_s)


class EquipmentFile(SiteModel):
    """`equipment.yaml`."""

    schema_version: Literal[1]
    equipment: list[EquipmentModel] = []
