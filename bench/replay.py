"""What a replay costs: to read a day of facts once, and then to show any instant of it.

`./fleet python -m bench.replay` makes a day of fifty robots and takes some minutes; `--robots 12 --tasks 300` less.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.history import Queries
from bench.restart import make_ledger
from bench.telemetry_month import write_month
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.past.motion import motion
from robot_fleet.runtime.past.states import PastStates
from robot_fleet.site.load import load_site
from robot_fleet.stores.history.store import TelemetryStore

RECORD_S = 100.0
"""What a console asks for first at fivefold speed."""
SEEKS = 200


def sought(past: PastStates, ledger: Ledger, store: TelemetryStore) -> Queries:
    """Ask for records at random instants, as the replay's process does."""
    rng, queries = np.random.default_rng(1), Queries([], [])
    robots = store.robots()
    assert past.first_s is not None and past.newest_s is not None
    for _ in range(SEEKS):
        at_s = float(rng.uniform(past.first_s, past.newest_s))
        began_s, began_cpu_s = time.perf_counter(), time.thread_time()
        for _ in past.frames(ledger, at_s, at_s + RECORD_S):
            pass
        motion(store, robots, at_s % 86_000.0, at_s % 86_000.0 + RECORD_S)  # the history is of one day
        queries.wall_ms.append((time.perf_counter() - began_s) * 1e3)
        queries.cpu_ms.append((time.thread_time() - began_cpu_s) * 1e3)
    return queries


def main() -> None:
    """Make the day, read it, and look at any instant of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.replay", description=__doc__)
    parser.add_argument("--robots", type=int, default=50)
    parser.add_argument("--tasks", type=int, default=1_500, help="that were finished; a hundred more are open")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="replay_") as name:
        folder = Path(name) / "fleet"
        make_ledger(folder, asked.robots, 100, asked.tasks, print)
        write_month(folder / "telemetry.sqlite", asked.robots, 1)
        site = load_site(folder / "site")
        past = PastStates(site)
        with (
            Ledger.open(folder / "ledger.sqlite", registry(), site_id=site.id, read_only=True) as ledger,
            TelemetryStore.open(folder / "telemetry.sqlite") as store,
        ):
            began_cpu_s = time.process_time()
            past.read_on(ledger, float("inf"))
            print(f"{past.seq} facts of {asked.robots} robots read in {time.process_time() - began_cpu_s:.1f} s of CPU")
            print(f"a record of {RECORD_S:.0f} s: {sought(past, ledger, store).told()}")


if __name__ == "__main__":
    main()
