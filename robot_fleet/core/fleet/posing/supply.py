"""What plans are told of energy: prices, and how many may charge at a time at chargers that hang on one supply."""

from __future__ import annotations

import heapq
from collections.abc import Collection

from robot_fleet.core.energy import HOUR_S, LOOKED_AHEAD_H
from robot_fleet.core.fleet.supplying import at_once, hours_of
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.plan import Resource

DEAREST_S_PER_WH = 0.01
"""What a watt hour costs a plan in the dearest hour: less than people's time by far, and in any currency."""


def tariff(turn: Turn) -> tuple[tuple[float, float], ...]:
    """Return from when on a watt hour costs how much, in the seconds of a plan; empty if prices do not count."""
    spec, hours = turn.site.energy, hours_of(turn)
    if hours is None or spec is None or not spec.by_price:
        return ()
    first = int(turn.now.fleet_s // HOUR_S)
    prices = [hours.of(hour).price_per_kwh for hour in range(first, first + LOOKED_AHEAD_H)]
    dearest = max(prices)
    if dearest <= 0.0:
        return ()
    return tuple(
        ((first + number) * HOUR_S, price / dearest * DEAREST_S_PER_WH)
        for number, price in enumerate(prices)
        if number == 0 or price != prices[number - 1]
    )


def waits_s(turn: Turn) -> dict[str, float]:
    """Return how long each robot that must charge and is at a charger waits until others of its group are charged."""
    spec = turn.site.energy
    waits: dict[str, float] = {}
    for group in spec.groups if spec is not None else ():
        among = [
            (not _is_on(turn, robot.docked), turn.soc_pct(robot.id) or 0.0, robot.id)
            for robot in turn.state.robots.values()
            if robot.must_charge and robot.docked in group.chargers
        ]
        room = at_once(turn.site, spec, group) if spec is not None else len(among)
        if len(among) <= room:
            continue
        free_s = [0.0] * max(room, 1)
        for _, soc_pct, name in sorted(among):
            kind = turn.kind(turn.state.robots[name])
            begin_s = heapq.heappop(free_s)
            left_wh = max(kind.charge_to_pct - soc_pct, 0.0) / 100.0 * kind.battery_wh
            heapq.heappush(free_s, begin_s + left_wh / kind.charge_w * 3600.0)
            if begin_s > 0.0:
                waits[name] = begin_s
    return waits


def limits(turn: Turn, chargers: Collection[str], busy: dict[str, list[tuple[float, float]]]) -> tuple[Resource, ...]:
    """Return a resource for each group of chargers of which not all may be used at a time.

    Parameters
    ----------
    chargers : those that plans may use.
    busy : charger -> when somebody charges there whom the plan does not show.
    """
    spec = turn.site.energy
    if spec is None:
        return ()
    found = []
    for group in spec.groups:
        room, places = at_once(turn.site, spec, group), tuple(name for name in group.chargers if name in chargers)
        if places and room < len(group.chargers):
            taken = tuple(sorted(spell for name in group.chargers for spell in busy.get(name, ())))
            found.append(Resource(f"{group.id} (supply)", places, room, taken))
    return tuple(found)


def _is_on(turn: Turn, charger: str) -> bool:
    record = turn.state.supplies.get(charger)
    return record is not None and record.on
