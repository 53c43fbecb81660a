"""Checks of what a robot says by itself: servers, states, topics, numbers, clocks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from robot_fleet.runtime.conformance.recording import Motion, Recording
from robot_fleet.runtime.conformance.verdict import Verdict, judged, not_judged

NEEDED_SERVERS = {
    "navigate_to_pose": "nav2_msgs/action/NavigateToPose",
    "navigate_through_poses": "nav2_msgs/action/NavigateThroughPoses",
    "dock_robot": "nav2_msgs/action/DockRobot",
    "undock_robot": "nav2_msgs/action/UndockRobot",
}
LIFECYCLE = ("bt_navigator", "controller_server", "planner_server")
ACTIVE = 3
BASES = ("base_link", "base_footprint")
ODOM_GAP_S, ODOM_HZ = 1.5, 5.0
"""The agent takes a robot whose odometry is silent for 2 s for one that is not there."""
BATTERY_GAP_S = 5.0
POSE_GAP_S = 2.0
SKEW_S = 0.05
SIGMA_MOST_M = 0.5
_UNIT = 0.01
_TINY = 1e-9
CHARGING, DISCHARGING, NOT_CHARGING, FULL = 1, 2, 3, 4


def servers(seen: Recording) -> Verdict:
    """Whether Nav2's action servers are there, each with its type."""
    wrong = [
        f"{name}: {seen.servers.get(name) or 'absent'}"
        for name, kind in NEEDED_SERVERS.items()
        if seen.servers.get(name) != kind
    ]
    return judged(not wrong, ", ".join(wrong) or f"{len(NEEDED_SERVERS)} servers of {len(NEEDED_SERVERS)}")


def lifecycle(seen: Recording) -> Verdict:
    """Whether Nav2's nodes are active."""
    told = ", ".join(f"{name}: {'silent' if state is None else state}" for name, state in seen.states.items())
    return judged(all(seen.states.get(name) == ACTIVE for name in LIFECYCLE), f"{told} (3 is active)")


def isolation(seen: Recording) -> Verdict:
    """Whether what is the robot's own stays in its namespace."""
    return judged(not seen.leaks, ", ".join(seen.leaks) or "nothing of its own outside of its namespace")


def pose_offer(seen: Recording) -> Verdict:
    """Whether the pose is latched, so that whoever starts later knows it."""
    offers = seen.offers.get("amcl_pose", [])
    if not offers:
        return judged(False, "nobody publishes it")
    told = ", ".join(
        f"{'reliable' if offer.reliable else 'best effort'}, {'transient local' if offer.latched else 'volatile'}"
        for offer in offers
    )
    return judged(all(offer.reliable and offer.latched for offer in offers), told)


def pose_rate(seen: Recording) -> Verdict:
    """Whether the pose follows while the robot drives."""
    goal = seen.goals.get("drive")
    if goal is None or not goal.accepted or not goal.ended:
        return not_judged("no drive to its end")
    moving = [each.at_s for each in seen.moving(goal.answered_s, goal.ended_s) if abs(each.speed_mps) > 0.05]
    if not moving:
        return not_judged("it did not drive")
    heard = [each.at_s for each in seen.poses if moving[0] <= each.at_s <= moving[-1]]
    worst_s = max(seen.gaps_s([moving[0], *heard, moving[-1]]))
    return judged(worst_s <= POSE_GAP_S, f"{len(heard)} poses in {moving[-1] - moving[0]:.1f} s, gap {worst_s:.2f} s")


def covariance(seen: Recording) -> Verdict:
    """Whether the pose says how sure it is, and how sure that is."""
    if not seen.poses:
        return not_judged("no pose came")
    for pose in seen.poses:
        fault = _covariance_fault(pose)
        if fault:
            return judged(False, fault)
    most_m = max(math.sqrt(max(pose.covariance[0], pose.covariance[7])) for pose in seen.poses)
    return judged(most_m <= SIGMA_MOST_M, f"standard deviation up to {most_m:.3f} m in {len(seen.poses)} poses")


def _covariance_fault(pose: Motion) -> str:
    matrix = pose.covariance
    if len(matrix) != 36 or not all(map(math.isfinite, matrix)):
        return "not 36 finite numbers"
    if any(abs(matrix[6 * i + j] - matrix[6 * j + i]) > 1e-6 for i in range(6) for j in range(i)):
        return "not symmetric"
    if matrix[0] <= _TINY or matrix[7] <= _TINY:
        return f"variances of x and y are {matrix[0]:g} and {matrix[7]:g}: certain beyond belief"
    return "" if matrix[0] * matrix[7] >= matrix[1] ** 2 else "x and y are more than wholly correlated"


def numbers(seen: Recording) -> Verdict:
    """Whether odometry and pose are finite numbers and unit quaternions."""
    for name, each in _motions(seen):
        parts = (each.x_m, each.y_m, each.speed_mps, each.unit)
        if not all(map(math.isfinite, parts)):
            return judged(False, f"{name}: not finite: {parts}")
        if abs(each.unit - 1.0) > _UNIT:
            return judged(False, f"{name}: quaternion of length {each.unit:.3f}")
    count = len(seen.odometry) + len(seen.poses)
    return judged(True, f"{count} messages") if count else not_judged("no message came")


def frames(seen: Recording) -> Verdict:
    """Whether frames are Nav2's own names, without a prefix."""
    if not seen.odometry and not seen.poses:
        return not_judged("no message came")
    wrong = {f"amcl_pose in {each.frame!r}" for each in seen.poses if each.frame != "map"}
    for each in seen.odometry:
        if each.frame != "odom" or each.child not in BASES:
            wrong.add(f"odom in {each.frame!r} of {each.child!r}")
    own = seen.namespace.strip("/") + "/"
    wrong |= {f"tf {name!r}" for edge in seen.edges for name in edge if name.lstrip("/").startswith(own)}
    return judged(not wrong, ", ".join(sorted(wrong)) or "map, odom and base")


def transforms(seen: Recording) -> Verdict:
    """Whether the transforms lead from the map to the robot."""
    known = {"map"}
    for _ in range(len(seen.edges)):
        known |= {child.lstrip("/") for parent, child in seen.edges if parent.lstrip("/") in known}
    missing = [name for name in ("odom",) if name not in known]
    if not known.intersection(BASES):
        missing.append(" or ".join(BASES))
    told = "map to base" if not missing else f"from map nothing leads to {', '.join(missing)}"
    return judged(not missing, told)


def odom_rate(seen: Recording) -> Verdict:
    """Whether odometry never falls silent, and is dense on the move."""
    times = [each.at_s for each in seen.odometry if each.at_s >= seen.rest_s[0]]
    if len(times) < 2:
        return judged(False, f"{len(times)} messages")
    worst_s = max(seen.gaps_s([*times, max(seen.ended_s, times[-1])]))
    moving = [after - before for before, after in _moving_pairs(seen)]
    usual_hz = 1.0 / (sum(moving) / len(moving)) if moving else math.inf
    told = f"gap {worst_s:.2f} s" + (f", {usual_hz:.0f} Hz on the move" if moving else "")
    return judged(worst_s <= ODOM_GAP_S and usual_hz >= ODOM_HZ, told)


def _moving_pairs(seen: Recording) -> Iterator[tuple[float, float]]:
    for before, after in pairwise(seen.odometry):
        if abs(before.speed_mps) > 0.1 and abs(after.speed_mps) > 0.1 and after.at_s > before.at_s:
            yield before.at_s, after.at_s


def odom_stamps(seen: Recording) -> Verdict:
    """Whether the stamps of odometry never go back."""
    if len(seen.odometry) < 2:
        return not_judged("no odometry came")
    steps = [after.stamp_s - before.stamp_s for before, after in pairwise(seen.odometry)]
    back = [step for step in steps if step < -_TINY]
    return judged(not back, f"{len(back)} of {len(steps)} go back" + (f", by {-min(back):.3f} s" if back else ""))


def clock(seen: Recording) -> Verdict:
    """Whether the robot's clock is the fleet's: the shortest way of a message shows by how much they differ."""
    skews_s = [each.skew_s for each in seen.odometry if math.isfinite(each.skew_s)]
    if not skews_s:
        return not_judged("no odometry came, or no /clock to hold it against")
    skew_s = min(skews_s)
    most_s = SKEW_S + seen.clock_step_s
    return judged(abs(skew_s) <= most_s, f"{skew_s * 1000.0:+.0f} ms (at most {most_s * 1000.0:.0f})")


def battery_rate(seen: Recording) -> Verdict:
    """Whether the battery is heard often enough."""
    begin_s, end_s = seen.rest_s[0], seen.ended_s
    times = [each.at_s for each in seen.charges]
    if not times:
        return judged(False, "no message came")
    worst_s = max(seen.gaps_s([min(begin_s, times[0]), *times, max(end_s, times[-1])]))
    return judged(worst_s <= BATTERY_GAP_S, f"{len(times)} messages, gap {worst_s:.2f} s")


def battery_range(seen: Recording) -> Verdict:
    """Whether the charge is a part of one."""
    if not seen.charges:
        return not_judged("no message came")
    parts = [each.part for each in seen.charges]
    wrong = [part for part in parts if not 0.0 <= part <= 1.0]
    return judged(not wrong, f"percentage {wrong[0]:g}, expected 0 to 1" if wrong else f"{parts[-1]:.2f}")


def battery_supply(seen: Recording) -> Verdict:
    """Whether the battery says that it is charged on the charger, and that it is not elsewhere."""
    if seen.docked_s is None or seen.undocked_s is None:
        return not_judged("it was not docked")
    before = [each.supply for each in seen.charges if seen.rest_s[0] <= each.at_s <= seen.rest_s[1]]
    docked = [each.supply for each in seen.charges if seen.docked_s <= each.at_s <= seen.undocked_s]
    if not docked:
        return not_judged("the battery was not heard on the charger")
    holds = docked[-1] in (CHARGING, FULL) and (not before or before[-1] not in (CHARGING, FULL))
    told = f"power_supply_status {docked[-1]} on the charger, {before[-1] if before else '?'} off it"
    return judged(holds, f"{told} (1 is charging, 2 discharging, 4 full)")


def _motions(seen: Recording) -> Iterator[tuple[str, Motion]]:
    yield from (("odom", each) for each in seen.odometry)
    yield from (("amcl_pose", each) for each in seen.poses)
