"""Ways over free ground: what Nav2's planner would answer, and that every way is clear of walls."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_fleet.core.errors import NavigationError
from robot_fleet.core.geometry import Pose
from robot_fleet.site.ground import grid
from robot_fleet.site.ground.grid import GridPlanner, line_clearance_m
from robot_fleet.site.ground.maps import OccupancyMap

RADIUS_M = 0.3


def drawn() -> OccupancyMap:
    """A 10 x 6 m hall, a wall at x = 5 with a door of 0.75 m, and a cell at the right without a door."""
    cells = np.zeros((120, 200), dtype=np.int8)
    cells[[0, -1], :] = 100
    cells[:, [0, -1]] = 100
    cells[:, 100:102] = 100
    cells[80:95, 100:102] = 0
    cells[20:60, 150] = 100
    cells[20:60, 190] = 100
    cells[20, 150:191] = 100
    cells[60, 150:191] = 100
    return OccupancyMap(cells, 0.05, 0.0, 0.0)


HALL = drawn()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    grid._in_memory.clear()
    yield tmp_path
    grid._in_memory.clear()


def test_a_free_straight_line_needs_no_search(own_cache: Path) -> None:
    start, goal = Pose(1.0, 1.0, 0.3), Pose(4.0, 5.0, -1.0)
    assert GridPlanner(HALL, RADIUS_M).plan(start, goal) == (start, goal)
    assert not list(own_cache.iterdir())


def test_a_way_leads_through_the_door_and_faces_along_itself() -> None:
    start, goal = Pose(1.0, 1.0, 0.3), Pose(8.0, 1.0 - 0.4, 2.0)
    way = GridPlanner(HALL, RADIUS_M).plan(start, goal)
    assert (way[0], way[-1]) == (start, goal)
    length_m = sum(a.distance_m(b) for a, b in zip(way, way[1:], strict=False))
    by_the_door = start.distance_m(Pose(5.05, 4.2)) + Pose(5.05, 4.2).distance_m(goal)
    assert by_the_door * 0.97 < length_m < by_the_door * 1.1
    for here, there in zip(way[1:], way[2:], strict=False):
        assert here.yaw_rad == pytest.approx(math.atan2(there.y_m - here.y_m, there.x_m - here.x_m))
    assert len(way) < 9


def test_the_door_is_too_narrow_for_a_wide_robot() -> None:
    with pytest.raises(NavigationError) as caught:
        GridPlanner(HALL, 0.45).plan(Pose(1.0, 1.0), Pose(7.0, 1.0))
    assert caught.value.code == "nav_208"


@pytest.mark.parametrize(
    ("start", "goal", "code"),
    [
        ((-1.0, 1.0), (2.0, 2.0), "nav_203"),
        ((1.0, 1.0), (2.0, 7.0), "nav_204"),
        ((5.05, 1.0), (2.0, 2.0), "nav_205"),
        ((1.0, 1.0), (5.05, 1.0), "nav_206"),
        ((1.0, 1.0), (1.0, 0.2), "nav_206"),
        ((1.0, 1.0), (8.5, 2.0), "nav_208"),
    ],
)
def test_goals_that_cannot_be_are_answered_as_nav2_does(
    start: tuple[float, float], goal: tuple[float, float], code: str
) -> None:
    with pytest.raises(NavigationError) as caught:
        GridPlanner(HALL, RADIUS_M).plan(Pose(*start), Pose(*goal))
    assert caught.value.code == code


def test_an_inscribed_radius_lets_a_robot_stand_and_go_straight_where_it_could_not_turn() -> None:
    planner = GridPlanner(HALL, RADIUS_M, inscribed_radius_m=0.1)
    beside_wall, along_it = Pose(1.0, 0.2), Pose(4.0, 0.2)
    assert planner.straight_free(beside_wall, along_it)
    assert not GridPlanner(HALL, RADIUS_M).straight_free(beside_wall, along_it)
    assert planner.plan(beside_wall, Pose(7.0, 0.2))[0] == beside_wall


def free(point: tuple[float, float]) -> bool:
    """Whether a point lies in the hall, not in the closed cell, and a robot can stand there."""
    x_m, y_m = point
    closed = 7.5 <= x_m <= 9.6 and 1.0 <= y_m <= 3.1
    return HALL.clearance_at_m(x_m, y_m) >= RADIUS_M and not closed


points = st.tuples(st.floats(0.0, 10.0), st.floats(0.0, 6.0)).filter(free)


@settings(max_examples=50, deadline=None)
@given(points, points)
def test_every_way_is_clear_and_not_much_longer_than_back(a: tuple[float, float], b: tuple[float, float]) -> None:
    planner = GridPlanner(HALL, RADIUS_M)
    lengths = []
    for path in (planner.plan(Pose(*a), Pose(*b)), planner.plan(Pose(*b), Pose(*a))):
        for here, there in zip(path, path[1:], strict=False):
            assert line_clearance_m(HALL, (here.x_m, here.y_m), (there.x_m, there.y_m)) >= RADIUS_M
        lengths.append(sum(p.distance_m(q) for p, q in zip(path, path[1:], strict=False)))
    assert max(lengths) <= min(lengths) * 1.1 + 0.2


def test_the_ground_is_read_from_the_disk_the_second_time(own_cache: Path) -> None:
    start, goal = Pose(1.0, 1.0), Pose(8.0, 0.6)
    first = GridPlanner(HALL, RADIUS_M).plan(start, goal)
    [file] = (own_cache / "robot_fleet" / "grids").iterdir()
    written = file.stat().st_mtime_ns
    grid._in_memory.clear()
    assert GridPlanner(HALL, RADIUS_M).plan(start, goal) == first
    assert file.stat().st_mtime_ns == written


def test_a_damaged_cache_is_made_anew(own_cache: Path) -> None:
    start, goal = Pose(1.0, 1.0), Pose(8.0, 0.6)
    first = GridPlanner(HALL, RADIUS_M).plan(start, goal)
    [file] = (own_cache / "robot_fleet" / "grids").iterdir()
    file.write_bytes(b"PK\x03\x04 not a cache")
    grid._in_memory.clear()
    assert GridPlanner(HALL, RADIUS_M).plan(start, goal) == first


def test_blocks_under_20_cm_are_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.2"):
        GridPlanner(HALL, RADIUS_M, resolution_m=0.1)
