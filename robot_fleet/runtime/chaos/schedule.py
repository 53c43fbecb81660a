"""Which fault strikes whom, and when: seeded, in even shares, a good part of them at the moments that hurt most."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from robot_fleet.core.clock import Now
from robot_fleet.runtime.chaos.faults import CLASSES, LIMITS, Fault, FaultClass, FaultKind, Limits
from robot_fleet.runtime.chaos.situations import DELICATE, Situation

EVERY_S = 6.0
"""Mean steady seconds between two faults."""
AIMED = 0.7
"""Share of the faults that wait for a robot that is loaded, docking or in a narrow passage."""
PATIENCE_S = 10.0
"""Steady seconds after which a fault no longer waits for that."""


@dataclass(frozen=True, slots=True)
class View:
    """What a schedule has to know of the fleet.

    Parameters
    ----------
    situations : of every robot.
    settled : whether every process is up and has been for a while.
    """

    situations: Mapping[str, Situation]
    settled: bool


class Schedule:
    """Names one fault after the other.

    Parameters
    ----------
    seed : of all that is drawn.
    parts : the processes that there are.
    every_s : mean steady seconds between two faults.
    limits : how much may fail at once.

    Attributes
    ----------
    limits : as given.
    struck : how many faults of each kind have been named.
    """

    def __init__(self, seed: int, parts: Collection[str], every_s: float = EVERY_S, limits: Limits = LIMITS) -> None:
        self._random = random.Random(f"chaos/{seed}")
        self._parts = parts
        self._classes = [each for each in CLASSES if each.strikes_robot or set(each.parts) & set(parts)]
        self._every_s = every_s
        self.limits = limits
        self._deck: list[FaultClass] = []
        self._next_s: float | None = None
        self._chosen: tuple[FaultClass, bool, float] | None = None
        self._busy_until_s: dict[str, float] = {}
        self._number = 0
        self._by_part: Counter[tuple[FaultKind, str]] = Counter()
        self._by_situation: Counter[Situation] = Counter()
        self.struck: Counter[FaultKind] = Counter()

    def look(self, now: Now, view: View) -> Fault | None:
        """Return the fault that strikes now, None if none does."""
        now_s = now.steady_s
        if self._next_s is None:
            self._next_s = now_s
        self._busy_until_s = {name: until_s for name, until_s in self._busy_until_s.items() if until_s > now_s}
        if now_s < self._next_s:
            return None
        if self._chosen is None:
            chosen = self._choose(view)
            if chosen is None:
                return None
            self._chosen = chosen, self._random.random() < AIMED, now_s
        chosen, aimed, since_s = self._chosen
        if not self._possible(chosen, view):
            return None
        robot = self._aim(chosen, view, aimed, waited=now_s - since_s > PATIENCE_S)
        if robot is None:
            return None
        self._chosen = None
        self._next_s += self._every_s * self._random.uniform(0.4, 1.6)
        return self._fault(chosen, robot, view.situations[robot], now)

    def failed(self, fault: Fault) -> None:
        """Take note that a fault could not be brought about: it is not counted, and its class is due again."""
        self.struck[fault.kind] -= 1
        self._by_situation[Situation(fault.situation)] -= 1
        self._busy_until_s.pop(fault.target, None)
        self._deck.append(next(each for each in self._classes if each.kind is fault.kind))

    def _fault(self, chosen: FaultClass, robot: str, situation: Situation, now: Now) -> Fault:
        lasts_s = round(self._random.uniform(*chosen.lasts_s), 1)
        target = robot if chosen.strikes_robot else self._part(chosen)
        self._number += 1
        self.struck[chosen.kind] += 1
        self._by_situation[situation] += 1
        self._busy_until_s[target] = now.steady_s + lasts_s
        size = round(self._random.random(), 3)
        return Fault(self._number, chosen.kind, target, lasts_s, size, now.fleet_s, robot, situation.value)

    def _part(self, chosen: FaultClass) -> str:
        """Return the process whose turn it is."""
        parts = [part for part in chosen.parts if part in self._parts]
        least = min(self._by_part[chosen.kind, part] for part in parts)
        part = self._random.choice([part for part in parts if self._by_part[chosen.kind, part] == least])
        self._by_part[chosen.kind, part] += 1
        return part

    def _choose(self, view: View) -> FaultClass | None:
        """Draw a class from the deck, which holds each of them once."""
        if not self._deck:
            self._deck = list(self._classes)
            self._random.shuffle(self._deck)
        found = next((each for each in self._deck if self._possible(each, view)), None)
        if found is not None:
            self._deck.remove(found)
        return found

    def _possible(self, chosen: FaultClass, view: View) -> bool:
        robots = sum(name in view.situations for name in self._busy_until_s)
        if chosen.strikes_robot:
            return robots < self.limits.robots
        return view.settled and len(self._busy_until_s) - robots < self.limits.processes

    def _aim(self, chosen: FaultClass, view: View, aimed: bool, waited: bool) -> str | None:
        """Return a robot to strike, or at whose moment to strike; None to wait for a better one."""
        free = [name for name in view.situations if name not in self._busy_until_s]
        if chosen.kind is FaultKind.ACTION_ABORTED:
            free = [name for name in free if view.situations[name] is not Situation.IDLE]
        delicate = [name for name in free if view.situations[name] in DELICATE]
        if aimed and delicate:
            rarest = min((view.situations[name] for name in delicate), key=lambda each: self._by_situation[each])
            delicate = [name for name in delicate if view.situations[name] is rarest]
            return self._random.choice(delicate)
        if not free or (aimed and not waited):
            return None
        return self._random.choice(free)
