"""A task that might join the routes of a plan, as the checker sees it: what it costs where, and what is in the way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from math import inf

from robot_fleet.core.explanation import Choice
from robot_fleet.core.explanation import Visit as Told
from robot_fleet.core.plan import LeftOut, Plan, PlannedStop, Problem, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.checking.membership import judge_membership
from robot_fleet.scheduling.checking.replay import WITHOUT, Replay
from robot_fleet.scheduling.checking.replay_merge import Merge
from robot_fleet.scheduling.checking.replay_outside import Outside, Surroundings
from robot_fleet.scheduling.checking.replay_states import Limits, Visit
from robot_fleet.scheduling.checking.rules import TOLERANCE, barred, begun, holds, stop_of
from robot_fleet.scheduling.checking.sheet import Sheet


class Single(Replay):
    """A plan without the task, and the task.

    Parameters
    ----------
    plan : a valid plan, whether it leaves the task out or is `released` of it.
    pinned_only : whether only pinned tasks count.
    ends_by_s : when the task has to have ended for those that come after it.
    """

    def __init__(self, problem: Problem, plan: Plan, task: TaskNeed, pinned_only: bool, ends_by_s: float = inf) -> None:
        sheet = Sheet(problem, plan, None)
        judge_membership(sheet)
        super().__init__(sheet)
        self.problem = problem
        self.plan = plan
        self.task = task
        self._pinned_only = pinned_only
        self._ends_by_s = ends_by_s

    def changed(self, problem: Problem, gone: Collection[str] = ()) -> Single:
        """Return the same with a changed problem, and without some tasks that are then left out."""
        routes = {
            name: tuple(stop for stop in route if stop.task not in gone) for name, route in self.plan.routes.items()
        }
        task = next(each for each in problem.tasks if each.task == self.task.task)
        made = Single(problem, replace(self.plan, routes=routes), task, self._pinned_only, self._ends_by_s)
        if gone:  # charges still end where they end in the plan
            for robot in problem.robots:
                made._visits[robot.robot] = [visit for visit in self._route(robot) if visit.name not in gone]
        return made

    def robot(self, name: str) -> RobotNeed:
        """Return a robot as the problem has it now."""
        return next(robot for robot in self.problem.robots if robot.robot == name)

    @property
    def out(self) -> tuple[str, ...]:
        """The tasks of the problem that it has to come after and that no robot does."""
        known = {each.task for each in self.problem.tasks}
        planned = self._sheet.planned
        return () if begun(self.task) else tuple(n for n in self.task.after if n in known and n not in planned)

    def choices(self) -> list[list[str]]:
        """Return for each stop of the task the places that are free."""
        return self._choices(self.task, self._around(self._pinned_only))

    def is_taken(self, stop: StopNeed, place: str) -> bool:
        """Whether a place is taken for good."""
        return barred(self.task, stop, place, self.problem)

    def held(self) -> dict[str, str]:
        """Return the exclusive places that planned tasks keep, and which."""
        around = self._around(self._pinned_only)
        return {
            planned.place: name
            for name, stops in self._sheet.planned.items()
            if around.counts(name)
            for planned in stops
            if holds(stop_of(self._sheet.tasks[name], planned.stop), planned.place, self.problem)
        }

    def partners_of(self) -> dict[str, str]:
        """Return the robots of tasks that must be on the same one, by task."""
        names = {*self.task.same_robot_as}
        names |= {each.task for each in self.problem.tasks if self.task.task in each.same_robot_as}
        around = self._around(self._pinned_only)
        robots = self._sheet.robot_of
        return {name: robots[name] for name in names if name in robots and around.counts(name)}

    def costs(self, robot: RobotNeed) -> float:
        """Return what the task costs at least on a robot's route, `inf` if it cannot join; skills are not asked."""
        choices = self.choices()
        if self.out or not all(choices) or not set(self.partners_of().values()) <= {robot.robot}:
            return inf
        merge = self._merged(robot, self._visits_of(robot), choices)
        alone = merge.alone()
        if alone is None:
            return inf
        least = min((cost for cost, _ in merge.ways(alone, inf)), default=inf)
        return least - alone.cost + self._change_cost(robot.robot)

    def is_possible(self, robot: RobotNeed, charge: bool = False) -> bool:
        """Whether the task can join, if need be with one charge to full put into the route as well."""
        return self.costs(robot) < inf or (charge and self._is_possible_with_charge(robot))

    def _is_possible_with_charge(self, robot: RobotNeed) -> bool:
        charging, choices = robot.charging, self.choices()
        if charging is None or robot.energy_wh == inf or self.out or not all(choices):
            return False
        visits = self._visits_of(robot)
        alone = self._merged(robot, visits, choices).alone()
        if alone is None or not set(self.partners_of().values()) <= {robot.robot}:
            return False
        full = Visit(None, None, charging.chargers, charging.full_wh)
        for at in range(len(robot.fixed), len(visits) + 1):
            before, after = visits[:at], visits[at:]
            if after and (after[0].leads or _is_inside_together(after[0])):
                continue
            number = sum(visit.need is None for visit in before)
            merge = self._merged(robot, [*before, full, *after], choices)
            charged = merge.alone()
            for _, stops in merge.ways(charged, inf) if charged is not None else ():
                stop = [stop for stop in stops if not stop.task][number]
                if stop.end_s - stop.begin_s > charging.overhead_s + TOLERANCE:  # it takes something in
                    return True
        return False

    def lacks(self, robot: RobotNeed) -> str:
        """Return what a robot lacks that has the skills, empty if nothing."""
        if self.out:
            return "predecessor_left_out"
        choices = self.choices()
        if not all(choices):
            return "no_place_free"
        merge = self._merged(robot, self._visits_of(robot), choices)
        alone = merge.alone() is not None
        together = set(self.partners_of().values()) <= {robot.robot}
        for lacks, limits in {"": Limits(), **WITHOUT}.items():
            if (together or not limits.company) and alone and merge.is_possible(limits):
                return lacks
        return "unreachable"

    def is_late(self, told: Choice) -> str:
        """Return what is wrong in when the task is done, and how late."""
        counting = [need for need in self.task.stops if need.counts]
        begins = {visit.stop: visit.begin_s for visit in told.visits}
        instant_s, late_s = None, 0.0
        if counting:
            instant_s = begins[counting[-1].stop] + counting[-1].counts_offset_s
            late_s = max(0.0, instant_s - self.task.due_s)
        right = told.instant_s == instant_s or not _differs(told.instant_s or 0.0, instant_s or 0.0)
        return "" if right and not _differs(told.late_s, late_s) else f"It is done at {instant_s}, {late_s} s late."

    def judge(self, told: Choice, robot: RobotNeed) -> str:
        """Return what is wrong in what is said of a robot that could do the task, empty if nothing."""
        least = self.costs(robot)
        if told.cost_s is None or least == inf or _differs(told.cost_s, least):
            return f"It costs {least}, not {told.cost_s}."
        if [visit.stop for visit in told.visits] != [stop.stop for stop in self.task.stops]:
            return f"Its stops are not {list(told.visits)}."
        if self._route_with(told, robot) is None:
            return f"No route has the stops {list(told.visits)} behind {list(told.behind)} at that cost."
        return self.is_late(told)

    def _is_legal(self, robot: RobotNeed, route: tuple[PlannedStop, ...]) -> bool:
        """Whether the plan with this route, whoever is left out, breaks no rule."""
        if self._pinned_only:
            return True  # others may be in its way; they would be planned anew
        routes = {**self.plan.routes, robot.robot: route}
        done = {stop.task for each in routes.values() for stop in each}
        left_out = tuple(LeftOut(each.task, "unreachable") for each in self.problem.tasks if each.task not in done)
        changed = frozenset((robot.robot,))
        return not PlanChecker().check(self.problem, Plan(routes, left_out), changed, fresh=frozenset())

    def _route_with(self, told: Choice, robot: RobotNeed) -> tuple[PlannedStop, ...] | None:
        """Return the route in which the task's stops are where and when they are said to be, at the cost said."""
        route = self._visits_of(robot)
        own = [Visit(self.task, need, (visit.place,)) for need, visit in zip(self.task.stops, told.visits, strict=True)]
        outside = self._outside(robot, route)
        passing = replace(robot, home="")

        def driven(visits: Sequence[Visit], by: RobotNeed) -> tuple[float, tuple[PlannedStop, ...]] | None:
            merge = Merge(self.problem, self._sheet.travel, by, visits, 0, self.task, [()] * len(own), outside)
            alone = merge.alone()
            if alone is None:
                return None
            return alone.cost, tuple(state.stop for state in alone.trail if state.stop is not None)

        def go(prefix: list[Visit], done: int, mine: int) -> tuple[PlannedStop, ...] | None:
            if mine == len(own):
                made, before = driven([*prefix, *route[done:]], robot), driven(route, robot)
                if made is None or before is None or told.cost_s is None:
                    return None
                cost = made[0] - before[0] + self._change_cost(robot.robot)
                as_told = not _differs(cost, told.cost_s) and behind(made[1], self.task.task) == told.behind
                return made[1] if as_told and self._is_legal(robot, made[1]) else None
            made = driven([*prefix, own[mine]], passing)
            if made is not None and _is_as_told(made[1][-1], told.visits[mine]):
                found = go([*prefix, own[mine]], done, mine + 1)
                if found is not None:
                    return found
            return go([*prefix, route[done]], done + 1, mine) if done < len(route) else None

        return go([], 0, 0)

    def _visits_of(self, robot: RobotNeed) -> list[Visit]:
        """Return the route that the task may join."""
        route = self._visits.get(robot.robot)
        if route is None:
            route = self._visits[robot.robot] = self._route(robot)
        if self._pinned_only:
            around = self._around(True)
            kept = [v for index, v in enumerate(route) if index < len(robot.fixed) or around.counts(v.name)]
            if self._merged(robot, kept, self.choices()).alone() is not None:
                return kept
        return route

    def _merged(self, robot: RobotNeed, visits: Sequence[Visit], choices: Sequence[Sequence[str]]) -> Merge:
        fixed = len(robot.fixed)
        outside = self._outside(robot, visits)
        return Merge(self.problem, self._sheet.travel, robot, visits, fixed, self.task, choices, outside)

    def _outside(self, robot: RobotNeed, visits: Sequence[Visit]) -> Outside:
        around: Surroundings = self._around(self._pinned_only)
        outside = around.seen_from(robot.robot, {self.task.task, *(visit.name for visit in visits if visit.name)})
        if self._ends_by_s == inf:
            return outside
        return replace(outside, not_after_s={**outside.not_after_s, self.task.task: self._ends_by_s})

    def _change_cost(self, robot: str) -> float:
        return self.problem.change_cost if self.task.assigned not in ("", robot) else 0.0


def released(problem: Problem, plan: Plan, task: TaskNeed) -> tuple[Single, float | None]:
    """Return a plan without a planned task, and what the task costs where it is.

    The rest of its robot's route comes as early as it may; where it cannot be driven it keeps its times, and there is
    no cost.
    """
    home = next(name for name, route in plan.routes.items() if any(stop.task == task.task for stop in route))
    begins = {stop.task: stop.begin_s for route in plan.routes.values() for stop in reversed(route)}
    keeps_s = {
        each.task: begins[each.task]
        for each in problem.tasks
        if task.task in each.after and each.task in begins and not begun(each)
    }
    free = replace(problem, tasks=tuple(_kept(each, task.task, keeps_s.get(each.task, -inf)) for each in problem.tasks))
    ends_by_s = min(keeps_s.values(), default=inf)
    whole = Single(free, plan, task, pinned_only=False, ends_by_s=ends_by_s)
    robot = whole.robot(home)
    visits = whole._visits_of(robot)
    rest = [visit for visit in visits if visit.name != task.task]
    without = {name: tuple(stop for stop in route if stop.task != task.task) for name, route in plan.routes.items()}
    choices = [()] * len(task.stops)
    with_it = whole._merged(robot, visits, choices).alone()
    alone = whole._merged(robot, rest, choices).alone()
    if with_it is None or alone is None:
        return Single(free, replace(plan, routes=without), task, False, ends_by_s), None
    without[home] = tuple(state.stop for state in alone.trail if state.stop is not None)
    cost_s = with_it.cost - alone.cost + whole._change_cost(home)
    return Single(free, replace(plan, routes=without), task, False, ends_by_s), cost_s


def behind(route: Sequence[PlannedStop], task: str) -> tuple[str, ...]:
    """Return the tasks that a robot serves stops of before a task's last one."""
    names = [stop.task for stop in route]
    until = len(names) - 1 - names[::-1].index(task)
    return tuple(name for name in dict.fromkeys(names[:until]) if name not in ("", task))


def _kept(task: TaskNeed, awaited: str, begin_s: float) -> TaskNeed:
    """Return a task that no longer comes after another, and begins no earlier than at a time."""
    first = replace(task.stops[0], earliest_s=max(task.stops[0].earliest_s, begin_s))
    return replace(task, stops=(first, *task.stops[1:]), after=tuple(name for name in task.after if name != awaited))


def _is_inside_together(visit: Visit) -> bool:
    task = visit.task
    return task is not None and task.together and visit.need is not task.stops[0]


def _is_as_told(stop: PlannedStop, visit: Told) -> bool:
    return not _differs(stop.begin_s, visit.begin_s) and not _differs(stop.end_s, visit.end_s)


def _differs(one: float, other: float) -> bool:
    return not abs(one - other) <= TOLERANCE * max(1.0, abs(other))


__all__ = ["Single", "behind", "released"]
