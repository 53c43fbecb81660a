"""The pure ports of the core, built for a site."""

from __future__ import annotations

from datetime import datetime

from robot_fleet.core.explanation import Explanation
from robot_fleet.core.fleet import Ports
from robot_fleet.core.plan import Plan, Problem
from robot_fleet.core.ports import Planner
from robot_fleet.core.site import Site
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.site.calendar import SiteCalendar
from robot_fleet.site.ground.roads import LaneRoads
from robot_fleet.traffic.conflicts import build_conflicts, cache_home
from robot_fleet.traffic.release import BankersRightOfWay


class LatePlanner:
    """The planner, loaded when it is first asked.

    Compiled code takes half a second to load, for which the orders of a plan in force need not wait at a restart.
    """

    def __init__(self) -> None:
        self._planner: Planner | None = None

    def insert(self, problem: Problem, current: Plan) -> Plan:
        """Return a plan (see `Planner`)."""
        if self._planner is None:
            from robot_fleet.scheduling.insertion import InsertionPlanner

            self._planner = InsertionPlanner()
        return self._planner.insert(problem, current)


def ports_for(site: Site, midnight: datetime | None = None) -> Ports:
    """Return what the core asks on a site; takes seconds the first time, then a cache serves.

    Parameters
    ----------
    midnight : as for `calendar_for`.
    """
    return Ports(
        calendar=calendar_for(site, midnight),
        roads=LaneRoads.of(site),
        planner=LatePlanner(),
        checker=PlanChecker(),
        explain=_explain,
        right_of_way=BankersRightOfWay(site, build_conflicts(site, cache=cache_home())),
    )


def calendar_for(site: Site, midnight: datetime | None = None) -> SiteCalendar | None:
    """Return the days of a site, None where it does not say what they are.

    Parameters
    ----------
    midnight : the instant at which fleet time is 0; None of a fleet that is simulated.
    """
    return None if site.calendar is None else SiteCalendar(site.calendar, midnight)


def _explain(problem: Problem, plan: Plan, task: str) -> Explanation:
    from robot_fleet.scheduling.explaining.explain import explain  # loads what the planner does

    return explain(problem, plan, task)
