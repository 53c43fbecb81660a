"""What a merge of a task into a route is made of: visits, and routes driven part of the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from robot_fleet.core.plan import PlannedStop, StopNeed, TaskNeed
from robot_fleet.scheduling.checking.rules import must_lead

Way = tuple[float, tuple[PlannedStop, ...]]
"""Cost and stops of a whole route."""
Split = tuple[int, int]
"""How many stops of the route and of the task are done."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Which limits count: energy; load; latest begins, working times and resources; who may go with whom."""

    energy: bool = True
    load: bool = True
    time: bool = True
    company: bool = True


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop of the route or of the task: a need at one of some places, or a charge up to a level."""

    task: TaskNeed | None
    need: StopNeed | None
    places: tuple[str, ...]
    level_wh: float = 0.0

    @property
    def name(self) -> str:
        """Id of its task, empty for a charge."""
        return self.task.task if self.task is not None else ""

    @property
    def leads(self) -> bool:
        """Whether its task goes before all others."""
        return self.task is not None and must_lead(self.task)


class Bounds(NamedTuple):
    """What a visit takes and when it may be: from when to when it may begin, by when it must have ended."""

    length_s: float
    earliest_s: float
    latest_s: float
    ends_by_s: float


class State(NamedTuple):
    """A partly driven merged route: where the robot is, when it can leave, what it has cost, what energy is left."""

    place: str
    clock_s: float
    cost: float
    level_wh: float
    stop: PlannedStop | None = None
    before: State | None = None


@dataclass(frozen=True, slots=True)
class Alone:
    """A route driven without the task: what it costs, and where it stands after each of its stops."""

    cost: float
    trail: tuple[State, ...]


def keep(states: Sequence[State], kept: list[State], dearer: float) -> None:
    """Add the states to those kept, and keep only what no other beats."""
    for made in states:
        place, clock_s, cost, level_wh, _, _ = made
        for other in kept:
            if (
                other.clock_s <= clock_s
                and other.cost + dearer <= cost
                and other.level_wh >= level_wh
                and other.place == place
            ):
                break
        else:
            kept[:] = [
                other
                for other in kept
                if not (
                    clock_s <= other.clock_s
                    and cost + dearer <= other.cost
                    and level_wh >= other.level_wh
                    and place == other.place
                )
            ]
            kept.append(made)


def stops_of(state: State) -> tuple[PlannedStop, ...]:
    """Return the stops that a route has made so far."""
    made: list[PlannedStop] = []
    each: State | None = state
    while each is not None and each.stop is not None:
        made.append(each.stop)
        each = each.before
    return tuple(reversed(made))


def loads_of(visits: Sequence[Visit], kg: float, units: int) -> list[tuple[float, int]]:
    """Return the load before each visit and after the last."""
    sums = [(kg, units)]
    for visit in visits:
        if visit.need is not None:
            kg, units = kg + visit.need.load_kg, units + visit.need.load_units
        sums.append((kg, units))
    return sums
