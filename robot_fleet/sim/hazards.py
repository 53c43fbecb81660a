"""What is wrong in a world by nature: bodies in the way, blind scanners, slipping wheels, chargers that do not charge.

It is state of the world and survives in its checkpoint. Who brings it about, and when, is no matter of the world.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robot_fleet.sim.bodies import Bodies

NO_CURRENT, NO_DOCK = "no_current", "no_dock"


class Hazards:
    """What is wrong now.

    Attributes
    ----------
    bodies : what stands or walks about.
    blind : robots whose scanner sees nothing, and does not know it.
    slips : robot -> share of each metre that its wheels count which it does not drive.
    broken : robots that have broken down, and when staff get them going again (fleet time).
    chargers : charger -> `no_current` or `no_dock`.
    """

    def __init__(self) -> None:
        self.bodies = Bodies()
        self.blind: dict[str, None] = {}
        self.slips: dict[str, float] = {}
        self.chargers: dict[str, str] = {}
        self.broken: dict[str, float] = {}

    def capture(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return {
            "bodies": self.bodies.capture(),
            "blind": list(self.blind),
            "slips": dict(self.slips),
            "chargers": dict(self.chargers),
            "broken": dict(self.broken),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Replace all of it by what was captured; an older checkpoint says nothing of it."""
        self.bodies.restore(state.get("bodies", ()))
        self.blind.clear()
        self.blind.update(dict.fromkeys(state.get("blind", ())))
        self.slips.clear()
        self.slips.update(state.get("slips", {}))
        self.chargers.clear()
        self.chargers.update(state.get("chargers", {}))
        self.broken.clear()
        self.broken.update(state.get("broken", {}))
