"""Begins and ends the faults of a scenario, at times or on events, and keeps account of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from robot_fleet.runtime.scenarios import moments as m
from robot_fleet.runtime.scenarios.check import fault_ids
from robot_fleet.runtime.scenarios.faults import EVERYBODY, WHOEVER, FaultBase, ProcessKilled
from robot_fleet.runtime.scenarios.ground import Ground
from robot_fleet.runtime.scenarios.seen import Happened, Seen
from robot_fleet.runtime.scenarios.watches import BodyWatch, Watch, watch

KILLED_S = 0.5
"""A killed process begins anew after so long, if the scenario says nothing else."""


@dataclass(slots=True)
class Struck:
    """A fault of a scenario, and what came of it.

    Attributes
    ----------
    due_s : fleet time at which it begins, `inf` while its event has not happened.
    begin_s, end_s : when it has begun and ended; None if it has not.
    robots : whom it strikes.
    cause : what it begins on.
    shape : corners of what stands there or walks there, empty if there is no such thing.
    """

    id: str
    fault: FaultBase
    due_s: float
    robots: tuple[str, ...]
    cause: str = ""
    begin_s: float | None = None
    end_s: float | None = None
    shape: tuple[tuple[float, float], ...] = ()

    @property
    def lasts_s(self) -> float:
        """How long it lasts, `inf` for the rest of the scenario, 0 for what happens in an instant."""
        if not hasattr(self.fault, "lasts_s"):
            return math.inf if self.fault.word == "robot_dies" else 0.0
        lasts_s: float | None = self.fault.lasts_s
        if lasts_s is None:
            return KILLED_S if isinstance(self.fault, ProcessKilled) else math.inf
        return lasts_s

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it: it has ended, or it has begun and stays."""
        return self.begin_s is not None and (self.end_s is not None or self.lasts_s == math.inf)


class Stage(Protocol):
    """Where faults come about: the virtual fleet, or a fleet of real processes."""

    def begin(self, struck: Struck) -> bool:
        """Let a fault begin; return whether that was possible now (it is tried again)."""
        ...

    def end(self, struck: Struck) -> None:
        """Let a fault end."""
        ...


class Striking:
    """All faults of one run.

    Parameters
    ----------
    ground : the scenario's.
    stage : where they come about.
    """

    def __init__(self, ground: Ground, stage: Stage) -> None:
        self._stage = stage
        self._watches: dict[str, Watch] = {}
        self.all: list[Struck] = []
        everybody = tuple(ground.site.robots)
        for name, fault in zip(fault_ids(ground), ground.scenario.says.faults, strict=True):
            one, many = getattr(fault, "robot", ""), getattr(fault, "robots", ())
            robots = everybody if EVERYBODY in many else tuple(many) or ((one,) if one and one != WHOEVER else ())
            due_s = math.inf if fault.at_s is None else ground.begin_s + fault.at_s
            cause = "" if fault.at_s is None else f"{fault.at_s:g} s after the beginning"
            self.all.append(Struck(name, fault, due_s, robots, cause))
            if fault.when is not None and not isinstance(fault.when, m.FaultBegins | m.FaultEnds):
                self._watches[name] = watch(fault.when, ground.site)

    @property
    def over(self) -> bool:
        """Whether all faults have come about and ended, as far as they end."""
        return all(struck.over for struck in self.all)

    @property
    def watching_bodies(self) -> bool:
        """Whether an event is still waited for that only the robots' bodies tell of."""
        return any(isinstance(each, BodyWatch) for each in self._watches.values())

    def look(self, seen: Seen) -> None:
        """Begin what is due, and end what has lasted."""
        for struck in self.all:
            if struck.due_s == math.inf:
                happened = self._happened(struck, seen)
                if happened is not None:
                    struck.cause = happened.cause
                    struck.due_s = seen.now_s + (struck.fault.when.after_s if struck.fault.when is not None else 0.0)
                    if getattr(struck.fault, "robot", "") == WHOEVER:
                        struck.robots = (happened.robot,)
            if struck.begin_s is None and struck.due_s <= seen.now_s + 1e-6 and self._stage.begin(struck):
                struck.begin_s = seen.now_s
                if struck.lasts_s == 0.0:
                    struck.end_s = seen.now_s
            if struck.begin_s is not None and struck.end_s is None and seen.now_s >= struck.begin_s + struck.lasts_s:
                struck.end_s = seen.now_s
                self._stage.end(struck)

    def finish(self) -> None:
        """End what lasts to the end, so that nothing of it stays behind."""
        for struck in self.all:
            if struck.begin_s is not None and struck.end_s is None:
                self._stage.end(struck)

    def _happened(self, struck: Struck, seen: Seen) -> Happened | None:
        when = struck.fault.when
        if isinstance(when, m.FaultBegins | m.FaultEnds):
            other = self._named(when.fault)
            at_s = other.begin_s if isinstance(when, m.FaultBegins) else other.end_s
            verb = "has begun" if isinstance(when, m.FaultBegins) else "has ended"
            robot = other.robots[0] if other.robots else ""
            return None if at_s is None else Happened(f"{other.id} {verb}", robot)
        found = self._watches[struck.id].look(seen)
        if found is not None:
            del self._watches[struck.id]
        return found

    def _named(self, name: str) -> Struck:
        return next(struck for struck in self.all if struck.id == name)


def rows(all_struck: Sequence[Struck]) -> list[dict[str, object]]:
    """Return what the result says of the faults."""
    return [
        {
            "id": struck.id,
            "fault": struck.fault.word,
            "struck": struck.begin_s is not None,
            "begin_s": struck.begin_s and round(struck.begin_s, 1),
            "end_s": struck.end_s and round(struck.end_s, 1),
            "robots": list(struck.robots),
            "cause": struck.cause,
            "shape": [[round(x, 3), round(y, 3)] for x, y in struck.shape] or None,
        }
        for struck in all_struck
    ]
