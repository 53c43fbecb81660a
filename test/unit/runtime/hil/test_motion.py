"""Where a real robot is between two words of its localisation."""

from __future__ import annotations

import math

import pytest

from robot_fleet.core.geometry import Pose
from robot_fleet.runtime.hil.motion import CARRIED_S, Motion


def at(motion: Motion, now_s: float) -> tuple[float, float, float]:
    known = motion.pose(now_s)
    assert known is not None
    return known[0].x_m, known[0].y_m, known[0].yaw_rad


def test_nobody_knows_where_it_is_before_its_first_pose() -> None:
    motion = Motion("main")
    motion.moved(1.0, Pose(0.0, 0.0), 0.0)
    assert motion.pose(1.0) is None


def test_a_pose_without_odometry_is_where_it_is() -> None:
    motion = Motion("upper")
    motion.posed(1.0, Pose(4.0, 5.0, 0.5, "upper"))
    assert motion.pose(9.0) == (Pose(4.0, 5.0, 0.5, "upper"), 0.0)


def test_odometry_carries_the_newest_pose_on_in_the_maps_frame() -> None:
    motion = Motion("main")
    motion.moved(1.0, Pose(7.0, 7.0, 0.0), 0.0)
    motion.posed(1.0, Pose(2.0, 3.0, math.pi / 2))  # the odometry's x axis is the map's y axis
    motion.moved(2.0, Pose(8.0, 7.0, 0.1), 0.0)
    assert at(motion, 2.0) == pytest.approx((2.0, 4.0, math.pi / 2 + 0.1))


def test_a_pose_counts_for_the_time_that_it_was_measured_at() -> None:
    motion = Motion("main")
    for step in range(11):
        motion.moved(1.0 + step / 10, Pose(step / 10, 0.0), 1.0)
    motion.posed(1.55, Pose(20.55, 0.0))  # it has driven 0.45 m since
    assert at(motion, 2.0) == pytest.approx((21.0, 0.0, 0.0))


def test_it_is_carried_on_at_its_speed_but_not_for_long() -> None:
    motion = Motion("main")
    motion.moved(1.0, Pose(0.0, 0.0, 0.0), 2.0)
    motion.posed(1.0, Pose(0.0, 0.0, 0.0))
    assert at(motion, 1.1)[0] == pytest.approx(0.2)
    assert at(motion, 60.0)[0] == pytest.approx(2.0 * CARRIED_S)


def test_odometry_that_was_overtaken_says_nothing_and_that_of_a_new_start_does() -> None:
    motion = Motion("main")
    motion.moved(100.0, Pose(5.0, 0.0), 0.0)
    motion.posed(100.0, Pose(5.0, 0.0))
    motion.moved(99.0, Pose(4.0, 0.0), 0.0)
    assert at(motion, 100.0)[0] == pytest.approx(5.0)
    motion.moved(3.0, Pose(6.0, 0.0), 0.0)
    assert at(motion, 3.0)[0] == pytest.approx(6.0)
