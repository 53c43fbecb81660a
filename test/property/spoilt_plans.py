"""Ways to spoil a valid plan, or to change its problem under it: each function is named after the code it must bring.

Each yields a problem and a plan for every place where it can be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf, nan
from random import Random
from typing import Any

from robot_fleet.core.plan import CHARGE, LeftOut, Plan, PlannedStop, Problem, Resource, StopNeed, TaskNeed
from robot_fleet.scheduling.checking.replay import REASONS
from test.property.planned_days import picks_up
from test.property.plans_and_law import shut_at
from test.property.reference import begun, robot_of, stop_of, task_of

Case = tuple[Problem, Plan]
Spoilt = Iterator[Case]
At = tuple[str, int, PlannedStop]
"""Robot, index in its route, and the stop."""


def stops(plan: Plan) -> list[At]:
    return [(name, index, stop) for name, route in plan.routes.items() for index, stop in enumerate(route)]


def of_tasks(plan: Plan) -> list[At]:
    return [at for at in stops(plan) if at[2].task]


def charges(plan: Plan) -> list[At]:
    return [at for at in stops(plan) if at[2].stop == CHARGE]


def put(plan: Plan, at: At, *instead: PlannedStop) -> Plan:
    """The plan with something else at a stop."""
    route = list(plan.routes[at[0]])
    route[at[1] : at[1] + 1] = instead
    return replace(plan, routes={**plan.routes, at[0]: tuple(route)})


def change(plan: Plan, at: At, **values: Any) -> Plan:
    return put(plan, at, replace(at[2], **values))


def with_task(asked: Problem, name: str, **values: Any) -> Problem:
    return replace(asked, tasks=tuple(replace(t, **values) if t.task == name else t for t in asked.tasks))


def with_stop(asked: Problem, stop: PlannedStop, **values: Any) -> Problem:
    needs = [replace(n, **values) if n.stop == stop.stop else n for n in task_of(asked, stop.task).stops]
    return with_task(asked, stop.task, stops=tuple(needs))


def with_robot(asked: Problem, name: str, **values: Any) -> Problem:
    return replace(asked, robots=tuple(replace(r, **values) if r.robot == name else r for r in asked.robots))


def need(asked: Problem, stop: PlannedStop) -> StopNeed:
    return stop_of(asked, stop.task, stop.stop)


def leads(task: TaskNeed) -> bool:
    return bool(task.pinned) and task.together and begun(task)


def pairs(plan: Plan) -> Iterator[tuple[At, At]]:
    """Stops of two tasks."""
    made = of_tasks(plan)
    yield from ((one, two) for one in made for two in made if one[2].task != two[2].task)


def between(plan: Plan) -> Iterator[tuple[At, At]]:
    """The last stop of a task, and a stop that comes between it and the one before."""
    for first in of_tasks(plan):
        for last in of_tasks(plan):
            if first[0] == last[0] and first[2].task == last[2].task and first[1] + 1 < last[1]:
                yield last, (first[0], first[1] + 1, plan.routes[first[0]][first[1] + 1])


def unknown_robot(asked: Problem, plan: Plan) -> Spoilt:
    for name in plan.routes:
        yield asked, replace(plan, routes={each if each != name else "z": r for each, r in plan.routes.items()})


def unknown_task(asked: Problem, plan: Plan) -> Spoilt:
    yield asked, replace(plan, left_out=(*plan.left_out, LeftOut("z", "unreachable")))
    for at in of_tasks(plan):
        yield asked, change(plan, at, task="z")
        yield asked, change(plan, at, task="")
    for at in charges(plan):
        yield asked, change(plan, at, stop=0)


def unknown_stop(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        yield asked, change(plan, at, stop=7)
        yield asked, change(plan, at, stop=CHARGE)


def task_missing(asked: Problem, plan: Plan) -> Spoilt:
    for left in plan.left_out:
        yield asked, replace(plan, left_out=tuple(each for each in plan.left_out if each != left))
    for name in sorted({at[2].task for at in of_tasks(plan)}):
        routes = {each: tuple(stop for stop in route if stop.task != name) for each, route in plan.routes.items()}
        yield asked, replace(plan, routes=routes)


def task_twice(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        yield asked, replace(plan, left_out=(*plan.left_out, LeftOut(at[2].task, "unreachable")))
        others = [robot.robot for robot in asked.robots if robot.robot != at[0]]
        for name in others[:1]:
            route = (*plan.routes.get(name, ()), at[2])
            yield asked, replace(plan, routes={**plan.routes, name: route})
    for left in plan.left_out:
        yield asked, replace(plan, left_out=(*plan.left_out, left))


def stop_missing(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        if len(task_of(asked, at[2].task).stops) > 1:
            yield asked, put(plan, at)


def stop_twice(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        yield asked, put(plan, at, at[2], at[2])


def stop_order(asked: Problem, plan: Plan) -> Spoilt:
    for one in of_tasks(plan):
        for two in of_tasks(plan):
            if one[2].task == two[2].task and one[2].stop < two[2].stop:
                yield asked, change(change(plan, one, stop=two[2].stop), two, stop=one[2].stop)


def fixed_changed(asked: Problem, plan: Plan) -> Spoilt:
    for robot in asked.robots:
        route = plan.routes.get(robot.robot, ())
        if robot.fixed:
            yield asked, replace(plan, routes={**plan.routes, robot.robot: ()})
            yield asked, put(plan, (robot.robot, 0, route[0]), replace(route[0], place="z"), route[0])
        else:
            yield with_robot(asked, robot.robot, fixed=(("z", 0, "a"),)), plan


def robot_not_allowed(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        if not task_of(asked, at[2].task).pinned:
            yield with_task(asked, at[2].task, robots=("gone",)), plan


def skill_missing(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        yield with_task(asked, at[2].task, skills=("flying",)), plan


def pinned_elsewhere(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        yield with_task(asked, at[2].task, pinned="gone"), plan


def pinned_not_first(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        if leads(task_of(asked, at[2].task)):
            for later in stops(plan):
                if later[0] == at[0] and not (later[2].task and leads(task_of(asked, later[2].task))):
                    yield asked, put(put(plan, later), at, later[2], at[2])


def together_split(asked: Problem, plan: Plan) -> Spoilt:
    for last, _ in between(plan):
        if not begun(task_of(asked, last[2].task)):
            yield with_task(asked, last[2].task, together=True), plan


def not_with_split(asked: Problem, plan: Plan) -> Spoilt:
    for last, other in between(plan):
        both = begun(task_of(asked, last[2].task)) and other[2].task and begun(task_of(asked, other[2].task))
        if other[2].task and not both:
            yield with_task(asked, last[2].task, not_with=(other[2].task,)), plan
            yield with_task(asked, other[2].task, not_with=(last[2].task,)), plan


def predecessor_left_out(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        for left in plan.left_out if not begun(task_of(asked, at[2].task)) else ():
            yield with_task(asked, at[2].task, after=(left.task,)), plan


def before_predecessor(asked: Problem, plan: Plan) -> Spoilt:
    for one, two in pairs(plan):
        task = task_of(asked, one[2].task)
        if not begun(task) and one[2].stop == 0 and one[2].begin_s < two[2].end_s - 0.1:
            yield with_task(asked, one[2].task, after=(two[2].task,)), plan


def not_same_robot(asked: Problem, plan: Plan) -> Spoilt:
    for one, two in pairs(plan):
        if one[0] != two[0]:
            yield with_task(asked, one[2].task, same_robot_as=(two[2].task,)), plan


def place_not_allowed(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        yield asked, change(plan, at, place=next(each for each in "abc" if each not in need(asked, at[2]).places))


def place_taken(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        if not picks_up(need(asked, at[2])) and not task_of(asked, at[2].task).pinned:
            yield replace(asked, taken=asked.taken | {at[2].place}), plan


def place_claimed_twice(asked: Problem, plan: Plan) -> Spoilt:
    for one, two in pairs(plan):
        if one[2].place == two[2].place and not any(picks_up(need(asked, at[2])) for at in (one, two)):
            yield replace(asked, exclusive=asked.exclusive | {one[2].place}), plan


def resource_overused(asked: Problem, plan: Plan) -> Spoilt:
    for one in stops(plan):
        begin, end = one[2].begin_s, one[2].end_s
        if end - begin > 1.0:
            busy = ((begin + 0.5, inf),)
            yield replace(asked, resources=(*asked.resources, Resource("z", (one[2].place,), 1, busy))), plan
        for two in stops(plan):
            if one[0] != two[0] and min(end, two[2].end_s) - max(begin, two[2].begin_s) > 0.1:
                shared = Resource("z", (one[2].place, two[2].place), 1)
                yield replace(asked, resources=(*asked.resources, shared)), plan


def unreachable_leg(asked: Problem, plan: Plan) -> Spoilt:
    for robot in asked.robots:
        if any(stop.place != robot.place for stop in plan.routes.get(robot.robot, ())):
            apart = tuple(tuple(0.0 if a == b else inf for b in range(8)) for a in range(8))
            yield replace(asked, travel_s=dict.fromkeys(asked.travel_s, apart)), plan


def home_unreachable(asked: Problem, plan: Plan) -> Spoilt:
    for at in stops(plan):
        yield with_robot(asked, at[0], home="nowhere", rests=()), plan


def outside_working_time(asked: Problem, plan: Plan) -> Spoilt:
    for at in stops(plan):
        if at[2].end_s > at[2].begin_s + 1.0 and not robot_of(asked, at[0]).available:
            yield with_robot(asked, at[0], available=((0.0, at[2].end_s - 0.5),)), plan


def time_not_finite(asked: Problem, plan: Plan) -> Spoilt:
    yield asked, replace(plan, cost=nan)
    for at in stops(plan):
        for key in ("arrive_s", "begin_s", "end_s"):
            for value in (nan, inf, -inf):
                yield asked, change(plan, at, **{key: value})


def time_arrive(asked: Problem, plan: Plan) -> Spoilt:
    for at in stops(plan):
        for by in (-1.0, -1e-5, 1e-5, 1.0):
            yield asked, change(plan, at, arrive_s=at[2].arrive_s + by)


def time_begin(asked: Problem, plan: Plan) -> Spoilt:
    shared = {place for resource in asked.resources for place in resource.places}
    for at in stops(plan):
        length = at[2].end_s - at[2].begin_s
        early = at[2].arrive_s - 1e-5
        yield asked, change(plan, at, begin_s=early, end_s=early + length)
        if at[2].task and at[2].place not in shared and not task_of(asked, at[2].task).after:
            for by in (-1.0, -1e-5, 1e-5, 1.0):
                yield asked, change(plan, at, begin_s=at[2].begin_s + by)


def time_end(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        for by in (-1.0, -1e-5, 1e-5, 1.0):
            yield asked, change(plan, at, end_s=at[2].end_s + by)


def begins_too_late(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        yield with_stop(asked, at[2], latest_s=at[2].begin_s - 1e-5), plan


def overloaded(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        if need(asked, at[2]).load_kg > 0.0:
            yield with_robot(asked, at[0], capacity_kg=need(asked, at[2]).load_kg - 1e-5), plan


def too_many_units(asked: Problem, plan: Plan) -> Spoilt:
    for at in of_tasks(plan):
        if need(asked, at[2]).load_units > 0:
            yield with_robot(asked, at[0], capacity_units=0), plan


def law_broken(asked: Problem, plan: Plan) -> Spoilt:
    """Put a zone over a place of a route, where the robot's kind may not be."""
    for name, route in plan.routes.items():
        for before, stop in zip((robot_of(asked, name).place, *(each.place for each in route)), route, strict=False):
            if stop.place != before:
                law = Random(stop.begin_s).choice(list(shut_at(stop.place, name)))
                yield replace(asked, law=law), plan


def charge_not_allowed(asked: Problem, plan: Plan) -> Spoilt:
    for at in charges(plan):
        yield with_robot(asked, at[0], charging=None), plan
        yield asked, change(plan, at, place="a")


def charge_too_short(asked: Problem, plan: Plan) -> Spoilt:
    for at in charges(plan):
        how = robot_of(asked, at[0]).charging
        assert how is not None
        if how.overhead_s > 0.0:
            yield asked, change(plan, at, end_s=at[2].begin_s + how.overhead_s - 1e-5)
        yield asked, change(plan, at, end_s=at[2].begin_s - 1.0)


def energy_exceeded(asked: Problem, plan: Plan) -> Spoilt:
    for name, route in plan.routes.items():
        if route and route[0].place != robot_of(asked, name).place:
            yield with_robot(asked, name, energy_wh=0.1), plan


def cost_wrong(asked: Problem, plan: Plan) -> Spoilt:
    for by in (-1.0, -0.01, 0.01, 1.0):
        yield asked, replace(plan, cost=plan.cost + by)


def reason_unknown(asked: Problem, plan: Plan) -> Spoilt:
    for left in plan.left_out:
        yield asked, replace(plan, left_out=tuple(replace(e, reason="z") if e == left else e for e in plan.left_out))


def reason_wrong(asked: Problem, plan: Plan) -> Spoilt:
    for left in plan.left_out:
        wrong = Random(len(plan.left_out)).choice([reason for reason in REASONS if reason != left.reason])
        yield asked, replace(plan, left_out=tuple(replace(e, reason=wrong) if e == left else e for e in plan.left_out))


def insertable(asked: Problem, plan: Plan) -> Spoilt:
    """The generator makes the penalty of what is too dear just what it would cost."""
    for left in plan.left_out:
        if left.reason == "dearer_than_penalty" and asked.coverage is None:
            penalty = task_of(asked, left.task).drop_penalty
            yield with_task(asked, left.task, drop_penalty=penalty + 0.01), replace(plan, cost=plan.cost + 0.01)


SPOIL: dict[str, Callable[[Problem, Plan], Spoilt]] = {
    each.__name__: each
    for each in (
        *(unknown_robot, unknown_task, unknown_stop, task_missing, task_twice, stop_missing, stop_twice, stop_order),
        *(fixed_changed, robot_not_allowed, skill_missing, pinned_elsewhere, pinned_not_first, together_split),
        *(predecessor_left_out, before_predecessor, not_same_robot, not_with_split, place_not_allowed, place_taken),
        *(place_claimed_twice, resource_overused, unreachable_leg, home_unreachable, outside_working_time),
        *(time_not_finite, time_arrive, time_begin, time_end, begins_too_late, overloaded, too_many_units),
        *(
            law_broken,
            charge_not_allowed,
            charge_too_short,
            energy_exceeded,
            cost_wrong,
            reason_unknown,
            reason_wrong,
            insertable,
        ),
    )
}
