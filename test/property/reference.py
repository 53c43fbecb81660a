"""What a plan means, written a second time and as plainly as possible: times, cost and reasons by trying everything.

Slow, for small problems only. It reads `core.plan` and the checker's `rules` and uses none of their code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import inf
from typing import NamedTuple

from robot_fleet.core.plan import CHARGE, Charging, PlannedStop, Problem, RobotNeed, StopNeed, TaskNeed

Routes = Mapping[str, Sequence[PlannedStop]]
ALL = frozenset(("energy", "load", "time", "company"))
NEAR = 1e-9


class Item(NamedTuple):
    """A stop to drive to; a charge lasts so many seconds, or as long as it needs to reach a level."""

    task: str
    stop: int
    place: str
    seconds: float = 0.0
    level_wh: float | None = None


@dataclass
class Driven:
    """A route with its times and its cost; `levels` is the energy after each stop."""

    stops: list[PlannedStop]
    cost: float
    levels: list[float]


def task_of(problem: Problem, name: str) -> TaskNeed:
    return next(task for task in problem.tasks if task.task == name)


def robot_of(problem: Problem, name: str) -> RobotNeed:
    return next(robot for robot in problem.robots if robot.robot == name)


def stop_of(problem: Problem, name: str, number: int) -> StopNeed:
    return next(stop for stop in task_of(problem, name).stops if stop.stop == number)


def leg_s(problem: Problem, travel_class: str, here: str, there: str) -> float:
    names = problem.places[travel_class]
    if here not in names or there not in names:
        return inf
    return problem.travel_s[travel_class][names.index(here)][names.index(there)]


def charging(how: Charging, level: float) -> Iterator[tuple[float, float]]:
    """Yield (seconds, watts) until full."""
    while level < how.full_wh - NEAR:
        top, watts = next((top, watts) for top, watts in how.curve if level < top - NEAR)
        top = min(top, how.full_wh)
        yield (top - level) * 3600.0 / watts, watts
        level = top


def charged(how: Charging, level: float, seconds: float) -> float:
    for needed, watts in charging(how, level):
        level += min(needed, max(seconds, 0.0)) * watts / 3600.0
        seconds -= needed
    return level


def seconds_to(how: Charging, level: float, target: float) -> float:
    total = 0.0
    for needed, watts in charging(how, level):
        part = min(needed, max(0.0, target - level) * 3600.0 / watts)
        total, level = total + part, level + part * watts / 3600.0
    return total


def price(problem: Problem, at_s: float) -> float:
    return next((price for from_s, price in reversed(problem.tariff) if from_s <= at_s), 0.0)


def charge_cost(problem: Problem, how: Charging, level: float, begin: float, end: float) -> float:
    cost, now = 0.0, begin
    for needed, watts in charging(how, level):
        until = min(now + needed, end)
        cuts = sorted({now, until, *(t for t, _ in problem.tariff if now < t < until)})
        for left, right in zip(cuts, cuts[1:], strict=False):
            cost += price(problem, (left + right) / 2.0) * (right - left) * watts / 3600.0
        now = max(now, until)
    return cost


def uses(problem: Problem, others: Routes, number: int) -> list[tuple[float, float]]:
    resource = problem.resources[number]
    planned = [stop for route in others.values() for stop in route if stop.place in resource.places]
    return [*resource.busy, *((stop.begin_s, stop.end_s) for stop in planned)]


def is_free(problem: Problem, others: Routes, place: str, begin: float, end: float) -> bool:
    """Whether every resource at the place has room; what has no length is only in the way of what lasts over it."""
    for number, resource in enumerate(problem.resources):
        if place in resource.places:
            spells = uses(problem, others, number)
            for t in (begin, *(left for left, _ in spells if begin < left < end - NEAR)):
                lasting = sum(a <= t + NEAR and t + NEAR < b for a, b in spells)
                if end - begin <= NEAR:
                    lasting = sum(a + NEAR < t and t + NEAR < b for a, b in spells)
                passing = any(a == b == t for a, b in spells) and begin < t
                if lasting + passing >= resource.capacity:
                    return False
    return True


def first_free(problem: Problem, others: Routes, place: str, begin: float, length: float) -> float:
    ends = [b for number in range(len(problem.resources)) for _, b in uses(problem, others, number)]
    return min(
        (t for t in (begin, *ends) if t >= begin and is_free(problem, others, place, t, t + length)), default=inf
    )


def begun(task: TaskNeed) -> bool:
    return task.stops[0].stop > 0


def late_stop(task: TaskNeed) -> StopNeed | None:
    counting = [stop for stop in task.stops if stop.counts]
    return counting[-1] if counting else None


def last_end(others: Routes, task: str) -> float:
    return max((stop.end_s for route in others.values() for stop in route if stop.task == task), default=-inf)


def first_begin(others: Routes, task: str) -> float:
    return min((stop.begin_s for route in others.values() for stop in route if stop.task == task), default=inf)


def drive(
    problem: Problem,
    name: str,
    items: Sequence[Item],
    others: Routes,
    limits: frozenset[str] = ALL,
    bound: Routes | None = None,
) -> Driven | None:
    """Drive a robot through the items as soon as it can, None if that breaks a limit that counts.

    `others` hold the resources and what comes after; `bound` (the same, if not given) is where what comes before is.
    """
    robot = robot_of(problem, name)
    bound = others if bound is None else bound
    here, clock, kg, units = robot.place, max(problem.now_s, robot.free_at_s), robot.load_kg, robot.load_units
    level = robot.energy_wh
    made = Driven([], 0.0, [])
    mine = {item.task for item in items}
    work = robot.available if robot.available and "time" in limits else ((-inf, inf),)

    def travel(there: str) -> float:
        nonlocal level
        loaded = kg > NEAR or units > 0
        seconds = leg_s(problem, (loaded and robot.loaded_class) or robot.travel_class, here, there)
        watts = (loaded and robot.loaded_w) or robot.driving_w
        level -= 0.0 if seconds == inf else seconds * watts / 3600.0
        return seconds

    def is_flat() -> bool:
        return "energy" in limits and level < -NEAR

    for item in items:
        leg = travel(item.place)
        if leg == inf or is_flat():
            return None
        how = robot.charging
        earliest, latest, due_out = -inf, inf, inf
        if item.stop == CHARGE:
            assert how is not None
            length = item.seconds
            if item.level_wh is not None:
                length = how.overhead_s + seconds_to(how, level, item.level_wh)
        else:
            task, need = task_of(problem, item.task), stop_of(problem, item.task, item.stop)
            length = need.service_by.get(robot.travel_class, need.service_s)
            earliest, latest = need.earliest_s, need.latest_s
            if need is task.stops[0] and not begun(task):
                for before in task.after:
                    ended = [done.end_s for done in made.stops if done.task == before]
                    earliest = max([earliest, *ended] if before in mine else [earliest, last_end(bound, before)])
            if need is task.stops[-1]:
                waiting = [
                    t.task for t in problem.tasks if task.task in t.after and not begun(t) and t.task not in mine
                ]
                due_out = min((first_begin(others, each) for each in waiting), default=inf)
        for from_s, to_s in work:
            arrive = max(clock, from_s) + leg
            begin = max(arrive, earliest)
            if "time" in limits:
                begin = first_free(problem, others, item.place, begin, length)
            if begin < inf and begin + length <= to_s + NEAR:
                break
        else:
            return None
        end = begin + length
        if "time" in limits and (begin > latest + NEAR or end > due_out + NEAR):
            return None
        made.cost += (problem.travel_weight + robot.work_price) * leg
        if item.stop == CHARGE:
            assert how is not None
            made.cost += charge_cost(problem, how, level, begin + how.overhead_s, end)
            level = charged(how, level, length - how.overhead_s)
        else:
            made.cost += robot.work_price * length
            level -= robot.standing_w * length / 3600.0
            if is_flat():
                return None
            kg, units = kg + need.load_kg, units + need.load_units
            too_much = (need.load_kg > 0.0 and kg > robot.capacity_kg + NEAR) or (
                need.load_units > 0 and units > robot.capacity_units
            )
            if "load" in limits and too_much:
                return None
            if need is late_stop(task):
                late = max(0.0, begin + need.counts_offset_s - task.due_s)
                made.cost += task.weight * (late + late**2 / (2.0 * problem.ageing_s))
        made.stops.append(PlannedStop(item.task, item.stop, item.place, arrive, begin, end))
        made.levels.append(level)
        here, clock = item.place, end
    if items and robot.home:
        leg = travel(robot.home)
        if leg == inf or is_flat() or not any(max(clock, a) + leg <= b + NEAR for a, b in work):
            return None
        made.cost += (problem.travel_weight + robot.work_price) * leg
    if items:
        made.cost += rest_cost(problem, robot, here) - rest_cost(problem, robot, robot.place)
    return made


def rest_cost(problem: Problem, robot: RobotNeed, place: str) -> float:
    """What the way from a place to the robot's rest costs."""
    ways = [leg_s(problem, robot.travel_class, place, rest) for rest in robot.rests]
    nearest = min(ways, default=inf)
    return 0.0 if robot.home or nearest == inf else (problem.travel_weight + robot.work_price) * nearest


def is_seemly(problem: Problem, name: str, items: Sequence[Item], limits: frozenset[str]) -> bool:
    """Whether the order of the items keeps together, apart and first what must be, and fixed what is."""
    robot = robot_of(problem, name)
    if tuple((item.task, item.stop, item.place) for item in items[: len(robot.fixed)]) != robot.fixed:
        return False
    where: dict[str, list[int]] = {}
    for index, item in enumerate(items):
        where.setdefault(item.task, []).append(index)
    tasks = {task: task_of(problem, task) for task in where if task}
    leads = [
        bool(item.task) and tasks[item.task].together and begun(tasks[item.task]) and bool(tasks[item.task].pinned)
        for item in items
    ]
    if leads != sorted(leads, reverse=True):
        return False
    for task, need in tasks.items():
        spots = where[task]
        if need.together and spots[-1] - spots[0] >= len(spots):
            return False
        if not begun(need) and any(where[each][-1] > spots[0] for each in need.after if each in where):
            return False
        for other in need.not_with if "company" in limits else ():
            if other in tasks and not (begun(need) and begun(tasks[other])):
                for one, two in ((task, other), (other, task)):
                    first = -1 if begun(tasks[one]) else where[one][0]
                    if any(first < spot < where[one][-1] for spot in where[two]):
                        return False
    return True


def merged(route: Sequence[Item], own: Sequence[Sequence[Item]]) -> Iterator[list[Item]]:
    """Yield every merge of the route and the task's stops, each at each of its places."""
    total = len(route) + len(own)
    for chosen in combinations(range(total), len(own)):
        for places in product(*own):
            rest, mine = iter(route), iter(places)
            yield [next(mine) if index in chosen else next(rest) for index in range(total)]


def gaps(problem: Problem, routes: Routes) -> int:
    """Count the places out of reach, instant by instant."""
    cover = problem.coverage
    assert cover is not None
    total, number = 0, 0
    while problem.now_s + number * cover.step_s < cover.until_s:
        at = problem.now_s + number * cover.step_s
        number += 1
        for place in cover.places:
            total += not any(
                reach(problem, robot_of(problem, name), routes.get(name, ()), at, place) <= cover.within_s + 1e-6
                for name in cover.robots
            )
    return total


def reach(problem: Problem, robot: RobotNeed, route: Sequence[PlannedStop], at: float, there: str) -> float:
    """How long the robot needs to a place if it is called at an instant."""
    if robot.available and not any(a <= at < b for a, b in robot.available):
        return inf
    kg, units = robot.load_kg, robot.load_units
    here, ready = robot.place, max(problem.now_s, robot.free_at_s)
    loads = [(kg, units)]
    for stop in route:
        if stop.task:
            need = stop_of(problem, stop.task, stop.stop)
            kg, units = kg + need.load_kg, units + need.load_units
        loads.append((kg, units))

    def empty(index: int) -> bool:
        return loads[index][0] <= NEAR and loads[index][1] == 0

    done = sum(stop.end_s <= at for stop in route)
    if not empty(done):
        freed = [stop for index, stop in enumerate(route) if index >= done and empty(index + 1)]
        if not freed:
            return inf
        return freed[0].end_s - at + leg_s(problem, robot.travel_class, freed[0].place, there)

    def from_there(place: str, wait: float) -> float:
        return wait + leg_s(problem, robot.travel_class, place, there)

    if at < ready:
        return from_there(here, ready - at)
    before = route[done - 1].place if done else here
    if done == len(route):
        if not route or not robot.home:
            return from_there(before, 0.0)
        leg = leg_s(problem, robot.travel_class, before, robot.home)
        ended = route[-1].end_s
        leave = next(max(ended, a) for a, b in robot.available or ((-inf, inf),) if max(ended, a) + leg <= b)
        return from_there(before, 0.0) if at < leave else from_there(robot.home, max(0.0, leave + leg - at))
    stop = route[done]
    if at < stop.arrive_s - leg_s(problem, robot.travel_class, before, stop.place):
        return from_there(before, 0.0)
    if at < stop.arrive_s:
        return from_there(stop.place, stop.arrive_s - at)
    if at < stop.begin_s:
        return from_there(stop.place, 0.0)
    if not stop.task:
        assert robot.charging is not None
        return from_there(stop.place, robot.charging.overhead_s / 2.0)
    interruptible = stop_of(problem, stop.task, stop.stop).interruptible
    return from_there(stop.place, 0.0 if interruptible else stop.end_s - at)


def names_of(items: Iterable[Item | PlannedStop]) -> set[str]:
    return {item.task for item in items if item.task}
