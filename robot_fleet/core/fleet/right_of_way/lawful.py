"""Where the law lets robots go now, and the record of who was in its zones and how.

What depends on a kind alone (its mass with all that it can carry, its width) is a matter of the roads. Here is what
depends on one robot at one time: its papers, and a load that is heavier than its kind should carry.
"""

from __future__ import annotations

import math

from robot_fleet.core.facts import KeptOut, TaskStop, ZoneEntered, ZoneLeft
from robot_fleet.core.fleet.right_of_way import papers, roads
from robot_fleet.core.fleet.state import RobotRecord, TaskRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.law import CARRIAGEWAY, CROSSING, ESTATE, Forbidden, Regime, is_inside
from robot_fleet.core.order import RobotReport
from robot_fleet.core.travel import LAWLESS, travel_class

MINUTE_S = 60.0
LAW_PAPERS, LAW_LIMITS = "law_papers", "law_limits"
"""Reasons of a task that the law keeps robots from: for want of papers, or for their mass or width."""


def judge(turn: Turn) -> None:
    """Look where the law keeps each robot out now; where that has changed, ways and plans are looked for anew.

    A robot is looked at again only when something has changed that its papers or limits depend on.
    """
    if not turn.site.law.regimes:
        return
    agenda, goes_by = turn.agenda, _goes_by(turn)
    if goes_by != agenda.judged:
        agenda.judged, agenda.judged_kg = goes_by, {}
    for robot in turn.state.robots.values():
        mass_kg = turn.mass_kg(robot)
        if agenda.judged_kg.get(robot.id) == mass_kg:
            continue
        agenda.judged_kg[robot.id] = mass_kg
        kept_out = kept_out_at(turn, robot, turn.now.fleet_s)
        if kept_out != robot.kept_out:
            turn.emit(KeptOut(robot.id, kept_out, turn.now.fleet_s))
            turn.agenda.replan = turn.agenda.moved = True


def _goes_by(turn: Turn) -> object:
    """Return what papers depend on besides the robot: days and hours begin and end with whole minutes."""
    ahead_s = dict.fromkeys((0.0, *(regime.valid_ahead_s for regime in turn.site.law.regimes.values())))
    minutes = tuple(int((turn.now.fleet_s + each) // MINUTE_S) for each in ahead_s)
    return minutes, tuple(turn.state.withdrawn), bool(papers.supervisor(turn))


def kept_out_at(turn: Turn, robot: RobotRecord, at_s: float) -> dict[str, str]:
    """Return the zones that the law keeps a robot out of at a time, as it is loaded now, and why."""
    found = {}
    for zone in turn.ports.roads.lawful_zones(robot.kind):
        regime = turn.site.law.regimes[turn.site.zones[zone].law]
        heavy = not regime.allows_kg(turn.mass_kg(robot))
        why = str(Forbidden.TOO_HEAVY) if heavy else papers.missing(turn, robot, zone, regime, at_s)
        if why:
            found[zone] = why
    return found


def log(turn: Turn, robot: RobotRecord, news: RobotReport) -> None:
    """Record that a robot came into a zone with a law or left it, by where it says that its centre is."""
    if not turn.site.law.regimes:
        return
    for zone in turn.ports.roads.lawful_zones(robot.kind):
        known, fastest = robot.stays.get(zone), turn.seen.fastest_mps
        now = _entry(turn, robot, zone) if _is_in(turn, zone, news) else None
        if known is not None and not _same(known, now):
            turn.emit(ZoneLeft(robot.id, zone, fastest.pop((robot.id, zone), 0.0), turn.now.fleet_s))
            known = None
        if now is not None:
            if known is None:
                turn.emit(now)
            fastest[robot.id, zone] = max(fastest.get((robot.id, zone), 0.0), round(abs(news.speed_mps), 3))


def unlawful_at_its_time(turn: Turn, task: TaskRecord, able: tuple[str, ...]) -> tuple[str, ...]:
    """Return the robots that have the papers for a task now and will not have them when it may begin."""
    at_s = task.request.earliest_s
    if at_s <= turn.now.fleet_s or not turn.site.law.papers:
        return ()
    found = []
    for name in able:
        robot = turn.state.robots[name]
        then = kept_out_at(turn, robot, at_s)
        if then.keys() != robot.kept_out.keys() and not _reaches(turn, robot, task, tuple(then)):
            found.append(name)
    return tuple(found)


def why_unreachable(turn: Turn, task: TaskRecord, able: tuple[str, ...]) -> str:
    """Return what of the law keeps all robots from a task that some would reach without it, empty if that is not so."""
    robots = [turn.state.robots[name] for name in able] if turn.site.law.regimes else []
    free = [robot for robot in robots if _reaches(turn, robot, task, (LAWLESS,))]
    if not free or any(_reaches(turn, robot, task, tuple(robot.kept_out)) for robot in free):
        return ""
    for_papers = (robot for robot in free if _lacks_papers(robot) and _reaches(turn, robot, task, ()))
    return LAW_PAPERS if any(for_papers) else LAW_LIMITS


def bars(turn: Turn, robot: RobotRecord, place: str, start: str) -> str:
    """Return what of the law keeps a robot from getting from one place to another, empty if nothing does."""
    if not turn.site.law.regimes:
        return ""

    def reaches(zones: tuple[str, ...]) -> bool:
        name = travel_class(robot.kind, zones, loaded=bool(robot.load))
        return not math.isinf(turn.ports.roads.time_s(name, start, place))

    if reaches(tuple(robot.kept_out)) or not reaches((LAWLESS,)):
        return ""
    return LAW_PAPERS if _lacks_papers(robot) and reaches(()) else LAW_LIMITS


def _lacks_papers(robot: RobotRecord) -> bool:
    return any(why != Forbidden.TOO_HEAVY for why in robot.kept_out.values())


def _reaches(turn: Turn, robot: RobotRecord, task: TaskRecord, zones: tuple[str, ...]) -> bool:
    """Return whether a robot gets to all stops of a task that are to come, loaded from the first one on."""
    at, loaded = turn.resting_vertex(robot), bool(robot.load)
    for stop in task.request.stops[task.next_stop :]:
        if stop.side:
            continue
        name = travel_class(robot.kind, zones, loaded=loaded)
        there = [place for place in places_of(turn, stop) if not math.isinf(turn.ports.roads.time_s(name, at, place))]
        if not there:
            return False
        at, loaded = there[0], loaded or any(act.act == "take" for act in stop.acts)
    return True


def places_of(turn: Turn, stop: TaskStop) -> tuple[str, ...]:
    """Return the places where a stop may be done, or where its item is."""
    if stop.places or stop.item not in turn.state.items:
        return stop.places
    sort, _, holder = turn.state.items[stop.item].holder.partition(":")
    return (holder,) if sort == "place" else ()


def _is_in(turn: Turn, name: str, news: RobotReport) -> bool:
    x_m, y_m, zone = news.pose.x_m, news.pose.y_m, turn.site.zones[name]
    if not is_inside(zone.outline, x_m, y_m):
        return False
    exempt = (ESTATE, CROSSING) if zone.ground == CARRIAGEWAY else (ESTATE,)
    others = (each for each in turn.site.zones.values() if each.ground in exempt)
    return not any(is_inside(each.outline, x_m, y_m) for each in others)


def _entry(turn: Turn, robot: RobotRecord, name: str) -> ZoneEntered:
    zone, mass_kg = turn.site.zones[name], round(turn.mass_kg(robot), 3)
    regime: Regime = turn.site.law.regimes[zone.law]
    limits = (regime.speed_mps(mass_kg), roads.limit_mps(turn.state, zone))
    limit_mps = round(min((limit for limit in limits if limit), default=0.0), 3)
    valid = papers.in_force(turn, robot, name, regime)
    watch = papers.supervisor(turn)
    return ZoneEntered(robot.id, name, regime.id, mass_kg, limit_mps, valid, watch, turn.now.fleet_s)


def _same(known: ZoneEntered, now: ZoneEntered | None) -> bool:
    def what(entry: ZoneEntered) -> tuple[object, ...]:
        return entry.mass_kg, entry.limit_mps, dict(entry.papers), entry.supervisor

    return now is not None and what(known) == what(now)
