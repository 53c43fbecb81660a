"""What a building moves to let robots through: doors, gates and lifts, all by the same few words.

A piece of equipment is the `Resource` of the lanes that lead through it, and goes by its name. The fleet *asks* it for
a robot, waits until it *is open*, lets the robot *pass*, and *leaves* it to others; it may *fail*, and is *mended*.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from robot_fleet.core.text import Text


class EquipmentKind(StrEnum):
    """What a piece of equipment is."""

    DOOR = "door"
    GATE = "gate"
    LIFT = "lift"


@dataclass(frozen=True, slots=True)
class Equipment:
    """A door, a gate or a lift of a building; one robot at a time passes.

    Parameters
    ----------
    id : unique in the site; the lanes through it have it as their `resource`.
    kind : door, gate or lift.
    wait_s : how long plans reckon that it takes from being asked to being open.
    ride_s : of a lift: how long plans reckon for closing, travelling and opening again.
    patience_s : how long it may take, until it counts as out of order.
    lanes : the lanes through it.
    inside : the vertices in it: a lift's cabin at each level, the threshold of a door that has one.
    """

    id: str
    kind: EquipmentKind
    name: Text
    wait_s: float = 4.0
    ride_s: float = 0.0
    patience_s: float = 60.0
    lanes: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EquipmentReport:
    """What a piece of equipment says of itself, at least once a second and on change.

    Parameters
    ----------
    equipment : its id.
    level : the `map_id` of the level at which its car stands; of a door that of its own; empty while the car travels.
    is_open : whether one can pass at that level now.
    session : the robot for which it was asked last and that it serves, empty for none.
    code : why it cannot be used (`out_of_order`, `fire`, `by_hand`), empty while it works.
    """

    equipment: str
    level: str
    is_open: bool
    session: str = ""
    code: str = ""

    def lets_pass(self, robot: str, level: str) -> bool:
        """Return whether it is open for a robot at a level."""
        return self.is_open and not self.code and (self.session, self.level) == (robot, level)
