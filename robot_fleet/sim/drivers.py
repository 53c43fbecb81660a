"""Drivers of cars: they queue for entry bays, and drive away what stands in exit bays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from robot_fleet.sim.bays import Bays
from robot_fleet.sim.boxes import box, overlap
from robot_fleet.sim.items import SimItem
from robot_fleet.sim.robot import TICKS_PER_S

if TYPE_CHECKING:
    from robot_fleet.sim.world import SimWorld

ENTRY_BAY = "bay_in"
EXIT_BAY = "bay_out"


class Drivers:
    """All drivers of a world, looked at once a second.

    A bay is free for a car when no car stands in it and no loaded robot is in the way; a robot without a load is low
    enough to be driven over.
    """

    def __init__(self, world: SimWorld) -> None:
        self._world = world
        self._queues: dict[str, list[SimItem]] = {}
        self._enter_s: dict[str, float] = {}
        self._leave_s: dict[str, float] = {}
        self.wanted_s: dict[str, float] = {}
        self.bays = Bays(world)

    def arrive(self, item: SimItem, place: str) -> None:
        """Have a driver bring a car to an entry bay: it stands there at once, or the driver queues."""
        item.holder_kind, item.holder = "person", ""
        queue = self._queues.setdefault(place, [])
        queue.append(item)
        if len(queue) == 1 and self._is_free(place, item):
            self._enter(place)

    def queues_for(self, item: str, place: str) -> bool:
        """Return whether a car's driver still waits for this bay."""
        return any(waiting.id == item for waiting in self._queues.get(place, ()))

    def withdraw(self, item: str) -> None:
        """Have a driver give up: leave the queue, or drive the car out of the entry bay."""
        for place, queue in self._queues.items():
            if any(waiting.id == item for waiting in queue):
                queue[:] = [waiting for waiting in queue if waiting.id != item]
                self._enter_s.pop(place, None)

    def item_placed(self, item: str, place: str) -> None:
        """Tell the driver that the car stands in a bay."""
        if self._world.site.places[place].kind == EXIT_BAY:
            now_s = self._world.now_s
            ready_s = max(now_s, self.wanted_s.get(item, now_s))
            self._will_leave(item, ready_s)

    def sent_away(self, item: str, place: str) -> None:
        """Tell the driver that the car cannot be taken: it is driven out of the entry bay."""
        if self._world.site.places[place].kind == ENTRY_BAY:
            self._will_leave(item, self._world.now_s)

    def lifting(self, item: str, place: str) -> None:
        """Note that a robot begins to lift a car: somebody may come back to it."""
        if self._world.site.places[place].kind == ENTRY_BAY:
            self.bays.enter(item, place, back=True)

    def _will_leave(self, item: str, from_s: float) -> None:
        world = self._world
        truth = world.callers.truth_about(item)
        takes_s = world.people.drive_off_s(world.seed, item, world.now_s, truth)
        if takes_s is not None:
            self._leave_s[item] = from_s + takes_s

    def step(self, tick: int) -> None:
        """Let time pass up to a tick of the world."""
        if tick % TICKS_PER_S or not (self._leave_s or self._queues or self.bays.busy):
            return
        now_s = tick / TICKS_PER_S
        self.bays.step(now_s)
        for item, leave_s in list(self._leave_s.items()):
            held = self._world.custody.items[item]
            if held.holder_kind != "place":
                del self._leave_s[item]
            elif now_s >= leave_s and self._is_clear(held.holder, held, leaving=True):
                del self._leave_s[item]
                self._world.custody.move(item, "person", "")
        for place in list(self._queues):
            self._serve(place, now_s)

    def _serve(self, place: str, now_s: float) -> None:
        queue = self._queues[place]
        if not queue:
            del self._queues[place]
        elif not self._is_free(place, queue[0]):
            self._enter_s.pop(place, None)
        elif place not in self._enter_s:
            self._enter_s[place] = now_s + self._world.people.drive_in_s(self._world.seed, queue[0].id)
        elif now_s >= self._enter_s[place]:
            self._enter(place)

    def _enter(self, place: str) -> None:
        item = self._queues[place].pop(0)
        self._enter_s.pop(place, None)
        item.holder_kind, item.holder = "place", place
        self._world.custody.add(item)
        self.bays.enter(item.id, place, back=False)
        self._world.acts.item_came(item.id)

    def _is_free(self, place: str, car: SimItem) -> bool:
        return not self._world.custody.at_place(place) and self._is_clear(place, car)

    def _is_clear(self, place: str, car: SimItem, leaving: bool = False) -> bool:
        """Whether a car can move over the bay: nothing that is higher than a bare robot stands there.

        Nobody gets into a car with a robot under it.
        """
        spot = self._world.site.places[place].pose
        ground = box(spot.x_m, spot.y_m, spot.yaw_rad, car.length_m, car.width_m)
        exit_bay = self._world.site.places[place].kind == EXIT_BAY
        return not any(
            (robot.load or exit_bay or leaving) and robot.map_id == spot.map_id and overlap(ground, robot.box())
            for robot in (*self._world.robots.values(), *self._world.ghosts)
        )

    def snapshot(self) -> dict[str, object]:
        """Return the state as JSON."""
        return {
            "queues": {
                place: [[car.id, car.kind, car.mass_kg, car.length_m, car.width_m] for car in queue]
                for place, queue in self._queues.items()
            },
            "enter_s": dict(self._enter_s),
            "leave_s": dict(self._leave_s),
            "wanted_s": dict(self.wanted_s),
            "bays": self.bays.snapshot(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Replace everything by a snapshot."""
        self._queues = {
            place: [
                SimItem(str(i), str(kind), float(mass), float(length), float(width), "person", "")
                for i, kind, mass, length, width in queue
            ]
            for place, queue in state["queues"].items()
        }
        self._enter_s = _seconds(state["enter_s"])
        self._leave_s = _seconds(state["leave_s"])
        self.wanted_s = _seconds(state["wanted_s"])
        self.bays.restore(state.get("bays", {}))


def _seconds(times: Mapping[str, object]) -> dict[str, float]:
    return {key: value if isinstance(value, float) else math.nan for key, value in times.items()}
