"""A day of 250 requests, played by the virtual link into a ledger, and then a what-if about it: how near, how fast.

Run `python -m bench.what_if`. The question is the issue's own: one robot fewer, one charger more, demand + 20 %.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.virtual_day import BUSAN
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.runs.demand import played_rows
from robot_fleet.runtime.runs.virtual import Stop, VirtualFleet
from robot_fleet.runtime.what_if.answer import Question, Sources, answer
from robot_fleet.runtime.what_if.change import EVERY_SERVICE, Change
from robot_fleet.runtime.what_if.compare import Comparison
from robot_fleet.sim.people import read_people
from robot_fleet.site.demand import read_csv
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_site

CHANGE = Change(robots={"care": -1}, chargers={"logistics": 1}, demand_pct={EVERY_SERVICE: 20.0})


def write_day(folder: Path, path: Path, requests: int | None, seed: int) -> None:
    """Play the first requests of a site's day into a new ledger."""
    site = load_site(folder)
    rows = played_rows(read_csv(folder / "demand.csv"), requests, None)
    with Ledger.open(path, registry(), site_id=site.id) as ledger:
        people = read_people(folder / "people.yaml")
        fleet = VirtualFleet(site, ports_for(site), read_map(Path(site.map_file)), people, rows, seed, ledger)
        fleet.run(Stop(True, rows[-1].at_s - rows[0].at_s))


def figures(made: Comparison, cpu_s: float, wall_s: float) -> dict[str, Any]:
    """Return what `--json` prints."""
    plays = [each for each in (made.baseline, made.changed) if each is not None]
    fleet_s = sum(each.fleet_s for each in plays)
    return {
        "requests": len(made.day.requests),
        "plays": len(plays),
        "fleet_s": round(fleet_s, 1),
        "cpu_s": round(cpu_s, 1),
        "wall_s": round(wall_s, 1),
        "fleet_per_cpu": round(fleet_s / cpu_s, 1),
        "fleet_per_wall": [round(each.speed, 1) for each in plays],
        "deviation_pct": {f"{line.table}.{line.figure}": line.deviation_pct for line in made.lines() if line.judged},
        "fleet": {
            f"{line.table}.{line.figure}": [line.measured, line.baseline, line.changed]
            for line in made.lines()
            if line.key == "fleet"
        },
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Play the day, ask the question and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=BUSAN)
    parser.add_argument("--requests", type=int, default=None, help="the first so many of the day; all by default")
    parser.add_argument("--ledger", type=Path, default=None, help="a day that was played before")
    parser.add_argument("--day-seed", type=int, default=1, help="of the people of the day")
    parser.add_argument("--seed", type=int, default=1, help="by which it is played again")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="what_if_") as folder:
        path = args.ledger or Path(folder) / "ledger.sqlite"
        if args.ledger is None:
            write_day(args.site, path, args.requests, args.day_seed)
        wall_s, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        made = answer(Question("1", "", CHANGE, args.seed), Sources(args.site, path, None))
        after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    json.dump(figures(made, cpu_s, time.perf_counter() - wall_s), sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
