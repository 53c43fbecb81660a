"""What one robot does at an instant, by its newest facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import NamedTuple

from robot_fleet.core.order import StepKind


class State(StrEnum):
    """What a robot does; exactly one at a time."""

    WORKING = "working"
    DRIVING_EMPTY = "driving_empty"
    DRIVING_LOADED = "driving_loaded"
    WAITING = "waiting"
    CHARGING = "charging"
    OUT_OF_SERVICE = "out_of_service"
    IDLE = "idle"
    UNKNOWN = "unknown"


class Use(NamedTuple):
    """What time was spent on: the state, the service of the task ("" for none) and the building ("" if not known)."""

    state: State
    service: str
    building: str


@dataclass(slots=True)
class Clock:
    """One robot as its newest facts have it; `since_s` is None while nothing is known of it."""

    since_s: float | None = None
    online: bool = True
    fault_until_s: float = -inf
    stopped: bool = False
    maintenance: bool = False
    broken_s: float | None = None
    order: str = ""
    service: str = ""
    building: str = ""
    steps: tuple[StepKind, ...] = ()
    lanes: tuple[str, ...] = ()
    first_lane: int = 0
    place: str = ""
    done: int = 0
    released: int = 0
    docked: bool = False
    load: set[str] = field(default_factory=set)

    def use(self, at_s: float) -> Use | None:
        """Return what the time from an instant on is spent on; None while the robot is not heard."""
        if self.since_s is None or not self.online:
            return None
        return Use(self._state(at_s), self.service, self.building)

    def docking(self) -> bool:
        """Return whether the step that would be carried out is docking or undocking."""
        return self.done < len(self.steps) and self.steps[self.done] in (StepKind.DOCK, StepKind.UNDOCK)

    def _state(self, at_s: float) -> State:
        if self.maintenance or self.stopped or at_s < self.fault_until_s:
            return State.OUT_OF_SERVICE
        if not self.order:
            return State.CHARGING if self.docked else State.IDLE
        if self.done >= min(self.released, len(self.steps)):
            return State.WAITING
        match self.steps[self.done]:
            case StepKind.ACT:
                return State.WORKING
            case StepKind.WAIT:
                return State.WAITING
            case _:
                return State.DRIVING_LOADED if self.load else State.DRIVING_EMPTY


def spells(clock: Clock, from_s: float, to_s: float) -> Iterator[tuple[Use, float, float]]:
    """Yield what the time between two instants is spent on if nothing is heard in between."""
    edge_s = min(max(clock.fault_until_s, from_s), to_s)
    for begin_s, end_s in ((from_s, edge_s), (edge_s, to_s)):
        use = clock.use(begin_s)
        if use is not None and end_s > begin_s:
            yield use, begin_s, end_s
