"""What a long past costs a manager that runs: the time of an event, and memory.

Run `python -m bench.steady --finished 0` and `--finished 100000`: the facts of so many tasks are applied (`past`), then
requests come one after the other, each with a tick of the manager, while robots take orders and report nothing more.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.past import BEGIN_S, Shift, requests
from bench.punctual import TICK_S, PunctualFleet
from bench.streets import street_site
from robot_fleet.core.clock import Now
from robot_fleet.core.fleet import Fleet, FleetState, Ports, apply, initial_state
from robot_fleet.core.inputs import Tick
from robot_fleet.core.site import Site
from robot_fleet.runtime.host import MemoryLog
from robot_fleet.runtime.pauses import avoid_pauses
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.runs.summary import percentiles

DECKS = 3


def with_past(site: Site, ports: Ports, shift: Shift, finished: int) -> tuple[FleetState, float]:
    """Return the state after so many finished tasks (and a few more), and its fleet time."""
    state, at_s = initial_state(site), BEGIN_S
    for fact in shift.opening:
        apply(state, fact)
    for at_s, facts in shift.again(-(-finished // shift.tasks)):
        for fact in facts:
            apply(state, fact)
        Fleet(site, ports, state=state).decide(Tick(), Now(at_s, 0.0))
    return state, at_s


def event_ms(site: Site, ports: Ports, state: FleetState, at_s: float, count: int) -> list[float]:
    """Return the CPU milliseconds of each of so many requests with the tick after it."""
    fleet = PunctualFleet(site, ports, MemoryLog(), at_s, state)
    fleet.run(lambda: fleet.now_s > at_s)  # everybody has reported
    avoid_pauses()
    took_ms = []
    for wish in requests(site, "new-", count, 3, (0.3, 0.7)):
        fleet.now_s += TICK_S
        began_s = time.process_time()
        fleet.ask(wish)
        fleet.look()
        took_ms.append(1000.0 * (time.process_time() - began_s))
    return took_ms


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--robots", type=int, default=60)
    parser.add_argument("--finished", type=int, default=0)
    parser.add_argument("--events", type=int, default=400)
    args = parser.parse_args(argv)
    site = street_site(args.robots, DECKS)
    ports = ports_for(site)
    shift = Shift(site, ports)
    gc.collect()
    before_mb = _rss_mb()
    state, at_s = with_past(site, ports, shift, args.finished)
    gc.collect()
    after_mb = _rss_mb()
    event_cpu_ms = percentiles(event_ms(site, ports, state, at_s, args.events))
    assert len(state.open_tasks()) == args.events
    told = {"finished": len(state.retired) + sum(task.ended for task in state.tasks.values())}
    json.dump({**told, "event_cpu_ms": event_cpu_ms, "past_mb": round(after_mb - before_mb, 1)}, sys.stdout)
    print()
    return 0


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


if __name__ == "__main__":
    raise SystemExit(main())
