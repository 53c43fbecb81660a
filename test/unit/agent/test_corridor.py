"""The corridor rule at its boundaries."""

from __future__ import annotations

import pytest

from robot_fleet.agent.corridor import JOINT_M, distance_to_segment_m, lanes_behind, strayed
from robot_fleet.core.geometry import Pose
from test.unit.agent.rig import drive

ORIGIN = Pose(0, 0)
LANE = drive("d1", 10)
BEND = drive("d2", 10, 10)


@pytest.mark.parametrize(
    ("point", "expected_m"),
    [(Pose(5, 3), 3.0), (Pose(-3, 4), 5.0), (Pose(13, 4), 5.0), (Pose(10, 0), 0.0), (Pose(7, -2), 2.0)],
)
def test_the_distance_counts_from_the_piece_and_not_from_the_line(point: Pose, expected_m: float) -> None:
    assert distance_to_segment_m(point, ORIGIN, LANE.target) == pytest.approx(expected_m)


def test_a_piece_without_length_is_a_point() -> None:
    assert distance_to_segment_m(Pose(3, 4), ORIGIN, ORIGIN) == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("pose", "outside"),
    [
        (Pose(5, 0.5), False),
        (Pose(5, 0.51), True),
        (Pose(10.5, 0), False),
        (Pose(10.51, 0), True),
        (Pose(-JOINT_M, 0), False),
        (Pose(-JOINT_M - 0.01, 0), True),
    ],
)
def test_the_edge_of_a_lane(pose: Pose, outside: bool) -> None:
    assert strayed(pose, ORIGIN, (LANE,)) is outside


def test_later_lanes_of_the_goal_belong_to_the_robot_too() -> None:
    assert not strayed(Pose(10, 6), ORIGIN, (LANE, BEND))
    assert strayed(Pose(10, 6), ORIGIN, (LANE,))
    assert strayed(Pose(5, 5), ORIGIN, (LANE, BEND))


def test_another_map_is_outside_and_no_corridor_is_everywhere() -> None:
    assert strayed(Pose(5, 0, 0, "level_2"), ORIGIN, (LANE,))
    assert not strayed(Pose(5, 99), ORIGIN, (drive("d1", 10, corridor_m=0.0),))


@pytest.mark.parametrize(
    ("pose", "behind"),
    [
        (Pose(4, 0.4), 0),
        (Pose(-0.7, 0), 0),
        (Pose(10, 0.4), 0),
        (Pose(10.4, 3), 1),
        (Pose(5, 10), 2),
        (Pose(5, 5), 0),
        (Pose(10, 5, 0.0, "elsewhere"), 0),
    ],
)
def test_a_robot_on_a_later_lane_has_left_those_before_behind(pose: Pose, behind: int) -> None:
    assert lanes_behind(pose, ORIGIN, [LANE, BEND, drive("d3", 0, 10)]) == behind


def test_nothing_can_be_said_of_a_lane_without_a_corridor() -> None:
    assert lanes_behind(Pose(10, 5), ORIGIN, [drive("d1", 10, corridor_m=0.0), BEND]) == 0
