"""All ways to merge a task into a route, other routes as they are: an exact search that keeps what may still be best.

Stop by stop of the merged route, for each split between route and task and for each place, those partly driven routes
are kept that no other beats in time, cost and energy at once. Being later never lets a robot begin earlier, and with
less energy it charges longer. Only current may be cheaper later on: what the charges ahead can differ by in cost is
therefore added before one partly driven route beats another.

A charge of the route keeps its end level: it takes as long as it needs to reach what it reached in the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from robot_fleet.core.plan import CHARGE, PlannedStop, Problem, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.checking.charges import charge_cost, charged_wh, seconds_to_charge
from robot_fleet.scheduling.checking.replay_outside import SLACK, Outside
from robot_fleet.scheduling.checking.replay_states import (
    Alone,
    Bounds,
    Limits,
    Split,
    State,
    Visit,
    Way,
    keep,
    loads_of,
    stops_of,
)
from robot_fleet.scheduling.checking.rules import (
    Travel,
    begun,
    departures,
    driving_price,
    has_load,
    lateness_cost,
    must_lead,
    service_s,
)


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
        self._driving_price = driving_price(problem, robot)
        self._route = route
        self._fixed = fixed
        self._task = task
        self._outside = outside
        self._own = [
            Visit(task, need, tuple(dict.fromkeys(places))) for need, places in zip(task.stops, choices, strict=True)
        ]
        self._bounds = [self._bounds_of(visit) for visit in route]
        self._own_bounds = [self._bounds_of(visit) for visit in self._own]
        self._last = {visit.name: index for index, visit in enumerate(route)}
        self._first = {visit.name: len(route) - 1 - index for index, visit in enumerate(reversed(route))}
        self._apart = {
            visit.name: -1 if begun(visit.task) else self._first[visit.name]
            for visit in route
            if visit.task is not None and self._must_be_apart(visit.task)
        }
        self._loads = loads_of(route, robot.load_kg, robot.load_units)
        self._own_loads = loads_of(self._own, 0.0, 0)
        self._charges = any(visit.need is None for visit in route)
        self._dearer = self._dearer_ahead()

    def alone(self) -> Alone | None:
        """Return the route without the task, None if it cannot be driven."""
        for state, cost in self._search(Limits(), []):
            trail: list[State] = []
            each: State | None = state
            while each is not None:
                trail.append(each)
                each = each.before
            return Alone(cost, tuple(reversed(trail)))
        return None

    def is_possible(self, limits: Limits) -> bool:
        """Whether there is any merged route within the limits."""
        return bool(self._search(limits, self._own))

    def ways(self, alone: Alone, ceiling: float) -> list[Way]:
        """Return every merged route within all limits that costs less than a ceiling and that no other beats."""
        found = self._search(Limits(), self._own, alone, ceiling)
        return [(cost, stops_of(state)) for state, cost in found if cost < ceiling]

    def _search(
        self, limits: Limits, own: Sequence[Visit], alone: Alone | None = None, ceiling: float = inf
    ) -> list[tuple[State, float]]:
        """Return the merged routes with their costs; for a task, cost is only looked at if there is a ceiling."""
        priced = alone is not None or not own
        level_counts = limits.energy or self._charges
        start_s = max(self._problem.now_s, self._robot.free_at_s)
        saved = self._driving_price * self._legs.to_rest_s(self._robot, self._robot.place) if priced else 0.0
        start = State(self._robot.place, start_s, -saved, self._robot.energy_wh if level_counts else inf)
        level: dict[Split, list[State]] = {(0, 0): [start]}
        for _ in range(len(self._route) + len(own)):
            following: dict[Split, list[State]] = {}
            for at, states in level.items():
                if not states:
                    continue
                done, mine = at
                if done < len(self._route) and self._route_may_go_on(done, mine, len(own), limits):
                    made = self._drive(
                        states, self._route[done], self._bounds[done], at, (done + 1, mine), limits, priced
                    )
                    if alone is not None and mine == len(own):
                        made = self._cheap(made, alone, done + 1, ceiling)
                    keep(made, following.setdefault((done + 1, mine), []), self._dearer[done + 1])
                if mine < len(own) and self._task_may_go_on(done, mine, limits):
                    made = self._drive(states, own[mine], self._own_bounds[mine], at, (done, mine + 1), limits, priced)
                    made = [state for state in made if state.cost < ceiling]
                    keep(made, following.setdefault((done, mine + 1), []), self._dearer[done])
            level = following
        end = (len(self._route), len(own))
        ways = ((state, self._end_cost(state, end, limits)) for state in level.get(end, ()))
        return [(state, cost) for state, cost in ways if cost < inf]

    def _cheap(self, states: Sequence[State], alone: Alone, done: int, ceiling: float) -> list[State]:
        """Return those that may stay under the ceiling: what is no earlier than alone pays what is left as alone."""
        then = alone.trail[done]
        left = 0.0 if self._charges else alone.cost - then.cost
        return [state for state in states if state.cost + (left if state.clock_s >= then.clock_s else 0.0) < ceiling]

    def _dearer_ahead(self) -> list[float]:
        """Return, before each visit and after the last, what the charges ahead can differ by in cost."""
        charging, tariff = self._robot.charging, self._problem.tariff
        dearest = max((price for _, price in tariff), default=0.0)
        ahead = [0.0]
        for visit in reversed(self._route):
            takes_wh = 0.0 if charging is None else min(max(0.0, visit.level_wh), charging.full_wh)
            ahead.append(ahead[-1] + takes_wh * dearest)
        return ahead[::-1]

    def _bounds_of(self, visit: Visit) -> Bounds:
        if visit.task is None or visit.need is None:
            return Bounds(0.0, -inf, inf, inf)
        name, need, stops = visit.name, visit.need, visit.task.stops
        earliest_s = max(need.earliest_s, self._outside.not_before_s.get(name, -inf) if need is stops[0] else -inf)
        ends_by_s = self._outside.not_after_s.get(name, inf) if need is stops[-1] else inf
        return Bounds(service_s(need, self._robot), earliest_s, need.latest_s + SLACK, ends_by_s + SLACK)

    def _drive(
        self,
        states: Sequence[State],
        visit: Visit,
        bounds: Bounds,
        at: Split,
        after: Split,
        limits: Limits,
        priced: bool,
    ) -> list[State]:
        """Return the states after a visit."""
        if limits.load and visit.need is not None and not self._carries(visit.need, after):
            return []
        loaded = has_load(*self._load(at))
        made = (
            self._step(state, visit, bounds, place, loaded, limits, priced)
            for state in states
            for place in visit.places
        )
        return [state for state in made if state is not None]

    def _step(
        self, state: State, visit: Visit, bounds: Bounds, place: str, loaded: bool, limits: Limits, priced: bool
    ) -> State | None:
        """Return the state after the visit at this place, None if it breaks a limit that counts."""
        leg_s = self._legs.seconds(state.place, place, loaded)
        if leg_s == inf:
            return None
        level_wh = state.level_wh - self._legs.energy_wh(leg_s, loaded)
        if limits.energy and level_wh < -SLACK:
            return None
        length_s, earliest_s, latest_s, ends_by_s = bounds
        task, need, charging = visit.task, visit.need, self._robot.charging
        if need is None and charging is not None:
            length_s = charging.overhead_s + seconds_to_charge(charging, level_wh, visit.level_wh)
        times = self._times(state.clock_s, leg_s, earliest_s, length_s, place, limits)
        if times is None:
            return None
        arrive_s, begin_s, end_s = times
        if limits.time and (begin_s > latest_s or end_s > ends_by_s):
            return None
        cost = state.cost + self._driving_price * leg_s
        number = CHARGE
        if task is not None and need is not None:
            number = need.stop
            cost += lateness_cost(self._problem, task, need, begin_s) + self._robot.work_price * length_s
            level_wh -= self._robot.standing_w * length_s / 3600.0
            if limits.energy and level_wh < -SLACK:
                return None
        elif charging is not None:
            from_s = begin_s + charging.overhead_s
            cost += charge_cost(charging, self._problem.tariff, level_wh, from_s, end_s)
            level_wh = charged_wh(charging, level_wh, length_s - charging.overhead_s)
        planned = PlannedStop(visit.name, number, place, arrive_s, begin_s, end_s)
        return State(place, end_s, cost if priced else 0.0, level_wh, planned, state)

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

    def _end_cost(self, state: State, at: Split, limits: Limits) -> float:
        """Return what a merged route costs once the robot has come home or to rest, inf if it cannot."""
        if state.stop is None or not self._robot.home:
            return state.cost + self._driving_price * self._legs.to_rest_s(self._robot, state.place)
        loaded = has_load(*self._load(at))
        leg_s = self._legs.seconds(state.place, self._robot.home, loaded)
        level_wh = state.level_wh - self._legs.energy_wh(leg_s, loaded)
        if leg_s == inf or (limits.energy and level_wh < -SLACK):
            return inf
        if self._times(state.clock_s, leg_s, -inf, 0.0, "", limits) is None:
            return inf
        return state.cost + self._driving_price * leg_s

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
