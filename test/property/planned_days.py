"""Random small problems over the whole vocabulary, each with a valid plan made by trying everything (`reference`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from random import Random

from robot_fleet.core.plan import (
    CHARGE,
    Charging,
    Coverage,
    LeftOut,
    Plan,
    PlannedStop,
    Problem,
    Resource,
    RobotNeed,
    StopNeed,
    TaskNeed,
)
from test.property.reference import ALL, Item, Routes, drive, gaps, is_seemly, merged, stop_of, task_of

PLACES = tuple("abcdefgh")
ROBOTS = ("r1", "r2", "r3")
RELAXED = {
    "no_energy": ALL - {"energy"},
    "too_heavy": ALL - {"energy", "load"},
    "window_closed": frozenset({"company"}),
    "partner_elsewhere": frozenset(),
}


def travel(rng: Random) -> tuple[tuple[float, ...], ...]:
    """Legs that need be no shortest paths, some of them missing."""
    legs = (5.0, 10.0, 15.0, 20.0, 30.0, inf) if rng.random() < 0.3 else (5.0, 10.0, 15.0, 20.0, 30.0)
    return tuple(tuple(0.0 if a == b else rng.choice(legs) for b in PLACES) for a in PLACES)


def robot(rng: Random, name: str) -> RobotNeed:
    hours = ((), (), ((0.0, 400.0),), ((0.0, 90.0), (120.0, 260.0), (300.0, 700.0)))
    how = Charging(("g", "h"), 30.0, ((20.0, 3600.0), (35.0, 1200.0)), rng.choice((0.0, 10.0)))
    home = rng.choice(("", "", "a"))
    return RobotNeed(
        robot=name,
        place=rng.choice(PLACES),
        free_at_s=float(rng.choice((0, 0, 30, 60))),
        travel_class=rng.choice(("x", "x", "y")),
        capacity_kg=rng.choice((5.0, 10.0)),
        energy_wh=rng.choice((inf, 12.0, 20.0, 25.0)),
        driving_w=360.0,
        standing_w=rng.choice((0.0, 36.0)),
        loaded_class=rng.choice(("", "", "slow")),
        loaded_w=rng.choice((0.0, 720.0)),
        capacity_units=rng.choice((0, 1, 2)),
        skills=rng.choice(((), ("cold",), ("cold", "door"))),
        available=rng.choice(hours),
        home=home,
        rests=() if home else rng.choice(((), ("g", "h"), ("b",))),
        work_price=rng.choice((0.0, 0.0, 0.1)),
        charging=how if rng.random() < 0.6 else None,
    )


def stops(rng: Random, begun: bool) -> tuple[StopNeed, ...]:
    count = rng.choice((1, 1, 2))
    kg, units = rng.choice((0.0, 2.0, 6.0)), rng.choice((0, 0, 1))
    made = []
    for number in range(count):
        sign = -1 if number == count - 1 and (count > 1 or begun) else 1 if count > 1 and not begun else 0
        earliest = float(rng.choice((0, 0, 50, 100)))
        made.append(
            StopNeed(
                stop=number + int(begun),
                places=tuple(rng.sample(PLACES, rng.choice((1, 2)))),
                service_s=float(rng.choice((5, 10, 20))),
                load_kg=sign * kg,
                earliest_s=earliest,
                counts=rng.random() < 0.7,
                counts_offset_s=float(rng.choice((0, 5))),
                latest_s=earliest + rng.choice((inf, inf, 100.0, 200.0)),
                load_units=sign * units,
                service_by=rng.choice(({}, {}, {"y": 15.0})),
                interruptible=rng.random() < 0.3,
            )
        )
    return tuple(made)


def task(rng: Random, name: str, earlier: Sequence[str], robots: Sequence[str]) -> TaskNeed:
    pinned = rng.choice(robots) if rng.random() < 0.2 else ""
    some = [each for each in earlier if rng.random() < 0.15]
    return TaskNeed(
        task=name,
        stops=stops(rng, bool(pinned)),
        due_s=float(rng.choice((20, 60, 100, 200))),
        weight=float(rng.choice((0, 1, 2))),
        drop_penalty=float(rng.choice((200, 1000))),
        robots=rng.choice((*(ROBOTS,) * 12, ("r1", "gone"), ("gone",), ())),
        pinned=pinned,
        together=rng.random() < 0.3,
        skills=rng.choice((*((),) * 10, ("cold",), ("door",))),
        after=tuple(some) if rng.random() < 0.7 else (),
        same_robot_as=tuple(each for each in earlier if rng.random() < 0.1),
        not_with=tuple(each for each in earlier if rng.random() < 0.2),
        assigned=rng.choice(("", "", "r1", "r2")),
    )


def with_on_board(one: RobotNeed, tasks: Sequence[TaskNeed]) -> RobotNeed:
    """The robot with what its begun tasks have on board."""
    put_down = [stop for each in tasks if each.pinned == one.robot for stop in each.stops if each.stops[0].stop > 0]
    kg, units = -sum(stop.load_kg for stop in put_down), -sum(stop.load_units for stop in put_down)
    return replace(one, load_kg=max(kg, 0.0), load_units=max(units, 0))


def problem(rng: Random) -> Problem:
    robots = tuple(robot(rng, name) for name in ROBOTS[: rng.choice((1, 2, 2, 3))])
    names = [each.robot for each in robots]
    tasks: list[TaskNeed] = []
    for number in range(rng.choice((4, 6, 8))):
        tasks.append(task(rng, f"t{number}", [each.task for each in tasks], names))
    robots = tuple(with_on_board(each, tasks) for each in robots)
    busy = (((0.0, 40.0),), (), ((60.0, 90.0), (100.0, 140.0)))
    return Problem(
        now_s=20.0,
        robots=robots,
        tasks=tuple(tasks),
        places=dict.fromkeys(("x", "y", "slow"), PLACES),
        travel_s={name: travel(rng) for name in ("x", "y", "slow")},
        exclusive=frozenset(rng.sample(PLACES, 2)),
        taken=frozenset(rng.sample(PLACES, rng.choice((0, 1)))),
        ageing_s=rng.choice((inf, 100.0)),
        change_cost=rng.choice((0.0, 7.0)),
        resources=(
            Resource("chargers", ("g", "h"), 1, rng.choice(busy)),
            Resource("lift", ("b", "c"), rng.choice((1, 2)), rng.choice(busy)),
        )[: rng.choice((0, 2, 2))],
        tariff=rng.choice(((), ((0.0, 2.0), (100.0, 0.5), (150.0, 3.0)))),
        coverage=None
        if rng.random() < 0.6
        else Coverage(tuple(names), ("a", "f"), 25.5, 300.0, 30.0, rng.choice((0.01, 0.5))),
    )


def others_of(routes: Routes, name: str) -> Routes:
    return {each: route for each, route in routes.items() if each != name}


def claimed(asked: Problem, routes: Routes, pinned_only: bool) -> set[str]:
    """Exclusive places that some planned task keeps."""
    return {
        stop.place
        for route in routes.values()
        for stop in route
        if stop.task and stop.place in asked.exclusive and not picks_up(stop_of(asked, stop.task, stop.stop))
        if not pinned_only or task_of(asked, stop.task).pinned
    }


def picks_up(need: StopNeed) -> bool:
    return need.load_kg > 0.0 or need.load_units > 0


def choices(asked: Problem, routes: Routes, need: TaskNeed) -> list[list[Item]]:
    held = claimed(asked, routes, bool(need.pinned))
    made = []
    for stop in need.stops:
        keeps = need.pinned and len(stop.places) == 1
        free = [
            place
            for place in stop.places
            if picks_up(stop) or not ((place in asked.taken and not keeps) or (place in held))
        ]
        made.append([Item(need.task, stop.stop, place) for place in free])
    return made


def total(asked: Problem, routes: Routes, costs: dict[str, float], out: Sequence[str]) -> float:
    """The cost of a plan whose routes cost so much for travel, lateness and current."""
    cost = sum(costs.values()) + sum(task_of(asked, name).drop_penalty for name in out)
    for name, route in routes.items():
        for each in {stop.task for stop in route if stop.task}:
            cost += asked.change_cost * (task_of(asked, each).assigned not in ("", name))
    if asked.coverage is not None:
        cost += gaps(asked, routes) * asked.coverage.step_s * asked.coverage.price
    return cost


def tried(
    asked: Problem, routes: Routes, levels: dict[str, list[float]], need: TaskNeed, limits: frozenset[str]
) -> list[tuple[str, list[PlannedStop], float]]:
    """Return every way to plan one more task within the limits: robot, its route, and what that costs."""
    out = bool(need.pinned)
    around = {
        name: [stop for stop in route if not stop.task or not out or task_of(asked, stop.task).pinned]
        for name, route in routes.items()
    }
    partners = {
        name
        for name, route in around.items()
        for stop in route
        if stop.task in need.same_robot_as or (stop.task and need.task in task_of(asked, stop.task).same_robot_as)
    }
    found = []
    for one in asked.robots:
        name = one.robot
        named = (need.pinned,) if need.pinned else need.robots
        if name not in named or not set(need.skills) <= set(one.skills):
            continue
        if "company" in limits and not partners <= {name}:
            continue
        items = [
            Item(stop.task, stop.stop, stop.place, level_wh=levels[name][index] if stop.stop == CHARGE else None)
            for index, stop in enumerate(routes.get(name, ()))
        ]
        others = others_of(around, name)
        if out:
            alone = [
                item
                for index, item in enumerate(items)
                if index < len(one.fixed) or not item.task or task_of(asked, item.task).pinned
            ]
            if drive(asked, name, alone, others, bound=routes) is not None:
                items = alone
        for way in merged(items, choices(asked, routes, need)):
            if is_seemly(asked, name, way, limits):
                made = drive(asked, name, way, others, limits, bound=routes if out else None)
                if made is not None:
                    found.append((name, made.stops, made.cost))
    return found


def reason(asked: Problem, routes: Routes, levels: dict[str, list[float]], need: TaskNeed, out: set[str]) -> str:
    """Return why a task cannot be planned, `dearer_than_penalty` if it can, whatever that costs."""
    named = (need.pinned,) if need.pinned else need.robots
    there = [each for each in asked.robots if each.robot in named]
    if not named:
        return "no_robot_kind"
    if not there:
        return "no_robot_available"
    if not any(set(need.skills) <= set(each.skills) for each in there):
        return "skill_missing"
    if need.stops[0].stop == 0 and out & set(need.after):
        return "predecessor_left_out"
    if not all(choices(asked, routes, need)):
        return "no_place_free"
    if tried(asked, routes, levels, need, ALL):
        return "dearer_than_penalty"
    return next((each for each, limits in RELAXED.items() if tried(asked, routes, levels, need, limits)), "unreachable")


class Day:
    """A problem and its plan while it is being made."""

    def __init__(self, asked: Problem) -> None:
        self.asked = asked
        self.routes: dict[str, list[PlannedStop]] = {each.robot: [] for each in asked.robots}
        self.items: dict[str, list[Item]] = {each.robot: [] for each in asked.robots}
        self.levels: dict[str, list[float]] = {each.robot: [] for each in asked.robots}
        self.costs: dict[str, float] = {each.robot: 0.0 for each in asked.robots}

    def add(self, name: str, own: Sequence[Item], rng: Random) -> bool:
        """Put items into a route, mostly at its end, if that breaks no rule."""
        order = list(self.items[name])
        for item in reversed(own):
            at = rng.randint(0, len(order)) if rng.random() < 0.3 else len(order)
            order.insert(min([at, *(order.index(later) for later in own if later in order)]), item)
        made = drive(self.asked, name, order, others_of(self.routes, name))
        if made is None or not is_seemly(self.asked, name, order, ALL):
            return False
        self.routes[name], self.items[name], self.levels[name] = made.stops, order, made.levels
        self.costs[name] = made.cost
        return True

    def plan_task(self, need: TaskNeed, rng: Random) -> bool:
        planned = {stop.task: name for name, route in self.routes.items() for stop in route}
        if need.stops[0].stop == 0 and any(each not in planned for each in need.after if self.knows(each)):
            return False
        together = [*need.same_robot_as, *(t.task for t in self.asked.tasks if need.task in t.same_robot_as)]
        partners = {planned[each] for each in together if each in planned}
        for one in rng.sample(self.asked.robots, len(self.asked.robots)):
            allowed = one.robot == need.pinned if need.pinned else one.robot in need.robots
            if not allowed or not set(need.skills) <= set(one.skills) or not partners <= {one.robot}:
                continue
            own = choices(self.asked, self.routes, need)
            if all(own) and self.add(one.robot, [rng.choice(each) for each in own], rng):
                return True
        return False

    def knows(self, name: str) -> bool:
        return any(each.task == name for each in self.asked.tasks)


def day(seed: int) -> tuple[Problem, Plan]:
    """Return a problem and a valid plan of it."""
    rng = Random(seed)
    made = Day(problem(rng))
    asked = made.asked
    order = sorted(asked.tasks, key=lambda each: (not each.pinned, not each.together))
    out = []
    for need in order:
        one = rng.choice(asked.robots)
        if one.charging is not None and rng.random() < 0.4:
            made.add(one.robot, [Item("", CHARGE, rng.choice("gh"), float(rng.choice((10, 15, 25))))], rng)
        if rng.random() < 0.1 or not made.plan_task(need, rng):
            out.append(need.task)
    return settled(made, out)


def settled(made: Day, out: list[str]) -> tuple[Problem, Plan]:
    """Fix some of the routes' fronts and give each task left out its reason, and a penalty that it is not worth."""
    asked, routes = made.asked, made.routes
    asked = replace(
        asked,
        robots=tuple(
            replace(one, fixed=tuple((s.task, s.stop, s.place) for s in routes[one.robot][: 1 if one.home else 0]))
            for one in asked.robots
        ),
    )
    left_out: list[LeftOut] = []
    gone: set[str] = set()
    for name in out:
        need = task_of(asked, name)
        why = reason(asked, routes, made.levels, need, set(out))
        if why == "dearer_than_penalty":
            if need.pinned:
                gone.add(name)  # it would have to be planned
                continue
            rise = min(rises(asked, made, need))
            asked = replace(
                asked,
                tasks=tuple(replace(t, drop_penalty=max(0.0, rise)) if t.task == name else t for t in asked.tasks),
            )
            if rise < 0.0:
                gone.add(name)
                continue
        left_out.append(LeftOut(name, why))
    if gone:
        return settled_without(made, asked, out, gone)
    cost = total(asked, routes, made.costs, [each.task for each in left_out])
    return asked, Plan({name: tuple(route) for name, route in routes.items()}, tuple(left_out), cost, "search")


def settled_without(made: Day, asked: Problem, out: list[str], gone: set[str]) -> tuple[Problem, Plan]:
    made.asked = replace(asked, tasks=tuple(each for each in asked.tasks if each.task not in gone))
    return settled(made, [name for name in out if name not in gone])


def rises(asked: Problem, made: Day, need: TaskNeed) -> list[float]:
    """Return by how much each way to plan the task makes the plan dearer, its penalty apart."""
    before = total(asked, made.routes, made.costs, [])
    found = []
    for name, route, cost in tried(asked, made.routes, made.levels, need, ALL):
        after = total(asked, {**made.routes, name: route}, {**made.costs, name: cost}, [])
        alone = drive(asked, name, charges_kept(made, name), others_of(made.routes, name))
        assert alone is not None
        found.append(after - before + made.costs[name] - alone.cost)
    return found


def charges_kept(made: Day, name: str) -> list[Item]:
    return [
        item._replace(level_wh=level) if item.stop == CHARGE else item
        for item, level in zip(made.items[name], made.levels[name], strict=True)
    ]
