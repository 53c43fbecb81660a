"""The Busan site as the right of way sees it."""

import math
import random
from itertools import combinations
from pathlib import Path

import pytest

from robot_fleet.core.site import Lane, Site
from robot_fleet.site.load import load_site
from robot_fleet.traffic.areas import kind_of
from robot_fleet.traffic.conflicts import Conflicts, build_conflicts, resting_conflicts
from test.unit.traffic.simulate import Robot, Streets, places_of

FOLDER = Path(__file__).parents[3] / "config" / "sites" / "busan_edc"


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(FOLDER)


@pytest.fixture(scope="module")
def conflicts(site: Site) -> Conflicts:
    return build_conflicts(site)


def direction(site: Site, lane: Lane) -> float:
    start, end = site.vertices[lane.start].pose, site.vertices[lane.end].pose
    return math.atan2(end.y_m - start.y_m, end.x_m - start.x_m)


def test_robots_can_rest_at_all_places_at_once(site: Site, conflicts: Conflicts) -> None:
    assert resting_conflicts(site, conflicts) == []


def test_a_resting_robot_bars_nothing_but_the_access_to_its_place(site: Site, conflicts: Conflicts) -> None:
    lanes = [(lane, key) for keys in conflicts.lanes.values() for lane, key in keys.items()]
    for place in site.places.values():
        for travel_class, vertices in conflicts.vertices.items():
            if place.id in vertices and (not place.kinds or kind_of(travel_class) in place.kinds):
                barred = {lane for lane, key in lanes if conflicts.meet(vertices[place.id], key)}
                assert all(place.id in (site.lanes[lane].start, site.lanes[lane].end) for lane in barred), place.id


def test_opposed_lanes_of_streets_and_corridors_pass_each_other(site: Site, conflicts: Conflicts) -> None:
    of_lift = site.equipment["care_home_lift"].lanes
    before_lift = {end for name in of_lift for end in (site.lanes[name].start, site.lanes[name].end)}
    through = [
        lane
        for lane in site.lanes.values()
        if not lane.resource
        and not site.vertices[lane.start].place
        and not site.vertices[lane.end].place
        and before_lift.isdisjoint((lane.start, lane.end))
    ]
    for a, b in combinations(through, 2):
        turned = abs((direction(site, a) - direction(site, b)) % (2.0 * math.pi) - math.pi)
        if turned < 0.1 and not {a.start, a.end} & {b.start, b.end}:
            for class_a, lanes_a in conflicts.lanes.items():
                for class_b, lanes_b in conflicts.lanes.items():
                    if a.id in lanes_a and b.id in lanes_b:
                        assert not conflicts.meet(lanes_a[a.id], lanes_b[b.id]), (a.id, class_a, b.id, class_b)


@pytest.mark.parametrize("seed", range(3))
def test_the_whole_fleet_reaches_random_places(site: Site, conflicts: Conflicts, seed: int) -> None:
    rng = random.Random(seed)
    robots = []
    for spec in site.robots.values():
        travel_class = spec.kind + ("+load" if spec.kind == "parking" and rng.random() < 0.5 else "")
        missions = [rng.choice(places_of(site, travel_class)) for _ in range(3)]
        robots.append(Robot(spec.id, travel_class, spec.start, missions, priority=rng.choice((0, 10, 10, 100))))
    Streets(site, robots, seed, horizon_m=14.0, conflicts=conflicts).run(5000)
