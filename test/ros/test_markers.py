"""Markers say what the fleet knows: the site, its robots and their ways."""

from __future__ import annotations

import math

import pytest
from robot_fleet_interfaces.msg import RobotState
from visualization_msgs.msg import Marker

from robot_fleet.core.fleet import initial_state
from robot_fleet.core.fleet.state import OrderRecord, ZoneRecord
from robot_fleet.core.site import Site
from robot_fleet.ros.gateway.markers import (
    ANNOUNCED,
    LANES,
    PLACE_NAMES,
    PLACES,
    RELEASED,
    ROBOT_NAMES,
    ROBOTS,
    ZONES,
    Rule,
    deleted,
    is_finite,
    robot_markers,
    rules,
    site_markers,
)
from robot_fleet.site.load import load_site
from test.ros.rig import TINY

pytestmark = pytest.mark.ros


def of(markers: list[Marker], namespace: str) -> list[Marker]:
    return [marker for marker in markers if marker.ns == namespace]


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(TINY)


def test_the_site_is_drawn_with_its_places_lanes_and_zones(site: Site) -> None:
    markers = site_markers(site, rules(site, {}))
    assert {marker.header.frame_id for marker in markers} == {"map"}
    assert len({(marker.ns, marker.id) for marker in markers}) == len(markers)
    (places,), (lanes,) = of(markers, PLACES), of(markers, LANES)
    assert len(places.points) == len(site.places)
    assert sorted(marker.text for marker in of(markers, PLACE_NAMES)) == sorted(site.places)
    ways = {frozenset((lane.start, lane.end)) for lane in site.lanes.values()}
    assert len(lanes.points) == 2 * len(ways), "a lane to and fro is one line"
    assert [len(marker.points) for marker in of(markers, ZONES)] == [5, 5]
    assert all(marker.scale.x > 0.0 and marker.color.a > 0.0 for marker in (places, lanes, *of(markers, ZONES)))


def test_a_zone_that_people_close_is_drawn_otherwise(site: Site) -> None:
    closed = rules(site, {"annex": ZoneRecord(closed=True), "north_lane": ZoneRecord(speed_mps=0.3)})
    assert closed == {"annex": Rule(True, 0.0), "north_lane": Rule(False, 0.3)}
    before, after = (of(site_markers(site, each), ZONES) for each in (rules(site, {}), closed))
    assert len({(marker.color.r, marker.color.g, marker.color.b) for marker in (*before, *after)}) == 3


def test_a_robot_is_drawn_with_its_footprint_its_name_and_both_parts_of_its_way(site: Site) -> None:
    state = initial_state(site)
    name = "care_1"
    lanes = _way_of(site, 3)
    state.robots[name].order = OrderRecord("o1", 1, "task", "t", 0, "a", False, lanes, (), 0.0, released=2)
    heard = RobotState(robot=name, x_m=3.0, y_m=4.0, yaw_rad=math.pi / 2.0, state="driving")
    markers = robot_markers(site, state, {name: heard})
    (robot,), (text,) = of(markers, ROBOTS), of(markers, ROBOT_NAMES)
    footprint = site.kinds[site.robots[name].kind].footprint
    assert (robot.scale.x, robot.scale.y) == (footprint.length_m, footprint.width_m)
    assert (robot.pose.position.x, robot.pose.position.y) == (3.0, 4.0)
    assert robot.pose.orientation.z == pytest.approx(math.sqrt(0.5))
    assert text.text == name
    (released,), (announced,) = of(markers, RELEASED), of(markers, ANNOUNCED)
    assert (len(released.points), len(announced.points)) == (3, 2)
    assert released.points[-1] == announced.points[0], "where the release ends the rest begins"
    end = site.vertices[site.lanes[lanes[-1]].end].pose
    assert (announced.points[-1].x, announced.points[-1].y) == (
        pytest.approx(end.x_m, abs=0.01),
        pytest.approx(end.y_m, abs=0.01),
    )


def test_what_is_no_more_is_taken_away(site: Site) -> None:
    state = initial_state(site)
    state.robots["care_1"].order = OrderRecord(
        "o1", 1, "task", "t", 0, "a", False, _way_of(site, 2), (), 0.0, released=2
    )
    before = robot_markers(site, state, {})
    state.robots["care_1"].order = None
    after = robot_markers(site, state, {})
    gone = deleted(before, after)
    assert [(marker.ns, marker.action) for marker in gone] == [(RELEASED, Marker.DELETE)]
    assert deleted(before, before) == []


def test_a_pose_that_is_none_is_not_drawn() -> None:
    assert is_finite(RobotState(x_m=1.0))
    assert not is_finite(RobotState(x_m=math.nan))


def _way_of(site: Site, length: int) -> tuple[str, ...]:
    """Return lanes that follow one another."""
    way = [next(iter(site.lanes.values()))]
    while len(way) < length:
        way.append(
            next(lane for lane in site.lanes.values() if lane.start == way[-1].end and lane.end != way[-1].start)
        )
    return tuple(lane.id for lane in way)
