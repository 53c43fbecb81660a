"""A played world: in step with the wall clock, kept before anything is shown, and never earlier after a kill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.ros.sim.world_player import AHEAD_S, WorldPlayer
from robot_fleet.sim import checkpoint
from robot_fleet.sim.callers import Callers
from robot_fleet.sim.goals import Mode
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from test.factories import make_site

START_S = 1000.0


class Played:
    """A player with its files, and a wall clock that the test turns."""

    def __init__(self, folder: Path, speed: float = 10.0) -> None:
        self.folder = folder
        self.kept = folder / "world.json"
        self.speed = speed
        self.wall_s = 500.0
        self.changed: list[str] = []
        self.begin()

    def kill(self) -> None:
        """End as a killed process does: what stands in the trace's buffer is lost."""
        trace, self.world.trace = self.world.trace, None
        if trace is not None:
            trace._file.close()

    def begin_anew(self) -> None:
        """Start a player, as a process that was killed is started again."""
        self.kill()
        self.begin()

    def begin(self) -> None:
        """Start a player."""
        self.world = SimWorld(make_site(), None, People(), 1, START_S)
        callers = Callers(self.world, ())
        self.player = WorldPlayer(
            self.world, callers, self.kept, self.folder / "figures.json", self.speed, self.folder / "trace.csv"
        )

    def pass_time(self, wall_s: float) -> None:
        """Let wall time pass, with a look every 10 ms."""
        for _ in range(round(wall_s / 0.01)):
            self.wall_s += 0.01
            self.player.play(self.wall_s, self.changed.append)

    @property
    def kept_s(self) -> float:
        return float(json.loads(self.kept.read_text())["tick"]) / 10.0


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    made = Played(tmp_path)
    yield made
    made.kill()


def test_time_begins_with_the_first_call_and_goes_at_the_speed(played: Played) -> None:
    played.pass_time(0.01)
    assert played.world.now_s == START_S
    played.pass_time(3.0)
    assert played.world.now_s == pytest.approx(START_S + 30.0, abs=0.11)


def test_a_world_that_fell_behind_does_not_rush(played: Played) -> None:
    played.pass_time(0.01)
    played.wall_s += 60.0
    played.pass_time(1.0)
    assert played.world.now_s < START_S + 15.0


def test_a_short_pause_is_made_up_for(played: Played) -> None:
    played.pass_time(0.01)
    played.pass_time(1.0)
    played.wall_s += 3.0
    looked_s = played.world.now_s
    played.pass_time(1.0)
    assert looked_s + 10.0 < played.world.now_s < looked_s + 22.0, "at no more than twice the speed"
    played.pass_time(3.0)
    assert played.world.now_s == pytest.approx(START_S + 80.0, abs=0.3)


def test_the_checkpoint_is_never_older_than_the_time_ahead(played: Played) -> None:
    played.pass_time(0.05)
    for _ in range(300):
        played.pass_time(0.01)
        assert played.player.clock_s <= played.kept_s + AHEAD_S + 1e-6


@settings(max_examples=25)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=4), st.sampled_from([0.5, 1.0, 7.3, 10.0, 50.0]))
def test_the_clock_never_goes_back_over_kills(
    tmp_path_factory: pytest.TempPathFactory, lives: list[int], speed: float
) -> None:
    played = Played(tmp_path_factory.mktemp("played"), speed)
    shown = [played.player.clock_s]
    for looks in lives:
        for _ in range(looks):
            played.pass_time(0.01)
            shown.append(played.player.clock_s)
        played.begin_anew()
        shown.append(played.player.clock_s)
    played.kill()
    assert shown == sorted(shown)


def test_nothing_physical_is_shown_before_it_is_kept(played: Played) -> None:
    world = played.world
    robot = world.robots["log_1"]
    seen: list[tuple[int, int]] = []

    def changed(_: str) -> None:
        seen.append((len(world.physical_acts), len(json.loads(played.kept.read_text())["physical_acts"])))

    played.pass_time(0.05)
    world.acts.start(robot, "t1/s/x/0", "inspect", "a", {})
    for _ in range(2000):
        played.wall_s += 0.01
        played.player.play(played.wall_s, changed)
    assert seen[-1] == (1, 1)
    assert all(done == kept for done, kept in seen)


def test_a_disk_that_is_full_stops_the_world_until_it_is_not(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    played.pass_time(1.0)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "save", full)
        for _ in range(300):
            try:
                played.pass_time(0.01)
            except OSError:
                continue
        assert played.player.clock_s <= played.kept_s + AHEAD_S + 1e-6
    stood_s = played.world.now_s
    played.pass_time(1.0)
    assert played.world.now_s > stood_s + 5.0


def test_goals_do_not_survive_a_kill_but_acts_do(played: Played) -> None:
    played.pass_time(0.05)
    played.world.drive("log_1", [Pose(15.0, 0.0)])
    played.pass_time(0.5)
    assert played.world.robots["log_1"].v_mps > 0.5
    played.begin_anew()
    played.pass_time(1.0)
    robot = played.world.robots["log_1"]
    assert (robot.v_mps, robot.mode) == (0.0, Mode.STANDING)
    assert 1.0 < robot.x_m < 14.0
    robot.x_m = 0.0
    played.world.acts.start(robot, "t1/s/x/0", "inspect", "a", {})
    played.pass_time(0.3)
    played.begin_anew()
    played.changed.clear()
    played.pass_time(30.0)
    status = played.world.acts.status("t1/s/x/0")
    assert status is not None
    assert status.state is GoalState.SUCCEEDED
    assert [act.event for act in played.world.physical_acts] == ["act:inspect"]
    assert "log_1" in played.changed


def test_no_robot_is_put_back_behind_where_it_was_seen(played: Played) -> None:
    played.pass_time(0.05)
    played.world.drive("log_1", [Pose(15.0, 0.0)])
    for _ in range(12):
        played.pass_time(0.07)
        seen_m = played.world.robots["log_1"].x_m
        played.begin_anew()
        assert played.world.robots["log_1"].x_m >= seen_m
        played.pass_time(0.5)
        played.world.drive("log_1", [Pose(15.0, 0.0)])


def test_the_trace_goes_on_where_the_checkpoint_is(played: Played) -> None:
    played.pass_time(2.55)
    played.begin_anew()
    played.pass_time(1.0)
    played.player.close()
    rows = (played.folder / "trace.csv").read_text().splitlines()[1:]
    times = [float(row.split(",")[0]) for row in rows]
    assert times == sorted(set(times)), "no row is missing and none is there twice"
    assert times[-1] - times[0] == pytest.approx((len(times) - 1) * 0.1, abs=1e-6)


def test_the_figures_say_how_far_the_world_is(played: Played) -> None:
    played.pass_time(1.0)
    played.player.note()
    figures = json.loads((played.folder / "figures.json").read_text())
    assert figures["at_s"] == played.world.now_s
    assert (figures["start_s"], figures["callers_finished"], figures["contacts"]) == (START_S, True, [])


class OnTheWall(Played):
    """A player whose world keeps to a wall clock, which may be set."""

    def begin(self) -> None:
        self.shown_s = getattr(self, "shown_s", 40_000.0)
        self.world = SimWorld(make_site(), None, People(), 1, self.shown_s)
        callers = Callers(self.world, ())
        self.player = WorldPlayer(
            self.world,
            callers,
            self.kept,
            self.folder / "figures.json",
            1.0,
            self.folder / "trace.csv",
            keeps_to=lambda: self.shown_s,
        )

    def pass_time(self, wall_s: float) -> None:
        for _ in range(round(wall_s / 0.01)):
            self.wall_s += 0.01
            self.shown_s += 0.01
            self.player.play(self.wall_s, self.changed.append)

    def be_away(self, seconds: float) -> None:
        self.wall_s += seconds
        self.shown_s += seconds


@pytest.fixture
def on_the_wall(tmp_path: Path) -> Iterator[OnTheWall]:
    made = OnTheWall(tmp_path)
    yield made
    made.kill()


def test_a_world_that_keeps_to_the_wall_clock_is_in_step_with_it(on_the_wall: OnTheWall) -> None:
    for _ in range(30):
        on_the_wall.pass_time(0.5)
        assert -0.11 < on_the_wall.world.now_s - on_the_wall.shown_s <= 1e-6, "never ahead"


def test_it_makes_up_for_a_short_pause(on_the_wall: OnTheWall) -> None:
    on_the_wall.pass_time(1.0)
    on_the_wall.be_away(2.0)
    on_the_wall.pass_time(3.0)
    assert on_the_wall.world.now_s == pytest.approx(on_the_wall.shown_s, abs=0.11)


def test_it_does_not_rush_through_a_long_one_in_which_nothing_happens(on_the_wall: OnTheWall) -> None:
    on_the_wall.world.drive("log_1", [Pose(20.0, 0.0)])
    on_the_wall.pass_time(4.0)
    before_m = on_the_wall.world.robots["log_1"].x_m
    on_the_wall.be_away(3600.0)
    on_the_wall.pass_time(0.02)
    assert on_the_wall.world.now_s == pytest.approx(on_the_wall.shown_s, abs=0.11)
    assert on_the_wall.world.robots["log_1"].x_m - before_m < 2.5


def test_after_a_kill_it_goes_on_at_the_time_that_it_is(on_the_wall: OnTheWall) -> None:
    on_the_wall.pass_time(3.0)
    on_the_wall.kill()
    on_the_wall.be_away(500.0)
    on_the_wall.begin()
    on_the_wall.pass_time(0.05)
    assert on_the_wall.player.resumed
    assert on_the_wall.world.now_s == pytest.approx(on_the_wall.shown_s, abs=0.11)
