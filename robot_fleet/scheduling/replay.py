"""Replays the reason of a task that a plan leaves out, without any planner.

`no_robot_kind`: the task names no robot. `no_robot_available`: none of those it names is in the problem.
`no_place_free`: some stop's every alternative is taken or claimed by another task of the plan. Else every way of
merging the task's stops into every robot's route is tried, with every free place: at least one feasible way, none
under the penalty, confirms `dearer_than_penalty`; none feasible confirms `no_energy` if there is one without the
limit on energy, else `too_heavy` if there is one without the limits on energy and load, else `unreachable`. A pinned
task is never too dear, and other tasks are no excuse: its reason must hold among pinned tasks alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from robot_fleet.core.plan import Plan, Problem, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.rules import TOLERANCE, Ways, barred, energy_wh, holds, late_stop, must_lead, stop_of

REASONS = (
    "no_robot_kind",
    "no_robot_available",
    "too_heavy",
    "no_place_free",
    "unreachable",
    "no_energy",
    "dearer_than_penalty",
)


def true_reason(problem: Problem, plan: Plan, task: TaskNeed) -> str:
    """Return the reason that holds for a task left out, empty if it should have been planned.

    The plan must break no other rule.
    """
    tasks = {other.task: other for other in problem.tasks}
    named = (task.pinned,) if task.pinned else task.robots
    if not named:
        return "no_robot_kind"
    robots = [robot for robot in problem.robots if robot.robot in named]
    if not robots:
        return "no_robot_available"
    excused = [name for name, other in tasks.items() if other.pinned or not task.pinned]
    held = {
        planned.place: planned.task
        for stops in plan.routes.values()
        for planned in stops
        if planned.task in excused and holds(stop_of(tasks[planned.task], planned.stop), planned.place, problem)
    }
    choices = [
        [
            place
            for place in stop.places
            if not barred(task, stop, place, problem)
            and not (holds(stop, place, problem) and held.get(place, task.task) != task.task)
        ]
        for stop in task.stops
    ]
    if not all(choices):
        return "no_place_free"
    feasible, without_energy, without_load = False, False, False
    for robot in robots:
        merge = _Merge(problem, plan, robot, task, choices)
        rise = merge.least_rise(load_counts=True, energy_counts=True)
        if rise < inf:
            feasible = True
            if task.pinned or rise < task.drop_penalty - TOLERANCE * max(1.0, task.drop_penalty):
                return ""
        without_energy = without_energy or merge.least_rise(load_counts=True, energy_counts=False) < inf
        without_load = without_load or merge.least_rise(load_counts=False, energy_counts=False) < inf
    if feasible:
        return "dearer_than_penalty"
    if without_energy:
        return "no_energy"
    return "too_heavy" if without_load else "unreachable"


@dataclass(frozen=True, slots=True)
class _State:
    """A partly driven merged route: where the robot is, when it can leave, what it has cost and driven so far."""

    place: str
    clock_s: float
    cost: float
    travel_s: float

    def no_worse(self, other: _State) -> bool:
        return self.clock_s <= other.clock_s and self.cost <= other.cost and self.travel_s <= other.travel_s


class _Merge:
    """All ways to merge a task's stops into a robot's route, keeping the order of both.

    Level by level: after every possible number of stops in all, the states that may still be the best are kept, apart
    for each split between route and task and for each place.
    """

    def __init__(
        self, problem: Problem, plan: Plan, robot: RobotNeed, task: TaskNeed, choices: Sequence[Sequence[str]]
    ) -> None:
        self._problem = problem
        self._robot = robot
        self._task = task
        self._choices = choices
        self._ways = Ways(problem, robot.travel_class)
        tasks = {other.task: other for other in problem.tasks}
        full = [(tasks[planned.task], planned) for planned in plan.routes.get(robot.robot, ())]
        self._route = [(owner, planned.place, stop_of(owner, planned.stop)) for owner, planned in full]
        if task.pinned:
            alone = [entry for entry in self._route if entry[0].pinned]
            if self._drivable(alone):
                self._route = alone

    def least_rise(self, *, load_counts: bool, energy_counts: bool) -> float:
        """Return by how much the cheapest merge raises the route's cost, inf if none is feasible."""
        steps, own = len(self._route), len(self._task.stops)
        start = _State(self._robot.place, max(self._problem.now_s, self._robot.free_at_s), 0.0, 0.0)
        level: dict[tuple[int, int], list[_State]] = {(0, 0): [start]}
        for _ in range(steps + own):
            following: dict[tuple[int, int], list[_State]] = {}
            for (done, mine), states in level.items():
                if done < steps and self._route_may_go_on(done, mine):
                    owner, place, stop = self._route[done]
                    if not load_counts or self._carries(done + 1, mine, stop):
                        self._drive(states, owner, stop, (place,), following.setdefault((done + 1, mine), []))
                if mine < own and self._task_may_go_on(done, mine):
                    stop = self._task.stops[mine]
                    if not load_counts or self._carries(done, mine + 1, stop):
                        target = following.setdefault((done, mine + 1), [])
                        self._drive(states, self._task, stop, self._choices[mine], target)
            level = following
        service = sum(stop.service_s for _, _, stop in self._route) + sum(stop.service_s for stop in self._task.stops)
        ends = [
            state.cost
            for state in level.get((steps, own), [])
            if not energy_counts
            or energy_wh(self._robot, state.travel_s, service) <= self._robot.energy_wh + TOLERANCE / 100.0
        ]
        return min(ends) - self._cost_of(self._route) if ends else inf

    def _drive(
        self, states: Sequence[_State], owner: TaskNeed, stop: StopNeed, places: Sequence[str], target: list[_State]
    ) -> None:
        for state in states:
            for place in places:
                leg = self._ways.seconds(state.place, place)
                if leg == inf:
                    continue
                begin = max(state.clock_s + leg, stop.earliest_s)
                cost = state.cost + self._problem.travel_weight * leg
                if stop.stop == late_stop(owner):
                    cost += owner.weight * max(0.0, begin + stop.counts_offset_s - owner.due_s)
                made = _State(place, begin + stop.service_s, cost, state.travel_s + leg)
                if not any(other.place == place and other.no_worse(made) for other in target):
                    target[:] = [other for other in target if other.place != place or not made.no_worse(other)]
                    target.append(made)

    def _route_may_go_on(self, done: int, mine: int) -> bool:
        if self._task.together and 0 < mine < len(self._task.stops):
            return False
        if mine < len(self._task.stops) and must_lead(self._task):
            return must_lead(self._route[done][0])
        return True

    def _task_may_go_on(self, done: int, mine: int) -> bool:
        if done == len(self._route):
            return True
        owner, _, stop = self._route[done]
        if owner.together and owner.stops[0].stop != stop.stop:
            return False  # inside a task that must not be split
        return must_lead(self._task) or not must_lead(owner)

    def _carries(self, done: int, mine: int, latest: StopNeed) -> bool:
        if latest.load_kg <= 0.0:
            return True
        load = self._robot.load_kg + sum(stop.load_kg for _, _, stop in self._route[:done])
        load += sum(stop.load_kg for stop in self._task.stops[:mine])
        return load <= self._robot.capacity_kg + TOLERANCE / 100.0

    def _cost_of(self, route: Sequence[tuple[TaskNeed, str, StopNeed]]) -> float:
        states = [_State(self._robot.place, max(self._problem.now_s, self._robot.free_at_s), 0.0, 0.0)]
        for owner, place, stop in route:
            target: list[_State] = []
            self._drive(states, owner, stop, (place,), target)
            states = target
        return states[0].cost if states else inf

    def _drivable(self, route: Sequence[tuple[TaskNeed, str, StopNeed]]) -> bool:
        here, travel, load = self._robot.place, 0.0, self._robot.load_kg
        for _, place, stop in route:
            travel += self._ways.seconds(here, place)
            load += stop.load_kg
            if stop.load_kg > 0.0 and load > self._robot.capacity_kg + TOLERANCE / 100.0:
                return False
            here = place
        service = sum(stop.service_s for _, _, stop in route)
        energy = energy_wh(self._robot, travel, service)
        return travel < inf and (not route or energy <= self._robot.energy_wh + TOLERANCE / 100.0)
