"""People who have asked outside the demand (at a kiosk, at a console) to have a car parked: they drive it in.

Nothing is kept here. A car that the world knows has come already, whatever became of it; the demand's own come with
their requests, before the fleet has heard of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from robot_fleet.core.brought import BroughtItem
from robot_fleet.sim.drivers import ENTRY_BAY
from robot_fleet.sim.items import SimItem
from robot_fleet.sim.world import SimWorld


def bring(world: SimWorld, items: Iterable[BroughtItem]) -> None:
    """Let the drivers of these cars come to the entry bays that were named, each when it is time."""
    for each in items:
        place = world.site.places.get(each.place)
        if place is None or place.kind != ENTRY_BAY or world.now_s < each.from_s:
            continue
        if each.item in world.custody.items or world.drivers.queues_for(each.item, each.place):
            continue
        car = SimItem(each.item, each.kind, each.mass_kg, each.length_m, each.width_m, "person", "")
        world.drivers.arrive(car, each.place)
