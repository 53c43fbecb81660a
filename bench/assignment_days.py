"""What CP-SAT is worth: the same random hours driven with insertion alone and with insertion and improvement.

Run `python -m bench.assignment_days --days 10`. An hour is played exactly as planned: requests arrive, each arrival
leads to a new plan, and what a robot has set out for by then can no longer change. The cost is what the core's plans
count: weighted lateness and travel of all that was done, and the penalties of what was never done. Alarms are left out:
they pre-empt what a robot does, which is not played here, and one at a bad moment outweighs an hour's plans.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.assignment import SHARES, District
from robot_fleet.core.plan import Plan, PlannedStop, Problem, RobotNeed, TaskNeed
from robot_fleet.scheduling.checker import PlanChecker
from robot_fleet.scheduling.cpsat import improve
from robot_fleet.scheduling.insertion import InsertionPlanner

TRAVEL_WEIGHT = Problem(0.0, (), (), {}, {}).travel_weight


@dataclass(frozen=True, slots=True)
class Day:
    """Requests by their time of arrival, in a district with some slots full."""

    district: District
    arrivals: tuple[tuple[float, TaskNeed], ...]
    robots: tuple[RobotNeed, ...]
    taken: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a day cost, in seconds, and what was left undone."""

    cost: float
    undone: int
    replans: int
    violations: int


def random_day(seed: int, requests: int, over_s: float, robots_per_kind: int) -> Day:
    """Return a day of `requests` requests that arrive over `over_s` seconds."""
    rng = random.Random(seed)
    district = District(rng)
    chosen = [name for name in district.robots if int(name.rsplit("_", 1)[1]) <= robots_per_kind]
    times = sorted(rng.uniform(0.0, over_s) for _ in range(requests))
    shares = {service: share for service, share in SHARES.items() if service != "alarm"}
    services = rng.choices(list(shares), weights=list(shares.values()), k=requests)
    arrivals = tuple(
        (at_s, district.task(rng, service, f"t{number:03d}", at_s))
        for number, (at_s, service) in enumerate(zip(times, services, strict=True))
    )
    robots = tuple(district.robot(name, rng.choice(district.names), 0.0) for name in chosen)
    return Day(district, arrivals, robots, frozenset(rng.sample(district.groups["slot"], 6)))


class Play:
    """One day under one way of planning.

    Parameters
    ----------
    improve_seconds : budget of each improvement, 0 for insertion alone.
    """

    def __init__(self, day: Day, improve_seconds: float) -> None:
        self._day = day
        self._improve_seconds = improve_seconds
        self._robots = {robot.robot: robot for robot in day.robots}
        self._open: dict[str, TaskNeed] = {}
        self._plan = Plan()
        self._taken = set(day.taken)
        self._planned_s = 0.0
        self._cost = 0.0
        self._violations = 0

    def run(self) -> Outcome:
        """Play the day to its end."""
        planner, checker = InsertionPlanner(), PlanChecker()
        for replans, (now_s, task) in enumerate(self._day.arrivals):
            self._drive_until(now_s)
            self._planned_s = now_s
            self._open[task.task] = task
            problem = self._problem(now_s)
            self._plan = planner.insert(problem, self._plan)
            if self._improve_seconds > 0.0:
                self._plan = improve(
                    problem, self._plan, seconds=self._improve_seconds, deterministic=True, seed=replans
                )
            self._violations += len(checker.check(problem, self._plan))
        self._drive_until(float("inf"))
        self._cost += sum(task.drop_penalty for task in self._open.values())
        return Outcome(self._cost, len(self._open), len(self._day.arrivals), self._violations)

    def _problem(self, now_s: float) -> Problem:
        robots = tuple(self._robots.values())
        return self._day.district.problem(now_s, robots, tuple(self._open.values()), frozenset(self._taken))

    def _drive_until(self, now_s: float) -> None:
        """Carry out every stop that a robot sets out for before `now_s`."""
        left: dict[str, tuple[PlannedStop, ...]] = {}
        for name, stops in self._plan.routes.items():
            done = 0
            for stop in stops:
                if self._robots[name].free_at_s >= now_s:
                    break
                self._carry_out(name, stop)
                done += 1
            left[name] = stops[done:]
        self._plan = replace(self._plan, routes=left)

    def _carry_out(self, name: str, stop: PlannedStop) -> None:
        robot, task = self._robots[name], self._open[stop.task]
        need = task.stops[0]
        self._cost += TRAVEL_WEIGHT * (stop.arrive_s - max(robot.free_at_s, self._planned_s))
        if need.counts:
            self._cost += task.weight * max(0.0, stop.begin_s + need.counts_offset_s - task.due_s)
        if need.load_kg <= 0.0 and stop.place in self._day.district.groups["slot"]:
            self._taken.add(stop.place)
        self._robots[name] = replace(
            robot, place=stop.place, free_at_s=stop.end_s, load_kg=robot.load_kg + need.load_kg
        )
        if len(task.stops) > 1:
            self._open[stop.task] = replace(task, stops=task.stops[1:], pinned=name)
        else:
            del self._open[stop.task]


def compare(days: Sequence[Day], improve_seconds: float) -> list[tuple[Outcome, Outcome]]:
    """Return for each day the outcome of insertion alone and with improvement."""
    return [(Play(day, 0.0).run(), Play(day, improve_seconds).run()) for day in days]


def main(argv: Sequence[str] | None = None) -> int:
    """Compare on random days and print one line a day, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--over", type=float, default=2700.0, help="seconds over which requests arrive")
    parser.add_argument("--robots", type=int, default=4, help="most robots of each kind")
    parser.add_argument("--seconds", type=float, default=0.5, help="budget of each improvement")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    lines = []
    for seed in range(args.days):
        day = random_day(seed, args.requests, args.over, args.robots)
        without, with_cpsat = compare([day], args.seconds)[0]
        lines.append({"seed": seed, "insertion": without.cost, "cpsat": with_cpsat.cost, "undone": with_cpsat.undone})
        if not args.json:
            print(
                f"day {seed}: insertion {without.cost:10.1f} ({without.undone} undone)  cpsat {with_cpsat.cost:10.1f} "
                f"({with_cpsat.undone} undone)  violations {without.violations + with_cpsat.violations}",
                flush=True,
            )
    totals = {key: sum(line[key] for line in lines) for key in ("insertion", "cpsat")}
    if args.json:
        json.dump({"days": lines, "totals": totals}, sys.stdout, indent=1)
    else:
        print(f"totals {totals}  gain {100.0 * (1.0 - totals['cpsat'] / totals['insertion']):.1f} %")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
