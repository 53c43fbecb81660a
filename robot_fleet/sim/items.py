"""Items with custody: each is held by exactly one place, robot or person at any time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.geometry import Footprint

PERSON = "person"


class SimItem:
    """A car, a parcel, a meal. `holder_kind` is place, robot or person; `holder` is the id of the place or robot."""

    __slots__ = ("holder", "holder_kind", "id", "kind", "length_m", "mass_kg", "width_m")

    def __init__(
        self,
        item_id: str,
        kind: str,
        mass_kg: float,
        length_m: float,
        width_m: float,
        holder_kind: str,
        holder: str,
    ) -> None:
        self.id = item_id
        self.kind = kind
        self.mass_kg = mass_kg
        self.length_m = length_m
        self.width_m = width_m
        self.holder_kind = holder_kind
        self.holder = holder


class Custody:
    """Who holds what. The index by holder always agrees with the items."""

    def __init__(self) -> None:
        self.items: dict[str, SimItem] = {}
        self._at_place: dict[str, dict[str, None]] = {}
        self._on_robot: dict[str, dict[str, None]] = {}
        self._changed: dict[str, None] = {}

    def add(self, item: SimItem) -> None:
        """Take up a new item.

        Raises
        ------
        RuntimeFailure : `sim_item_twice` if an item of this id exists.
        """
        if item.id in self.items:
            raise RuntimeFailure("sim_item_twice", "the world holds this item already; expected unique ids", item.id)
        self.items[item.id] = item
        self._enter(item)

    def move(self, item_id: str, holder_kind: str, holder: str) -> None:
        """Pass an item from whoever holds it to another holder, in one event."""
        item = self.items[item_id]
        if item.holder_kind == "place":
            del self._at_place[item.holder][item_id]
            self._changed[item.holder] = None
        elif item.holder_kind == "robot":
            del self._on_robot[item.holder][item_id]
        item.holder_kind = holder_kind
        item.holder = holder
        self._enter(item)

    def _enter(self, item: SimItem) -> None:
        if item.holder_kind == "place":
            self._at_place.setdefault(item.holder, {})[item.id] = None
            self._changed[item.holder] = None
        elif item.holder_kind == "robot":
            self._on_robot.setdefault(item.holder, {})[item.id] = None

    def at_place(self, place: str) -> tuple[str, ...]:
        """Return the ids of the items that stand at a place, in the order in which they came."""
        return tuple(self._at_place.get(place, ()))

    def on_robot(self, robot: str) -> tuple[str, ...]:
        """Return the ids of the items on board, in the order in which they were taken."""
        return tuple(self._on_robot.get(robot, ()))

    def take_place_changes(self) -> list[str]:
        """Return and forget the places whose items changed since the last call."""
        changed = list(self._changed)
        self._changed.clear()
        return changed

    def load_of(self, robot: str, bare: Footprint) -> tuple[tuple[str, ...], float, Footprint]:
        """Return the load on board, its mass and the footprint with it: the larger of both in each direction."""
        load = self.on_robot(robot)
        mass_kg = 0.0
        length_m = bare.length_m
        width_m = bare.width_m
        for item_id in load:
            item = self.items[item_id]
            mass_kg += item.mass_kg
            length_m = max(length_m, item.length_m)
            width_m = max(width_m, item.width_m)
        return load, mass_kg, Footprint(length_m, width_m)

    def holders(self) -> dict[str, str]:
        """Return who has each item: `place:<id>`, `robot:<id>` or `person`."""
        return {
            item.id: PERSON if item.holder_kind == PERSON else f"{item.holder_kind}:{item.holder}"
            for item in self.items.values()
        }

    def snapshot(self) -> list[list[object]]:
        """Return all items as JSON, in an order that keeps the order at each holder."""
        held = [i for index in (self._at_place, self._on_robot) for ids in index.values() for i in ids]
        others = [item.id for item in self.items.values() if item.holder_kind == PERSON]
        return [
            [i.id, i.kind, i.mass_kg, i.length_m, i.width_m, i.holder_kind, i.holder]
            for i in (self.items[item_id] for item_id in (*held, *others))
        ]

    def restore(self, rows: Iterable[list[object]]) -> None:
        """Replace everything by a snapshot."""
        self.items.clear()
        self._at_place.clear()
        self._on_robot.clear()
        for item_id, kind, mass_kg, length_m, width_m, holder_kind, holder in rows:
            self.add(
                SimItem(
                    str(item_id),
                    str(kind),
                    float(str(mass_kg)),
                    float(str(length_m)),
                    float(str(width_m)),
                    str(holder_kind),
                    str(holder),
                )
            )
        self._changed.clear()


def number(params: Mapping[str, object], name: str) -> float:
    """Return a numeric parameter of a request, 0.0 where it is missing or no number."""
    value = params.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
