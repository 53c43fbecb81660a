"""What facts about the law make of the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from robot_fleet.core.facts import Fact, KeptOut, PaperRestored, PaperWithdrawn, ZoneEntered, ZoneLeft
from robot_fleet.core.fleet.state import FleetState


def _kept_out(state: FleetState, fact: KeptOut) -> None:
    state.robots[fact.robot].kept_out = dict(fact.zones)


def _entered(state: FleetState, fact: ZoneEntered) -> None:
    state.robots[fact.robot].stays[fact.zone] = fact


def _left(state: FleetState, fact: ZoneLeft) -> None:
    state.robots[fact.robot].stays.pop(fact.zone, None)


def _withdrawn(state: FleetState, fact: PaperWithdrawn) -> None:
    state.withdrawn[fact.paper] = fact


def _restored(state: FleetState, fact: PaperRestored) -> None:
    state.withdrawn.pop(fact.paper, None)


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    KeptOut: _kept_out,
    ZoneEntered: _entered,
    ZoneLeft: _left,
    PaperWithdrawn: _withdrawn,
    PaperRestored: _restored,
}
