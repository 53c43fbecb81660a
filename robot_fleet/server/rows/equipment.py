"""Doors, gates and lifts as rows: where each stands, whose it is, who waits for it, why it is out of order."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from robot_fleet.core.equipment import Equipment
from robot_fleet.core.fleet.right_of_way.equipping import BY_PERSON
from robot_fleet.core.fleet.state import EquipmentRecord, FleetState
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.site import Site
from robot_fleet.server.ports import Row


def equipment_rows(site: Site, state: FleetState) -> list[Row]:
    """Return a row for each piece of equipment of a site, in its order."""
    return [_row(site, state, each) for each in site.equipment.values()]


def _row(site: Site, state: FleetState, equipment: Equipment) -> Row:
    record = state.equipment.get(equipment.id) or EquipmentRecord(equipment.id)
    waiting = tuple(robot for robot in _before(site, state, equipment) if robot != record.robot)
    return {
        "id": equipment.id,
        "kind": equipment.kind.value,
        "name": equipment.name.words(),
        "levels": _levels(site, equipment),
        "state": record.state.value,
        "robot": record.robot,
        "level": record.level,
        "waiting": list(waiting),
        "since_s": round(record.since_s, 1) if record.since_s else None,
        "works": record.works and not record.out_by,
        "code": BY_PERSON if record.out_by else record.code,
        "by": record.out_by,
        "reason": record.out_reason,
        "out_s": _out_s(record),
        "until_s": record.until_s if not record.works and isfinite(record.until_s) else None,
    }


def _out_s(record: EquipmentRecord) -> float | None:
    if record.out_by:
        return round(record.out_s, 1)
    return None if record.works else round(record.since_s, 1)


def _levels(site: Site, equipment: Equipment) -> list[str]:
    """Return the levels that lanes through it lead from or to."""
    ends = (vertex for lane in equipment.lanes for vertex in (site.lanes[lane].start, site.lanes[lane].end))
    return list(dict.fromkeys(site.vertices[vertex].pose.map_id for vertex in ends))


def _before(site: Site, state: FleetState, equipment: Equipment) -> Iterator[str]:
    """Give the robots on whose way it is the next equipment, and to which what leads through it is not released yet."""
    for robot in state.robots.values():
        order = robot.busy
        if order is None or order.state is not OrderState.ACTIVE:
            continue
        resources = (site.lanes[lane].resource for lane in order.lanes[order.lanes_released :])
        if next((name for name in resources if name in site.equipment), "") == equipment.id:
            yield robot.id
