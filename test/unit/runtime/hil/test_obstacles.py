"""What a real robot is told of those that it cannot see."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot_fleet.core.geometry import ALIGNED, Alignment, Footprint, Pose
from robot_fleet.runtime.hil.obstacles import GRID_M, HEIGHT_M, WITHIN_M, obstacle_points

OWN = Pose(0.0, 0.0)
SIZE = Footprint(0.8, 0.5)


def test_the_points_fill_the_footprint_and_lie_on_its_edges() -> None:
    points = obstacle_points(OWN, [(Pose(3.0, 1.0), SIZE)], ALIGNED)
    assert points.dtype == np.float32
    assert (points[:, :2].min(axis=0), points[:, :2].max(axis=0)) == (
        pytest.approx((2.6, 0.75)),
        pytest.approx((3.4, 1.25)),
    )
    assert set(points[:, 2]) == {np.float32(HEIGHT_M)}
    for axis in (0, 1):
        assert np.diff(np.unique(points[:, axis].round(4))).max() <= GRID_M + 1e-3


def test_a_turned_robot_is_told_turned() -> None:
    points = obstacle_points(OWN, [(Pose(3.0, 0.0, math.pi / 2), SIZE)], ALIGNED)
    assert points[:, 1].max() == pytest.approx(0.4)
    assert points[:, 0].max() == pytest.approx(3.25)


def test_a_robot_with_a_map_of_its_own_is_told_in_that() -> None:
    turned = Alignment(10.0, 0.0, math.pi / 2)
    points = obstacle_points(OWN, [(Pose(3.0, 0.0), SIZE)], turned)
    there = turned.in_own(Pose(3.0, 0.0))
    assert points[:, :2].mean(axis=0) == pytest.approx((there.x_m, there.y_m), abs=1e-5)


def test_who_is_far_away_or_on_another_level_is_left_out() -> None:
    others = [(Pose(WITHIN_M + 0.1, 0.0), SIZE), (Pose(1.0, 0.0, 0.0, "upper"), SIZE)]
    assert obstacle_points(OWN, others, ALIGNED).shape == (0, 3)
