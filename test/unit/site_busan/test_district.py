"""The district keeps what its robots and people are promised."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import shapely

from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.site import Lane, RobotKind, Site
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.ground.roads import LaneRoads
from robot_fleet.site.load import load_site

SITE = Path(__file__).resolve().parents[3] / "config" / "sites" / "busan_edc"


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(SITE)


@pytest.fixture(scope="module")
def roads(site: Site) -> LaneRoads:
    return LaneRoads(site.vertices, site.lanes, site.kinds)


def of_kind(site: Site, *kinds: str) -> list[str]:
    return [place.id for place in site.places.values() if place.kind in kinds]


def resting(site: Site, robot_kind: str) -> list[str]:
    return [
        place.id
        for place in site.places.values()
        if place.kind in ("charger", "dock", "waiting") and robot_kind in place.kinds
    ]


def test_check_finds_nothing() -> None:
    assert check_site(SITE) == []


def test_everything_that_was_ordered_is_there(site: Site) -> None:
    kinds = Counter(place.kind for place in site.places.values())
    assert kinds["slot"] == 24
    assert kinds["bay_in"] == kinds["bay_out"] == 2
    assert kinds["locker"] >= 2
    assert kinds["shelf"] >= 5
    for building in ("care_home", "senior_apt"):
        rooms = [room for room in of_kind(site, "room") if room.startswith(building)]
        assert len(rooms) >= 10
        assert {site.places[room].door for room in rooms} == {"open", "resident", "remote_unlock", "staff"}
        assert sum(charger.startswith(building) for charger in of_kind(site, "charger")) == 2
    assert Counter(robot.kind for robot in site.robots.values()) == {"care": 4, "parking": 3, "logistics": 5}
    assert Counter(item.kind for item in site.items.values()) == {"car": 18}
    assert all(site.places[item.at].kind == "slot" for item in site.items.values())
    offered = {"care_visit", "care_alarm", "meal_delivery", "parcel_delivery", "park_car", "fetch_car", "patrol"}
    assert set(site.services) == offered
    assert site.synthetic_people


def test_robots_start_at_chargers_of_their_own(site: Site) -> None:
    starts = [robot.start for robot in site.robots.values()]
    assert len(set(starts)) == len(starts)
    assert all(site.places[start].kind == "charger" for start in starts)
    low = sorted(robot.kind for robot in site.robots.values() if robot.start_soc_pct <= 25.0)
    assert low == ["care", "logistics"]
    assert all(60.0 <= robot.start_soc_pct <= 95.0 for robot in site.robots.values() if robot.start_soc_pct > 25.0)


def test_every_kind_has_more_resting_places_than_robots(site: Site) -> None:
    for kind, robots in Counter(robot.kind for robot in site.robots.values()).items():
        assert len(resting(site, kind)) > robots


def test_every_room_is_reached_in_time_from_every_care_charger(site: Site, roads: LaneRoads) -> None:
    undock_s = site.kinds["care"].undock_s
    for charger in resting(site, "care"):
        if site.places[charger].kind == "charger":
            for room in of_kind(site, "room"):
                above = site.places[room].pose.map_id != site.places[charger].pose.map_id
                if above and not charger.startswith(room.partition("/")[0]):
                    continue  # from the other house a lift makes it too long
                assert undock_s + roads.time_s("care", charger, room) <= (175.0 if above else 110.0), (charger, room)


def test_the_narrow_passage_is_never_the_only_way(site: Site, roads: LaneRoads) -> None:
    narrow = {lane.id for lane in site.lanes.values() if lane.resource == "link_passage"}
    assert narrow
    assert narrow & set(roads.route("care", "care_home/r204", "senior_apt/f303") or ())
    for kind in ("care", "logistics"):
        for place in site.places.values():
            if kind in place.kinds:
                assert roads.route(kind, "care_home/lobby", place.id, frozenset(narrow)) is not None
                assert roads.route(kind, place.id, "care_home/lobby", frozenset(narrow)) is not None


def test_graph_is_strongly_connected_for_each_kind(site: Site, roads: LaneRoads) -> None:
    for kind in site.kinds:
        used = sorted({end for lane in site.lanes.values() if kind in lane.kinds for end in (lane.start, lane.end)})
        for vertex in used[1:]:
            assert roads.route(kind, used[0], vertex) is not None
            assert roads.route(kind, vertex, used[0]) is not None


def test_lane_pieces_are_short_enough_to_release_one_by_one(site: Site) -> None:
    assert max(lane.length_m for lane in site.lanes.values()) <= 8.0
    assert len(site.lanes) < 450


def test_opposed_lanes_leave_room_for_two_loaded_robots(site: Site) -> None:
    for kind in site.kinds.values():
        lanes = [lane for lane in site.lanes.values() if kind.id in lane.kinds and lane.length_m >= 2.5]
        swept = {lane.id: sweep(site, lane, kind, kind.loaded_footprint) for lane in lanes}
        for a, b in combinations(lanes, 2):
            level_a, level_b = (site.vertices[lane.start].pose.map_id for lane in (a, b))
            apart = {a.start, a.end}.isdisjoint({b.start, b.end}) and level_a == level_b
            beside = apart and opposed(site, a, b)
            if beside:
                assert swept[a.id].distance(swept[b.id]) >= 0.2, (kind.id, a.id, b.id)


def test_swept_ground_is_clear_of_walls(site: Site) -> None:
    occupancy = read_map(SITE / "map.yaml")
    rows, columns = np.nonzero(occupancy.blocked)
    side = occupancy.resolution_m
    walls = shapely.box(columns * side, rows * side, (columns + 1) * side, (rows + 1) * side)
    tree = shapely.STRtree(walls)
    for kind in site.kinds.values():
        grounds = [
            ground
            for lane in site.lanes.values()
            if kind.id in lane.kinds
            for size in (kind.footprint, kind.loaded_footprint)
            for ground in swept_with_turns(site, lane, kind, size)
        ]
        near = tree.query(grounds, predicate="dwithin", distance=0.08)
        assert near.size == 0, f"{kind.id}: {len(set(near[0]))} lanes come nearer than 8 cm to a wall"


def opposed(site: Site, a: Lane, b: Lane) -> bool:
    gap = math.remainder(heading(site, a) - heading(site, b), 2.0 * math.pi)
    return abs(abs(gap) - math.pi) < 1e-6


def heading(site: Site, lane: Lane) -> float:
    start, end = site.vertices[lane.start].pose, site.vertices[lane.end].pose
    return math.atan2(end.y_m - start.y_m, end.x_m - start.x_m)


def corners(pose: Pose, yaw_rad: float, size: Footprint) -> Iterator[tuple[float, float]]:
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    for along, across in ((1, 1), (-1, 1), (-1, -1), (1, -1)):
        x_m, y_m = along * size.length_m / 2, across * size.width_m / 2
        yield pose.x_m + x_m * cos - y_m * sin, pose.y_m + x_m * sin + y_m * cos


def sweep(site: Site, lane: Lane, kind: RobotKind, size: Footprint) -> shapely.Geometry:
    yaw_rad = math.pi / 2 if kind.omnidirectional else heading(site, lane)
    ends = (site.vertices[lane.start].pose, site.vertices[lane.end].pose)
    return shapely.MultiPoint([corner for end in ends for corner in corners(end, yaw_rad, size)]).convex_hull


def swept_with_turns(site: Site, lane: Lane, kind: RobotKind, size: Footprint) -> Iterator[shapely.Geometry]:
    yield sweep(site, lane, kind, size)
    if not kind.omnidirectional:
        for end in (lane.start, lane.end):
            pose = site.vertices[end].pose
            yield shapely.Point(pose.x_m, pose.y_m).buffer(size.radius_m)
