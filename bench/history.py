"""What telemetry history costs: the room of a month, the time of queries, the load of a large fleet's reports.

`./fleet python -m bench.history` takes a few minutes; `--days 3 --seconds 60` a fraction of that.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.telemetry_month import MAP, Drives, robot_names, signals, write_month
from robot_fleet.stores.history.recorder import TelemetryRecorder
from robot_fleet.stores.history.retention import DAY_S
from robot_fleet.stores.history.store import TelemetryStore
from robot_fleet.telemetry.kept import KEPT

RATE_HZ = 5


@dataclass(frozen=True, slots=True)
class Queries:
    """Times of queries in milliseconds, of the clock on the wall and of CPU."""

    wall_ms: list[float]
    cpu_ms: list[float]

    def told(self) -> str:
        """Return the figures as text."""
        p50, p99 = np.percentile(self.wall_ms, (50, 99))
        return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms; p99 of CPU {np.percentile(self.cpu_ms, 99):.1f} ms"


def asked(store: TelemetryStore, until_s: float, count: int, seed: int = 1) -> tuple[Queries, Queries]:
    """Ask for series, and for trajectories, of any robot, signal and period from ten seconds to all there is."""
    rng = np.random.default_rng(seed)
    robots, series, ways = store.robots(), Queries([], []), Queries([], [])
    for number in range(2 * count):
        length_s = 10.0 ** rng.uniform(1.0, math.log10(until_s))
        from_s = rng.uniform(0.0, until_s - length_s)
        robot, signal = str(rng.choice(robots)), str(rng.choice(list(KEPT)))
        points = int(rng.choice((100, 500, 2_000)))
        began_s, began_cpu_s = time.perf_counter(), time.thread_time()
        if number % 2:
            store.series(robot, signal, from_s, from_s + length_s, points)
        else:
            store.trajectory(robot, from_s, from_s + length_s)
        found = series if number % 2 else ways
        found.wall_ms.append((time.perf_counter() - began_s) * 1e3)
        found.cpu_ms.append((time.thread_time() - began_cpu_s) * 1e3)
    return series, ways


def size_mb(path: Path) -> float:
    """Return the size of an SQLite file with what lies beside it, in millions of bytes."""
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*")) / 1e6


def load(path: Path, robots: int, seconds: int, queries: int) -> str:
    """Record robots that each send a pose and nine figures five times a second, and return what it cost, as text."""
    rng = np.random.default_rng(1)
    names = robot_names(robots)
    recorder = TelemetryRecorder.open(path)
    values = signals(rng, np.arange(0.0, 70_000.0, 7.0))
    figures = [
        dict(zip(values, row, strict=True)) for row in zip(*(each.tolist() for each in values.values()), strict=True)
    ]
    moving = Drives(rng, robots)
    adding_s = flushing_s = longest_s = 0.0
    for second in range(seconds):
        seen = [[each.tolist() for each in moving.step(1.0 / RATE_HZ)] for _ in range(RATE_HZ)]
        began_s = time.process_time()
        for step, (xs_m, ys_m, yaws_rad) in enumerate(seen):
            for number, name in enumerate(names):
                at_s = second + step / RATE_HZ + number * 1e-4
                recorder.add(name, at_s, figures[(second * 37 + step * 11 + number) % 10_000])
                recorder.add_pose(name, at_s, xs_m[number], ys_m[number], yaws_rad[number], MAP)
        added_s = time.process_time()
        recorder.flush(second + 1.0)
        flushed_s = time.process_time()
        adding_s += added_s - began_s
        flushing_s += flushed_s - added_s
        longest_s = max(longest_s, flushed_s - added_s)
    with TelemetryStore.open(path) as store:
        series, ways = asked(store, float(seconds), queries)
    recorder.close(float(seconds))
    per_second = f"add {adding_s / seconds * 1e3:.1f} ms, flush {flushing_s / seconds * 1e3:.1f} ms"
    return (
        f"{robots} robots, CPU for a second: {per_second}; the longest flush {longest_s * 1e3:.0f} ms\n"
        f"series: {series.told()}\ntrajectories: {ways.told()}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30, help="of 30 robots")
    parser.add_argument("--queries", type=int, default=1_000, help="of each sort")
    parser.add_argument("--robots", type=int, default=300, help="of the load")
    parser.add_argument(
        "--seconds", type=int, default=4_000, help="of the load; an hour and more has every sort of work in it"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "month.sqlite"
        began_s = time.process_time()
        driven_m = write_month(path, days=arguments.days)
        cpu_s = time.process_time() - began_s
        print(
            f"{arguments.days} days of 30 robots, {driven_m / 1e3:.0f} km: {size_mb(path):.1f} MB, {cpu_s:.0f} s of CPU"
        )
        with TelemetryStore.open(path) as store:
            series, ways = asked(store, float(arguments.days * DAY_S), arguments.queries)
        print(f"series: {series.told()}\ntrajectories: {ways.told()}")
        print(load(Path(folder) / "load.sqlite", arguments.robots, arguments.seconds, arguments.queries))


if __name__ == "__main__":
    main()
