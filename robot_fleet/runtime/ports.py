"""The pure ports of the core, built for a site."""

from __future__ import annotations

from robot_fleet.core.fleet import Ports
from robot_fleet.core.site import Site
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.explaining.explain import explain
from robot_fleet.scheduling.insertion import InsertionPlanner
from robot_fleet.site.roads import LaneRoads
from robot_fleet.traffic.conflicts import build_conflicts, cache_home
from robot_fleet.traffic.release import BankersRightOfWay


def ports_for(site: Site) -> Ports:
    """Return what the core asks on a site; takes seconds the first time, then a cache serves."""
    return Ports(
        roads=LaneRoads.of(site),
        planner=InsertionPlanner(),
        checker=PlanChecker(),
        explain=explain,
        right_of_way=BankersRightOfWay(site, build_conflicts(site, cache=cache_home())),
    )
