"""An unmodified BasicNavigator of nav2_simple_commander is content with an embedded robot, in its namespace."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rclpy

from robot_fleet.ros.full_nav2 import IS_FULL
from robot_fleet.ros.robot.commander_navigator import has_commander
from robot_fleet.site.ground.maps import FREE, read_map, write_map
from test.ros.nav2 import pose
from test.ros.rig import Process, sim_world, walled_site

pytestmark = [
    pytest.mark.ros,
    pytest.mark.xdist_group("ros_parts"),
    pytest.mark.skipif(not has_commander(), reason="needs nav2_simple_commander on the PYTHONPATH"),
    pytest.mark.skipif(not IS_FULL, reason="needs Nav2's full interfaces (./fleet setup --full-nav2)"),
]
WALL, OUTSIDE = (16.0, 7.4), (40.0, 3.4)
SPEED = 5.0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return walled_site(tmp_path_factory.mktemp("site") / "tiny")


@pytest.fixture(scope="module")
def world(domain: int, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with sim_world(domain, site, tmp_path_factory.mktemp("run"), SPEED) as process:
        yield process
    assert "failures=" not in process.said


@pytest.fixture(scope="module")
def nav(world: Process, domain: int) -> Iterator[Any]:
    from nav2_simple_commander.robot_navigator import BasicNavigator

    rclpy.init(domain_id=domain)
    navigator = BasicNavigator(namespace="care_1")
    yield navigator
    navigator.destroy_node()
    rclpy.shutdown()


@pytest.fixture
def said(nav: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What it tells its user."""
    words: list[str] = []
    for name in ("info", "warn", "error"):
        monkeypatch.setattr(nav, name, words.append)
    return words


def outcome(nav: Any) -> tuple[str, list[Any]]:
    """Wait for the end of the task as its users do; return how it ended, and its feedback."""
    told: list[Any] = []
    while not nav.isTaskComplete():
        feedback = nav.getFeedback()
        if feedback is not None and (not told or feedback is not told[-1]):
            told.append(feedback)
    return nav.getResult().name, told


def ends(path: Any) -> list[tuple[float, float]]:
    first, last = path.poses[0].pose.position, path.poses[-1].pose.position
    return [(first.x, first.y), (last.x, last.y)]


def arrive(nav: Any, x_m: float, y_m: float) -> None:
    assert nav.goToPose(pose(x_m, y_m))
    assert outcome(nav)[0] == "SUCCEEDED"


def test_it_waits_until_nav2_is_active_and_hands_the_initial_pose_over(nav: Any, said: list[str]) -> None:
    nav.setInitialPose(pose(4.0, 3.4))
    nav.waitUntilNav2Active()
    assert nav.initial_pose_received
    assert said[-1] == "Nav2 is ready for use!"


def test_it_drives_with_feedback(nav: Any) -> None:
    assert nav.goToPose(pose(10.0, 3.4))
    how, told = outcome(nav)
    assert how == "SUCCEEDED"
    left_m = [each.distance_remaining for each in told]
    assert left_m[0] > 3.0 > 1.0 > left_m[-1]
    assert left_m == sorted(left_m, reverse=True)


def test_it_gets_paths_and_none_where_there_is_none(nav: Any) -> None:
    path = nav.getPath(pose(4.0, 4.8), pose(10.0, 4.8), use_start=True)
    assert ends(path) == [(pytest.approx(4.0, abs=0.1), pytest.approx(4.8, abs=0.1)), (10.0, 4.8)]
    assert nav.getPath(pose(4.0, 4.8), pose(*WALL), use_start=True) is None
    assert nav.getPath(pose(4.0, 4.8), pose(10.0, 4.8), planner_id="Nobody") is None
    through = nav.getPathThroughPoses(pose(4.0, 4.8), [pose(8.0, 4.8), pose(10.0, 3.4)], use_start=True)
    assert ends(through)[1] == (10.0, 3.4)
    assert any(math.hypot(each.pose.position.x - 8.0, each.pose.position.y - 4.8) < 0.01 for each in through.poses)
    assert nav.getPathThroughPoses(pose(4.0, 4.8), [pose(8.0, 4.8), pose(*OUTSIDE)], use_start=True) is None
    assert nav.getPathThroughPoses(pose(4.0, 4.8), [], use_start=True) is None


def test_a_goal_in_a_wall_fails(nav: Any) -> None:
    assert nav.goToPose(pose(*WALL)), "it is accepted, and aborted then"
    assert outcome(nav)[0] == "FAILED"
    assert nav.result_future.result().result.error_code == 206


def test_a_task_is_cancelled(nav: Any) -> None:
    arrive(nav, 4.0, 4.8)
    assert nav.goToPose(pose(16.0, 4.8))
    nav.cancelTask()
    assert outcome(nav)[0] == "CANCELED"


def test_it_goes_through_poses(nav: Any) -> None:
    arrive(nav, 4.0, 4.8)
    assert nav.goThroughPoses([pose(6.0, 4.8), pose(8.0, 4.8), pose(10.0, 4.8)])
    how, told = outcome(nav)
    assert how == "SUCCEEDED"
    left = [each.number_of_poses_remaining for each in told]
    assert left == sorted(left, reverse=True)
    assert set(left) == {3, 2, 1}


def test_it_follows_a_path_and_fails_on_one_through_a_wall(nav: Any) -> None:
    arrive(nav, 4.0, 4.8)
    path = nav.getPath(pose(4.0, 4.8), pose(4.0, 8.6), use_start=True)
    assert nav.followPath(path)
    how, told = outcome(nav)
    assert how == "SUCCEEDED"
    assert told[0].distance_to_goal > told[-1].distance_to_goal
    assert max(each.speed for each in told) > 0.3
    arrive(nav, 4.0, 4.8)
    path.poses = [pose(4.0, 4.8), pose(*WALL)]
    for controller, code in (("", 106), ("Nobody", 101)):
        assert nav.followPath(path, controller_id=controller)
        assert outcome(nav)[0] == "FAILED"
        assert nav.result_future.result().result.error_code == code
    path.poses = []
    assert nav.followPath(path)
    assert outcome(nav)[0] == "FAILED"
    assert nav.result_future.result().result.error_code == 103


def test_it_docks_by_id_and_by_pose_and_undocks(nav: Any) -> None:
    arrive(nav, 8.0, 4.8)
    assert nav.dockRobotByID("charger_1")
    assert outcome(nav)[0] == "SUCCEEDED"
    assert nav.undockRobot()
    assert outcome(nav)[0] == "SUCCEEDED"
    assert nav.dockRobotByPose(pose(4.0, 1.2), "charger")
    assert outcome(nav)[0] == "SUCCEEDED"
    assert nav.undockRobot("charger")
    assert outcome(nav)[0] == "SUCCEEDED"
    assert nav.dockRobotByID("nowhere")
    assert outcome(nav)[0] == "FAILED"
    assert nav.result_future.result().result.error_code == 901


def test_it_clears_and_gets_costmaps(nav: Any, site: Path) -> None:
    nav.clearAllCostmaps()
    drawn = read_map(site / "map.yaml")
    whole, near = nav.getGlobalCostmap(), nav.getLocalCostmap()
    assert (whole.metadata.size_y, whole.metadata.size_x) == drawn.grid.shape
    row, column = drawn.cell(*WALL)
    assert whole.data[row * whole.metadata.size_x + column] == 254
    assert whole.data.count(0) == (drawn.grid == FREE).sum()
    assert 0 < near.metadata.size_x < whole.metadata.size_x


def test_it_changes_to_the_map_that_there_is_and_to_no_other(
    nav: Any, said: list[str], site: Path, tmp_path: Path
) -> None:
    drawn = read_map(site / "map.yaml")
    write_map(type(drawn)(drawn.grid[::-1].copy(), drawn.resolution_m, 0.0, 0.0), tmp_path / "other.yaml")
    (tmp_path / "broken.yaml").write_text("image: [")
    answers = []
    for path in (site / "map.yaml", tmp_path / "other.yaml", tmp_path / "broken.yaml", tmp_path / "none.yaml"):
        nav.changeMap(str(path))
        answers.append(said[-1])
    nav.changeMap(f"file://{site / 'map.yaml'}")
    failed, done = "Change map request failed!", "Change map request was successful!"
    assert [*answers, said[-1]] == [done, failed, failed, failed, done]


def test_a_shutdown_is_for_good(nav: Any, said: list[str]) -> None:
    """It is the last one: a BasicNavigator shuts every robot down that it can see."""
    assert nav.goToPose(pose(16.0, 4.8))
    nav.lifecycleShutdown()
    assert outcome(nav)[0] == "FAILED", "what runs ends with it"
    assert not nav.goToPose(pose(4.0, 4.8))
    assert "rejected" in said[-1]
    nav.lifecycleStartup()
    assert not nav.goToPose(pose(4.0, 4.8)), "a node that is finalized does not come back"
