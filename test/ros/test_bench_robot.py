"""A robot on a bench: Nav2 in wall time, with eyes, obstacles that it is told of, and a network that can be bad."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from nav_msgs.msg import OccupancyGrid
from rclpy.action import ActionClient
from robot_fleet_interfaces.action import PerformAct
from sensor_msgs.msg import LaserScan, PointCloud2
from std_msgs.msg import String

from robot_fleet.core.errors import NavigationError
from robot_fleet.ros.cloud import to_cloud, to_points
from robot_fleet.ros.convert import from_time
from robot_fleet.ros.qos import QOS
from test.ros.nav2 import LATCHED, SUCCEEDED, Nav2Robot
from test.ros.rig import ROOT, START_WITHIN_S, TINY, Process, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]

START = (4.0, 3.4)


@pytest.fixture(scope="module")
def bench(domain: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    words = ["-m", "robot_fleet.nodes.nav2_robot", "--map", str(TINY / "map.yaml"), "--namespace", "r1"]
    words += ["--pose", f"{START[0]},{START[1]},0", "--act-s", "0.5", "--speed-mps", "1.5", "--acceleration-mps2", "2"]
    process = Process(domain, words, tmp_path_factory.mktemp("bench") / "log")
    yield process
    assert process.end() == 0, process.said
    assert "failures=" not in process.said, process.said


@pytest.fixture
def robot(bench: Process, ros: Ros) -> Iterator[Nav2Robot]:
    made = Nav2Robot(ros, "r1")
    yield made
    made.halt()


def spoil(ros: Ros, bench: Process, text: str) -> None:
    """Make the robot's network as bad as words say, and wait until it is."""
    told = ros.node.create_publisher(String, "/r1/bench/network", 10)
    ros.until(told.get_subscription_count, "the bench listens")
    before = bench.said.count(f"network={text!r}")
    told.publish(String(data=text))
    ros.until(lambda: bench.said.count(f"network={text!r}") > before, "the network is spoilt")
    ros.node.destroy_publisher(told)


def test_it_lives_in_wall_time_and_sees_walls(robot: Nav2Robot, ros: Ros) -> None:
    scans = ros.collect(LaserScan, "/r1/scan", QOS["~scan"].wanted)
    maps = ros.collect(OccupancyGrid, "/r1/map", LATCHED)
    ros.until(lambda: scans and maps, "scan and map are there")
    stamp = scans[-1].header.stamp
    assert abs(time.time() - stamp.sec - stamp.nanosec / 1e9) < 5.0
    assert len(scans[-1].ranges) == 360
    assert 1.0 < min(scans[-1].ranges) < 4.0
    assert maps[-1].info.width > 100
    assert ros.times_s == []  # there is no /clock


def test_it_stops_before_obstacles_that_it_is_told_of(robot: Nav2Robot, ros: Ros) -> None:
    scans = ros.collect(LaserScan, "/r1/scan", QOS["~scan"].wanted)
    told = ros.node.create_publisher(PointCloud2, "/r1/obstacles", 1)
    ros.until(told.get_subscription_count, "it listens")
    points = np.array([[START[0] + 3.0, START[1] + 0.1 * number, 0.2] for number in (-1, 0, 1)], np.float32)
    task = robot.to(START[0] + 6.0, START[1])

    def waits() -> bool:
        told.publish(to_cloud(points, time.time()))
        return robot.distance_m(*START) > 1.5 and robot.speed_mps == 0.0

    ros.until(waits, "it waits")
    assert robot.distance_m(*START) < 3.0
    assert task.running
    ros.until(lambda: scans and min(scans[-1].ranges) < 0.6, "its lidar sees them")
    status, _ = task.end()  # nobody repeats them, so they are forgotten
    assert status == SUCCEEDED


def test_a_bad_network_delays_and_cuts(robot: Nav2Robot, ros: Ros, bench: Process) -> None:
    spoil(ros, bench, "delay_s=0.7")
    asked_s = time.monotonic()
    task = robot.to(*START)
    assert time.monotonic() - asked_s >= 0.7
    assert task.accepted
    spoil(ros, bench, "cut_s=1.5")
    cut_s, before = time.monotonic(), len(robot.odom)
    ros.until(lambda: len(robot.odom) > before, "it is heard again")
    assert time.monotonic() - cut_s > 1.0
    spoil(ros, bench, "")


def test_it_performs_acts_where_it_stands(robot: Nav2Robot, ros: Ros) -> None:
    loads = ros.collect(String, "/r1/load", LATCHED)
    client = ActionClient(ros.node, PerformAct, "/r1/perform_act")
    ros.until(client.server_is_ready, "its hands are there", START_WITHIN_S)
    goal = PerformAct.Goal(act_id="a1", act="take", place="some/shelf", params_json=json.dumps({"item": "parcel_1"}))
    handle = ros.result(client.send_goal_async(goal))
    answer = ros.result(handle.get_result_async())
    assert (answer.status, answer.result.success) == (SUCCEEDED, True)
    ros.until(lambda: loads and loads[-1].data == "parcel_1", "it is on board")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_whatever_ends_a_check_its_robot_stands(
    robot: Nav2Robot, ros: Ros, domain: int, how: signal.Signals, tmp_path: Path
) -> None:
    robot.arrive(*START)
    env = {**os.environ, "ROS_DOMAIN_ID": str(domain), "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    argv = [sys.executable, "-m", "robot_fleet.cli", "conformance", "--namespace", "/r1", "--goal", "10,3.4", "--yes"]
    with (tmp_path / "log").open("w") as log:
        check = subprocess.Popen([*argv, "--wait", "60"], env=env, cwd=ROOT, stdout=log, stderr=log)
        try:
            ros.until(lambda: robot.speed_mps > 0.5, "it is driven")
            check.send_signal(how)
            status = check.wait(60)
        finally:
            check.kill()
            check.wait()
    said = (tmp_path / "log").read_text()
    assert status == 130, said
    assert "stopping the robot" in said
    ended_s = time.time()  # what was said until then waits to be heard
    ros.until(lambda: from_time(robot.odom[-1].header.stamp) > ended_s, "it is heard")
    assert robot.speed_mps == 0.0
    assert robot.distance_m(10.0, 3.4) > 0.5


def test_clouds_are_read_as_they_are_written_and_others_refused() -> None:
    points = np.array([[1.0, 2.0, 0.0], [3.5, -4.25, 0.5]], np.float32)
    cloud = to_cloud(points, 5.0)
    assert to_points(cloud) == pytest.approx(points[:, :2])
    cloud.header.frame_id = "odom"
    with pytest.raises(NavigationError) as caught:
        to_points(cloud)
    assert caught.value.code == "nav_frame_unknown"
    cloud = to_cloud(points, 5.0)
    cloud.fields = cloud.fields[1:]
    with pytest.raises(NavigationError) as caught:
        to_points(cloud)
    assert caught.value.code == "nav_cloud_malformed"
