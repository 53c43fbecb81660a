"""What people bring for open requests: it stands, or will stand, where a robot is to take it up first."""

from __future__ import annotations

from collections.abc import Iterator

from robot_fleet.core.brought import BroughtItem
from robot_fleet.core.fleet.commands.requests import brought
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.site import Site


def brought_items(site: Site, state: FleetState) -> Iterator[BroughtItem]:
    """Give each item that an open request brings along and that no robot has taken up yet."""
    for task in state.open_tasks():
        service, params = site.services.get(task.request.service), task.request.params
        for param, where in brought(service) if service is not None else ():
            item, place = state.items.get(str(params.get(param, ""))), str(params.get(where, ""))
            if item is not None and item.holder == f"place:{place}":
                size = item.length_m, item.width_m
                yield BroughtItem(item.id, item.kind, place, item.mass_kg, *size, task.request.earliest_s)
