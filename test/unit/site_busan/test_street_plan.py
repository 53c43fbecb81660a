"""Corridors become right-hand lanes that meet in small roundabouts."""

from __future__ import annotations

import pytest

from robot_fleet.core.geometry import Pose
from robot_fleet.core.site import Lane, Vertex
from worlds.street_plan import Corridor, Tie, build_graph

KINDS = ("any",)


def corridor(axis: str, at_m: float, start_m: float, end_m: float) -> Corridor:
    return Corridor("x" if axis == "x" else "y", at_m, start_m, end_m, 2.0, 0.3, KINDS)


def points(vertices: list[Vertex], lanes: list[Lane]) -> set[tuple[float, float, float, float]]:
    at = {vertex.id: vertex.pose for vertex in vertices}
    return {(at[lane.start].x_m, at[lane.start].y_m, at[lane.end].x_m, at[lane.end].y_m) for lane in lanes}


def test_traffic_keeps_to_the_right() -> None:
    found = points(*build_graph([corridor("x", 0.0, 0.0, 4.0)], [], {}, 8.0))
    assert found == {(0.0, -1.0, 4.0, -1.0), (4.0, 1.0, 0.0, 1.0)}
    found = points(*build_graph([corridor("y", 0.0, 0.0, 4.0)], [], {}, 8.0))
    assert found == {(1.0, 0.0, 1.0, 4.0), (-1.0, 4.0, -1.0, 0.0)}


def test_long_lanes_are_cut_into_equal_pieces() -> None:
    _, lanes = build_graph([corridor("x", 0.0, 0.0, 20.0)], [], {}, 8.0)
    assert sorted(lane.length_m for lane in lanes) == pytest.approx([20 / 3] * 6, abs=0.002)


def test_corridors_meet_in_a_roundabout() -> None:
    found = points(*build_graph([corridor("x", 0.0, -5.0, 5.0), corridor("y", 0.0, -5.0, 5.0)], [], {}, 8.0))
    around = {(-1.0, -1.0, 1.0, -1.0), (1.0, -1.0, 1.0, 1.0), (1.0, 1.0, -1.0, 1.0), (-1.0, 1.0, -1.0, -1.0)}
    assert around <= found


def test_corridor_that_ends_at_another_reaches_its_far_lane() -> None:
    found = points(*build_graph([corridor("x", 0.0, -5.0, 5.0), corridor("y", 0.0, -5.0, 0.0)], [], {}, 8.0))
    assert (1.0, -1.0, 1.0, 1.0) in found
    assert (-1.0, 1.0, -1.0, -1.0) in found
    assert not any(y > 1.0 for _, _, _, y in found)


def test_place_hangs_off_its_lane_both_ways() -> None:
    access = Tie((2.0, -1.0), (2.0, -3.0), 0.2, KINDS, 0.3, "door")
    vertices, lanes = build_graph([corridor("x", 0.0, 0.0, 4.0)], [access], {"den": Pose(2.0, -3.0, 1.0)}, 8.0)
    assert {vertex.place for vertex in vertices} == {"", "den"}
    assert {(2.0, -1.0, 2.0, -3.0), (2.0, -3.0, 2.0, -1.0), (0.0, -1.0, 2.0, -1.0)} <= points(vertices, lanes)
    assert [lane.resource for lane in lanes if "den" in (lane.start, lane.end)] == ["door", "door"]


def test_tie_to_nowhere_and_place_without_a_way_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing passes"):
        build_graph(
            [corridor("x", 0.0, 0.0, 4.0)], [Tie((2.0, -2.0), (2.0, -3.0), 0.2, KINDS)], {"den": Pose(2.0, -3.0)}, 8.0
        )
    with pytest.raises(ValueError, match="no way leads to den"):
        build_graph([corridor("x", 0.0, 0.0, 4.0)], [], {"den": Pose(2.0, -3.0)}, 8.0)
