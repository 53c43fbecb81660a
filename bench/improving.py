"""What looking for better plans is worth: the same days of a site with CP-SAT and by insertion alone.

Run `python -m bench.improving --days 10 --requests 40`. Each day is drawn from the site's own pattern by its seed and
played on the virtual clock by the whole fleet: agents, right of way, charging, people. The cost of a day is what plans
are judged by, taken from what happened: weighted lateness, a tenth of the time spent driving, and the penalty of every
request that was not done, in seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from bench.virtual_day import BUSAN, cost_s, play_rows
from robot_fleet.core.fleet.tasks.retired import ended_tasks
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.runtime.runs.demand import played_rows
from robot_fleet.site.demand import generate_day


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a day came to."""

    seed: int
    improving: bool
    requests: int
    done: int
    late: int
    lateness_s: float
    driven_m: float
    cost_s: float


def play(seed: int, improving: bool, folder: Path, requests: int, without: Sequence[str]) -> Outcome:
    """Play the first requests of the day of a seed."""
    rows = played_rows(generate_day(folder, seed, None), requests, None)
    fleet = play_rows(folder, rows, without=without, improving=improving)
    completed = [task for task in ended_tasks(fleet.host.fleet.state) if task.state is TaskState.COMPLETED]
    lateness_s = [task.lateness_s or 0.0 for task in completed]
    return Outcome(
        seed,
        improving,
        len(rows),
        len(completed),
        sum(late_s > 0.0 for late_s in lateness_s),
        round(sum(lateness_s), 1),
        round(sum(robot.odometer_m for robot in fleet.world.robots.values()), 1),
        round(cost_s(fleet), 1),
    )


def compare(
    seeds: Sequence[int], requests: int, without: Sequence[str] = (), folder: Path = BUSAN, processes: int = 1
) -> list[tuple[Outcome, Outcome]]:
    """Return for each seed what its day came to by insertion alone, and with CP-SAT."""
    asked = [(seed, improving) for seed in seeds for improving in (False, True)]
    one = partial(play, folder=folder, requests=requests, without=tuple(without))
    if processes == 1:
        found = [one(*words) for words in asked]
    else:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(one, *zip(*asked, strict=True)))
    return list(zip(found[::2], found[1::2], strict=True))


def main(argv: Sequence[str] | None = None) -> int:
    """Compare, and print one line a day and the sums, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=BUSAN)
    parser.add_argument("--days", type=int, default=10, help="seeds 10, 11, ... of the site's demand")
    parser.add_argument("--requests", type=int, default=40, help="the first so many of each day")
    parser.add_argument("--without", default="", help="robots to leave out, separated by commas")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    without = [name for name in args.without.split(",") if name]
    pairs = compare(range(10, 10 + args.days), args.requests, without, args.site, args.processes)
    if args.json:
        json.dump({"days": [[asdict(outcome) for outcome in pair] for pair in pairs]}, sys.stdout, indent=1)
        return 0
    for pair in pairs:
        for outcome in pair:
            print("  ".join(f"{key} {value}" for key, value in asdict(outcome).items()))
    for key in ("done", "late", "lateness_s", "driven_m", "cost_s"):
        before, after = (sum(getattr(pair[i], key) for pair in pairs) for i in (0, 1))
        gain = f"  {100.0 * (1.0 - after / before):+.1f} % less" if before else ""
        print(f"{key}: insertion {before:.0f}, with CP-SAT {after:.0f}{gain}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
