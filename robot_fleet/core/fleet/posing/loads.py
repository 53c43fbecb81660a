"""What acts take on board and put down."""

from __future__ import annotations

from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.site import ActTemplate


def load_change_kg(turn: Turn, acts: tuple[ActTemplate, ...], on_board: tuple[str, ...] = ()) -> float:
    """Return by how many kilograms acts change the load of a robot that has some items on board already."""
    change = 0.0
    for act in acts:
        mass_kg = turn.state.items[act.item].mass_kg if act.item in turn.state.items else 0.0
        if act.act == "take" and act.item not in on_board:
            change += mass_kg
        elif act.act == "give":
            change -= mass_kg
    return change
