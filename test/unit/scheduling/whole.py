"""A problem on the street that uses the whole vocabulary, and a plan of it, reckoned by hand.

r1 brings the meal (8 s at the door by its class, to c, as d is taken), takes the bin down by the lift, goes its round
and drives home; r2 brings the car away, charges and drives home.

- travel: 10 + 15 + 0 + 30 + 0 + 40 s and 30 + 10 + 60 s, so 19.5
- lateness: the round begins 60 s late, 60 + 60 * 60 / (2 * 600) = 63
- change: the meal was to be r2's, 15
- energy: 60 s at 720 W from 70 s on, 4 Wh for 1 each and from 90 s on 8 Wh for 0.5 each, 8
- coverage: at 60 s nobody reaches a within 55 s (r1 has the bin till 88 s, r2 charges at g), at 150 s nobody f: twice
  30 s for 0.01 each, 0.6
"""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.plan import (
    CHARGE,
    Charging,
    Coverage,
    Plan,
    PlannedStop,
    Problem,
    Resource,
    RobotNeed,
    StopNeed,
    TaskNeed,
)
from test.unit.scheduling.town import CUT, STREET, problem

CHARGING = Charging(chargers=("g", "h"), full_wh=40.0, curve=((30.0, 720.0), (40.0, 360.0)), overhead_s=20.0)


def robot(name: str = "r1", place: str = "a", **more: object) -> RobotNeed:
    """A robot with everything: 10 kg, three compartments, slower and thirstier with a load, at work from 0 to 2000."""
    made = RobotNeed(
        robot=name,
        place=place,
        free_at_s=0.0,
        travel_class="walk",
        capacity_kg=10.0,
        energy_wh=30.0,
        driving_w=360.0,
        standing_w=36.0,
        loaded_class="walk+load",
        loaded_w=720.0,
        capacity_units=3,
        skills=("cold", "door"),
        available=((0.0, 2000.0), (3000.0, 5000.0)),
        home="a",
        charging=CHARGING,
    )
    return replace(made, **more)  # type: ignore[arg-type]


MEAL = TaskNeed(
    task="meal",
    stops=(
        StopNeed(0, ("b",), 5.0, load_kg=2.0, earliest_s=20.0, latest_s=400.0, load_units=1),
        StopNeed(1, ("c", "d"), 10.0, -2.0, 0.0, True, 5.0, 600.0, -1, {"walk": 8.0}),
    ),
    due_s=60.0,
    weight=2.0,
    drop_penalty=2000.0,
    robots=("r1", "r2"),
    skills=("cold",),
    not_with=("bin",),
    assigned="r2",
)
BIN = TaskNeed(
    task="bin",
    stops=(StopNeed(0, ("c",), 5.0, 1.0, load_units=1), StopNeed(1, ("e",), 5.0, -1.0, 0.0, True, load_units=-1)),
    due_s=100.0,
    weight=1.0,
    drop_penalty=1000.0,
    robots=("r1", "r2"),
)
ROUND = TaskNeed(
    task="round",
    stops=(StopNeed(0, ("e",), 30.0, counts=True, interruptible=True),),
    due_s=28.0,
    weight=1.0,
    drop_penalty=1000.0,
    robots=("r1", "r2"),
    after=("meal", "yesterday"),
    same_robot_as=("meal",),
)
CAR = TaskNeed(
    task="car",
    stops=(StopNeed(1, ("f",), 10.0, load_kg=-5.0, counts=True, load_units=-1),),
    due_s=50.0,
    weight=1.0,
    drop_penalty=1000.0,
    robots=("r2",),
    pinned="r2",
    together=True,
)
ON_STREET = problem([])
WHOLE = Problem(
    now_s=0.0,
    robots=(
        robot(fixed=(("meal", 0, "b"),)),
        robot("r2", "d", load_kg=5.0, load_units=1, energy_wh=25.0, fixed=(("car", 1, "f"), ("", CHARGE, "g"))),
    ),
    tasks=(MEAL, BIN, ROUND, CAR),
    places={"walk": (*STREET, CUT), "walk+load": (*STREET, CUT)},
    travel_s={
        "walk": ON_STREET.travel_s["walk"],
        "walk+load": tuple(tuple(1.5 * leg for leg in line) for line in ON_STREET.travel_s["walk"]),
    },
    exclusive=frozenset(("c", "d")),
    taken=frozenset("d"),
    ageing_s=600.0,
    change_cost=15.0,
    resources=(Resource("chargers", ("g", "h"), 1, ((0.0, 40.0),)), Resource("lift", ("e",), 2)),
    tariff=((0.0, 1.0), (90.0, 0.5)),
    coverage=Coverage(("r1", "r2"), ("a", "f"), within_s=55.0, until_s=300.0, step_s=30.0, price=0.01),
)
PLAN = Plan(
    routes={
        "r1": (
            PlannedStop("meal", 0, "b", 10.0, 20.0, 25.0),
            PlannedStop("meal", 1, "c", 40.0, 40.0, 48.0),
            PlannedStop("bin", 0, "c", 48.0, 48.0, 53.0),
            PlannedStop("bin", 1, "e", 83.0, 83.0, 88.0),
            PlannedStop("round", 0, "e", 88.0, 88.0, 118.0),
        ),
        "r2": (
            PlannedStop("car", 1, "f", 30.0, 30.0, 40.0),
            PlannedStop("", CHARGE, "g", 50.0, 50.0, 130.0),
        ),
    },
    cost=19.5 + 63.0 + 15.0 + 8.0 + 0.6,
)
