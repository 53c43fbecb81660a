"""People in bays: whoever is in one with a robot makes it stop where it is, and lets it go on by leaving.

A bay's own sensor counts them, so that no robot need come in the first place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from robot_fleet.sim.boxes import box, overlap

if TYPE_CHECKING:
    from robot_fleet.sim.world import SimWorld

BAY_M = (5.5, 2.6)
"""Length and width of the ground on which a person is in a robot's way."""
AFTER_S = 3.0
"""Somebody comes back so long after a robot has begun to lift the car."""
STOP, GO = "protective_stop", "automatic"


class Bays:
    """Who is in which bay, and which robots stand for it."""

    def __init__(self, world: SimWorld) -> None:
        self._world = world
        self._inside: dict[str, tuple[float, float]] = {}  # from when to when
        self._stopped: dict[str, str] = {}  # robot -> bay

    @property
    def busy(self) -> bool:
        """Whether anybody is in a bay or comes, or a robot stands for it."""
        return bool(self._inside or self._stopped)

    def people_at(self, place: str) -> int:
        """Return how many people are in a bay."""
        from_s, until_s = self._inside.get(place, (0.0, 0.0))
        return int(from_s <= self._world.now_s < until_s)

    def enter(self, item: str, place: str, back: bool) -> None:
        """Let somebody stay with a car that has come in, or (`back`) come back to one that is being lifted."""
        world = self._world
        stays_s = world.people.in_bay_s(world.seed, item, world.callers.truth_about(item), back)
        if stays_s > 0.0:
            from_s = world.now_s + (AFTER_S if back else 0.0)
            self._inside[place] = from_s, from_s + stays_s

    def step(self, now_s: float) -> None:
        """Stop the robots that share a bay with somebody, and let those go on whose bay is empty again."""
        for place, (_, until_s) in list(self._inside.items()):
            if now_s >= until_s:
                del self._inside[place]
            elif self.people_at(place):
                self._stop(place)
        for robot, place in list(self._stopped.items()):
            if place not in self._inside:
                del self._stopped[robot]
                if self._world.robots[robot].control == STOP:
                    self._world.set_control(robot, GO)

    def _stop(self, place: str) -> None:
        spot = self._world.site.places[place].pose
        ground = box(spot.x_m, spot.y_m, spot.yaw_rad, *BAY_M)
        for robot in self._world.robots.values():
            here = robot.map_id == spot.map_id and overlap(ground, robot.box())
            if here and robot.control == GO:
                self._stopped[robot.id] = place
                self._world.set_control(robot.id, STOP)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as JSON."""
        return {"inside": {place: list(times) for place, times in self._inside.items()}, "stopped": dict(self._stopped)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Replace everything by a snapshot; an older one says nothing of it."""
        self._inside = {place: (times[0], times[1]) for place, times in state.get("inside", {}).items()}
        self._stopped = dict(state.get("stopped", {}))
