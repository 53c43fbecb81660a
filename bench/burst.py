"""Many requests at once: how long until all of them are planned, checked and durable, or explained.

Run `python -m bench.burst --robots 50 --requests 700`. The requests go through the real core with its ledger on disk,
while the clock ticks as it does in the manager; see `fleet_day`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bench.fleet_day import play_day
from robot_fleet.scheduling.warm import warm_up

MOST_S = 120.0


def main(argv: Sequence[str] | None = None) -> int:
    """Play the burst and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--robots", type=int, default=50)
    parser.add_argument("--requests", type=int, default=700)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    warm_up()
    day = play_day(args.robots, args.requests, args.seed, MOST_S, lambda done: None, at_once=True)
    print(
        f"{len(day.cpu_ms)} of {day.asked} requests taken in, {day.refused} refused, {day.unplanned} explained, not"
        f" planned: {day.took_s:.2f} s ({sum(day.cpu_ms) / 1000.0:.2f} s of CPU), {day.checked} plans checked,"
        f" {day.violations} violations"
    )
    return 1 if day.violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
