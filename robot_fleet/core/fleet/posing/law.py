"""The law of a problem, for the checker: copied out of the site, with what is withdrawn and which time it is."""

from __future__ import annotations

from robot_fleet.core.fleet.right_of_way import papers
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.law import CROSSING, ESTATE
from robot_fleet.core.plan_law import LawBody, LawGround, LawLane, LawNeed, LawPoint, LawZone
from robot_fleet.core.site import Site


def law_now(turn: Turn) -> LawNeed | None:
    """Return the law for all robots now, None for a site without any."""
    law, calendar, posed = turn.site.law, turn.ports.calendar, turn.agenda.posed
    if not law.regimes:
        return None
    if posed.law_ground is None:
        posed.law_ground = _ground(turn.site)
    now_s = turn.now.fleet_s
    return LawNeed(
        ground=posed.law_ground,
        regimes=law.regimes,
        papers=tuple(paper for paper in law.papers.values() if paper.id not in turn.state.withdrawn),
        kind_of={robot.id: robot.kind for robot in turn.state.robots.values()},
        local="" if calendar is None else calendar.local(now_s),
        until={}
        if calendar is None
        else {name: calendar.local(now_s + regime.valid_ahead_s) for name, regime in law.regimes.items()},
        watched=bool(papers.supervisor(turn)),
    )


def _ground(site: Site) -> LawGround:
    return LawGround(
        points={
            name: LawPoint(vertex.pose.x_m, vertex.pose.y_m, vertex.pose.map_id)
            for name, vertex in site.vertices.items()
        },
        lanes=tuple(LawLane(lane.start, lane.end, lane.kinds) for lane in site.lanes.values()),
        zones=tuple(
            LawZone(zone.id, zone.outline, zone.level, zone.law, zone.ground, zone.pavement_m, zone.kinds)
            for zone in site.zones.values()
            if zone.law or zone.ground in (ESTATE, CROSSING)
        ),
        bodies={
            name: LawBody(
                kind.mass_kg,
                kind.footprint.width_m,
                kind.loaded_footprint.width_m,
                max(kind.footprint.radius_m, kind.loaded_footprint.radius_m),
            )
            for name, kind in site.kinds.items()
        },
    )
