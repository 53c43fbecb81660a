"""A plan from the view of one task that might join it: a `Question` for each robot, the other routes as they are.

A pinned task that is left out has no excuse in tasks that are not pinned: these are not there for it, neither on its
robot's route (if the rest can be driven alone) nor elsewhere. What comes after the task keeps its times, so the task
has to end before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from math import inf

from robot_fleet.core.explanation import BlockedPlace
from robot_fleet.core.plan import Plan, PlannedStop, Problem, Resource, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.explaining.question import Question


class Asking:
    """A problem, a valid plan of it in which a task is not, and that task.

    Parameters
    ----------
    keeps_s : task -> planned begin, of those that come after the task.
    pinned_only : whether only pinned tasks count.

    Attributes
    ----------
    out : tasks that it has to come after and that are left out.
    partners : robot of each task that the same robot would have to do.
    """

    def __init__(
        self,
        problem: Problem,
        routes: Mapping[str, Sequence[PlannedStop]],
        task: TaskNeed,
        keeps_s: Mapping[str, float],
        pinned_only: bool,
    ) -> None:
        self.problem = problem
        self.task = task
        self.routes = routes
        self._keeps_s = keeps_s
        self._tasks = {each.task: each for each in problem.tasks}
        self._pinned_only = pinned_only
        self._planned: dict[str, list[PlannedStop]] = {}
        self.robot_of: dict[str, str] = {}
        for robot, route in routes.items():
            for stop in route:
                if stop.task:
                    self._planned.setdefault(stop.task, []).append(stop)
                    self.robot_of[stop.task] = robot
        self._followers: dict[str, list[str]] = {}
        for each in problem.tasks:
            if self._counts(each.task) and each.task in self._planned and not _begun(each):
                for name in each.after:
                    self._followers.setdefault(name, []).append(each.task)
        self.out = () if _begun(task) else tuple(n for n in task.after if n in self._tasks and n not in self._planned)
        both_ways = dict.fromkeys(
            [*task.same_robot_as, *(t.task for t in problem.tasks if task.task in t.same_robot_as)]
        )
        self.partners = {n: self.robot_of[n] for n in both_ways if n in self.robot_of and self._counts(n)}

    def blocked(self, gone: Collection[str] = ()) -> tuple[BlockedPlace, ...]:
        """Return the alternatives of the task's stops that are not free."""
        held = self._held(gone)
        found = []
        for stop in self.task.stops:
            for place in dict.fromkeys(stop.places):
                if _picks_up(stop):
                    continue
                keeps = bool(self.task.pinned) and len(stop.places) == 1
                if place in self.problem.taken and not keeps:
                    found.append(BlockedPlace(stop.stop, place))
                elif place in held:
                    found.append(BlockedPlace(stop.stop, place, held[place]))
        return tuple(found)

    def may_give_way(self, robot: RobotNeed) -> tuple[str, ...]:
        """Return the tasks that could be taken off a robot's route in favour of the task."""
        fixed = {name for name, _, _ in robot.fixed}
        names = dict.fromkeys(stop.task for stop in self.routes.get(robot.robot, ()) if stop.task)
        return tuple(
            name
            for name in names
            if not self._tasks[name].pinned
            and name not in fixed
            and name not in self.task.after
            and not self._followers.get(name)
        )

    def question(
        self,
        robot: RobotNeed,
        *,
        gone: Collection[str] = (),
        opened: str = "",
        untied: Collection[str] = (),
        parted: Collection[str] = (),
        with_task: Sequence[PlannedStop] = (),
    ) -> Question:
        """Return whether the task may join a robot's route.

        Parameters
        ----------
        gone : tasks that give way. opened : a place that may be chosen though it is not free.
        untied : tasks that it need not come after. parted : those that it need not be with, or apart from.
        with_task : a route of the robot to ask about instead of its own.
        """
        route = with_task or tuple(stop for stop in self.routes.get(robot.robot, ()) if stop.task not in gone)
        if self._pinned_only:
            kept = [stop for k, stop in enumerate(route) if k < len(robot.fixed) or self._counts(stop.task)]
            asked = self._asked(robot, kept, gone, opened, untied, parted)
            if asked.alone() is not None:
                return asked
        return self._asked(robot, route, gone, opened, untied, parted)

    def _asked(
        self,
        robot: RobotNeed,
        route: Sequence[PlannedStop],
        gone: Collection[str],
        opened: str,
        untied: Collection[str],
        parted: Collection[str],
    ) -> Question:
        blocked = {(b.stop, b.place) for b in self.blocked(gone) if b.place != opened}
        names = list(dict.fromkeys(stop.task for stop in route if stop.task and stop.task != self.task.task))
        on_route = {*names, self.task.task}
        at = {(stop.task, stop.stop): stop.place for stop in route}
        tasks = []
        for name in names:
            need = self._tasks[name]
            stops = tuple(replace(stop, places=(at[name, stop.stop],)) for stop in need.stops)
            tasks.append(self._bounded(replace(need, stops=stops), robot, on_route, gone, untied, parted))
        stops = tuple(
            replace(stop, places=tuple(p for p in stop.places if (stop.stop, p) not in blocked))
            for stop in self.task.stops
        )
        tasks.append(self._bounded(replace(self.task, stops=stops), robot, on_route, gone, untied, parted))
        small = replace(
            self.problem,
            robots=(robot,),
            tasks=tuple(tasks),
            exclusive=frozenset(),
            taken=frozenset(),
            resources=tuple(self._seen_from(robot.robot, resource, gone) for resource in self.problem.resources),
            coverage=None,
            starts={at: ways for at, ways in self.problem.starts.items() if at == robot.place},
        )
        elsewhere = any(at != robot.robot for name, at in self.partners.items() if name not in parted)
        waits = any(name not in untied for name in self.out)
        drives = tuple((stop.task, stop.stop, stop.place) for stop in route)
        return Question(small, drives, self.task.task, not elsewhere and not waits)

    def _bounded(
        self,
        need: TaskNeed,
        robot: RobotNeed,
        on_route: Collection[str],
        gone: Collection[str],
        untied: Collection[str],
        parted: Collection[str],
    ) -> TaskNeed:
        """Return a task bound to the robot, and by those on other routes that it comes after or before."""
        mine = need.task == self.task.task
        free = untied if mine else (self.task.task,)
        ties = tuple(name for name in need.after if name not in free)
        earliest_s = self._keeps_s.get(need.task, -inf)
        if not _begun(need):
            earliest_s = max(
                [earliest_s, *(self._planned[n][-1].end_s for n in ties if n in self._planned and n not in on_route)]
            )
        followers = [n for n in self._followers.get(need.task, ()) if n not in on_route and n not in gone]
        begins_s = self._keeps_s.values() if mine else [self._planned[name][0].begin_s for name in followers]
        ends_by_s = min(begins_s, default=inf)
        first, *others = need.stops
        stops = [replace(first, earliest_s=max(first.earliest_s, earliest_s)), *others]
        last = stops[-1]
        service_s = last.service_by.get(robot.travel_class, last.service_s)
        stops[-1] = replace(last, latest_s=min(last.latest_s, ends_by_s - service_s))
        return replace(
            need,
            stops=tuple(stops),
            robots=(robot.robot,),
            pinned=robot.robot if need.pinned else "",
            skills=(),
            after=tuple(name for name in ties if name in on_route),
            same_robot_as=(),
            not_with=tuple(n for n in self._apart_from(need) if n in on_route and not (mine and n in parted)),
        )

    def _apart_from(self, need: TaskNeed) -> tuple[str, ...]:
        """Return the tasks to keep apart from; what is said of the task itself is said once, with it."""
        if need.task != self.task.task:
            return tuple(name for name in need.not_with if name != self.task.task)
        return tuple(dict.fromkeys([*need.not_with, *(t.task for t in self.problem.tasks if need.task in t.not_with)]))

    def awaited(self) -> tuple[str, ...]:
        """Return the planned tasks that it has to come after."""
        return () if _begun(self.task) else tuple(name for name in self.task.after if name in self._planned)

    def company_on(self, robot: RobotNeed) -> tuple[str, ...]:
        """Return the tasks on a robot's route that it may not be under way with."""
        return tuple(name for name in self._apart_from(self.task) if self.robot_of.get(name) == robot.robot)

    def _seen_from(self, robot: str, resource: Resource, gone: Collection[str]) -> Resource:
        places = frozenset(resource.places)
        used = [
            (stop.begin_s, stop.end_s)
            for other, route in self.routes.items()
            if other != robot
            for stop in route
            if stop.place in places and stop.task not in gone and self._counts(stop.task)
        ]
        return replace(resource, busy=(*resource.busy, *used))

    def _held(self, gone: Collection[str]) -> dict[str, str]:
        """Return the exclusive places that other tasks keep, and which."""
        if not self.problem.exclusive:
            return {}
        return {
            planned.place: name
            for name, stops in self._planned.items()
            if name not in gone and self._counts(name)
            for planned in stops
            if planned.place in self.problem.exclusive and not _picks_up(_stop_of(self._tasks[name], planned.stop))
        }

    def _counts(self, task: str) -> bool:
        return not self._pinned_only or not task or bool(self._tasks[task].pinned)


def released(problem: Problem, plan: Plan, task: TaskNeed) -> tuple[Asking, float | None]:
    """Return a plan's view without a planned task, and what the task costs where it is.

    The cost is None where the rest of the route cannot be driven without it; the other stops then keep their times.
    """
    home = next(name for name, route in plan.routes.items() if any(stop.task == task.task for stop in route))
    robot = next(each for each in problem.robots if each.robot == home)
    planned = {stop.task: stop.begin_s for route in plan.routes.values() for stop in reversed(route)}
    keeps_s = {
        t.task: planned[t.task] for t in problem.tasks if task.task in t.after and t.task in planned and not _begun(t)
    }
    rest = {name: tuple(stop for stop in route if stop.task != task.task) for name, route in plan.routes.items()}
    asking = Asking(problem, rest, task, keeps_s, pinned_only=False)
    whole = asking.question(robot, with_task=plan.routes[home]).alone()
    alone = asking.question(robot).alone()
    if whole is None or alone is None:
        return asking, None
    return Asking(problem, {**rest, home: alone[1]}, task, keeps_s, pinned_only=False), whole[0] - alone[0]


def _begun(task: TaskNeed) -> bool:
    return task.stops[0].stop > 0


def _picks_up(stop: StopNeed) -> bool:
    return stop.load_kg > 0.0 or stop.load_units > 0


def _stop_of(task: TaskNeed, number: int) -> StopNeed:
    return next(stop for stop in task.stops if stop.stop == number)


__all__ = ["Asking", "released"]
