"""Checks of what a robot answers, of how it bears what its clients do (bursts, deaths), and of its dock."""

from __future__ import annotations

import math

from robot_fleet.runtime.conformance.driving import CREEP_M, REACHED_M, STILL_MPS
from robot_fleet.runtime.conformance.recording import ABORTED, SUCCEEDED, UNKNOWN_GOAL, GoalSeen, Recording
from robot_fleet.runtime.conformance.verdict import Verdict, judged, not_judged

BURST_ANSWER_S = 2.0
NEAR_M = 0.5
OVERRUN_M = 0.5
NO_SUCH_DOCK = 901
_PATH_REFUSALS = (206, 208)


def burst(seen: Recording) -> Verdict:
    """Whether goals that come at once are all answered, and all end."""
    if not seen.burst:
        return not_judged("no burst was sent")
    answered = [goal for goal in seen.burst if goal.answered_s - goal.sent_s <= BURST_ANSWER_S]
    open_still = [goal for goal in seen.burst if goal.accepted and not goal.ended]
    told = f"{len(answered)} of {len(seen.burst)} answered within {BURST_ANSWER_S:g} s, {len(open_still)} never ended"
    return judged(len(answered) == len(seen.burst) and not open_still, told)


def late_result(seen: Recording) -> Verdict:
    """Whether the end of a goal can be asked for later, by one who was away."""
    goal = seen.goals.get("drive")
    if goal is None or goal.status != SUCCEEDED:
        return not_judged("no goal was reached")
    if seen.late_status is None:
        return judged(False, "not answered")
    told = f"status {seen.late_status} at {seen.marks.get('asked_late', math.inf) - goal.ended_s:.0f} s after its end"
    return judged(seen.late_status == SUCCEEDED, f"{told} (4 is succeeded)")


def strange_result(seen: Recording) -> Verdict:
    """Whether a question for a goal that never was is answered."""
    if seen.strange_status is None:
        return judged(False, "not answered") if "asked_late" in seen.marks else not_judged("it was not asked")
    return judged(seen.strange_status == UNKNOWN_GOAL, f"status {seen.strange_status} (0 is unknown)")


def path(seen: Recording) -> Verdict:
    """Whether the planner's path leads from where it is asked to where it is asked."""
    if seen.path is None:
        return not_judged("no planner was asked") if seen.path_code is None else judged(False, f"code {seen.path_code}")
    if len(seen.path) < 2:
        return judged(False, f"{len(seen.path)} poses")
    off_m = [math.dist(seen.path[0], seen.line[0]), math.dist(seen.path[-1], seen.line[1])]
    told = f"{len(seen.path)} poses, {off_m[0]:.2f} m and {off_m[1]:.2f} m off at its ends (at most {NEAR_M:g})"
    return judged(max(off_m) <= NEAR_M, told)


def path_free(seen: Recording) -> Verdict:
    """Whether the planner's path keeps out of walls."""
    if seen.path_free is None:
        return not_judged("no path, or no map to hold it against")
    return judged(seen.path_free, "free on the map" if seen.path_free else "it leads through a wall")


def path_refused(seen: Recording) -> Verdict:
    """Whether the planner says that it finds no way into a wall."""
    if seen.wall_path_code is None:
        return not_judged("no planner was asked for a way into a wall")
    due = " or ".join(map(str, _PATH_REFUSALS))
    return judged(seen.wall_path_code in _PATH_REFUSALS, f"error_code {seen.wall_path_code} ({due})")


def orphan(seen: Recording) -> Verdict:
    """Whether a robot whose client has died does what it was told at most, and stands then."""
    goal, until_s = seen.goals.get("orphan"), seen.marks.get("orphan_watched")
    if goal is None or seen.orphan_s is None or until_s is None:
        return not_judged("no goal was under way when its client died")
    after = seen.moving(seen.orphan_s, math.inf)
    rest = seen.moving(seen.marks.get("orphan_rest", math.inf), until_s) or after[-1:]
    if not after:
        return not_judged("no odometry came")
    if not rest:
        return judged(False, "it did not come to rest")
    ends_m, sign = seen.marks["orphan_end"], seen.marks["orphan_sign"]
    off_m = [sign * (seen.along_m(each) - ends_m) for each in after if each.at_s <= until_s]
    reached = next((number for number, each in enumerate(off_m) if abs(each) <= REACHED_M), len(off_m))
    # short of its goal it may stop anywhere; beyond it, and anywhere else once it was there, it has no business
    over_m = max([0.0, max(off_m), *(abs(each) for each in off_m[reached:])])
    moved_m = max(math.dist((rest[0].x_m, rest[0].y_m), (each.x_m, each.y_m)) for each in rest)
    fastest = max(abs(each.speed_mps) for each in rest)
    told = f"came to rest, then {fastest:.2f} m/s and {moved_m:.2f} m; {over_m:.2f} m from its goal"
    return judged(fastest <= STILL_MPS and moved_m <= CREEP_M and over_m <= OVERRUN_M, told)


def docks(seen: Recording) -> Verdict:
    """Whether it docks at its charger."""
    return _succeeded(seen.goals.get("dock"), "no dock was named")


def undocks(seen: Recording) -> Verdict:
    """Whether it leaves its charger."""
    return _succeeded(seen.goals.get("undock"), "it was not docked")


def _succeeded(goal: GoalSeen | None, without: str) -> Verdict:
    """Judge whether a goal was reached; `without` says why there is none."""
    if goal is None:
        return not_judged(without)
    if not goal.ended:
        return judged(False, "it did not end in time" if goal.accepted else "it was not accepted")
    took_s = goal.ended_s - goal.sent_s
    return judged(goal.status == SUCCEEDED, f"status {goal.status}, error_code {goal.code} after {took_s:.1f} s")


def dock_unknown(seen: Recording) -> Verdict:
    """Whether a dock that is not there is refused as such."""
    goal = seen.goals.get("no_dock")
    if goal is None or (goal.answered and not goal.accepted):
        return not_judged("no dock server" if goal is None else "it was rejected before it could say why")
    if not goal.ended:
        return judged(False, "it did not end in time")
    told = f"status {goal.status}, error_code {goal.code} (6, aborted, with {NO_SUCH_DOCK})"
    return judged(goal.status == ABORTED and goal.code == NO_SUCH_DOCK, told)
