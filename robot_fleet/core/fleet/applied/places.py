"""What facts about goods, places and chargers make of the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from robot_fleet.core.energy import Supply
from robot_fleet.core.facts import (
    ChargerDoubted,
    ChargerSwitched,
    Fact,
    ItemAppeared,
    ItemMoved,
    PlaceMended,
    PlaceTakenOut,
)
from robot_fleet.core.fleet.state import (
    FleetState,
    ItemRecord,
    OutOfUse,
    SupplyRecord,
)


def _item_appeared(state: FleetState, fact: ItemAppeared) -> None:
    state.items[fact.item] = ItemRecord(fact.item, fact.kind, fact.holder, fact.mass_kg, fact.length_m, fact.width_m)


def _item_moved(state: FleetState, fact: ItemMoved) -> None:
    item = state.items[fact.item]
    before, after = item.holder, fact.holder
    if before.startswith("robot:"):
        robot = state.robots[before[6:]]
        robot.load = tuple(i for i in robot.load if i != fact.item)
    if after.startswith("robot:"):
        robot = state.robots[after[6:]]
        robot.load = (*robot.load, fact.item)
    item.holder, item.since_s = after, fact.at_s


def _charger_switched(state: FleetState, fact: ChargerSwitched) -> None:
    if fact.reason == Supply.LEFT:
        state.supplies.pop(fact.place, None)
    else:
        state.supplies[fact.place] = SupplyRecord(fact.robot, fact.on, fact.reason, fact.at_s, fact.until_s)


def _charger_doubted(state: FleetState, fact: ChargerDoubted) -> None:
    state.doubted[fact.place] = fact.until_s


def _place_taken_out(state: FleetState, fact: PlaceTakenOut) -> None:
    state.out[fact.place] = OutOfUse(fact.code, fact.robot, fact.by, fact.at_s)


def _place_mended(state: FleetState, fact: PlaceMended) -> None:
    state.out.pop(fact.place, None)
    state.doubted.pop(fact.place, None)


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    ItemAppeared: _item_appeared,
    ItemMoved: _item_moved,
    ChargerDoubted: _charger_doubted,
    ChargerSwitched: _charger_switched,
    PlaceTakenOut: _place_taken_out,
    PlaceMended: _place_mended,
}
