"""Small planning problems made of a seed, for solvers that are exact: up to eight tasks, one to three robots."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from random import Random

from robot_fleet.core.plan import Problem, RobotNeed, StopNeed, TaskNeed

PLACES = tuple("abcdefghij")


def small_case(seed: int) -> Problem:
    """Return a case; which features it has is drawn too, so that most cases have a few and some have many."""
    rng = Random(seed)
    has = {
        feature: rng.random() < share
        for feature, share in (
            ("two_stops", 0.7),
            ("windows", 0.5),
            ("lateness", 0.8),
            ("ageing", 0.3),
            ("cheap", 0.5),
            ("skills", 0.3),
            ("together", 0.4),
            ("choices", 0.5),
            ("exclusive", 0.6),
            ("energy", 0.4),
            ("after", 0.3),
            ("loaded", 0.2),
            ("home", 0.2),
            ("rests", 0.3),
            ("work", 0.2),
            ("change", 0.2),
            ("uneven", 0.3),
        )
    }
    robots = tuple(_robot(rng, f"r{number}", has) for number in range(rng.choice((1, 2, 2, 3, 3))))
    most = 6 if has["after"] or (has["two_stops"] and len(robots) == 3) else 8
    tasks = [_task(rng, f"t{number}", [robot.robot for robot in robots], has) for number in range(rng.randint(2, most))]
    if has["after"]:
        tasks = _after(rng, tasks)
    return Problem(
        now_s=10.0,
        robots=robots,
        tasks=tuple(tasks),
        places={"x": PLACES, "y": PLACES},
        travel_s={name: _travel(rng, has["uneven"]) for name in ("x", "y")},
        exclusive=frozenset(rng.sample(PLACES, 4)) if has["exclusive"] else frozenset(),
        taken=frozenset(rng.sample(PLACES, 1)) if has["exclusive"] else frozenset(),
        travel_weight=rng.choice((0.1, 1.0)),
        ageing_s=rng.choice((60.0, 300.0)) if has["ageing"] else inf,
        change_cost=4.0 if has["change"] else 0.0,
    )


def _travel(rng: Random, uneven: bool) -> tuple[tuple[float, ...], ...]:
    """Return travel times: ways across a square, or (uneven) any times at all, now and then no way."""
    points = [(rng.uniform(0.0, 60.0), rng.uniform(0.0, 60.0)) for _ in PLACES]
    legs = (5.0, 10.0, 20.0, 40.0, 80.0, inf)
    return tuple(
        tuple(
            0.0 if a == b else rng.choice(legs) if uneven else round(abs(a[0] - b[0]) + abs(a[1] - b[1]), 2)
            for b in points
        )
        for a in points
    )


def _robot(rng: Random, name: str, has: dict[str, bool]) -> RobotNeed:
    return RobotNeed(
        robot=name,
        place=rng.choice(PLACES),
        free_at_s=float(rng.choice((0, 0, 15, 60))),
        travel_class=rng.choice("xy"),
        capacity_kg=rng.choice((5.0, 10.0)),
        energy_wh=rng.choice((3.0, 6.0, 12.0)) if has["energy"] else inf,
        driving_w=100.0,
        standing_w=20.0,
        loaded_class="y" if has["loaded"] else "",
        loaded_w=150.0 if has["loaded"] else 0.0,
        capacity_units=rng.choice((1, 2)),
        skills=rng.choice(((), ("lift",), ("lift", "cool"))) if has["skills"] else ("lift", "cool"),
        home=rng.choice(PLACES) if has["home"] else "",
        rests=tuple(rng.sample(PLACES, 2)) if has["rests"] and not has["home"] else (),
        work_price=rng.choice((0.0, 0.05, 0.2)) if has["rests"] else 0.0,
        available=((20.0, rng.choice((200.0, 400.0))),) if has["work"] else (),
    )


def _task(rng: Random, name: str, robots: list[str], has: dict[str, bool]) -> TaskNeed:
    two = has["two_stops"] and rng.random() < 0.5
    choices = 3 if has["choices"] and rng.random() < 0.6 else 1
    kg = rng.choice((2.0, 4.0, 5.0, 8.0))
    from_s = float(rng.choice((0, 0, 40, 120)))
    end = StopNeed(
        stop=int(two),
        places=tuple(rng.sample(PLACES, choices)),
        service_s=float(rng.choice((0, 10, 20))),
        load_kg=-kg if two else 0.0,
        earliest_s=from_s if has["windows"] and not two else 0.0,
        counts=has["lateness"],
        counts_offset_s=float(rng.choice((0, 5))),
        latest_s=from_s + rng.choice((60.0, 150.0, inf)) if has["windows"] else inf,
        load_units=-1 if two else 0,
        service_by=rng.choice(({}, {"y": 15.0})),
    )
    start = StopNeed(0, (rng.choice(PLACES),), 10.0, kg, from_s if has["windows"] else 0.0, load_units=1)
    return TaskNeed(
        task=name,
        stops=(start, end) if two else (end,),
        due_s=float(rng.randint(0, 250)),
        weight=rng.choice((0.5, 1.0, 5.0)),
        drop_penalty=rng.choice((15.0, 60.0, 400.0)) if has["cheap"] else 5000.0,
        robots=tuple(robots) if rng.random() < 0.8 else tuple(rng.sample(robots, 1)),
        together=two and has["together"] and rng.random() < 0.5,
        skills=rng.choice(((), ("lift",), ("cool",))) if has["skills"] else (),
        assigned=rng.choice(robots) if has["change"] else "",
    )


def _after(rng: Random, tasks: list[TaskNeed]) -> list[TaskNeed]:
    """Let one task come after one or two, two after one, or three after one another."""
    names = [task.task for task in tasks]
    rng.shuffle(names)
    one, two, three = (*names, "", "")[:3]
    chain = {two: (one,), three: (two,)}
    before = rng.choice(({two: (one,)}, {three: (one, two)}, {two: (one,), three: (one,)}, chain))
    return [replace(task, after=tuple(name for name in before.get(task.task, ()) if name)) for task in tasks]
