"""What each robot did when, folded from facts into hours: its states partition time.

A robot is in one state at each instant. Hours are counted, not instants, so that what is kept of a year is small and a
period is added up at once; days begin on the hour. What is not in an hour of a robot is *unknown*: before its first
fact, while its link is offline, and while the ledger was silent for long and nobody else heard it either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from robot_fleet.core.facts import (
    EmergencyStopped,
    Fact,
    HoldSet,
    ItemMoved,
    MaintenanceBegan,
    MaintenanceDone,
    OrderEnded,
    OrderProgressed,
    OrderSent,
    RobotFaulted,
    RobotLinkChanged,
    StepsReleased,
    TaskAnswered,
    TaskRequested,
)
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.order import StepKind, StepState
from robot_fleet.reports.folds.robot_clock import Clock, State, Use, spells

HOUR_S = 3600.0
SILENCE_S = 3600.0
"""A ledger in which nothing is written for longer says nothing of that time: no fact tells a quiet night from a manager
that is down."""


Cell = tuple[int, str]
"""An hour of fleet time (0 is the first one) and a robot."""


@dataclass(slots=True)
class Driven:
    """Metres along lanes."""

    empty_m: float = 0.0
    loaded_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Repair:
    """A fault or an emergency stop that is over: how long it kept its robot out of service."""

    robot: str
    ended_s: float
    took_s: float


@dataclass(frozen=True, slots=True)
class Event:
    """A fault of a robot, or something that a person had to do so that robots could go on."""

    at_s: float
    robot: str


class RobotStates:
    """Folds facts into the hours of the robots.

    Parameters
    ----------
    lanes_m : length of each lane, metres.

    Attributes
    ----------
    newest_s : fleet time of the newest fact, None before the first.
    driven : metres by hour, robot and service.
    docking_s : by hour and robot, the part of driving empty that is docking and undocking.
    faults, interventions, repairs : oldest first.
    hours_with_facts : hours of fleet time in which something was written.
    """

    def __init__(self, lanes_m: Mapping[str, float]) -> None:
        self._lanes_m = lanes_m
        self._clocks: dict[str, Clock] = {}
        self._known: dict[Cell, dict[Use, float]] = defaultdict(lambda: defaultdict(float))
        self._silent: dict[Cell, dict[Use, float]] = defaultdict(lambda: defaultdict(float))
        self._services: dict[str, str] = {}
        self._holders: dict[str, str] = {}
        self.newest_s: float | None = None
        self.docking_s: dict[Cell, float] = defaultdict(float)
        self.driven: dict[tuple[int, str, str], Driven] = defaultdict(Driven)
        self.faults: list[Event] = []
        self.interventions: list[Event] = []
        self.repairs: list[Repair] = []
        self.hours_with_facts: set[int] = set()

    @property
    def robots(self) -> tuple[str, ...]:
        """The robots that some fact names."""
        return tuple(sorted(self._clocks))

    def take(self, at_s: float, fact: Fact) -> None:
        """Take a fact in; facts come in order."""
        if self.newest_s is not None and at_s - self.newest_s > SILENCE_S:
            self._all_advance(self.newest_s)
            for robot in self._clocks:
                self._advance(robot, at_s, self._silent)
        self.newest_s = at_s if self.newest_s is None else max(at_s, self.newest_s)
        self.hours_with_facts.add(int(at_s // HOUR_S))
        match fact:
            case TaskRequested():
                self._services[fact.task] = fact.service
            case OrderSent():
                self._sent(self._at(fact.robot, at_s), fact)
            case StepsReleased():
                clock = self._at(fact.robot, at_s)
                if clock.order == fact.order:
                    clock.released = fact.released
            case OrderProgressed():
                self._progressed(at_s, fact)
            case OrderEnded():
                clock = self._at(fact.robot, at_s)
                if clock.order == fact.order:
                    clock.order, clock.service = "", ""
            case ItemMoved():
                self._moved(at_s, fact)
            case RobotLinkChanged():
                self._at(fact.robot, at_s).online = fact.state != LinkState.OFFLINE.value
            case RobotFaulted():
                clock = self._at(fact.robot, at_s)
                clock.fault_until_s = max(clock.fault_until_s, fact.until_s)
                clock.broken_s = at_s if clock.broken_s is None else clock.broken_s
                self.faults.append(Event(at_s, fact.robot))
            case EmergencyStopped():
                clock = self._at(fact.robot, at_s)
                clock.stopped = True
                clock.broken_s = at_s if clock.broken_s is None else clock.broken_s
                self.interventions.append(Event(at_s, fact.robot))
            case HoldSet() if fact.robot:
                clock = self._at(fact.robot, at_s)
                if (
                    not fact.hold and fact.consents
                ):  # whoever lets a robot go by its name lets it move after an emergency stop
                    clock.stopped = False
                    self._mended(fact.robot, at_s)
                else:
                    self.interventions.append(Event(at_s, fact.robot))
            case MaintenanceBegan():
                self._at(fact.robot, at_s).maintenance = True
            case MaintenanceDone():
                self._at(fact.robot, at_s).maintenance = False
            case TaskAnswered():
                self.interventions.append(Event(at_s, ""))
            case _:
                pass

    def pieces(self, cell: Cell, heard_s: float, until_s: float) -> list[tuple[Use, float]]:
        """Return what an hour of a robot was spent on, in seconds; what is missing of the hour is unknown.

        Parameters
        ----------
        heard_s : for how much of the hour telemetry was heard of the robot, 0 where there is none: what goes beyond the
            time that facts tell of makes a silence of the ledger known after all.
        until_s : nothing later is told.
        """
        known, silent = dict(self._known.get(cell, {})), dict(self._silent.get(cell, {}))
        clock = self._clocks.get(cell[1])
        if clock is not None and clock.since_s is not None and self.newest_s is not None:
            begin_s, end_s = cell[0] * HOUR_S, min((cell[0] + 1) * HOUR_S, until_s)
            for table, told in (
                (known, spells(clock, clock.since_s, self.newest_s)),
                (silent, spells(clock, max(self.newest_s, clock.since_s), end_s)),
            ):
                for use, from_s, to_s in told:
                    table[use] = table.get(use, 0.0) + max(min(to_s, end_s) - max(from_s, begin_s), 0.0)
        told_s, silent_s = sum(known.values()), sum(silent.values())
        share = min(max(heard_s - told_s, 0.0) / silent_s, 1.0) if silent_s else 0.0
        for use, spent_s in silent.items():
            known[use] = known.get(use, 0.0) + spent_s * share
        return [(use, spent_s) for use, spent_s in known.items() if spent_s > 0.0]

    def _at(self, robot: str, at_s: float) -> Clock:
        """Return a robot's clock, its time until now spent."""
        if robot not in self._clocks:
            self._clocks[robot] = Clock()
        self._advance(robot, at_s, self._known)
        return self._clocks[robot]

    def _all_advance(self, at_s: float) -> None:
        for robot in self._clocks:
            self._advance(robot, at_s, self._known)

    def _advance(self, robot: str, at_s: float, into: dict[Cell, dict[Use, float]]) -> None:
        clock = self._clocks[robot]
        if clock.since_s is None:
            clock.since_s = at_s
            return
        for use, from_s, to_s in spells(clock, clock.since_s, at_s):
            docking = use.state is State.DRIVING_EMPTY and clock.docking()
            for hour, spent_s in _by_hour(from_s, to_s):
                into[hour, robot][use] += spent_s
                if docking:
                    self.docking_s[hour, robot] += spent_s
        clock.since_s = max(at_s, clock.since_s)
        if clock.fault_until_s <= at_s:
            self._mended(robot, clock.fault_until_s)

    def _mended(self, robot: str, at_s: float) -> None:
        clock = self._clocks[robot]
        if clock.broken_s is not None and not clock.stopped and clock.fault_until_s <= at_s:
            self.repairs.append(Repair(robot, max(at_s, clock.broken_s), max(at_s - clock.broken_s, 0.0)))
            clock.broken_s = None

    def _sent(self, clock: Clock, fact: OrderSent) -> None:
        new = clock.order != fact.order
        clock.order = fact.order
        clock.service = self._services.get(fact.task, "")
        clock.steps = (
            *((StepKind.UNDOCK,) if fact.undock else ()),
            *(StepKind.DRIVE for _ in fact.lanes),
            *(step.kind for step in fact.tail),
        )
        clock.lanes, clock.first_lane, clock.place = fact.lanes, int(fact.undock), fact.place
        clock.building = clock.building or building_of(fact.place)
        if new:
            clock.done = clock.released = 0
            clock.fault_until_s = min(clock.fault_until_s, clock.since_s or 0.0)

    def _progressed(self, at_s: float, fact: OrderProgressed) -> None:
        known = self._clocks.get(fact.robot)
        if known is None or known.order != fact.order:
            self._at(fact.robot, at_s)
            return
        for result in fact.results:
            clock = self._at(fact.robot, min(max(result.at_s, known.since_s or 0.0), at_s))
            if result.state is StepState.DONE:
                self._step_done(fact.robot, clock, at_s)
        self._at(fact.robot, at_s)

    def _step_done(self, robot: str, clock: Clock, at_s: float) -> None:
        index, lane = clock.done, clock.done - clock.first_lane
        clock.done += 1
        kind = clock.steps[index] if index < len(clock.steps) else None
        if 0 <= lane < len(clock.lanes):
            driven = self.driven[int((clock.since_s or at_s) // HOUR_S), robot, clock.service]
            metres = self._lanes_m.get(clock.lanes[lane], 0.0)
            driven.loaded_m += metres if clock.load else 0.0
            driven.empty_m += 0.0 if clock.load else metres
        if kind is StepKind.UNDOCK or 0 <= lane < len(clock.lanes):
            clock.docked = False
        elif kind is StepKind.DOCK:
            clock.docked = True
        if clock.done == clock.first_lane + len(clock.lanes):
            clock.building = building_of(clock.place)

    def _moved(self, at_s: float, fact: ItemMoved) -> None:
        for holder, on in ((self._holders.get(fact.item, ""), False), (fact.holder, True)):
            if holder.startswith("robot:"):
                clock = self._at(holder.removeprefix("robot:"), at_s)
                (clock.load.add if on else clock.load.discard)(fact.item)
        self._holders[fact.item] = fact.holder


def building_of(place: str) -> str:
    """Return the building of a place: what stands before the first slash of its id, "" where there is none."""
    return place.partition("/")[0] if "/" in place else ""


def _by_hour(from_s: float, to_s: float) -> Iterator[tuple[int, float]]:
    while from_s < to_s:
        hour = int(from_s // HOUR_S)
        end_s = min((hour + 1) * HOUR_S, to_s)
        yield hour, end_s - from_s
        from_s = end_s
