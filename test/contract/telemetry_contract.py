"""What telemetry history promises, whatever database it is in."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from robot_fleet.core.errors import FleetError
from robot_fleet.stores.history.recorder import TelemetryRecorder
from robot_fleet.stores.history.retention import Retention, Tier
from robot_fleet.stores.history.store import Series, TelemetryStore
from robot_fleet.telemetry.kept import KeptSignal
from robot_fleet.telemetry.trajectory import between

SHORT = Retention((Tier(1, 600, 1_200), Tier(60, 3_600, 7_200), Tier(600, 7_200, 86_400)), Tier(0, 3_600, 7_200))
"""Twenty minutes of seconds, two hours of minutes and of where robots were, a day of ten minutes."""
EVERY_S = 2.5


def wave(at_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what robots report at some times, in steps of the resolution of `soc_pct`."""
    return np.round(50.0 + 30.0 * np.sin(at_s / 900.0) + 7.0 * np.sin(at_s * 1.7), 1)


def times(from_s: float, to_s: float) -> NDArray[np.float64]:
    return np.arange(from_s, to_s, EVERY_S) + 0.25


def record(recorder: TelemetryRecorder, from_s: float, to_s: float, robots: tuple[str, ...] = ("a", "b")) -> None:
    """Let robots report each 2.5 s, going round a square, and the recorder be flushed each 10 s."""
    for at_s, soc_pct in zip(times(from_s, to_s).tolist(), wave(times(from_s, to_s)).tolist(), strict=True):
        for robot in robots:
            recorder.add(robot, at_s, {"soc_pct": soc_pct, "cpu_pct": at_s % 7.0})
            side, along = divmod(at_s % 120.0, 30.0)
            x_m, y_m = ((along, 0.0), (30.0, along), (30.0 - along, 30.0), (0.0, 30.0 - along))[int(side)]
            recorder.add_pose(robot, at_s, x_m, y_m, side * math.pi / 2.0, "m")
        if at_s % 10.0 < EVERY_S:
            recorder.flush(at_s)


def assert_series(series: Series, from_s: float, to_s: float) -> None:
    """The series has just what was reported in a time, bucket by bucket, to the resolution of the signal."""
    at_s = times(from_s, to_s)
    values = wave(at_s)
    for row, start_s in enumerate(series.start_s.tolist()):
        its = values[(at_s >= start_s) & (at_s < start_s + series.width_s)]
        assert series.count[row] == len(its)
        if len(its):
            told = [column[row] for column in (series.low, series.mean, series.high, series.last)]
            step = series.signal.resolution
            np.testing.assert_allclose(told, [its.min(), its.mean(), its.max(), its[-1]], atol=step, rtol=0)
            np.testing.assert_allclose([told[0], told[2], told[3]], [its.min(), its.max(), its[-1]], atol=1e-9, rtol=0)
        else:
            assert np.isnan([series.low[row], series.mean[row], series.high[row], series.last[row]]).all()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(FleetError) as caught:
        call()
    return caught.value.code


class TelemetryContract:
    """A subclass gives a fixture `url`: an empty place."""

    @pytest.fixture
    def url(self) -> str:
        raise NotImplementedError

    def recorder(self, url: str) -> TelemetryRecorder:
        return TelemetryRecorder.open(url, retention=SHORT)

    def test_a_period_is_read_as_it_was_recorded_in_every_resolution(self, url: str) -> None:
        recorder = self.recorder(url)
        record(recorder, 0.0, 7_000.0)
        recorder.close(7_000.0)
        with TelemetryStore.open(url) as store:
            assert store.robots() == ("a", "b")
            assert [signal.name for signal in store.signals("b")] == ["soc_pct", "cpu_pct"]
            assert store.span("a") == (0.0, 6_998.0)
            for from_s, to_s, points, width_s in (
                (6_400.0, 7_000.0, 600, 1),
                (6_400.0, 7_000.0, 100, 6),
                (0.0, 7_000.0, 1_000, 60),  # seconds are not kept for so long
                (0.0, 7_000.0, 100, 120),
                (0.0, 7_000.0, 10, 1_200),
                (1_234.5, 3_456.7, 2, 1_200),
            ):
                series = store.series("a", "soc_pct", from_s, to_s, points)
                assert series.width_s == width_s
                assert series.start_s[0] <= from_s < series.start_s[0] + width_s
                assert series.start_s[-1] < to_s <= series.start_s[-1] + width_s
                assert set(np.diff(series.start_s)) <= {width_s}
                assert_series(series, 0.0, 7_000.0)

    def test_readers_see_the_same_while_it_is_written(self, url: str) -> None:
        """At most the last minute is missing, and what has been seen stays as it was when it is put into blocks."""
        recorder = self.recorder(url)
        record(recorder, 0.0, 60.0)
        readers = [TelemetryStore.open(url), TelemetryStore.open(url)]
        for from_s, to_s in pairwise((60.0, 1_000.0, 3_500.0, 3_700.0, 4_000.0)):
            record(recorder, from_s, to_s)
            seen = [reader.series("b", "soc_pct", max(0.0, to_s - 600.0), to_s, 600) for reader in readers]
            for series in seen:
                last_s = series.start_s[series.count > 0][-1]
                assert last_s >= to_s - 60.0 - EVERY_S
                assert_series(series, 0.0, last_s + 1.0)
            np.testing.assert_array_equal(seen[0].mean, seen[1].mean)
        for reader in readers:
            reader.close()
        recorder.close(4_000.0)

    def test_a_restart_in_the_middle_costs_nothing_that_was_written(self, url: str) -> None:
        for from_s, to_s in pairwise((0.0, 1_990.0, 3_602.5, 3_670.0, 5_000.0)):
            recorder = self.recorder(url)
            record(recorder, from_s, to_s)
            recorder.close(to_s)
        with TelemetryStore.open(url) as store:
            assert_series(store.series("a", "soc_pct", 0.0, 5_000.0, 5_000), 0.0, 5_000.0)
            pieces = store.trajectory("a", 0.0, 5_000.0)
            # Who starts again cannot know where a robot was meanwhile.
            assert [piece.at_s[0] for piece in pieces] == pytest.approx([0.2, 1_990.2, 3_602.8, 3_670.2], abs=2.6)

    def test_a_new_day_goes_on_as_the_old_one_did(self, url: str) -> None:
        recorder = self.recorder(url)
        record(recorder, 86_000.0, 87_000.0)
        recorder.close(87_000.0)
        with TelemetryStore.open(url) as store:
            assert_series(store.series("a", "soc_pct", 86_200.0, 86_600.0, 400), 86_000.0, 87_000.0)
            (piece,) = store.trajectory("a", 86_390.0, 86_410.0)
            assert piece.at_s[0] <= 86_390.0
            assert piece.at_s[-1] >= 86_410.0

    def test_what_is_too_old_goes_fine_resolutions_first(self, url: str) -> None:
        recorder = self.recorder(url)
        record(recorder, 0.0, 1_000.0, ("a",))
        with TelemetryStore.open(url) as store:
            recorder.flush(1_010.0)
            assert store.series("a", "soc_pct", 0.0, 600.0, 600).width_s == 1
            for now_s, width_s in ((5_000.0, 60), (20_000.0, 600)):
                recorder.flush(now_s)
                series = store.series("a", "soc_pct", 0.0, 600.0, 600)
                assert series.width_s == width_s
                assert_series(series, 0.0, 1_000.0)
            assert store.trajectory("a", 0.0, 1_000.0) == ()
            recorder.flush(200_000.0)
            assert not store.series("a", "soc_pct", 0.0, 1_000.0).count.any()
            assert code_of(lambda: store.span("a")) == "request_unknown_robot"
        recorder.close(200_000.0)

    def test_a_gap_is_a_gap(self, url: str) -> None:
        recorder = self.recorder(url)
        record(recorder, 0.0, 500.0)
        record(recorder, 700.0, 1_000.0)
        recorder.close(1_000.0)
        with TelemetryStore.open(url) as store:
            series = store.series("a", "soc_pct", 0.0, 1_000.0, 20)
            assert series.width_s == 50
            assert series.count.tolist() == [20] * 10 + [0] * 4 + [20] * 6
            assert np.isnan(series.mean[10:14]).all()
            first, second = store.trajectory("a", 0.0, 1_000.0)
            assert first.at_s[-1] < 500.0 < 700.0 < second.at_s[0]
            assert store.trajectory("a", 550.0, 650.0) == ()

    def test_a_trajectory_is_the_same_however_it_was_written(self, url: str) -> None:
        recorder = self.recorder(url)
        record(recorder, 0.0, 7_400.0, ("a",))
        recorder.close(7_400.0)
        with TelemetryStore.open(url) as store:
            (whole,) = store.trajectory("a", 0.0, 7_400.0)
            assert len(whole) < 7_400.0 / 15.0
            side, along = np.divmod(times(0.0, 7_400.0) % 120.0, 30.0)
            x_m = np.choose(side.astype(int), (along, np.full_like(along, 30.0), 30.0 - along, 0.0 * along))
            off_m = np.abs(np.interp(times(0.0, 7_400.0), whole.at_s, whole.x_m) - x_m)
            assert off_m.max() <= 1.25  # 0.25 m, and as far as it drives in the second's slack
            rng = np.random.default_rng(1)
            for from_s, length_s in zip(rng.uniform(0.5, 7_000.0, 60), rng.choice((0.3, 20.0, 400.0), 60), strict=True):
                (part,) = store.trajectory("a", from_s, min(from_s + length_s, 7_390.0))
                (needed,) = between((whole,), from_s, min(from_s + length_s, 7_390.0))
                assert part.at_s.tolist() == needed.at_s.tolist()
                assert part.x_m.tolist() == needed.x_m.tolist()
                assert part.at_s[0] <= from_s
                assert part.at_s[-1] >= min(from_s + length_s, 7_390.0)

    def test_there_is_one_writer(self, url: str) -> None:
        recorder = self.recorder(url)
        assert code_of(lambda: self.recorder(url)) == "store_in_use"
        recorder.close(0.0)
        self.recorder(url).close(0.0)

    def test_what_is_not_there_is_said(self, url: str) -> None:
        assert code_of(lambda: TelemetryStore.open(url)) == "store_missing"
        recorder = self.recorder(url)
        with TelemetryStore.open(url) as store:
            assert store.robots() == ()
            assert code_of(lambda: store.span("a")) == "request_unknown_robot"
            record(recorder, 0.0, 100.0, ("a",))
            assert code_of(lambda: store.signals("b")) == "request_unknown_robot"
            assert code_of(lambda: store.series("a", "smell", 0.0, 1.0)) == "request_unknown_signal"
            assert code_of(lambda: store.series("a", "", 0.0, 1.0)) == "request_unknown_signal"
            for from_s, to_s, points in ((1.0, 1.0, 10), (0.0, math.nan, 10), (0.0, 9.0, 0), (0.0, 9.0, 10**6)):
                wrong = code_of(lambda f=from_s, t=to_s, p=points: store.series("a", "soc_pct", f, t, p))
                assert wrong == "request_period_malformed"
        recorder.close(100.0)

    def test_a_history_of_a_newer_version_is_refused(self, url: str) -> None:
        self.recorder(url).close(0.0)
        self.change(url, "UPDATE telemetry_meta SET value = '99' WHERE key = 'schema_version'")
        assert code_of(lambda: TelemetryStore.open(url)) == "store_newer_version"
        assert code_of(lambda: self.recorder(url)) == "store_newer_version"

    def test_a_damaged_block_is_one_error_and_no_figure(self, url: str) -> None:
        recorder = self.recorder(url)
        record(recorder, 0.0, 200.0, ("a",))
        recorder.close(200.0)
        self.change(url, "UPDATE telemetry_fresh SET block = substr(block, 1, length(block) / 2)")
        with TelemetryStore.open(url) as store:
            assert code_of(lambda: store.series("a", "soc_pct", 0.0, 200.0)) == "store_block_malformed"

    def test_a_signal_keeps_its_resolution(self, url: str) -> None:
        """What comes later is put together with what is there, whatever a later table of signals says."""
        recorder = self.recorder(url)
        record(recorder, 0.0, 60.0, ("a",))
        recorder.close(60.0)
        recorder = TelemetryRecorder.open(url, {"soc_pct": KeptSignal("soc_pct", "%", 25.0)}, SHORT)
        record(recorder, 60.0, 120.0, ("a",))
        recorder.close(120.0)
        with TelemetryStore.open(url) as store:
            assert_series(store.series("a", "soc_pct", 0.0, 120.0, 10), 0.0, 120.0)

    def change(self, url: str, statement: str) -> None:
        """Change the database behind the store's back."""
        raise NotImplementedError
