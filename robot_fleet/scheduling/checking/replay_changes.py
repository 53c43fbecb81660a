"""Replays what would have a task served that is left out: that each change does, and that no smaller one would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import ceil, inf

from robot_fleet.core.explanation import KINDS, UNIT, Choice, NextTime, Relaxation
from robot_fleet.core.plan import Problem, RobotNeed, TaskNeed
from robot_fleet.scheduling.checking.replay_single import Single
from robot_fleet.scheduling.checking.rules import TOLERANCE

Wrong = Iterator[tuple[str, str]]
"""Robot, and what is wrong."""
AT_MOST = 1 << 22
"""Steps of an amount beyond which nothing is a small change."""
AMOUNTS = tuple(kind for kind in UNIT if kind != "penalty")


def judge_changes(single: Single, robots: Sequence[RobotNeed], told: Sequence[Relaxation]) -> Wrong:
    """Yield what is wrong in the relaxations of a task left out.

    Parameters
    ----------
    robots : those named for the task.
    """
    order = [KINDS.index(each.kind) if each.kind in KINDS else -1 for each in told]
    if order != sorted(set(order)) or -1 in order:
        yield "", f"{[each.kind for each in told]}: each kind once, in the order of {list(KINDS)}."
        return
    by_kind = {each.kind: each for each in told}
    able = [robot for robot in robots if set(single.task.skills) <= set(robot.skills)]
    for kind in KINDS:
        found = by_kind.get(kind)
        if found is not None:
            yield from _judge(single, robots, found)
            size = _size(found)
        else:
            size = (inf, inf, inf, inf)
        smaller = _smaller(single, kind, robots, able, size)
        if smaller is not None:
            yield smaller.choice.robot, f"{kind}: {smaller} would serve it, which is less than {found}."


def _size(change: Relaxation) -> tuple[float, ...]:
    return change.amount, float(len(change.tasks)), float(len(change.skills)), change.choice.cost_s or 0.0


def _judge(single: Single, robots: Sequence[RobotNeed], told: Relaxation) -> Wrong:
    """Yield what is wrong in one relaxation by itself."""
    name = told.choice.robot
    there = {robot.robot for robot in (single.problem.robots if told.kind == "robot" else robots)}
    if name not in there or (told.kind == "robot" and single.task.robots):
        yield name, f"{told.kind}: the task does not name this robot."
        return
    made = relaxed(single, told)
    robot = made.robot(name)
    if not set(made.task.skills) <= set(robot.skills):
        yield name, f"{told.kind}: the robot lacks a skill."
        return
    wrong = made.judge(told.choice, robot)
    if wrong:
        yield name, f"{told.kind}: {wrong}"
    elif not _serves(made, robot, 0.0 if told.kind == "penalty" else TOLERANCE):
        yield name, f"{told.kind}: it would still be left out."
    if told.kind == "contention":
        penalties = {each.task: each.drop_penalty for each in single.problem.tasks}
        if abs(told.amount - sum(penalties[task] for task in told.tasks)) > TOLERANCE:
            yield name, f"contention: {told.amount} is not what {list(told.tasks)} cost."
        for task in told.tasks if len(told.tasks) > 1 else ():
            rest = tuple(each for each in told.tasks if each != task)
            if _serves(relaxed(single, replace(told, tasks=rest)), robot, -TOLERANCE):
                yield name, f"contention: {task} need not give way."


def _smaller(
    single: Single, kind: str, robots: Sequence[RobotNeed], able: Sequence[RobotNeed], size: tuple[float, ...]
) -> Relaxation | None:
    """Return a change of this kind that is clearly smaller and serves the task."""
    for change, robot in _candidates(single, kind, robots, able, size[0]):
        made = relaxed(single, change)
        if not _serves(made, made.robot(robot.robot), -TOLERANCE):
            continue
        cost = made.costs(made.robot(robot.robot))
        clearly = cost + 10.0 * TOLERANCE * max(1.0, cost)
        if (change.amount, float(len(change.tasks)), float(len(change.skills)), clearly) < size:
            return replace(change, choice=replace(change.choice, cost_s=cost))
    return None


def _candidates(
    single: Single, kind: str, robots: Sequence[RobotNeed], able: Sequence[RobotNeed], amount: float
) -> Iterator[tuple[Relaxation, RobotNeed]]:
    """Yield the changes of a kind that could be smaller than, or as small as, one of that amount."""

    def change(robot: RobotNeed, amount: float = 0.0, **more: object) -> tuple[Relaxation, RobotNeed]:
        return Relaxation(kind, Choice(robot.robot, None, None, 0.0, ()), amount, **more), robot  # type: ignore[arg-type]

    task, problem = single.task, single.problem
    if kind in AMOUNTS:
        steps = AT_MOST if amount == inf else round(amount / UNIT[kind])
        for robot in able:
            for name in [each.name for each in problem.resources] if kind == "resource" else [""]:
                for number in {steps, steps - 1} - {0}:
                    yield change(robot, number * UNIT[kind], name=name)
    elif kind == "penalty":
        for robot in () if task.pinned else able:
            cost = single.costs(robot)
            if task.drop_penalty <= cost < inf:
                yield change(robot, max(1.0, float(ceil(cost - task.drop_penalty + TOLERANCE))))
    elif kind == "place":
        held = single.held()
        for stop, free in zip(task.stops, single.choices(), strict=True):
            for place in stop.places:
                if place not in free:
                    holder = () if single.is_taken(stop, place) else (held[place],)
                    yield from (change(robot, tasks=holder, place=place) for robot in able)
    elif kind == "precedence":
        planned = {stop.task for route in single.plan.routes.values() for stop in route}
        awaited = task.after if task.stops[0].stop == 0 else ()
        for names in [single.out] if single.out else [(name,) for name in awaited if name in planned]:
            yield from (change(robot, tasks=names) for robot in able)
    elif kind == "company":
        for robot in able:
            elsewhere = tuple(name for name, at in single.partners_of().items() if at != robot.robot)
            apart = {stop.task for stop in single.plan.routes.get(robot.robot, ())} & _apart(single)
            for names in [elsewhere] if elsewhere else [(name,) for name in sorted(apart)]:
                yield change(robot, tasks=names)
    elif kind == "contention":
        penalties = {each.task: each.drop_penalty for each in problem.tasks}
        for robot in () if task.pinned else able:
            giving = _yielding(single, robot)
            yield from (change(robot, penalties[name], tasks=(name,)) for name in giving)
            if amount == inf and len(giving) > 1:  # none is told, so not even all together may do
                yield change(robot, sum(penalties[name] for name in giving), tasks=tuple(giving))
    elif kind == "skill":
        for robot in robots:
            lacking = tuple(skill for skill in task.skills if skill not in robot.skills)
            if lacking:
                yield change(robot, skills=lacking)
    elif kind == "robot" and not task.robots and not task.pinned:
        for robot in problem.robots:
            if set(task.skills) <= set(robot.skills):
                yield change(robot)


def relaxed(single: Single, told: Relaxation) -> Single:
    """Return the problem and plan with a change made."""
    return single.changed(_CHANGES[told.kind](single, told), told.tasks if told.kind == "contention" else ())


def _apart(single: Single) -> set[str]:
    mine = single.task.task
    return {*single.task.not_with, *(each.task for each in single.problem.tasks if mine in each.not_with)}


def _yielding(single: Single, robot: RobotNeed) -> list[str]:
    """Return the tasks on a robot's route that could be left out in favour of the task."""
    tasks = {each.task: each for each in single.problem.tasks}
    planned = {stop.task for route in single.plan.routes.values() for stop in route}
    fixed = {name for name, _, _ in robot.fixed}
    awaited = {
        name for each in single.problem.tasks if each.task in planned and each.stops[0].stop == 0 for name in each.after
    }
    names = dict.fromkeys(stop.task for stop in single.plan.routes.get(robot.robot, ()) if stop.task)
    bound = {*fixed, *awaited, *single.task.after}
    return [name for name in names if not tasks[name].pinned and name not in bound]


def _with_robot(problem: Problem, name: str, change: Callable[[RobotNeed], RobotNeed]) -> Problem:
    robots = tuple(change(each) if each.robot == name else each for each in problem.robots)
    return replace(problem, robots=robots)


def _with_task(problem: Problem, name: str, change: Callable[[TaskNeed], TaskNeed]) -> Problem:
    return replace(problem, tasks=tuple(change(each) if each.task == name else each for each in problem.tasks))


def _on_robot(change: Callable[[RobotNeed, Relaxation], RobotNeed]) -> Callable[[Single, Relaxation], Problem]:
    return lambda single, told: _with_robot(single.problem, told.choice.robot, lambda each: change(each, told))


def _on_task(change: Callable[[TaskNeed, Relaxation], TaskNeed]) -> Callable[[Single, Relaxation], Problem]:
    return lambda single, told: _with_task(single.problem, single.task.task, lambda each: change(each, told))


def _longer(robot: RobotNeed, more_s: float) -> RobotNeed:
    met: list[list[float]] = []
    for begins_s, ends_s in robot.available:
        if met and begins_s <= met[-1][1]:
            met[-1][1] = ends_s + more_s
        else:
            met.append([begins_s, ends_s + more_s])
    return replace(robot, available=tuple((begins_s, ends_s) for begins_s, ends_s in met))


def _later(task: TaskNeed, more_s: float) -> TaskNeed:
    return replace(task, stops=tuple(replace(stop, latest_s=stop.latest_s + more_s) for stop in task.stops))


def _wider(single: Single, told: Relaxation) -> Problem:
    resources = tuple(
        replace(each, capacity=each.capacity + round(told.amount)) if each.name == told.name else each
        for each in single.problem.resources
    )
    return replace(single.problem, resources=resources)


def _opened(single: Single, told: Relaxation) -> Problem:
    problem = single.problem
    return replace(problem, exclusive=problem.exclusive - {told.place}, taken=problem.taken - {told.place})


def _apart_no_more(single: Single, told: Relaxation) -> Problem:
    mine, tasks = single.task.task, []
    for each in single.problem.tasks:
        gone = set(told.tasks) if each.task == mine else {mine} if each.task in told.tasks else set()
        tasks.append(
            replace(
                each,
                same_robot_as=tuple(name for name in each.same_robot_as if name not in gone),
                not_with=tuple(name for name in each.not_with if name not in gone),
            )
        )
    return replace(single.problem, tasks=tuple(tasks))


_CHANGES: dict[str, Callable[[Single, Relaxation], Problem]] = {
    "window": _on_task(lambda task, told: _later(task, told.amount)),
    "working_time": _on_robot(lambda robot, told: _longer(robot, told.amount)),
    "energy": _on_robot(lambda robot, told: replace(robot, energy_wh=robot.energy_wh + told.amount)),
    "penalty": _on_task(lambda task, told: replace(task, drop_penalty=task.drop_penalty + told.amount)),
    "payload": _on_robot(lambda robot, told: replace(robot, capacity_kg=robot.capacity_kg + told.amount)),
    "units": _on_robot(lambda robot, told: replace(robot, capacity_units=robot.capacity_units + round(told.amount))),
    "place": _opened,
    "resource": _wider,
    "precedence": _on_task(lambda task, told: replace(task, after=tuple(n for n in task.after if n not in told.tasks))),
    "company": _apart_no_more,
    "contention": lambda single, told: single.problem,
    "skill": _on_robot(lambda robot, told: replace(robot, skills=(*robot.skills, *told.skills))),
    "robot": _on_task(lambda task, told: replace(task, robots=(*task.robots, told.choice.robot))),
}


def _serves(single: Single, robot: RobotNeed, slack: float) -> bool:
    """Whether the task would be planned; `slack` says on which side rounding is."""
    cost, penalty = single.costs(robot), single.task.drop_penalty
    return cost < inf and (bool(single.task.pinned) or cost < penalty + slack * max(1.0, penalty))


def judge_next_time(single: Single, robots: Sequence[RobotNeed], told: NextTime | None) -> Wrong:
    """Yield what is wrong in when a task left out could begin."""
    able = [robot for robot in robots if set(single.task.skills) <= set(robot.skills)]
    now_s = ceil(single.problem.now_s)

    def by(at_s: float) -> Single:
        stops = [replace(stop, latest_s=inf) for stop in single.task.stops]
        stops[0] = replace(stops[0], latest_s=at_s)
        return single.changed(
            _with_task(single.problem, single.task.task, lambda task: replace(task, stops=tuple(stops)))
        )

    if told is None:
        ever = by(float(now_s + AT_MOST))
        yield from ((r.robot, "It could begin some time.") for r in able if ever.is_possible(r, charge=True))
        return
    robot = next((each for each in able if each.robot == told.robot), None)
    if robot is None or told.at_s < now_s or told.at_s != int(told.at_s):
        yield told.robot, f"{told.at_s}: no whole second from now on, or none of its robots."
        return
    then = by(told.at_s)
    if not then.is_possible(robot, charge=told.after_charge):
        yield told.robot, f"It could not begin by {told.at_s}."
    elif told.after_charge and then.is_possible(robot):
        yield told.robot, "It needs no charge before."
    earlier = by(told.at_s - 1.0)
    for each in able if told.at_s > now_s else ():
        if earlier.is_possible(each, charge=True):
            yield each.robot, f"It could begin by {told.at_s - 1.0}."
