"""A site's whole day by three planners, side by side: the fleet's own, insertion alone, OR-Tools routing in its place.

Run `python -m bench.day`. The same requests are played on the virtual clock by the whole fleet: agents, right of way,
charging, people. What is told is what happened, not what was planned.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from pathlib import Path

from bench.rivals.in_place import OrToolsInPlace
from bench.virtual_day import BUSAN, cost_s, play_rows
from robot_fleet.core.fleet.tasks.retired import ended_tasks
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.runtime.runs.demand import played_rows
from robot_fleet.runtime.runs.summary import fleet_part
from robot_fleet.site.demand import read_csv

PLANNERS = ("ours", "insertion", "ortools")


@dataclass(frozen=True, slots=True)
class Day:
    """What a day came to.

    Parameters
    ----------
    driven_m, empty_m, empty_s : all robots' driving, and what of it with nothing on board.
    held_pct : share of looks and places within reach for an alarm.
    on_site_s : from each alarm until a robot was there.
    cost_s : what plans are judged by; see `virtual_day`.
    """

    planner: str
    seed: int
    requests: int
    done: int
    late: int
    lateness_s: float
    driven_m: float
    empty_m: float
    empty_s: float
    held_pct: float | None
    on_site_s: tuple[float, ...]
    violations: int
    cost_s: float


def play(planner: str, seed: int, folder: Path, requests: int | None, without: Sequence[str]) -> Day:
    """Play the site's day."""
    rows = played_rows(read_csv(folder / "demand.csv"), requests, None)
    other = OrToolsInPlace() if planner == "ortools" else None
    fleet = play_rows(folder, rows, without=without, improving=planner == "ours", seed=seed, planner=other)
    core = fleet.host.fleet
    agenda = core.agenda
    part = fleet_part(
        core.site,
        core.state,
        fleet.host.rollups,
        fleet.host.plans_by,
        agenda.checked,
        len(agenda.violations),
        agenda.coverage.short,
        agenda.coverage.looks,
    )
    tasks = list(ended_tasks(core.state))
    late_s = [task.lateness_s or 0.0 for task in tasks]
    driven_m = sum(robot["distance_m"] for robot in part["robots"])
    loaded_m = sum(robot["loaded_m"] for robot in part["robots"])
    return Day(
        planner=planner,
        seed=seed,
        requests=len(rows),
        done=sum(task.state is TaskState.COMPLETED for task in tasks),
        late=sum(each > 0.0 for each in late_s),
        lateness_s=round(sum(late_s), 1),
        driven_m=round(driven_m, 1),
        empty_m=round(driven_m - loaded_m, 1),
        empty_s=round(sum(robot["driving_empty_s"] for robot in part["robots"]), 1),
        held_pct=part["coverage"]["held_pct"],
        on_site_s=tuple(alarm["robot_on_site_s"] for alarm in part["alarms"]),
        violations=len(agenda.violations),
        cost_s=round(cost_s(fleet), 1),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Play the day by each planner and print one line each, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=BUSAN)
    parser.add_argument("--requests", type=int, default=None, help="the first so many of the day; all by default")
    parser.add_argument("--without", default="", help="robots to leave out, separated by commas")
    parser.add_argument("--planner", action="append", choices=PLANNERS, help="repeat; all three by default")
    parser.add_argument("--seeds", default="1", help="of how long people take, separated by commas; 1 by default")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    without = [name for name in args.without.split(",") if name]
    one = partial(play, folder=args.site, requests=args.requests, without=tuple(without))
    with ProcessPoolExecutor(args.processes) as pool:
        runs = list(product(args.planner or PLANNERS, map(int, args.seeds.split(","))))
        days = list(pool.map(one, *zip(*runs, strict=True)))
    if args.json:
        json.dump({"days": [asdict(day) for day in days]}, sys.stdout, indent=1)
        return 0
    for planner in dict.fromkeys(day.planner for day in days):
        mine = [day for day in days if day.planner == planner]
        sums = ("done", "late", "lateness_s", "cost_s", "driven_m", "empty_m")
        print(planner, "  ".join(f"{key} {sum(getattr(day, key) for day in mine):.0f}" for key in sums))
    for day in days:
        print("  ".join(f"{key} {value}" for key, value in asdict(day).items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
