"""What a ledger costs: turns written one by one, and the whole read, verified, backed up, restored and compacted.

Run `python -m bench.ledger --facts 100000`, with `--url postgresql://USER@HOST/DATABASE` (an empty one) on a server.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from robot_fleet.core.facts import HoldSet, OrderProgressed
from robot_fleet.core.order import StepResult, StepState
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.transfer import backup, restore
from robot_fleet.ledger.verify import verify
from robot_fleet.runtime.history import registry

TURN = [HoldSet(True, "", "", "bench")] * 3
TURNS = 1000
TOGETHER = 500
"""Facts of a turn of those that only make the ledger long."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--url", help="an empty PostgreSQL database instead of a file")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="ledger_") as folder:
        target = args.url or str(Path(folder) / "ledger.sqlite")
        kept = Path(folder) / "backup.sqlite"
        with Ledger.open(target, registry(), site_id="bench") as ledger:
            _append(ledger)
            _fill(ledger, args.facts)
            print(f"{ledger.last_seq} facts, {ledger.store.size() / 1e6:.1f} MB")
            _timed("read and decoded", lambda: sum(1 for _ in ledger.read()))
            _timed("backed up and read back", lambda: backup(target, kept))
            _timed("verified", lambda: verify(target, registry()))
            _timed("compacted", ledger.compact)
        _timed("restored and read back", lambda: restore(kept, target))
    return 0


def _append(ledger: Ledger) -> None:
    """Write turns as a manager does, and tell what one takes."""
    took_ms = []
    cpu_s = time.process_time()
    for turn in range(TURNS):
        began_s = time.perf_counter()
        ledger.append(TURN, at_s=float(turn))
        took_ms.append(1000.0 * (time.perf_counter() - began_s))
    cpu_s = time.process_time() - cpu_s
    p50, p99 = statistics.median(took_ms), sorted(took_ms)[int(0.99 * TURNS)]
    print(f"a turn of three facts: p50 {p50:.2f} ms, p99 {p99:.1f} ms, {1000.0 * cpu_s / TURNS:.2f} ms of it CPU here")


def _fill(ledger: Ledger, facts: int) -> None:
    while ledger.last_seq < facts:
        first = ledger.last_seq
        ledger.append([_progress(first + number) for number in range(min(TOGETHER, facts - first))], at_s=27_000.0)


def _progress(number: int) -> OrderProgressed:
    order = f"logistics_{number % 9}.{number // 100}"
    result = StepResult(f"{order}.{number % 30}", StepState.DONE, "", {}, 27_000.0 + number / 10.0)
    return OrderProgressed(f"logistics_{number % 9}", order, (result,), 27_000.0 + number / 10.0)


def _timed(what: str, work: Callable[[], object]) -> None:
    began_s, cpu_s = time.perf_counter(), time.process_time()
    work()
    print(f"{what}: {time.perf_counter() - began_s:.2f} s, {time.process_time() - cpu_s:.2f} s of it CPU here")


if __name__ == "__main__":
    raise SystemExit(main())
