"""Asks robots that stand idle how long their own planners find the lanes.

Lanes are asked for, not pairs of places: robots are led along lanes, and a planner that is free to choose would answer
for another way. A planner serves one question at a time, and a second client's pre-empts the first, so a robot that
drives or is about to is never asked.
"""

from __future__ import annotations

from robot_fleet.core.effects import AskPath
from robot_fleet.core.facts import LaneMeasured
from robot_fleet.core.fleet.state import RobotRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import PathMeasured
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.site import Lane

ASK_EVERY_S = 5.0
"""One question in this time, to one robot of the fleet (steady time): a robot's computer has other things to do."""
ASK_AGAIN_S = 600.0
"""A question that nobody answered is put again after this long (steady time)."""
MEASURE_AGAIN_S = 24 * 3600.0
"""What a planner said is asked for anew after this long (fleet time): maps and obstacles change."""
STANDSTILL_MPS = 0.01
_MOVING = ("driving", "docking", "undocking", "acting")


def ask(turn: Turn) -> None:
    """Put the next question to a robot that stands idle, if it is time for one."""
    agenda, now = turn.agenda, turn.now
    if now.steady_s - agenda.asked_path_s < ASK_EVERY_S:
        return
    for robot in turn.state.robots.values():
        lane = _next_lane(turn, robot) if _is_idle(turn, robot) else None
        if lane is None:
            continue
        agenda.asked_path_s = agenda.asked_lanes_s[robot.kind, lane.id] = now.steady_s
        start, end = turn.site.vertices[lane.start], turn.site.vertices[lane.end]
        turn.effects.append(AskPath(robot.id, robot.kind, lane.start, lane.end, start.pose, end.pose))
        return


def measured(turn: Turn, news: PathMeasured) -> None:
    """Take an answer in; one that speaks of no lane says nothing."""
    lane = turn.site.lanes.get(f"{news.start}>{news.end}")
    if lane is not None and news.kind in turn.site.kinds and news.length_m > 0.0:
        turn.emit(LaneMeasured(news.kind, lane.id, lane.length_m, news.length_m, turn.now.fleet_s))


def _is_idle(turn: Turn, robot: RobotRecord) -> bool:
    """Return whether a robot stands with nothing to do now or next, so that its planner is not needed."""
    report = turn.seen.reports.get(robot.id)
    if report is None or robot.link is not LinkState.LIVE or robot.stranded_on or not turn.usable(robot):
        return False
    stands = abs(report.speed_mps) <= STANDSTILL_MPS and report.state not in _MOVING
    return stands and robot.busy is None and not turn.state.routes.get(robot.id)


def _next_lane(turn: Turn, robot: RobotRecord) -> Lane | None:
    """Return the lane that is to be asked for next: one never measured, else the one measured longest ago.

    A robot's planner knows the level that it is on.
    """
    kind, level = robot.kind, turn.seen.reports[robot.id].pose.map_id
    known = turn.state.measured.get(kind, {})
    oldest, oldest_s = None, turn.now.fleet_s - MEASURE_AGAIN_S
    for lane in turn.site.lanes.values():
        asked_s = turn.agenda.asked_lanes_s.get((kind, lane.id), float("-inf"))
        if (lane.kinds and kind not in lane.kinds) or turn.now.steady_s - asked_s < ASK_AGAIN_S:
            continue
        if any(turn.site.vertices[end].pose.map_id != level for end in (lane.start, lane.end)):
            continue
        if lane.id not in known:
            return lane
        if known[lane.id].at_s <= oldest_s:
            oldest, oldest_s = lane, known[lane.id].at_s
    return oldest
