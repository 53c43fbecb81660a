"""What a charge takes in, how long it takes and what it costs, by the robot's curve and the tariff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from robot_fleet.core.plan import Charging


def charged_wh(charging: Charging, level_wh: float, seconds: float) -> float:
    """Return the energy after so many seconds on the charger, docking apart; a level above full stays as it is."""
    for top_wh, watts, needed_s in _pieces(charging, level_wh, charging.full_wh):
        if needed_s > seconds:
            return level_wh + max(0.0, seconds) * watts / 3600.0
        level_wh, seconds = top_wh, seconds - needed_s
    return level_wh


def seconds_to_charge(charging: Charging, level_wh: float, target_wh: float) -> float:
    """Return the time on the charger, docking apart, from one level to another, 0 if it is reached already."""
    return sum(needed_s for _, _, needed_s in _pieces(charging, level_wh, min(target_wh, charging.full_wh)))


def charge_cost(
    charging: Charging, tariff: Sequence[tuple[float, float]], level_wh: float, from_s: float, to_s: float
) -> float:
    """Return the cost in seconds of what is taken in from `from_s` to `to_s`, docking apart."""
    cost = 0.0
    if not tariff:
        return cost
    for _, watts, needed_s in _pieces(charging, level_wh, charging.full_wh):
        if from_s >= to_s:
            break
        until_s = min(to_s, from_s + needed_s)
        cost += watts / 3600.0 * _price_seconds(tariff, from_s, until_s)
        from_s = until_s
    return cost


def _pieces(charging: Charging, level_wh: float, target_wh: float) -> Iterator[tuple[float, float, float]]:
    """Yield (level at its end, watts, seconds) of each piece of the curve between two levels."""
    for below_wh, watts in charging.curve:
        top_wh = min(below_wh, target_wh)
        if level_wh < top_wh:
            yield top_wh, watts, (top_wh - level_wh) * 3600.0 / watts
            level_wh = top_wh


def _price_seconds(tariff: Sequence[tuple[float, float]], from_s: float, to_s: float) -> float:
    """Return the integral of the price over a time."""
    total = 0.0
    for number, (begins_s, price) in enumerate(tariff):
        ends_s = tariff[number + 1][0] if number + 1 < len(tariff) else inf
        total += price * max(0.0, min(to_s, ends_s) - max(from_s, begins_s))
    return total
