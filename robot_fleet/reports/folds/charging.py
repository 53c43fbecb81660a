"""What was charged when, from the facts alone, and what it would have been had everybody charged at once.

A robot's stay at a charger begins and ends with a fact, and each change of its current is one, all with its state of
charge. Between two of them its battery took in, at an even power, what the state of charge has gained.

Charging at once
----------------
The same day with the same discharge and the same stays, but a robot is given its kind's full power from the moment it
has docked until it is full or leaves, however many others charge. It has then taken in more before the end of the
period than it really has; that difference is owed, and counts as if it were drawn at the lowest price of the 24 hours
after the period. So nothing is saved by not charging.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from robot_fleet.core.energy import Supply
from robot_fleet.core.facts import ChargerSwitched, Fact
from robot_fleet.core.site import RobotKind, Site


@dataclass(frozen=True, slots=True)
class Draw:
    """An even power that a charger draws for a robot from one fleet time to another."""

    robot: str
    charger: str
    from_s: float
    to_s: float
    kw: float


@dataclass(slots=True)
class _Stay:
    charger: str
    changes: list[tuple[float, bool, float]] = field(default_factory=list)  # (fleet time, on, state of charge)
    ended_s: float | None = None


class ChargeLog:
    """Takes facts in, in the ledger's order, and says what was drawn and what would have been at once."""

    def __init__(self) -> None:
        self._stays: dict[str, list[_Stay]] = {}

    def take(self, fact: Fact) -> None:
        """Take one fact in."""
        if not isinstance(fact, ChargerSwitched):
            return
        stays = self._stays.setdefault(fact.robot, [])
        if not stays or stays[-1].ended_s is not None:
            if fact.reason == Supply.LEFT:
                return
            stays.append(_Stay(fact.place))
        stays[-1].changes.append((fact.at_s, fact.on, fact.soc_pct))
        if fact.reason == Supply.LEFT:
            stays[-1].ended_s = fact.at_s

    @property
    def empty(self) -> bool:
        """Whether no charger was ever switched."""
        return not self._stays

    def drawn(self, site: Site, to_s: float) -> list[Draw]:
        """Return what chargers drew until a fleet time."""
        return [draw for robot, stays in self._stays.items() for draw in _drawn(site, robot, stays, to_s)]

    def at_once(self, site: Site, to_s: float) -> list[Draw]:
        """Return what they would have drawn had everybody charged at once."""
        return [draw for robot, stays in self._stays.items() for draw in _at_once(site, robot, stays, to_s)]


def read_log(facts: Iterable[tuple[float, Fact]]) -> ChargeLog:
    """Return the log of facts in the ledger's order."""
    log = ChargeLog()
    for _, fact in facts:
        log.take(fact)
    return log


def _drawn(site: Site, robot: str, stays: list[_Stay], to_s: float) -> Iterable[Draw]:
    kind = _kind(site, robot)
    if kind is None or site.energy is None:
        return
    for stay in stays:
        for number, (at_s, on, soc_pct) in enumerate(stay.changes):
            if not on or at_s >= to_s:
                continue
            if number + 1 < len(stay.changes):
                end_s, _, end_pct = stay.changes[number + 1]
                gained_wh = max(end_pct - soc_pct, 0.0) / 100.0 * kind.battery_wh
            else:  # it still charges
                left_wh = (100.0 - soc_pct) / 100.0 * kind.battery_wh
                end_s = min(to_s, at_s + left_wh / kind.charge_w * 3600.0)
                gained_wh = kind.charge_w * (end_s - at_s) / 3600.0
            if end_s > at_s and gained_wh > 0.0:
                kw = site.energy.drawn_kw(gained_wh / (end_s - at_s) * 3600.0)
                yield Draw(robot, stay.charger, at_s, min(end_s, to_s), kw)


def _at_once(site: Site, robot: str, stays: list[_Stay], to_s: float) -> Iterable[Draw]:
    kind = _kind(site, robot)
    if kind is None or site.energy is None or not stays:
        return
    kw = site.energy.drawn_kw(kind.charge_w)
    level_wh, actual_pct = 0.0, 0.0
    for number, stay in enumerate(stays):
        begin_s, _, soc_pct = stay.changes[0]
        if begin_s >= to_s:
            return
        if number == 0:
            level_wh = soc_pct / 100.0 * kind.battery_wh
        else:
            level_wh = max(level_wh - (actual_pct - soc_pct) / 100.0 * kind.battery_wh, 0.0)
        end_s = min(to_s if stay.ended_s is None else stay.ended_s, to_s)
        full_s = begin_s + max(kind.battery_wh - level_wh, 0.0) / kind.charge_w * 3600.0
        if min(full_s, end_s) > begin_s:
            yield Draw(robot, stay.charger, begin_s, min(full_s, end_s), kw)
            level_wh += kind.charge_w * (min(full_s, end_s) - begin_s) / 3600.0
        actual_pct = stay.changes[-1][2]


def _kind(site: Site, robot: str) -> RobotKind | None:
    spec = site.robots.get(robot)
    return None if spec is None else site.kinds[spec.kind]


def within(draws: Iterable[Draw], from_s: float, to_s: float) -> list[Draw]:
    """Return what of the draws falls between two fleet times."""
    return [
        Draw(each.robot, each.charger, max(each.from_s, from_s), min(each.to_s, to_s), each.kw)
        for each in draws
        if each.to_s > from_s and each.from_s < to_s
    ]
