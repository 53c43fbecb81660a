from __future__ import annotations

import numpy as np
import pytest

from robot_fleet.core.errors import NavigationError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from robot_fleet.site.ground.maps import OccupancyMap
from test.factories import make_place, make_site


@pytest.fixture
def walled(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> SimWorld:
    """A hall of 20 x 10 m with a wall at x = 10 open for y > 7, and a closed cell at x = 16 to 19, y = 1 to 4."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp()))
    grid = np.zeros((100, 200), dtype=np.int8)
    grid[:70, 99:101] = 100
    grid[10:41, (160, 190)] = 100
    grid[(10, 40), 160:191] = 100
    site = make_site(places=[make_place("s", 2.0, 2.0)], lanes=[])
    return SimWorld(site, OccupancyMap(grid, 0.1, 0.0, 0.0), People(), 1, 0.0)


def test_a_free_way_is_straight(walled: SimWorld) -> None:
    goal = Pose(8.0, 5.0, 1.0)
    assert walled.compute_path("log_1", None, goal) == (Pose(2.0, 2.0), goal)


def test_a_way_around_a_wall_keeps_clear_of_it(walled: SimWorld) -> None:
    path = walled.compute_path("log_1", None, Pose(14.0, 5.0))
    assert len(path) > 2
    length_m = sum(a.distance_m(b) for a, b in zip(path, path[1:], strict=False))
    assert 13.0 < length_m < 18.0
    assert max(pose.y_m for pose in path) > 7.3


def test_a_drive_goes_around_too(walled: SimWorld) -> None:
    walled.drive("log_1", [Pose(14.0, 5.0)])
    robot = walled.robots["log_1"]
    for _ in range(600):
        walled.advance()
        assert not (9.9 < robot.x_m < 10.1 and robot.y_m < 7.0)
    assert robot.goal is not None
    assert robot.goal.state is GoalState.SUCCEEDED
    assert robot.pose.distance_m(Pose(14.0, 5.0)) < 1e-6


@pytest.mark.parametrize(
    ("goal", "code"),
    [
        (Pose(25.0, 5.0), "204"),
        (Pose(10.0, 3.0), "206"),
        (Pose(17.5, 2.5), "208"),
        (Pose(5.0, 5.0, 0.0, "upstairs"), "204"),
    ],
    ids=["outside", "in a wall", "closed in", "another map"],
)
def test_impossible_goals_get_nav2s_codes(walled: SimWorld, goal: Pose, code: str) -> None:
    with pytest.raises(NavigationError) as caught:
        walled.compute_path("log_1", None, goal)
    assert caught.value.code == f"nav_{code}"
    walled.drive("log_1", [goal])
    ended = walled.robots["log_1"].goal
    assert ended is not None
    assert (ended.state, ended.code) == (GoalState.FAILED, code)
    walled.advance(3.0)
    assert walled.robots["log_1"].pose == Pose(2.0, 2.0)


@pytest.mark.parametrize(("start", "code"), [(Pose(-3.0, 5.0), "nav_203"), (Pose(10.0, 3.0), "nav_205")])
def test_impossible_starts_get_nav2s_codes(walled: SimWorld, start: Pose, code: str) -> None:
    with pytest.raises(NavigationError) as caught:
        walled.compute_path("log_1", start, Pose(5.0, 5.0))
    assert caught.value.code == code


def test_no_pose_at_all_is_refused(walled: SimWorld) -> None:
    walled.drive("log_1", [])
    goal = walled.robots["log_1"].goal
    assert goal is not None
    assert (goal.state, goal.code) == (GoalState.FAILED, "309")


def test_a_second_goal_that_is_impossible_stops_the_robot(walled: SimWorld) -> None:
    walled.drive("log_1", [Pose(8.0, 2.0)])
    walled.advance(3.0)
    walled.drive("log_1", [Pose(10.0, 3.0)])
    goal = walled.robots["log_1"].goal
    assert goal is not None
    assert (goal.state, goal.code) == (GoalState.FAILED, "206")
    walled.advance(3.0)
    assert walled.robots["log_1"].v_mps == 0.0
    assert walled.robots["log_1"].x_m < 6.0
    assert goal.code == "206"
