"""A month of thirty robots' noisy telemetry: in 50 MB, and all of it can be asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.history import asked, size_mb
from bench.telemetry_month import FAST_HZ, SAMPLE_S, robot_names, write_month
from robot_fleet.stores.history.retention import DAY_S, HOUR_S
from robot_fleet.stores.history.store import TelemetryStore
from robot_fleet.telemetry.kept import KEPT

DAYS, ROBOTS = 30, 30
END_S = DAYS * DAY_S
MOST_MB = 50.0
MOST_MS = 20.0


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_a_month_takes_50_mb_and_every_period_of_it_is_read_in_milliseconds(tmp_path: Path) -> None:
    path = tmp_path / "month.sqlite"
    driven_m = write_month(path, ROBOTS, DAYS)
    assert size_mb(path) <= MOST_MB

    with TelemetryStore.open(path) as store:
        assert set(store.robots()) == set(robot_names(ROBOTS))
        for robot in ("robot_0", "robot_29"):
            assert {signal.name for signal in store.signals(robot)} == set(KEPT)
            for signal in KEPT:
                month = store.series(robot, signal, 0.0, END_S, END_S // HOUR_S)
                assert month.width_s == HOUR_S
                assert np.all(month.count[:-8] == HOUR_S / SAMPLE_S)
                assert np.all(month.low <= month.mean)
                assert np.all(month.mean <= month.high)
        week = store.series("robot_7", "soc_pct", 3.0 * DAY_S, 10.0 * DAY_S, 7 * 1_440)
        assert week.width_s == 60
        assert np.all(week.count == 60.0 / SAMPLE_S)
        assert np.abs(week.mean - (60.0 + 35.0 * np.abs((week.start_s / HOUR_S / 4.0) % 2.0 - 1.0))).max() < 0.5
        hours = store.series("robot_7", "soc_pct", END_S - 6.0 * HOUR_S, END_S, 6 * HOUR_S)
        assert hours.width_s == 1
        assert np.all(hours.count == FAST_HZ)

        length_m = 0.0
        for robot in store.robots():
            pieces = store.trajectory(robot, 0.0, END_S)
            assert len(pieces) == DAYS
            length_m += sum(float(np.hypot(np.diff(piece.x_m), np.diff(piece.y_m)).sum()) for piece in pieces)
        assert length_m == pytest.approx(driven_m, rel=0.05)

        for queries in asked(store, float(END_S), 300):
            assert np.percentile(queries.cpu_ms, 99) < MOST_MS
