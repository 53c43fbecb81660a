"""The watch over real robots: each reason to stop, and the hiccups that are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from robot_fleet.runtime.hil import watch as limits
from robot_fleet.runtime.hil.watch import Verdict, Watch

LOOK_S = 0.1


class Watched:
    """A run of one real robot, whose time the test turns. All is well until the test says otherwise."""

    def __init__(self) -> None:
        self.watch = Watch(["r1"])
        self.steady_s = 50.0
        self.wall_s = 1_800_000_000.0
        self.world_s = self.wall_s
        self.factor = 1.0
        self.skew_s = 0.0
        self.delay_s: Callable[[int], float] = lambda _: 0.002
        self.speaks = self.poses = self.world_speaks = True
        self.speed_mps = 0.0
        self.looks = 0

    def pass_time(self, seconds: float) -> Verdict | None:
        """Let wall time pass; return what has been found so far."""
        for _ in range(round(seconds / LOOK_S)):
            self.looks += 1
            self.steady_s += LOOK_S
            self.wall_s += LOOK_S
            self.world_s += LOOK_S * self.factor
            if self.world_speaks:
                self.watch.heard_world(self.world_s)
            if self.speaks:
                stamp_s = self.wall_s - self.skew_s - self.delay_s(self.looks)
                self.watch.heard_motion("r1", stamp_s, self.wall_s, self.speed_mps * LOOK_S)
            if self.poses:
                self.watch.heard_pose("r1")
            self.watch.look(self.wall_s, self.steady_s)
        return self.watch.verdict

    def be_away(self, seconds: float) -> None:
        """Let time pass in which the watch's own process did not run; nothing that was sent meanwhile is lost."""
        self.steady_s += seconds
        self.wall_s += seconds
        self.world_s += seconds


@pytest.fixture
def run() -> Watched:
    made = Watched()
    assert made.pass_time(20.0) is None
    return made


def found(verdict: Verdict | None) -> tuple[str, str]:
    assert verdict is not None
    return verdict.code, verdict.where


def test_a_run_in_which_all_is_well_goes_on(run: Watched) -> None:
    assert run.pass_time(600.0) is None
    told = run.watch.figures()
    assert told["real_time_factor"] == pytest.approx(1.0)
    assert told["robots"]["r1"] == {"silent_s": 0.1, "pose_silent_s": 0.1, "clock_behind_s": pytest.approx(0.002)}


@pytest.mark.parametrize(("factor", "stops"), [(0.94, True), (0.96, False), (0.5, True), (0.0, True)])
def test_a_world_that_does_not_keep_up_is_no_world_for_a_real_robot(run: Watched, factor: float, stops: bool) -> None:
    run.factor = factor
    verdict = run.pass_time(30.0)
    assert (verdict is not None) is stops
    if stops:
        assert found(verdict) == (limits.FACTOR, "sim_world")


def test_one_hiccup_of_the_world_is_made_up_for(run: Watched) -> None:
    run.factor = 0.0
    assert run.pass_time(1.0) is None
    run.factor = 2.0
    assert run.pass_time(1.0) is None
    run.factor = 1.0
    assert run.pass_time(60.0) is None


def test_a_world_that_falls_silent_does_not_keep_up(run: Watched) -> None:
    run.world_speaks = False
    assert run.pass_time(2.9) is None
    assert found(run.pass_time(2.0)) == (limits.FACTOR, "sim_world")


def test_a_world_that_falls_silent_before_its_factor_is_known_is_not_waited_for_longer() -> None:
    run = Watched()
    assert run.pass_time(1.0) is None
    run.world_speaks = False
    assert found(run.pass_time(6.0)) == (limits.FACTOR, "sim_world")


@pytest.mark.parametrize(
    ("skew_s", "word"), [(0.04, ""), (0.06, "behind"), (-0.06, "ahead of"), (-0.04, ""), (3600.0, "behind")]
)
def test_clocks_that_differ_by_more_than_fifty_ms(run: Watched, skew_s: float, word: str) -> None:
    run.skew_s = skew_s
    verdict = run.pass_time(10.0)
    assert (verdict is not None) is bool(word)
    if word:
        assert found(verdict) == (limits.CLOCK, "r1")
        assert word in verdict.sentence  # type: ignore[union-attr]


def test_messages_that_come_late_are_no_difference_of_clocks(run: Watched) -> None:
    run.delay_s = lambda n: 0.001 if n % 7 == 0 else 0.4
    assert run.pass_time(60.0) is None


def test_one_odd_stamp_is_no_difference_of_clocks(run: Watched) -> None:
    odd = run.looks + 5
    run.delay_s = lambda n: -30.0 if n == odd else 0.001
    assert run.pass_time(30.0) is None


def test_a_clock_that_is_set_while_the_robot_drives(run: Watched) -> None:
    run.wall_s += 0.2
    assert found(run.pass_time(0.2)) == (limits.CLOCK, "clock")


def test_a_robot_of_which_nobody_knows_where_it_is(run: Watched) -> None:
    run.speaks = run.poses = False
    assert run.pass_time(1.9) is None
    assert found(run.pass_time(0.3)) == (limits.STALE, "r1")


def test_a_robot_at_rest_need_not_be_localised_anew(run: Watched) -> None:
    run.poses = False
    assert run.pass_time(600.0) is None


def test_a_robot_that_drives_must_be_localised(run: Watched) -> None:
    run.poses, run.speed_mps = False, 0.5
    assert run.pass_time(4.9) is None
    assert found(run.pass_time(0.3)) == (limits.STALE, "r1")


def test_a_watch_that_was_away_itself_does_not_blame_the_robot(run: Watched) -> None:
    run.be_away(8.0)
    assert run.pass_time(30.0) is None


@pytest.mark.parametrize(("missing", "where"), [("speaks", "r1"), ("poses", "r1"), ("world_speaks", "sim_world")])
def test_who_never_appears(missing: str, where: str) -> None:
    run = Watched()
    setattr(run, missing, False)
    assert run.pass_time(59.0) is None
    verdict = run.pass_time(2.0)
    assert found(verdict) == (limits.ABSENT, where)
    assert verdict is not None
    assert "odom" in verdict.sentence or missing != "speaks"


def test_two_that_answer_to_one_name(run: Watched) -> None:
    run.watch.published("r1", "/r1/report", 2, run.steady_s)
    run.watch.published("r1", "/r1/report", 1, run.steady_s + 15.0)
    run.watch.published("r1", "/r1/report", 2, run.steady_s + 20.0)
    run.watch.published("r1", "/r1/report", 2, run.steady_s + 45.0)
    assert run.pass_time(0.1) is None, "an agent that was killed and started again is seen twice for a while"
    run.watch.published("r1", "/r1/report", 2, run.steady_s + 51.0)
    assert found(run.pass_time(0.1)) == (limits.TWICE, "r1")


def test_the_first_finding_stands(run: Watched) -> None:
    run.speaks = run.poses = False
    first = run.pass_time(3.0)
    run.factor = 0.0
    assert run.pass_time(30.0) is first
