"""What a robot on a bench has beside an embedded one: a lidar, obstacles told as points, a bad network, acts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.sim.lidar import POINT_RADIUS_M, Lidar
from robot_fleet.sim.lone import LoneRobot, lone_world
from robot_fleet.sim.network import BadNetwork, NetworkFaults, parse_faults
from robot_fleet.sim.obstacles import NONE, PointScanners
from robot_fleet.sim.world import SimWorld
from robot_fleet.site.ground.maps import OccupancyMap


def room() -> OccupancyMap:
    grid = np.full((100, 200), 100, np.int8)
    grid[2:-2, 2:-2] = 0
    return OccupancyMap(grid, 0.05, -0.1, -0.1)


def world(*docks: tuple[str, Pose]) -> SimWorld:
    return lone_world([LoneRobot("r1", Pose(1.0, 2.0), docks=dict(docks))], room())


def scanners(made: SimWorld) -> PointScanners:
    assert isinstance(made.scanners, PointScanners)
    return made.scanners


def test_the_lidar_sees_walls_at_their_distance() -> None:
    lidar = Lidar(rays=4, range_max_m=12.0)
    seen = lidar.scan(room(), Pose(2.0, 2.0, 0.0), NONE)
    # astern, to the right, ahead, to the left
    assert seen == pytest.approx([2.0, 2.0, 7.8, 2.8], abs=0.06)


def test_the_lidar_turns_with_its_robot_and_has_a_range() -> None:
    seen = Lidar(rays=4, range_max_m=5.0).scan(room(), Pose(2.0, 2.0, math.pi / 2.0), NONE)
    assert seen[0] == pytest.approx(2.0, abs=0.06)
    assert seen[1] == math.inf
    assert seen[2] == pytest.approx(2.8, abs=0.06)


def test_the_lidar_sees_points() -> None:
    points = np.array([[4.0, 2.0], [2.0, -50.0]])
    seen = Lidar(rays=360).scan(room(), Pose(2.0, 2.0), points)
    assert seen[180] == pytest.approx(2.0 - POINT_RADIUS_M)
    assert seen[190] > 5.0


def test_a_robot_stops_before_points_and_goes_on_when_they_are_gone() -> None:
    made = world()
    robot = made.robots["r1"]
    scanners(made).see(np.array([[4.0, 2.0], [4.0, 2.1]]))
    made.drive("r1", [Pose(8.0, 2.0)])
    made.advance(20.0)
    front_m = robot.x_m + robot.kind.footprint.length_m / 2.0
    assert 0.05 < 4.0 - front_m < 0.3
    assert robot.v_mps == 0.0
    assert robot.goal is not None and robot.goal.state is GoalState.RUNNING
    scanners(made).see(NONE)
    made.advance(20.0)
    assert robot.goal.state is GoalState.SUCCEEDED


def test_points_beside_the_way_do_not_matter() -> None:
    made = world()
    scanners(made).see(np.array([[4.0, 3.0], [0.2, 2.0]]))
    made.drive("r1", [Pose(8.0, 2.0)])
    made.advance(20.0)
    assert made.robots["r1"].x_m == pytest.approx(8.0)


def test_a_robot_does_not_turn_into_points() -> None:
    made = world()
    robot = made.robots["r1"]
    scanners(made).see(np.array([[1.0, 2.36]]))  # clear of its side, not of its length
    made.drive("r1", [Pose(1.0, 3.5, math.pi / 2.0)])
    made.advance(10.0)
    assert (robot.x_m, robot.y_m) == (1.0, 2.0)
    assert abs(robot.yaw_rad) < 1.0


def test_acts_are_done_wherever_the_robot_stands() -> None:
    made = world(("charger", Pose(1.0, 2.0)))
    robot = made.robots["r1"]
    made.acts.start(robot, "a1", "take", "some/shelf", {"item": "parcel_1"})
    made.advance(4.0)
    assert robot.load == ("parcel_1",)
    made.drive("r1", [Pose(5.0, 2.0)])
    made.advance(15.0)
    made.acts.start(robot, "a2", "give", "a/door", {"item": "parcel_1", "to": "person"})
    made.advance(4.0)
    assert robot.load == ()
    status = made.acts.status("a2")
    assert status is not None and status.state is GoalState.SUCCEEDED


def test_a_dock_stays_where_it_is() -> None:
    made = world(("charger", Pose(1.0, 2.0)))
    robot = made.robots["r1"]
    made.drive("r1", [Pose(5.0, 2.0)])
    made.advance(15.0)
    made.acts.start(robot, "a1", "announce", "charger", {})
    made.dock("r1", "charger")
    assert robot.goal is not None and robot.goal.code == "903"


# --- the network -----------------------------------------------------------------------------------------------------


def test_faults_are_written_as_words() -> None:
    assert parse_faults("delay_s=0.2 drop=0.1") == NetworkFaults(delay_s=0.2, drop=0.1)
    assert parse_faults("") == NetworkFaults()


@pytest.mark.parametrize("text", ["delay=1", "drop=2", "drop=x", "drop", "cut_s=-1", "delay_s=nan"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_faults(text)
    assert caught.value.code == "request_network_faults"


def test_a_sound_network_brings_everything_at_once() -> None:
    network, came = BadNetwork(1), []
    network.send(0.0, lambda: came.append(1))
    assert came == [1]


def test_what_is_late_comes_in_its_turn() -> None:
    network, came = BadNetwork(1), []
    network.set(parse_faults("delay_s=0.5"), 0.0)
    network.send(0.0, lambda: came.append(1))
    network.send(0.1, lambda: came.append(2))
    network.deliver(0.4)
    assert came == []
    network.deliver(0.55)
    assert came == [1]
    network.deliver(1.0)
    assert came == [1, 2]


def test_a_cut_loses_what_is_sent_and_what_is_under_way() -> None:
    network, came = BadNetwork(1), []
    network.set(parse_faults("delay_s=1"), 0.0)
    network.send(0.0, lambda: came.append("under way"))
    network.set(parse_faults("cut_s=5"), 0.5)
    network.send(1.0, lambda: came.append("sent"))
    network.deliver(2.0)
    network.send(5.6, lambda: came.append("after"))
    assert came == ["after"]


def test_some_are_lost_and_some_come_twice_but_no_request_does() -> None:
    network, came = BadNetwork(7), []
    network.set(parse_faults("drop=0.3 duplicate=0.3"), 0.0)
    for number in range(1000):
        network.send(0.0, lambda number=number: came.append(number))
    assert 600 < len(set(came)) < 800
    assert 100 < len(came) - len(set(came)) < 350
    requests: list[int] = []
    network.set(parse_faults("duplicate=1"), 0.0)
    network.send(0.0, lambda: requests.append(1), once=True)
    assert requests == [1]
