import math

import pytest

from robot_fleet.core.geometry import Pose
from robot_fleet.traffic.corridor import distance_m, inside

A, B = Pose(0.0, 0.0), Pose(4.0, 3.0)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (2.0, 1.5, 0.0),  # on the line
        (2.0 - 0.6, 1.5 + 0.8, 1.0),  # beside it
        (-3.0, -4.0, 5.0),  # before the start
        (4.0 + 0.8, 3.0 + 0.6, 1.0),  # beyond the end
    ],
)
def test_distance_is_to_the_nearest_point_of_the_lane(x: float, y: float, expected: float) -> None:
    assert distance_m(A, B, Pose(x, y, 1.0)) == pytest.approx(expected)
    assert distance_m(B, A, Pose(x, y)) == pytest.approx(expected)


def test_a_lane_without_length_is_a_point() -> None:
    assert distance_m(A, A, Pose(3.0, 4.0)) == 5.0


def test_another_map_is_infinitely_far() -> None:
    assert distance_m(A, B, Pose(0.0, 0.0, map_id="upper")) == math.inf
    assert not inside(A, B, 1e9, Pose(0.0, 0.0, map_id="upper"))


def test_a_lift_is_its_two_ends() -> None:
    above = Pose(0.0, 0.0, map_id="upper")
    assert distance_m(A, above, Pose(0.0, 2.0, map_id="upper")) == 2.0
    assert distance_m(A, above, Pose(1.0, 0.0)) == 1.0
    assert distance_m(A, above, Pose(1.0, 0.0, map_id="cellar")) == math.inf


def test_the_border_of_the_corridor_is_inside() -> None:
    end = Pose(10.0, 0.0)
    assert inside(A, end, 0.5, Pose(5.0, 0.5))
    assert not inside(A, end, 0.5, Pose(5.0, 0.51))
