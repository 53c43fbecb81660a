"""Days of a made-up district, for any number of robots and tasks: the same seed gives the same day.

Three kinds of robots share a district: care robots visit rooms and answer alarms, logistics robots carry meals and
parcels in compartments, parking robots move one car at a time. With ten tasks a robot, asked for in little more than an
hour, a fleet of any size is busy and can just about keep up.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np

from robot_fleet.core.plan import Problem, RobotNeed, StopNeed, TaskNeed

SIDE_M = 800.0
SPREAD_S = 4000.0
"""Over this time people ask."""
LEG_S = 4.0
"""Setting off and stopping, for each leg."""
AGEING_S = 1800.0
CHANGE_COST = 5.0
PENALTY = 200_000.0
"""Of leaving a task of weight 1 out: that of a lateness of seven hours."""
MAY_WAIT, NORMAL, SOON, URGENT, ALARM = 1.0, 2.0, 5.0, 10.0, 50.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of robot; one in two has the skill that some of its tasks ask for. `share` is out of 20."""

    share: int
    speed_mps: float
    capacity_kg: float
    compartments: int
    energy_wh: float
    driving_w: float
    standing_w: float
    skill: str


@dataclass(frozen=True, slots=True)
class Group:
    """Places of one sort: `count` of them, `spread_m` around `spots` points, open to some kinds."""

    count: int
    spots: int
    spread_m: float
    kinds: tuple[str, ...]


KINDS = {
    "care": Kind(6, 1.0, 10.0, 0, 600.0, 60.0, 25.0, "lift"),
    "logistics": Kind(9, 1.4, 40.0, 4, 800.0, 150.0, 40.0, "cooled"),
    "parking": Kind(5, 1.2, 3400.0, 1, 6000.0, 700.0, 120.0, "wide"),
}
GROUPS = {
    "room": Group(280, 14, 20.0, ("care", "logistics")),
    "shop": Group(30, 6, 50.0, ("logistics",)),
    "locker": Group(20, 10, 10.0, ("logistics",)),
    "slot": Group(96, 4, 50.0, ("parking",)),
    "bay": Group(16, 4, 50.0, ("parking",)),
    "charger": Group(24, 8, 20.0, ("care", "logistics", "parking")),
}
# Service -> its share of 100 requests, and its kind of robot.
SERVICES = {
    "visit": (17, "care"),
    "alarm": (1, "care"),
    "meal": (33, "logistics"),
    "parcel": (33, "logistics"),
    "park": (8, "parking"),
    "fetch": (8, "parking"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """A task, and when it is asked for."""

    at_s: float
    task: TaskNeed


@dataclass(frozen=True, slots=True)
class Day:
    """A district with its robots and all that will be asked for.

    Parameters
    ----------
    empty : the planning problem at the day's begin, without a task.
    requests : in order of time.
    """

    empty: Problem
    requests: tuple[Request, ...]

    def problem(self) -> Problem:
        """Return the problem of a whole day that is known when it begins."""
        return replace(self.empty, tasks=tuple(request.task for request in self.requests))


def fleet_problem(robots: int, tasks: int, seed: int) -> Problem:
    """Return the problem of a whole day that is known when it begins."""
    return generated_day(robots, tasks, seed).problem()


def generated_day(robots: int, tasks: int, seed: int) -> Day:
    """Return a day of so many robots and requests."""
    rng = random.Random(seed)
    places, points = _places(rng)
    fleet = kinds_of(robots)
    skilled = [fleet[:number].count(kind) % 2 == 0 for number, kind in enumerate(fleet)]  # the first of each kind is
    needs = tuple(_robot(rng, number, fleet[number], skilled[number], places) for number in range(robots))
    classes = {kind: tuple(place for place in points if kind in GROUPS[place.split("_")[0]].kinds) for kind in KINDS}
    empty = Problem(
        now_s=0.0,
        robots=needs,
        tasks=(),
        places=classes,
        travel_s={kind: _travel_s(classes[kind], points, KINDS[kind].speed_mps) for kind in KINDS},
        ageing_s=AGEING_S,
        change_cost=CHANGE_COST,
    )
    able = {kind: tuple(need.robot for need in needs if need.travel_class == kind) for kind in KINDS}
    offered = [service for service, (_, kind) in SERVICES.items() if able[kind]]
    drawn = rng.choices(offered, [SERVICES[service][0] for service in offered], k=tasks)
    times = sorted(rng.uniform(0.0, SPREAD_S) for _ in drawn)
    requests = tuple(
        Request(at_s, _task(rng, service, f"{service}_{number:04d}", at_s, places, able[SERVICES[service][1]]))
        for number, (service, at_s) in enumerate(zip(drawn, times, strict=True), start=1)
    )
    return Day(empty, requests)


def kinds_of(robots: int) -> list[str]:
    """Return the kind of each robot of a fleet, mixed as the shares say."""
    kinds = [kind for kind, like in KINDS.items() for _ in range(like.share)]
    return [kinds[9 * number % len(kinds)] for number in range(robots)]  # 9 and 20 have no divisor: all in turn


def event_stream(robots: int, tasks: int, seed: int) -> tuple[Request, ...]:
    """Return the requests of a day in order of time."""
    return generated_day(robots, tasks, seed).requests


def _places(rng: random.Random) -> tuple[dict[str, list[str]], dict[str, tuple[float, float]]]:
    """Return group -> its places, and where each place is (m)."""
    groups: dict[str, list[str]] = {}
    points: dict[str, tuple[float, float]] = {}
    for name, group in GROUPS.items():
        spots = [(rng.uniform(0.0, SIDE_M), rng.uniform(0.0, SIDE_M)) for _ in range(group.spots)]
        for number in range(group.count):
            x_m, y_m = spots[number % group.spots]
            place = f"{name}_{number:03d}"
            groups.setdefault(name, []).append(place)
            points[place] = (
                x_m + rng.uniform(-group.spread_m, group.spread_m),
                y_m + rng.uniform(-group.spread_m, group.spread_m),
            )
    return groups, points


def _travel_s(
    places: tuple[str, ...], points: dict[str, tuple[float, float]], speed_mps: float
) -> tuple[tuple[float, ...], ...]:
    at_m = np.array([points[place] for place in places])
    metres = np.abs(at_m[:, None, :] - at_m[None, :, :]).sum(axis=2)
    seconds = np.round(metres / speed_mps + LEG_S, 1)
    np.fill_diagonal(seconds, 0.0)
    return tuple(map(tuple, seconds.tolist()))


def _robot(rng: random.Random, number: int, kind: str, skilled: bool, places: dict[str, list[str]]) -> RobotNeed:
    like = KINDS[kind]
    open_to_it = [place for name, group in places.items() if kind in GROUPS[name].kinds for place in group]
    return RobotNeed(
        robot=f"{kind}_{number + 1:03d}",
        place=rng.choice(open_to_it),
        free_at_s=rng.choice((0.0, 0.0, round(rng.uniform(0.0, 600.0), 1))),
        travel_class=kind,
        capacity_kg=like.capacity_kg,
        energy_wh=like.energy_wh,
        driving_w=like.driving_w,
        standing_w=like.standing_w,
        capacity_units=like.compartments,
        skills=(like.skill,) if skilled else (),
    )


def _task(
    rng: random.Random, service: str, name: str, at_s: float, places: dict[str, list[str]], robots: tuple[str, ...]
) -> TaskNeed:
    pick = {group: rng.choice(of_it) for group, of_it in places.items()}
    at_s = round(at_s, 1)
    special = rng.random() < 0.2
    if service == "visit":
        needs: tuple[StopNeed, ...] = (
            StopNeed(0, (pick["room"],), float(rng.randrange(300, 900)), earliest_s=at_s, counts=True),
        )
        due_s, weight = at_s + 1200.0, rng.choice((NORMAL, NORMAL, SOON))
    elif service == "alarm":
        needs = (StopNeed(0, (pick["room"],), 600.0, earliest_s=at_s, counts=True),)
        due_s, weight, special = at_s + 180.0, ALARM, False
    elif service in ("meal", "parcel"):
        meal = service == "meal"
        ready_s = at_s + (float(rng.randrange(0, 600)) if meal else 0.0)
        mass_kg, boxes = round(rng.uniform(0.5, 9.0), 1), rng.choice((1, 1, 1, 2))
        to = pick["room"] if meal or rng.random() < 0.6 else pick["locker"]
        needs = (
            StopNeed(0, (pick["shop"],), 40.0, mass_kg, ready_s, load_units=boxes),
            StopNeed(1, (to,), 60.0, -mass_kg, counts=True, load_units=-boxes),
        )
        due_s = ready_s + (1800.0 if meal else 3600.0)
        weight = rng.choice((SOON, URGENT)) if meal else rng.choice((MAY_WAIT, NORMAL))
        special = special and meal
    else:
        park = service == "park"
        mass_kg = float(rng.randrange(1100, 2400))
        from_, to = (pick["bay"], pick["slot"]) if park else (pick["slot"], pick["bay"])
        needs = (
            StopNeed(0, (from_,), 30.0, mass_kg, at_s, park, 30.0 if park else 0.0, load_units=1),
            StopNeed(1, (to,), 30.0, -mass_kg, counts=not park, load_units=-1),
        )
        due_s, weight = at_s + (480.0 if park else 900.0), SOON if park else URGENT
    kind = SERVICES[service][1]
    return TaskNeed(
        task=name,
        stops=needs,
        due_s=due_s,
        weight=weight,
        drop_penalty=PENALTY * weight,
        robots=robots,
        together=kind == "parking",
        skills=(KINDS[kind].skill,) if special else (),
    )
