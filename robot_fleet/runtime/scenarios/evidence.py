"""What a run leaves behind for its judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from robot_fleet.core.facts import Fact
from robot_fleet.runtime.scenarios.ground import Ground
from robot_fleet.runtime.scenarios.striking import Struck
from robot_fleet.runtime.scenarios.truth import Truth
from robot_fleet.site.demand import RequestRow


class Duty(IntEnum):
    """What a robot is bound to, by the fleet's word."""

    NONE = 0
    ON_ITS_WAY = 1
    AT_THE_PLACE = 2


class Duties:
    """What each robot was bound to, and when that changed."""

    def __init__(self) -> None:
        self.changes: dict[str, list[tuple[float, Duty]]] = {}

    def note(self, at_s: float, robot: str, duty: Duty) -> None:
        """Take down what a robot is bound to now."""
        known = self.changes.setdefault(robot, [])
        if not known or known[-1][1] is not duty:
            known.append((at_s, duty))

    def at(self, robot: str, at_s: float) -> Duty:
        """Return what a robot was bound to at a time."""
        found = Duty.NONE
        for since_s, duty in self.changes.get(robot, ()):
            if since_s > at_s:
                break
            found = duty
        return found


@dataclass(frozen=True)
class Evidence:
    """A run.

    Parameters
    ----------
    summary : as of `./fleet demo --json`; the fleet's own account.
    facts : all of its ledger, with fleet times.
    violations : rules that the checker found broken.
    distances_m : what the fleet believes that each robot has driven.
    """

    ground: Ground
    rows: Sequence[RequestRow]
    seed: int
    begin_s: float
    end_s: float
    over: str
    struck: Sequence[Struck]
    truth: Truth
    summary: Mapping[str, Any]
    facts: Sequence[tuple[float, Fact]]
    duties: Duties
    violations: int
    distances_m: Mapping[str, float] = field(default_factory=dict)

    def fault(self, name: str) -> Struck:
        """Return the fault of an id."""
        return next(struck for struck in self.struck if struck.id == name)


@dataclass(frozen=True)
class Verdict:
    """Whether an expectation held, said in a sentence, with what shows it."""

    passed: bool
    sentence: str
    evidence: Sequence[Mapping[str, object]] = ()
