"""The smallest changes that would have a task served that is left out, and when it could begin without any."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import ceil, floor, inf

from robot_fleet.core.explanation import KINDS, UNIT, NextTime, Relaxation
from robot_fleet.core.plan import RobotNeed, TaskNeed
from robot_fleet.scheduling.explaining.asking import Asking
from robot_fleet.scheduling.explaining.question import Question, choice

MOST = 1 << 22
"""Steps of an amount that are tried at most: seven weeks, or four tonnes."""


ROUNDING_S = 1e-6
"""What costs may differ by; a penalty is to be clearly above."""


class Relaxing:
    """Every single change that could have a task served.

    Parameters
    ----------
    robots : those named for the task that are there.
    """

    def __init__(self, asking: Asking, robots: Sequence[RobotNeed]) -> None:
        self._asking = asking
        self._task = asking.task
        self._named = robots
        self._able = [robot for robot in robots if set(asking.task.skills) <= set(robot.skills)]
        self._best: dict[str, tuple[tuple[float, ...], Relaxation]] = {}

    def smallest(self) -> tuple[Relaxation, ...]:
        """Return the smallest change of each kind that serves the task, in the order of `KINDS`."""
        for robot in self._able:
            question = self._asking.question(robot)
            for kind, change, name in _amounts(question):
                self._try_amount(kind, question, change, name)
            self._try_penalty(question)
            self._try_choices(robot)
        for robot in self._named:
            lacking = tuple(skill for skill in self._task.skills if skill not in robot.skills)
            if lacking:
                self._note("skill", self._asking.question(robot), 0.0, skills=lacking)
        if not self._task.robots and not self._task.pinned:
            for robot in self._asking.problem.robots:
                if set(self._task.skills) <= set(robot.skills):
                    self._note("robot", self._asking.question(robot), 0.0)
        return tuple(self._best[kind][1] for kind in KINDS if kind in self._best)

    def next_time(self) -> NextTime | None:
        """Return when the task could begin, None where waiting does not mend it."""
        found: NextTime | None = None
        for robot in self._able:
            question = self._asking.question(robot)
            by = found.at_s - 1.0 if found is not None else inf
            earliest_s = _first_second(question, by)
            if earliest_s is not None:
                at_s, charged = earliest_s
                found = NextTime(at_s, robot.robot, charged)
        return found

    def _serves(self, question: Question, penalty: float | None = None) -> bool:
        cost = question.costs()
        return cost < (self._task.drop_penalty if penalty is None else penalty) or (
            bool(self._task.pinned) and cost < inf
        )

    def _try_amount(self, kind: str, question: Question, change: Callable[[float], Question], name: str) -> None:
        step = UNIT[kind]
        best = self._best.get(kind)
        most = MOST if best is None else round(best[1].amount / step)
        steps = least(lambda n: self._serves(change(n * step)), most)
        if steps is not None:
            self._note(kind, change(steps * step), steps * step, name=name)

    def _try_penalty(self, question: Question) -> None:
        cost = question.costs()
        if not self._task.pinned and self._task.drop_penalty <= cost < inf:
            amount = floor(cost - self._task.drop_penalty + ROUNDING_S) + 1.0
            need = replace(self._task, drop_penalty=self._task.drop_penalty + amount)
            self._note("penalty", question, amount, penalty=need.drop_penalty)

    def _try_choices(self, robot: RobotNeed) -> None:
        asking = self._asking
        blocked = asking.blocked()
        for place in dict.fromkeys(each.place for each in blocked):
            holders = tuple(dict.fromkeys(each.by for each in blocked if each.place == place and each.by))
            self._note("place", asking.question(robot, opened=place), 0.0, tasks=holders, place=place)
        awaited = (asking.out,) if asking.out else tuple((name,) for name in asking.awaited())
        for names in awaited:
            self._note("precedence", asking.question(robot, untied=names), 0.0, tasks=names)
        elsewhere = tuple(name for name, at in asking.partners.items() if at != robot.robot)
        company = (elsewhere,) if elsewhere else tuple((name,) for name in asking.company_on(robot))
        for names in company:
            self._note("company", asking.question(robot, parted=names), 0.0, tasks=names)
        self._try_contention(robot)

    def _try_contention(self, robot: RobotNeed) -> None:
        names = () if self._task.pinned else self._asking.may_give_way(robot)
        penalty = {each.task: each.drop_penalty for each in self._asking.problem.tasks}

        def without(gone: Sequence[str]) -> Question:
            return self._asking.question(robot, gone=gone)

        single = [name for name in names if self._serves(without((name,)))]
        for name in single:
            self._note("contention", without((name,)), penalty[name], tasks=(name,))
        if single or len(names) < 2 or not self._serves(without(names)):
            return
        gone = list(names)
        for name in sorted(names, key=lambda each: -penalty[each]):  # the dearest stay if they can
            rest = [each for each in gone if each != name]
            if self._serves(without(rest)):
                gone = rest
        self._note("contention", without(gone), sum(penalty[name] for name in gone), tasks=tuple(gone))

    def _note(
        self,
        kind: str,
        question: Question,
        amount: float,
        *,
        tasks: tuple[str, ...] = (),
        skills: tuple[str, ...] = (),
        place: str = "",
        name: str = "",
        penalty: float | None = None,
    ) -> None:
        """Keep a change if it serves the task and is smaller than what is known of its kind."""
        if not self._serves(question, penalty):
            return
        answer = question.answer()
        if answer is None:
            return
        size = (amount, float(len(tasks)), float(len(skills)), answer.cost_s)
        if kind in self._best and self._best[kind][0] <= size:
            return
        chosen = choice(self._task, question.robot.robot, answer.cost_s, answer.route)
        self._best[kind] = (size, Relaxation(kind, chosen, amount, tasks, skills, place, name))


def least(serves: Callable[[int], bool], most: int) -> int | None:
    """Return the least number from 1 up to `most` that serves, where all above one that does serve as well."""
    if most < 1 or not serves(most):
        return None
    high = 1
    while high < most and not serves(high):
        high *= 2
    low, high = high // 2, min(high, most)  # `low` does not serve
    while high - low > 1:
        middle = (low + high) // 2
        if serves(middle):
            high = middle
        else:
            low = middle
    return high


def _amounts(question: Question) -> Iterator[tuple[str, Callable[[float], Question], str]]:
    """Yield the limits that are a matter of how much: kind, the question with so much more, and a name."""
    robot, need, problem = question.robot, question.need, question.problem
    if any(stop.latest_s < inf for stop in need.stops):
        yield "window", lambda more_s: question.with_need(later(need, more_s)), ""
    if robot.available:
        yield "working_time", lambda more_s: question.with_robot(longer(robot, more_s)), ""
    if robot.energy_wh < inf:
        yield "energy", lambda wh: question.with_robot(replace(robot, energy_wh=robot.energy_wh + wh)), ""
    if any(stop.load_kg > 0.0 for stop in need.stops):
        yield "payload", lambda kg: question.with_robot(replace(robot, capacity_kg=robot.capacity_kg + kg)), ""
    if any(stop.load_units > 0 for stop in need.stops):
        yield "units", lambda n: question.with_robot(replace(robot, capacity_units=robot.capacity_units + round(n))), ""
    used = {place for stop in need.stops for place in stop.places} | {place for _, _, place in question.route}
    for resource in problem.resources:
        if used.intersection(resource.places):
            yield "resource", _wider(question, resource.name), resource.name


def _wider(question: Question, name: str) -> Callable[[float], Question]:
    def wider(more: float) -> Question:
        resources = tuple(
            replace(each, capacity=each.capacity + round(more)) if each.name == name else each
            for each in question.problem.resources
        )
        return replace(question, problem=replace(question.problem, resources=resources))

    return wider


def later(task: TaskNeed, more_s: float) -> TaskNeed:
    """Return a task whose stops may begin so much later."""
    return replace(task, stops=tuple(replace(stop, latest_s=stop.latest_s + more_s) for stop in task.stops))


def longer(robot: RobotNeed, more_s: float) -> RobotNeed:
    """Return a robot whose working times all end so much later; those that then meet become one."""
    spells: list[tuple[float, float]] = []
    for from_s, to_s in robot.available:
        if spells and from_s <= spells[-1][1]:
            spells[-1] = (spells[-1][0], max(spells[-1][1], to_s + more_s))
        else:
            spells.append((from_s, to_s + more_s))
    return replace(robot, available=tuple(spells))


def _first_second(question: Question, by: float) -> tuple[float, bool] | None:
    """Return the first whole second by which the first stop can begin, and whether a charge has to come before.

    None if that is later than `by`.
    """
    need = later(question.need, inf)

    def by_then(at_s: float) -> Question:
        return question.with_need(replace(need, stops=(replace(need.stops[0], latest_s=at_s), *need.stops[1:])))

    def possible(at_s: float) -> bool:
        asked = by_then(at_s)
        return asked.costs() < inf or asked.after_charge() < inf

    now_s = ceil(question.problem.now_s)
    if by < now_s:
        return None
    if possible(now_s):
        return float(now_s), not by_then(now_s).costs() < inf
    steps = least(lambda n: possible(now_s + n), int(min(by - now_s, MOST)))
    if steps is None:
        return None
    return float(now_s + steps), not by_then(now_s + steps).costs() < inf


__all__ = ["Relaxing", "least"]
