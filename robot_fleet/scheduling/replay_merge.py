"""All ways to merge a task into a route, other routes as they are: an exact search that keeps what may still be best.

Stop by stop of the merged route, for each split between route and task and for each place, those partly driven routes
are kept that no other beats in time, cost and energy at once. Being later never lets a robot begin earlier, and with
less energy it charges longer. Only current may be cheaper later on: what the charges ahead can differ by in cost is
therefore added before one partly driven route beats another.

A charge of the route keeps its end level: it takes as long as it needs to reach what it reached in the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from robot_fleet.core.plan import CHARGE, PlannedStop, Problem, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.check_charges import charge_cost, charged_wh, seconds_to_charge
from robot_fleet.scheduling.replay_outside import SLACK, Outside
from robot_fleet.scheduling.rules import Travel, begun, departures, has_load, lateness_cost, must_lead, service_s

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


@dataclass(frozen=True, slots=True)
class _State:
    """A partly driven merged route: where the robot is, when it can leave, what it has cost, what energy is left."""

    place: str
    clock_s: float
    cost: float
    level_wh: float
    stop: PlannedStop | None = None
    before: _State | None = None

    def beats(self, other: _State, dearer: float) -> bool:
        return (
            self.place == other.place
            and self.clock_s <= other.clock_s
            and self.cost + dearer <= other.cost
            and self.level_wh >= other.level_wh
        )

    def stops(self) -> tuple[PlannedStop, ...]:
        made: list[PlannedStop] = []
        state: _State | None = self
        while state is not None and state.stop is not None:
            made.append(state.stop)
            state = state.before
        return tuple(reversed(made))


class Merge:
    """A robot with its route, and the task to merge into it.

    Parameters
    ----------
    fixed : number of visits at the front that nothing may precede or split.
    choices : for each stop of the task the places that it may have.
    outside : what the other routes ask of this one.
    """

    def __init__(
        self,
        problem: Problem,
        travel: Travel,
        robot: RobotNeed,
        route: Sequence[Visit],
        fixed: int,
        task: TaskNeed,
        choices: Sequence[Sequence[str]],
        outside: Outside,
    ) -> None:
        self._problem = problem
        self._robot = robot
        self._legs = travel.legs(robot)
        self._route = route
        self._fixed = fixed
        self._task = task
        self._outside = outside
        self._own = [
            Visit(task, need, tuple(dict.fromkeys(places))) for need, places in zip(task.stops, choices, strict=True)
        ]
        self._last = {visit.name: index for index, visit in enumerate(route)}
        self._first = {visit.name: len(route) - 1 - index for index, visit in enumerate(reversed(route))}
        self._apart = {
            visit.name: -1 if begun(visit.task) else self._first[visit.name]
            for visit in route
            if visit.task is not None and self._must_be_apart(visit.task)
        }
        self._loads = _sums(route, robot.load_kg, robot.load_units)
        self._own_loads = _sums(self._own, 0.0, 0)
        self._dearer = self._dearer_ahead()

    def alone(self) -> Way | None:
        """Return the route without the task, None if it cannot be driven."""
        found = self._search(Limits(), [])
        return found[0] if found else None

    def ways(self, limits: Limits) -> list[Way]:
        """Return every merged route that no other beats; empty if there is none within the limits."""
        return self._search(limits, self._own)

    def _search(self, limits: Limits, own: Sequence[Visit]) -> list[Way]:
        counts = limits.energy or any(visit.need is None for visit in self._route)
        start_s = max(self._problem.now_s, self._robot.free_at_s)
        start = _State(self._robot.place, start_s, 0.0, self._robot.energy_wh if counts else inf)
        level: dict[Split, list[_State]] = {(0, 0): [start]}
        for _ in range(len(self._route) + len(own)):
            following: dict[Split, list[_State]] = {}
            for at, states in level.items():
                done, mine = at
                if done < len(self._route) and self._route_may_go_on(done, mine, len(own), limits):
                    self._drive(states, self._route[done], at, (done + 1, mine), limits, following)
                if mine < len(own) and self._task_may_go_on(done, mine, limits):
                    self._drive(states, own[mine], at, (done, mine + 1), limits, following)
            level = following
        end = (len(self._route), len(own))
        ways = (self._end(state, end, limits) for state in level.get(end, ()))
        return [way for way in ways if way is not None]

    def _dearer_ahead(self) -> list[float]:
        """Return, before each visit and after the last, what the charges ahead can differ by in cost."""
        charging, tariff = self._robot.charging, self._problem.tariff
        dearest = max((price for _, price in tariff), default=0.0)
        ahead = [0.0]
        for visit in reversed(self._route):
            takes_wh = 0.0 if charging is None else min(max(0.0, visit.level_wh), charging.full_wh)
            ahead.append(ahead[-1] + takes_wh * dearest)
        return ahead[::-1]

    def _drive(
        self,
        states: Sequence[_State],
        visit: Visit,
        at: Split,
        after: Split,
        limits: Limits,
        following: dict[Split, list[_State]],
    ) -> None:
        if limits.load and visit.need is not None and not self._carries(visit.need, after):
            return
        target = following.setdefault(after, [])
        dearer = self._dearer[after[0]]
        loaded = has_load(*self._load(at))
        for state in states:
            for place in visit.places:
                made = self._step(state, visit, place, loaded, limits)
                if made is not None and not any(other.beats(made, dearer) for other in target):
                    target[:] = [other for other in target if not made.beats(other, dearer)]
                    target.append(made)

    def _step(self, state: _State, visit: Visit, place: str, loaded: bool, limits: Limits) -> _State | None:
        """Return the state after the visit at this place, None if it breaks a limit that counts."""
        leg_s = self._legs.seconds(state.place, place, loaded)
        if leg_s == inf:
            return None
        level_wh = state.level_wh - self._legs.energy_wh(leg_s, loaded)
        if limits.energy and level_wh < -SLACK:
            return None
        task, need, charging = visit.task, visit.need, self._robot.charging
        earliest_s, length_s = -inf, 0.0
        if task is not None and need is not None:
            earliest_s, length_s = need.earliest_s, service_s(need, self._robot)
            if need is task.stops[0]:
                earliest_s = max(earliest_s, self._outside.not_before_s.get(task.task, -inf))
        elif charging is not None:
            length_s = charging.overhead_s + seconds_to_charge(charging, level_wh, visit.level_wh)
        times = self._times(state.clock_s, leg_s, earliest_s, length_s, place, limits)
        if times is None:
            return None
        arrive_s, begin_s, end_s = times
        cost = state.cost + self._problem.travel_weight * leg_s
        if task is not None and need is not None:
            if limits.time and not self._in_time(task, need, begin_s, end_s):
                return None
            cost += lateness_cost(self._problem, task, need, begin_s)
            level_wh -= self._robot.standing_w * length_s / 3600.0
            if limits.energy and level_wh < -SLACK:
                return None
        elif charging is not None:
            from_s = begin_s + charging.overhead_s
            cost += charge_cost(charging, self._problem.tariff, level_wh, from_s, end_s)
            level_wh = charged_wh(charging, level_wh, length_s - charging.overhead_s)
        number = CHARGE if need is None else need.stop
        planned = PlannedStop(visit.name, number, place, arrive_s, begin_s, end_s)
        return _State(place, end_s, cost, level_wh, planned, state)

    def _times(
        self, ready_s: float, leg_s: float, earliest_s: float, length_s: float, place: str, limits: Limits
    ) -> tuple[float, float, float] | None:
        """Return when the robot arrives, begins and ends, None if no working time has room for it."""
        for leaves_s, until_s in departures(self._robot, ready_s) if limits.time else ((ready_s, inf),):
            begin_s = max(leaves_s + leg_s, earliest_s)
            if limits.time:
                begin_s = self._outside.free_from_s(place, begin_s, length_s)
            if begin_s < inf and begin_s + length_s <= until_s + SLACK:
                return leaves_s + leg_s, begin_s, begin_s + length_s
        return None

    def _in_time(self, task: TaskNeed, need: StopNeed, begin_s: float, end_s: float) -> bool:
        if begin_s > need.latest_s + SLACK:
            return False
        return need is not task.stops[-1] or end_s <= self._outside.not_after_s.get(task.task, inf) + SLACK

    def _end(self, state: _State, at: Split, limits: Limits) -> Way | None:
        """Return a merged route once the robot has come home, None if it cannot."""
        cost = state.cost
        if state.stop is not None and self._robot.home:
            loaded = has_load(*self._load(at))
            leg_s = self._legs.seconds(state.place, self._robot.home, loaded)
            level_wh = state.level_wh - self._legs.energy_wh(leg_s, loaded)
            if leg_s == inf or (limits.energy and level_wh < -SLACK):
                return None
            if self._times(state.clock_s, leg_s, -inf, 0.0, "", limits) is None:
                return None
            cost += self._problem.travel_weight * leg_s
        return cost, state.stops()

    def _route_may_go_on(self, done: int, mine: int, own: int, limits: Limits) -> bool:
        """Whether the route's next stop may come before the task's next one."""
        task, visit = self._task, self._route[done]
        if mine == own:
            return True
        if mine > 0 and task.together:
            return False
        if limits.company and visit.name in self._apart and (mine > 0 or begun(task)):
            return False
        return visit.leads or not must_lead(task)

    def _task_may_go_on(self, done: int, mine: int, limits: Limits) -> bool:
        """Whether the task's next stop may come before the route's next one."""
        task = self._task
        if done < self._fixed:
            return False
        if mine == 0 and not begun(task) and any(self._last.get(name, -1) >= done for name in task.after):
            return False
        if done < len(self._route):
            visit = self._route[done]
            if visit.task is not None and visit.task.together and visit.need is not visit.task.stops[0]:
                return False  # inside a task that must not be split
            if visit.leads and not must_lead(task):
                return False
        return not limits.company or not any(first < done <= self._last[name] for name, first in self._apart.items())

    def _must_be_apart(self, other: TaskNeed) -> bool:
        """Whether the two may not be under way at once; of two that have both begun nothing is asked."""
        if begun(other) and begun(self._task):
            return False
        return other.task in self._task.not_with or self._task.task in other.not_with

    def _carries(self, need: StopNeed, after: Split) -> bool:
        kg, units = self._load(after)
        if need.load_kg > 0.0 and kg > self._robot.capacity_kg + SLACK:
            return False
        return not (need.load_units > 0 and units > self._robot.capacity_units)

    def _load(self, at: Split) -> tuple[float, int]:
        (kg, units), (own_kg, own_units) = self._loads[at[0]], self._own_loads[at[1]]
        return kg + own_kg, units + own_units


def _sums(visits: Sequence[Visit], kg: float, units: int) -> list[tuple[float, int]]:
    """Return the load before each visit and after the last."""
    sums = [(kg, units)]
    for visit in visits:
        if visit.need is not None:
            kg, units = kg + visit.need.load_kg, units + visit.need.load_units
        sums.append((kg, units))
    return sums
