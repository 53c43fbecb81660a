"""Random planning problems of a district, and how insertion, search and CP-SAT compare on them.

Run `python -m bench.assignment --problems 10 --seconds 2`. The problems are made of a seed alone: four care robots,
three parking units and five logistics robots on 120 x 80 m, with visits, alarms, meals, parcels, cars and patrols.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence

from robot_fleet.core.plan import Plan, Problem, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.cpsat import improve
from robot_fleet.scheduling.insertion import InsertionPlanner
from robot_fleet.scheduling.search import Iterations, search

KINDS = {"care": 0.8, "parking": 0.9, "logistics": 1.1}
ROBOTS = {"care": 4, "parking": 3, "logistics": 5}
CAPACITY_KG = {"care": 10.0, "parking": 3000.0, "logistics": 30.0}
ENERGY_WH = {"care": 250.0, "parking": 1500.0, "logistics": 350.0}
DRIVING_W = {"care": 60.0, "parking": 700.0, "logistics": 150.0}
STANDING_W = {"care": 25.0, "parking": 120.0, "logistics": 40.0}
GROUPS = {
    "room": (24, (0.0, 45.0, 60.0, 80.0)),
    "slot": (24, (70.0, 0.0, 120.0, 30.0)),
    "entry": (2, (60.0, 25.0, 68.0, 30.0)),
    "exit": (2, (60.0, 0.0, 68.0, 5.0)),
    "shelf": (6, (90.0, 60.0, 120.0, 80.0)),
    "kitchen": (1, (30.0, 40.0, 32.0, 42.0)),
    "locker": (4, (40.0, 20.0, 60.0, 30.0)),
    "charger": (6, (0.0, 20.0, 30.0, 30.0)),
}
SHARES = {"visit": 7, "alarm": 1, "meal": 11, "parcel": 10, "park": 8, "fetch": 8, "patrol": 1}


class District:
    """Places and travel times of a made-up district.

    Attributes
    ----------
    groups : kind of place -> ids.
    """

    def __init__(self, rng: random.Random) -> None:
        self.groups: dict[str, list[str]] = {}
        points: dict[str, tuple[float, float]] = {}
        for group, (count, (west, south, east, north)) in GROUPS.items():
            self.groups[group] = [f"{group}_{number:02d}" for number in range(count)]
            for name in self.groups[group]:
                points[name] = (rng.uniform(west, east), rng.uniform(south, north))
        self.names = tuple(points)
        self.travel_s = {
            kind: tuple(
                tuple(
                    round((abs(ax - bx) + abs(ay - by)) / speed + (4.0 if a != b else 0.0), 3)
                    for b, (bx, by) in points.items()
                )
                for a, (ax, ay) in points.items()
            )
            for kind, speed in KINDS.items()
        }
        self.robots = tuple(f"{kind}_{number}" for kind, count in ROBOTS.items() for number in range(1, count + 1))

    def problem(
        self,
        now_s: float,
        robots: Sequence[RobotNeed],
        tasks: Sequence[TaskNeed],
        taken: frozenset[str] = frozenset(),
    ) -> Problem:
        """Return the planning problem of this moment."""
        return Problem(
            now_s=now_s,
            robots=tuple(robots),
            tasks=tuple(tasks),
            places=dict.fromkeys(self.travel_s, self.names),
            travel_s=self.travel_s,
            exclusive=frozenset(self.groups["slot"]),
            taken=taken,
        )

    def robot(self, name: str, place: str, free_at_s: float) -> RobotNeed:
        """Return an empty robot of the fleet."""
        kind = name.rsplit("_", 1)[0]
        return RobotNeed(
            robot=name,
            place=place,
            free_at_s=free_at_s,
            travel_class=kind,
            capacity_kg=CAPACITY_KG[kind],
            energy_wh=ENERGY_WH[kind],
            driving_w=DRIVING_W[kind],
            standing_w=STANDING_W[kind],
        )

    def task(self, rng: random.Random, service: str, name: str, at_s: float) -> TaskNeed:
        """Return a request that arrives at `at_s`."""
        pick = {group: rng.choice(places) for group, places in self.groups.items()}
        mass = round(rng.uniform(1.0, 12.0), 1)
        care = tuple(robot for robot in self.robots if robot.startswith("care"))
        parking = tuple(robot for robot in self.robots if robot.startswith("parking"))
        logistics = tuple(robot for robot in self.robots if robot.startswith("logistics"))
        if service == "visit":
            visit = StopNeed(0, (pick["room"],), rng.uniform(600.0, 1200.0), earliest_s=at_s, counts=True)
            return TaskNeed(name, (visit,), at_s + 1200.0, 1.0, 4000.0, care)
        if service == "alarm":
            alarm = StopNeed(0, (pick["room"],), 900.0, counts=True)
            return TaskNeed(name, (alarm,), at_s + 180.0, 50.0, 200000.0, care)
        if service == "meal":
            ready = at_s + rng.uniform(0.0, 600.0)
            stops = (
                StopNeed(0, (pick["kitchen"],), 30.0, mass, ready),
                StopNeed(1, (pick["room"],), 60.0, -mass, counts=True),
            )
            return TaskNeed(name, stops, ready + 1800.0, 1.0, 4000.0, logistics)
        if service == "parcel":
            stops = (
                StopNeed(0, (pick["shelf"],), 40.0, mass),
                StopNeed(1, (pick["room"], pick["locker"]), 120.0, -mass, counts=True),
            )
            return TaskNeed(name, stops, at_s + 3600.0, 0.5, 3000.0, logistics)
        if service == "park":
            stops = (
                StopNeed(0, (pick["entry"],), 30.0, 1800.0, counts=True, counts_offset_s=30.0),
                StopNeed(1, tuple(self.groups["slot"]), 30.0, -1800.0),
            )
            return TaskNeed(name, stops, at_s + 480.0, 2.0, 6000.0, parking, together=True)
        if service == "fetch":
            stops = (
                StopNeed(0, (pick["slot"],), 30.0, 1800.0),
                StopNeed(1, tuple(self.groups["exit"]), 90.0, -1800.0, counts=True, counts_offset_s=30.0),
            )
            due = at_s + rng.uniform(600.0, 1500.0)
            return TaskNeed(name, stops, due, 2.0, 6000.0, parking, together=True)
        round_trip = tuple(
            StopNeed(number, (group[0],), 20.0, counts=number == 3)
            for number, group in enumerate(self.groups[key] for key in ("room", "locker", "shelf", "charger"))
        )
        return TaskNeed(name, round_trip, at_s + 3600.0, 0.5, 3000.0, care + logistics)


def random_problem(seed: int, tasks: int = 40) -> Problem:
    """Return a crowded moment: twelve robots somewhere, all tasks open, due at different times."""
    rng = random.Random(seed)
    district = District(rng)
    services = rng.choices(list(SHARES), weights=list(SHARES.values()), k=tasks)
    made = [
        district.task(rng, service, f"t{number:03d}", rng.uniform(-600.0, 1800.0))
        for number, service in enumerate(services)
    ]
    robots = [
        district.robot(name, rng.choice(district.names), rng.choice((0.0, 0.0, rng.uniform(0.0, 600.0))))
        for name in district.robots
    ]
    taken = frozenset(rng.sample(district.groups["slot"], 14))
    return district.problem(0.0, robots, made, taken)


def main(argv: Sequence[str] | None = None) -> int:
    """Compare the planners and print one line a problem, or JSON; times are CPU times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=10)
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    checker = PlanChecker()
    lines: list[dict[str, float]] = []
    for seed in range(args.problems):
        problem = random_problem(seed, args.tasks)
        line: dict[str, float] = {"seed": seed}
        began = time.process_time()
        inserted = InsertionPlanner().insert(problem, Plan())
        line["insertion_ms"] = 1000.0 * (time.process_time() - began)
        began = time.process_time()
        searched = search(problem, inserted, Iterations(int(200 * args.seconds)), seed=seed)
        line["search_ms"] = 1000.0 * (time.process_time() - began)
        began = time.process_time()
        improved = improve(problem, inserted, seconds=args.seconds, deterministic=True, seed=seed)
        line["cpsat_ms"] = 1000.0 * (time.process_time() - began)
        line |= {"insertion": inserted.cost, "search": searched.cost, "cpsat": improved.cost}
        line["left_out"] = len(improved.left_out)
        began = time.process_time()
        line["violations"] = sum(len(checker.check(problem, plan)) for plan in (inserted, searched, improved))
        line["check_ms"] = 1000.0 * (time.process_time() - began) / 3.0
        lines.append(line)
        if not args.json:
            print("  ".join(f"{key} {value:9.1f}" for key, value in line.items()), flush=True)
    totals = {key: sum(line[key] for line in lines) for key in ("insertion", "search", "cpsat")}
    if args.json:
        json.dump({"problems": lines, "totals": totals}, sys.stdout, indent=1)
    else:
        print("totals", {key: round(value, 1) for key, value in totals.items()})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
