"""What is summed up and told of time on the robot's side: totals of a base, and the two clocks of a node."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.nodes.arguments import parser
from robot_fleet.ros import clock as clock_module
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.sim.base_totals import BaseTotals, KeptTotals

pytestmark = pytest.mark.ros

POINTS = st.lists(st.tuples(st.floats(-50.0, 50.0), st.floats(-50.0, 50.0), st.booleans()), max_size=20)


@given(POINTS, st.integers(0, 20))
def test_totals_are_the_same_with_a_restart_anywhere(points: list[tuple[float, float, bool]], at: int) -> None:
    whole, first = BaseTotals(), BaseTotals()
    for x_m, y_m, loaded in points:
        whole.moved(x_m, y_m, loaded)
    for x_m, y_m, loaded in points[:at]:
        first.moved(x_m, y_m, loaded)
    second = BaseTotals()
    second.restore(json.loads(json.dumps(first.kept())))
    for x_m, y_m, loaded in points[at:]:
        second.moved(x_m, y_m, loaded)
    assert (second.odometer_m, second.loaded_m) == pytest.approx((whole.odometer_m, whole.loaded_m))
    way_m = sum(math.dist(a[:2], b[:2]) for a, b in zip(points, points[1:], strict=False))
    assert whole.odometer_m == pytest.approx(way_m)
    assert 0.0 <= whole.loaded_m <= whole.odometer_m + 1e-9


@given(st.lists(st.floats(0.0, 600.0), max_size=20))
def test_energy_is_what_was_discharged(charges_wh: list[float]) -> None:
    totals = BaseTotals()
    for charge_wh in charges_wh:
        totals.charged(charge_wh)
    lost = [max(a - b, 0.0) for a, b in zip(charges_wh, charges_wh[1:], strict=False)]
    assert totals.energy_wh == pytest.approx(sum(lost))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_readings_that_are_not_finite_count_for_nothing(bad: float) -> None:
    totals = BaseTotals()
    totals.moved(0.0, 0.0, loaded=True)
    totals.moved(bad, 0.0, loaded=True)
    totals.moved(3.0, 4.0, loaded=True)
    totals.charged(100.0)
    totals.charged(bad)
    totals.charged(99.0)
    assert (totals.odometer_m, totals.loaded_m, totals.energy_wh) == (5.0, 5.0, 1.0)


def test_totals_outlive_their_process_but_not_a_torn_record(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "care_1.totals.json"
    totals = BaseTotals()
    kept = KeptTotals(totals, file)
    for x_m in range(1000):
        totals.moved(x_m * 0.333, 1e6 / 3.0, loaded=x_m % 2 == 0)
        totals.charged(600.0 - x_m * 0.1)
        kept.keep()
    again = BaseTotals()
    KeptTotals(again, file)
    assert again.kept() == totals.kept()
    file.write_bytes(file.read_bytes()[:20])
    anew = BaseTotals()
    KeptTotals(anew, file).keep()
    assert anew.kept() == BaseTotals().kept()
    assert "event=torn" in caplog.text
    assert json.loads(file.read_text()) == anew.kept()


@dataclass
class Ticking:
    """A node whose ROS time the test sets."""

    nanoseconds: int = 0

    def get_clock(self) -> Ticking:
        return self

    def now(self) -> Ticking:
        return self


def test_simulated_time_begins_with_its_first_message_and_never_goes_back() -> None:
    node = Ticking()
    clock = FleetClock(node, midnight=None)
    assert not clock.started
    seen = []
    for seconds in (27_000.0, 27_001.0, 26_990.0, 27_000.5, 27_001.5):
        node.nanoseconds = round(seconds * 1e9)
        seen.append(clock.now().fleet_s)
    assert clock.started
    assert seen == pytest.approx([27_000.0, 27_001.0, 27_001.0, 27_001.0, 27_001.5])


def test_a_clock_stands_still_until_it_is_as_late_as_what_was_written_down() -> None:
    node = Ticking()
    clock = FleetClock(node, midnight=None)
    clock.not_before(27_010.0)
    assert not clock.started, "what an earlier process wrote is no message of time"
    seen = []
    for seconds in (27_000.0, 27_009.0, 27_011.0):
        node.nanoseconds = round(seconds * 1e9)
        seen.append(clock.now().fleet_s)
    assert seen == pytest.approx([27_010.0, 27_010.0, 27_011.0])


def test_a_clock_that_runs_ahead_for_a_while_stands_still_afterwards() -> None:
    node, ahead = Ticking(), [30.0]
    clock = FleetClock(node, None, lambda: ahead[0])
    assert clock.now().fleet_s == 0.0, "before the first message there is no time to run ahead of"
    node.nanoseconds = 1_000 * 10**9
    assert clock.now().fleet_s == 1_030.0
    ahead[0] = 0.0
    seen = []
    for seconds in (1_010, 1_029, 1_031):
        node.nanoseconds = seconds * 10**9
        seen.append(clock.now().fleet_s)
    assert seen == [1_030.0, 1_030.0, 1_031.0]


def test_stamps_are_told_apart_by_whose_time_they_are() -> None:
    midnight = datetime(2026, 11, 26, tzinfo=UTC)
    assert FleetClock(Ticking(), None).fleet_s_of(27_000.5) == 27_000.5
    assert FleetClock(Ticking(), midnight).fleet_s_of(midnight.timestamp() + 27_000.5) == 27_000.5


def test_the_fleets_own_time_counts_from_the_midnight_it_is_told_and_never_goes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    midnight = datetime(2026, 11, 26, tzinfo=timezone(timedelta(hours=9)))
    wall_s = midnight.timestamp() + 30_000.0
    monkeypatch.setattr(clock_module.time, "time", lambda: wall_s)
    clock = FleetClock(Ticking(), midnight)
    assert clock.started
    assert clock.now().fleet_s == 30_000.0
    wall_s += 86_400.0
    assert clock.now().fleet_s == 116_400.0
    assert FleetClock(Ticking(), midnight).now().fleet_s == 116_400.0, "a restart on the day after changes nothing"
    wall_s -= 86_400.0
    assert clock.now().fleet_s == 116_400.0, "it stands still"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "--simulated --midnight"),
        (["--midnight", "today"], "got 'today'"),
        (["--midnight", "2026-11-26T00:00"], "offset from UTC"),
        (["--midnight", "9999-01-01T00:00+09:00"], "yet to come"),
        (["--simulated", "--midnight", "2026-11-26T00:00+09:00"], "not allowed with"),
    ],
)
def test_a_process_must_be_told_what_time_is(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser("a node").parse_args(["--site", ".", "--run", ".", *words])
    assert expected in capsys.readouterr().err


def test_steady_time_is_never_scaled() -> None:
    clock = FleetClock(Ticking(10**12), midnight=None)
    assert clock.now().steady_s == pytest.approx(time.monotonic(), abs=1.0)
