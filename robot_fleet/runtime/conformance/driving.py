"""Checks of how a robot takes goals, drives, is called off and is called elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from robot_fleet.runtime.conformance.recording import ABORTED, CANCELED, SUCCEEDED, GoalSeen, Motion, Recording
from robot_fleet.runtime.conformance.verdict import Verdict, judged, not_judged

ANSWER_S = 1.0
FEEDBACK_GAP_S = 1.5
"""A goal that is silent for 3 s counts as lost."""
REACHED_M, REACHED_RAD = 0.35, 0.35
STILL_MPS, STILL_RAD = 0.05, 0.02
SETTLE_S = 1.0
CREEP_M = 0.15
CANCEL_S = 3.0
END_S = 3.0
PASSED_M = 0.5
KEPT_SPEED = 0.4
"""Part of the speed that must be left where a new goal takes over."""
OVER_MPS, OVER = 0.05, 1.25
"""A limit may be exceeded by this much and by this factor."""
BRAKE_S = 1.5
RISES_M = 0.5


def accepts(seen: Recording) -> Verdict:
    """Whether goals are answered quickly."""
    asked = [seen.goals[name] for name in ("drive", "through", "cancelled") if name in seen.goals]
    if not asked:
        return not_judged("no goal was sent")
    late = [goal.answered_s - goal.sent_s for goal in asked]
    if any(goal.answered and not goal.accepted for goal in asked):
        return judged(False, "a goal on free ground was rejected")
    return judged(max(late) <= ANSWER_S, f"accepted within {max(late):.2f} s (at most {ANSWER_S:g})")


def feedback(seen: Recording) -> Verdict:
    """Whether progress is told often enough."""
    worst_s, count = 0.0, 0
    for goal in _driven(seen):
        times = [goal.answered_s, *(each.at_s for each in goal.feedback), goal.ended_s]
        worst_s = max(worst_s, *seen.gaps_s(times))
        count += len(goal.feedback)
    if not _driven(seen):
        return not_judged("no drive to its end")
    return judged(worst_s <= FEEDBACK_GAP_S, f"{count} messages, gap {worst_s:.2f} s (at most {FEEDBACK_GAP_S:g})")


def distance(seen: Recording) -> Verdict:
    """Whether the distance that is left falls to nothing."""
    goal = seen.goals.get("drive")
    if goal is None or goal.status != SUCCEEDED or len(goal.feedback) < 2:
        return not_judged("no drive to its end with feedback")
    left = [each.left_m for each in goal.feedback if math.isfinite(each.left_m)]
    if not left:
        return judged(False, "distance_remaining is no number")
    # a planner that has not planned yet says 0 at first
    top = next((number for number, left_m in enumerate(left) if left_m > 0.0), 0)
    rises = max((after - before for before, after in pairwise(left[top:])), default=0.0)
    most_m, last_m = left[top], left[-1]
    holds = last_m <= most_m / 2.0 and rises <= RISES_M and most_m >= seen.length_m / 2.0
    return judged(
        holds, f"from {most_m:.2f} m to {last_m:.2f} m of {seen.length_m:.2f} m, rising by up to {rises:.2f} m"
    )


def reaches(seen: Recording) -> Verdict:
    """Whether a goal is reached, as the robot's own localisation says."""
    goal = seen.goals.get("drive")
    if goal is None or not goal.accepted:
        return not_judged("the goal was not accepted")
    if not goal.ended:
        return judged(False, "it did not end in time")
    pose = seen.pose_after(goal.ended_s + SETTLE_S)
    if goal.status != SUCCEEDED:
        return judged(False, f"status {goal.status}, error_code {goal.code}")
    if pose is None:
        return not_judged("no pose came")
    off_m = math.dist((pose.x_m, pose.y_m), goal.target)
    off_rad = abs(math.remainder(pose.yaw_rad - goal.yaw_rad, math.tau))
    told = f"{off_m:.2f} m and {off_rad:.2f} rad off (at most {REACHED_M:g} m, {REACHED_RAD:g} rad)"
    return judged(off_m <= REACHED_M and off_rad <= REACHED_RAD, told)


def stands(seen: Recording) -> Verdict:
    """Whether a robot that says that it has arrived stands."""
    goal = seen.goals.get("drive")
    if goal is None or goal.status != SUCCEEDED:
        return not_judged("no goal was reached")
    moved_m = _moved_m(seen.moving(goal.ended_s, goal.ended_s + SETTLE_S))
    return judged(moved_m <= CREEP_M, f"moved {moved_m:.2f} m after its result (at most {CREEP_M:g})")


def cancel_answer(seen: Recording) -> Verdict:
    """Whether a goal that is called off ends as cancelled, and soon."""
    goal = seen.goals.get("cancelled")
    if goal is None or goal.cancel_s == math.inf:
        return not_judged("no goal under way was called off")
    return _ends_cancelled(goal)


def cancel_stops(seen: Recording) -> Verdict:
    """Whether a robot whose goal was called off stops, and stays."""
    return _stops(seen, "cancelled")


def cancel_all(seen: Recording) -> Verdict:
    """Whether an empty cancel request, which one who has started anew sends, ends a goal that somebody else sent."""
    goal = seen.goals.get("foreign")
    if goal is None or goal.cancel_s == math.inf:
        return not_judged("no goal was under way")
    return _ends_cancelled(goal)


def _ends_cancelled(goal: GoalSeen) -> Verdict:
    took_s = goal.ended_s - goal.cancel_s
    if goal.ended and goal.ended_s < goal.cancel_s:
        return not_judged("it had ended before")
    told = f"status {goal.status} after {took_s:.2f} s" if goal.ended else "it never ended"
    return judged(goal.status == CANCELED and took_s <= CANCEL_S, f"{told} (5 is cancelled; within {CANCEL_S:g} s)")


def _stops(seen: Recording, name: str) -> Verdict:
    goal = seen.goals.get(name)
    until_s = seen.marks.get(f"{name}_watched")
    if goal is None or goal.cancel_s == math.inf or until_s is None:
        return not_judged("no goal under way was called off")
    rest = seen.moving(goal.cancel_s + CANCEL_S, until_s) or seen.moving(goal.cancel_s, until_s)[-1:]
    if not rest:
        return not_judged("no odometry came")
    fastest = max(abs(each.speed_mps) for each in rest)
    moved_m = _moved_m(rest)
    told = f"{fastest:.2f} m/s and {moved_m:.2f} m from {CANCEL_S:g} s after the call on"
    return judged(fastest <= STILL_MPS and moved_m <= CREEP_M, told)


def preempts(seen: Recording) -> Verdict:
    """Whether a way that is sent longer is taken over without a stop."""
    goal = seen.goals.get("longer")
    until_s, peak_mps = seen.marks.get("longer_watched"), seen.marks.get("longer_speed")
    if goal is None or until_s is None or peak_mps is None:
        return not_judged("nothing was under way at speed")
    if not goal.accepted:
        return judged(False, "the longer way was not accepted")
    watched = seen.moving(goal.sent_s, until_s)
    slowest = min((abs(each.speed_mps) for each in watched), default=0.0)
    told = f"from {peak_mps:.2f} m/s down to {slowest:.2f} m/s (at least {KEPT_SPEED:.0%} of it)"
    return judged(slowest >= KEPT_SPEED * peak_mps, told)


def overtaken(seen: Recording) -> Verdict:
    """Whether a goal that another one has taken the place of ends."""
    goal, longer = seen.goals.get("shorter"), seen.goals.get("longer")
    if goal is None or longer is None or not longer.accepted:
        return not_judged("no goal took another's place")
    if not goal.ended:
        return judged(False, "it never ended")
    took_s = goal.ended_s - longer.sent_s
    return judged(took_s <= END_S, f"status {goal.status} after {took_s:.2f} s (within {END_S:g} s)")


def order(seen: Recording) -> Verdict:
    """Whether poses are passed one after the other."""
    goal, ends = seen.goals.get("through"), _along(seen, "through")
    if goal is None or not ends or goal.status != SUCCEEDED:
        return not_judged("no drive through poses to its end")
    track = [seen.along_m(each) for each in seen.moving(goal.answered_s, goal.ended_s + SETTLE_S)]
    at = 0
    for number, due_m in enumerate(ends):
        while at < len(track) and abs(track[at] - due_m) > PASSED_M:
            at += 1
        if at == len(track):
            return judged(False, f"pose {number + 1} of {len(ends)} was not passed within {PASSED_M:g} m in its turn")
    return judged(True, f"{len(ends)} poses of {len(ends)}")


def poses_left(seen: Recording) -> Verdict:
    """Whether the poses that are left are counted down: by this a fleet knows which ground is free again."""
    goal, ends = seen.goals.get("through"), _along(seen, "through")
    if goal is None or goal.status != SUCCEEDED:
        return not_judged("no drive through poses to its end")
    told = [each.poses_left for each in goal.feedback if each.poses_left is not None]
    if not told:
        return judged(False, "it was never told")
    falls = all(after <= before for before, after in pairwise(told))
    holds = falls and told[0] == len(ends) and told[-1] <= 1
    return judged(holds, f"{told[0]} of {len(ends)} at first, {told[-1]} at last{'' if falls else ', rising between'}")


def limited(seen: Recording) -> Verdict:
    """Whether a speed limit holds, for a drive under way too."""
    if seen.limited is None:
        return not_judged("nothing was under way to be limited")
    begin_s, end_s = seen.limited
    speeds = [abs(each.speed_mps) for each in seen.moving(begin_s + BRAKE_S, end_s)]
    if not speeds or max(speeds) == 0.0:
        return not_judged("it did not drive under the limit")
    most = seen.limit_mps * OVER + OVER_MPS
    return judged(max(speeds) <= most, f"{max(speeds):.2f} m/s where {seen.limit_mps:.2f} m/s was the limit")


def wall(seen: Recording) -> Verdict:
    """Whether a goal in a wall is aborted, with the code that says why."""
    return _refused(seen, "wall", (206, 208))


def outside(seen: Recording) -> Verdict:
    """Whether a goal off the map is aborted, with the code that says why."""
    return _refused(seen, "outside", (204,))


def _refused(seen: Recording, name: str, codes: Sequence[int]) -> Verdict:
    goal = seen.goals.get(name)
    if goal is None:
        return not_judged("no such goal was sent: without a map nobody knows one")
    due = " or ".join(map(str, codes))
    if not goal.answered:
        return judged(False, "it was not answered")
    if not goal.accepted:
        return judged(False, f"it was rejected; Nav2 accepts and aborts it with {due}")
    if not goal.ended:
        return judged(False, "it did not end")
    told = f"status {goal.status}, error_code {goal.code} (6, aborted, with {due})"
    return judged(goal.status == ABORTED and goal.code in codes, told)


def unmoved(seen: Recording) -> Verdict:
    """Whether a robot stays where it is on goals that it cannot reach."""
    begin_s, end_s = seen.marks.get("refusing"), seen.marks.get("refused")
    if begin_s is None or end_s is None:
        return not_judged("no such goals were sent")
    before = [each for each in seen.odometry if each.at_s < begin_s][-1:]
    moved_m = _moved_m([*before, *seen.moving(begin_s, end_s)])
    return judged(moved_m <= CREEP_M, f"moved {moved_m:.2f} m (at most {CREEP_M:g})")


def _driven(seen: Recording) -> list[GoalSeen]:
    named = [seen.goals[name] for name in ("drive", "through") if name in seen.goals]
    return [goal for goal in named if goal.accepted and goal.ended]


def _along(seen: Recording, name: str) -> list[float]:
    """Return where along the line the poses of a goal lie, from the parts of it that the tour noted."""
    return [value for key, value in sorted(seen.marks.items()) if key.startswith(f"{name}_pose_")]


def _moved_m(motions: Sequence[Motion]) -> float:
    if not motions:
        return 0.0
    first = motions[0]
    return max(math.dist((first.x_m, first.y_m), (each.x_m, each.y_m)) for each in motions)
