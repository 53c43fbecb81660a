"""Replays the reason of a task that a plan leaves out (`core.plan.LeftOut`), without any planner.

A reason that speaks of robots is replayed by merging the task's stops, in every way and with every free place, into
the route of every robot that it names, all other routes as they are: `replay_merge`. A pinned task is never too dear,
and other tasks are no excuse: its reason must hold among pinned tasks alone, be it their claims, their use of
resources or their stops on its robot (if those can be driven alone).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from robot_fleet.core.plan import PlannedStop, RobotNeed, TaskNeed
from robot_fleet.scheduling.checking.charges import charged_wh
from robot_fleet.scheduling.checking.coverage import Watch
from robot_fleet.scheduling.checking.replay_merge import Merge
from robot_fleet.scheduling.checking.replay_outside import Surroundings
from robot_fleet.scheduling.checking.replay_states import Alone, Limits, Visit
from robot_fleet.scheduling.checking.rules import TOLERANCE, barred, begun, has_load, holds, service_s, stop_of
from robot_fleet.scheduling.checking.sheet import Sheet

WITHOUT = {
    "no_energy": Limits(energy=False),
    "too_heavy": Limits(energy=False, load=False),
    "window_closed": Limits(energy=False, load=False, time=False),
    "partner_elsewhere": Limits(energy=False, load=False, time=False, company=False),
}
"""Reasons for which no robot can, and without which limits one could."""
REASONS = (
    "no_robot_kind",
    "no_robot_available",
    "skill_missing",
    "predecessor_left_out",
    "no_place_free",
    "dearer_than_penalty",
    *WITHOUT,
    "unreachable",
)


class Replay:
    """A plan that breaks no other rule, and the reasons that hold in it."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._left_out = {left.task for left in sheet.plan.left_out}
        self._surroundings: dict[bool, Surroundings] = {}
        self._visits: dict[str, list[Visit]] = {}
        self._alone: dict[str, Alone | None] = {}
        self._watches: tuple[Watch, Watch] | None = None
        self._gaps: dict[str, tuple[set[tuple[int, str]], float]] = {}
        coverage = sheet.problem.coverage
        if coverage is not None and coverage.price > 0.0:
            surely, hardly = (
                Watch(sheet.problem, sheet.plan.routes, sheet.travel, slack_s) for slack_s in (-TOLERANCE, TOLERANCE)
            )
            self._watches = surely, hardly

    def reason(self, task: TaskNeed) -> str:
        """Return the reason that holds for a task left out, empty if it should have been planned."""
        named = (task.pinned,) if task.pinned else task.robots
        if not named:
            return "no_robot_kind"
        robots = [robot for robot in self._sheet.problem.robots if robot.robot in named]
        if not robots:
            return "no_robot_available"
        robots = [robot for robot in robots if set(task.skills) <= set(robot.skills)]
        if not robots:
            return "skill_missing"
        if not begun(task) and any(name in self._left_out for name in task.after):
            return "predecessor_left_out"
        around = self._around(bool(task.pinned))
        choices = self._choices(task, around)
        if not all(choices):
            return "no_place_free"
        partners = self._partners(task, around)
        merges = [self._merge(robot, task, choices, around) for robot in robots]
        able = [(robot, merge) for robot, merge in zip(robots, merges, strict=True) if partners <= {robot.robot}]
        if any(merge.is_possible(Limits()) for _, merge in able):
            worth_it = task.pinned or any(self._is_worth_it(robot, task, merge) for robot, merge in able)
            return "" if worth_it else "dearer_than_penalty"
        for reason, limits in WITHOUT.items():
            for robot, merge in zip(robots, merges, strict=True):
                if (partners <= {robot.robot} or not limits.company) and merge.is_possible(limits):
                    return reason
        return "unreachable"

    def _around(self, pinned_only: bool) -> Surroundings:
        found = self._surroundings.get(pinned_only)
        if found is None:
            found = self._surroundings[pinned_only] = Surroundings(self._sheet, pinned_only)
        return found

    def _choices(self, task: TaskNeed, around: Surroundings) -> list[list[str]]:
        """Return for each stop the places that are neither taken nor claimed by another task that counts."""
        problem = self._sheet.problem
        held = {
            planned.place
            for name, stops in (self._sheet.planned.items() if problem.exclusive else ())
            if around.counts(name)
            for planned in stops
            if planned.place in problem.exclusive
            and holds(stop_of(self._sheet.tasks[name], planned.stop), planned.place, problem)
        }
        return [
            [
                place
                for place in stop.places
                if not barred(task, stop, place, problem) and not (place in held and holds(stop, place, problem))
            ]
            for stop in task.stops
        ]

    def _partners(self, task: TaskNeed, around: Surroundings) -> set[str]:
        """Return the robots of those that must be on the same one as the task."""
        robots = self._sheet.robot_of
        partners = {robots[name] for name in task.same_robot_as if name in robots and around.counts(name)}
        return partners | {
            robots[other.task]
            for other in self._sheet.problem.tasks
            if other.same_robot_as
            and task.task in other.same_robot_as
            and other.task in robots
            and around.counts(other.task)
        }

    def _merge(self, robot: RobotNeed, task: TaskNeed, choices: Sequence[Sequence[str]], around: Surroundings) -> Merge:
        sheet = self._sheet
        route = self._visits.get(robot.robot)
        if route is None:
            route = self._visits[robot.robot] = self._route(robot)
        fixed = len(robot.fixed)

        def made(visits: Sequence[Visit]) -> Merge:
            tasks = {task.task, *(visit.name for visit in visits if visit.name)}
            outside = around.seen_from(robot.robot, tasks)
            return Merge(sheet.problem, sheet.travel, robot, visits, fixed, task, choices, outside)

        if task.pinned:
            merge = made(
                [visit for index, visit in enumerate(route) if index < fixed or around.counts(visit.name)],
            )
            if merge.alone() is not None:
                return merge
        return made(route)

    def _route(self, robot: RobotNeed) -> list[Visit]:
        """Return the robot's planned route, charges with the level that they reach."""
        sheet = self._sheet
        legs = sheet.travel.legs(robot)
        visits: list[Visit] = []
        here, level_wh, load_kg, load_units = robot.place, robot.energy_wh, robot.load_kg, robot.load_units
        for planned in sheet.plan.routes.get(robot.robot, ()):
            loaded = has_load(load_kg, load_units)
            level_wh -= legs.energy_wh(legs.seconds(here, planned.place, loaded), loaded)
            here = planned.place
            task, need = sheet.tasks.get(planned.task), sheet.need(planned)
            if need is not None:
                level_wh -= robot.standing_w * service_s(need, robot) / 3600.0
                load_kg, load_units = load_kg + need.load_kg, load_units + need.load_units
            elif robot.charging is not None:
                length_s = planned.end_s - planned.begin_s
                level_wh = charged_wh(robot.charging, level_wh, length_s - robot.charging.overhead_s)
            visits.append(Visit(task, need, (planned.place,), 0.0 if need is not None else level_wh))
        return visits

    def _is_worth_it(self, robot: RobotNeed, task: TaskNeed, merge: Merge) -> bool:
        """Whether the robot could do the task for less than leaving it out costs."""
        if robot.robot not in self._alone:
            self._alone[robot.robot] = merge.alone()
        alone = self._alone[robot.robot]
        if alone is None:
            return False
        ceiling = alone.cost + task.drop_penalty - TOLERANCE * max(1.0, task.drop_penalty)
        if task.assigned and task.assigned != robot.robot:
            ceiling -= self._sheet.problem.change_cost
        if self._watches is None:
            return bool(merge.ways(alone, ceiling))
        return any(cost + self._coverage_rise(robot, stops) < ceiling for cost, stops in merge.ways(alone, inf))

    def _coverage_rise(self, robot: RobotNeed, stops: Sequence[PlannedStop]) -> float:
        """Return what the coverage costs more at most if the robot drives this route instead of its own."""
        if self._watches is None:
            return 0.0
        surely, hardly = self._watches
        if robot.robot not in self._gaps:
            route = self._sheet.plan.routes.get(robot.robot, ())
            now = hardly.left_by(robot, route, hardly.gaps(without=robot.robot))
            self._gaps[robot.robot] = surely.gaps(without=robot.robot), hardly.cost(len(now))
        gaps, cost = self._gaps[robot.robot]
        return surely.cost(len(surely.left_by(robot, stops, gaps))) - cost
