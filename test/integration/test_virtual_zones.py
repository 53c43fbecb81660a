"""Zones of the first site, closed, slowed down and opened in the middle of a day on the virtual clock."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from robot_fleet.core.inputs import CloseZone, LimitZone, OpenZone
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.ports import RoadConditions
from robot_fleet.runtime.runs.virtual import VirtualFleet
from robot_fleet.site.ground.roads import LaneRoads
from robot_fleet.site.load import load_site
from test.integration.virtual_runs import BUSAN, demand, virtual_fleet

CROSSING = "west_crossing"
CLEAR_S = 90.0
"""So long it takes at most until who was inside, or had way released into it, has left."""


def inside(fleet: VirtualFleet, zone: str) -> list[tuple[str, float]]:
    """Return the robots whose middle is in a zone now, with their speeds."""
    outline = shapely.Polygon(fleet.host.fleet.site.zones[zone].outline)
    robots = fleet.world.robots.values()
    return [(robot.id, robot.v_mps) for robot in robots if outline.contains(shapely.Point(robot.x_m, robot.y_m))]


def watch(fleet: VirtualFleet, zone: str, seconds: float, look: Callable[[list[tuple[str, float]]], None]) -> int:
    """Let time pass; return how many robot seconds were spent in the zone."""
    spent = 0
    for _ in range(int(seconds)):
        fleet.second()
        here = inside(fleet, zone)
        look(here)
        spent += len(here)
    return spent


def nobody(here: list[tuple[str, float]]) -> None:
    assert not here


def anybody(here: list[tuple[str, float]]) -> None:
    """Look on."""


def test_nobody_crosses_where_it_is_closed_and_all_work_is_done() -> None:
    fleet = virtual_fleet(BUSAN, demand(BUSAN, 70), improving=False)
    assert watch(fleet, CROSSING, 1_000.0, anybody) > 20
    fleet.host.feed(CloseZone("c1", CROSSING, "road works"), fleet.now)
    watch(fleet, CROSSING, CLEAR_S, anybody)
    assert watch(fleet, CROSSING, 1_500.0, nobody) == 0
    fleet.host.feed(OpenZone("o1", CROSSING), fleet.now)
    assert watch(fleet, CROSSING, 1_500.0, anybody) > 5
    state = fleet.host.fleet.state
    while not fleet.callers.finished or state.open_tasks():
        fleet.second()
        assert fleet.now.fleet_s < fleet.start_s + 4 * 3_600.0
    assert {task.state for task in state.tasks.values()} == {TaskState.COMPLETED}
    assert not fleet.host.fleet.agenda.violations


def test_robots_go_slowly_where_they_are_told_to() -> None:
    def slowly(here: list[tuple[str, float]]) -> None:
        assert all(speed_mps <= 0.4 + 1e-6 for _, speed_mps in here)

    fleet = virtual_fleet(BUSAN, demand(BUSAN, 70), improving=False)
    fast: list[float] = []
    watch(fleet, CROSSING, 1_000.0, lambda here: fast.extend(speed_mps for _, speed_mps in here))
    assert max(fast) > 0.9
    fleet.host.feed(LimitZone("l1", CROSSING, 0.4, "many people"), fleet.now)
    watch(fleet, CROSSING, CLEAR_S, anybody)
    assert watch(fleet, CROSSING, 5_000.0, slowly) > 60


def test_the_zones_of_the_first_site_cut_off_a_checkpoint_at_most() -> None:
    site = load_site(BUSAN)
    roads = LaneRoads.of(site)
    escapes = {name.removeprefix("zone:") for rule in site.city.rules.values() for name in rule.keep_free}
    grounds = {"promenade", "street", "deck_ground", "hub_ground"}  # where a law holds or none: not closed as a whole
    for zone in site.zones:
        if zone in escapes | grounds:  # a building that is left is cut off
            continue
        closed = roads.under(RoadConditions(closed=frozenset({zone})))
        for travel_class in roads.travel_classes:
            cut = np.isfinite(roads.matrix(travel_class)) & ~np.isfinite(closed.matrix(travel_class))
            names = np.array(roads.place_names(travel_class))
            cut_off = names[cut.sum(axis=0) > 1]
            assert set(cut_off) <= {"checkpoint/hub_yard", "checkpoint/loading"}, (zone, travel_class)
        assert (closed.matrix("logistics") > roads.matrix("logistics") + 1.0).any(), zone
