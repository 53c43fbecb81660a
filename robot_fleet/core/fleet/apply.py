"""`apply(state, fact)`: the only place that changes the fleet's state. Looks at nothing but its two arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from robot_fleet.core.facts import AlarmShown, CommandTaken, Fact
from robot_fleet.core.fleet.applied import (
    alarms,
    care,
    city,
    equipment,
    flows,
    jobs,
    law,
    orders,
    places,
    robots,
    schedules,
    tasks,
)
from robot_fleet.core.fleet.commands import shifts
from robot_fleet.core.fleet.right_of_way import roads
from robot_fleet.core.fleet.state import FleetState, ItemRecord, RobotRecord
from robot_fleet.core.site import Site


def initial_state(site: Site) -> FleetState:
    """Return the state of a day on which nothing has happened yet."""
    robots = {spec.id: RobotRecord(spec.id, spec.kind, at=spec.start) for spec in site.robots.values()}
    items = {
        item.id: ItemRecord(item.id, item.kind, f"place:{item.at}", item.mass_kg, item.length_m, item.width_m)
        for item in site.items.values()
    }
    return FleetState(robots=robots, items=items)


def apply(state: FleetState, fact: Fact) -> FleetState:
    """Change `state` by `fact` and return it.

    Raises
    ------
    FleetError : `lifecycle_rejected`, when the fact cannot follow from the state (a damaged ledger).
    """
    _APPLY[type(fact)](state, fact)
    return state


def _alarm_shown(state: FleetState, fact: AlarmShown) -> None:
    alarms.shown(state, fact)
    city.shown(state, fact.task, fact.at_s)


def _command_taken(state: FleetState, fact: CommandTaken) -> None:
    state.commands[fact.key] = dict(fact.answer)


_APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    CommandTaken: _command_taken,
    **tasks.APPLY,
    **orders.APPLY,
    **robots.APPLY,
    **places.APPLY,
    **roads.APPLY,
    **equipment.APPLY,
    **flows.APPLY,
    **care.APPLY,
    **alarms.APPLY,
    **jobs.APPLY,
    **shifts.APPLY,
    **schedules.APPLY,
    **law.APPLY,
    **city.APPLY,
    AlarmShown: _alarm_shown,
}
