"""The test drive: what a robot is asked to do, part by part, on one straight line.

It is a generator that yields while it waits, so that several robots can be driven side by side by one thread.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Generator
from typing import Any

from nav2_msgs.action import ComputePathToPose, DockRobot, NavigateThroughPoses, NavigateToPose, UndockRobot
from unique_identifier_msgs.msg import UUID

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.geometry import Pose
from robot_fleet.ros.conformance.probe import Probe
from robot_fleet.ros.convert import to_pose_stamped
from robot_fleet.runtime.conformance.course import Course, is_free_path
from robot_fleet.runtime.conformance.driving import CANCEL_S, END_S, SETTLE_S, STILL_MPS, STILL_RAD
from robot_fleet.runtime.conformance.listening import CHARGING, FULL, NEEDED_SERVERS
from robot_fleet.runtime.conformance.recording import SUCCEEDED, GoalSeen, Recording

NEEDS = {"ask": ("drive",), "preempt": ("drive",)}
"""Parts that look at what another one has left."""
APPEARS_S = 30.0
REST_S = 2.0
ANSWER_S = 5.0
BURST = 8
_WATCH_S = 1.5
_LIMITED_S = 3.0
_STANDS_S = 20.0
_LIMIT = 0.4
"""Part of its speed to which a robot is limited."""
NO_DOCK = "no_such_dock"
_DOCK_WITHIN_S = 120.0

Waiting = Generator[None, None, None]


class Tour:
    """One robot's test drive.

    Parameters
    ----------
    probe : of the robot.
    lay : returns the course from where the robot stands.
    parts : which parts to drive.
    dock : id of a dock of the robot's database; empty to leave docking out.
    within_s : steady seconds in which each drive must end.
    """

    def __init__(
        self,
        probe: Probe,
        lay: Callable[[Probe, Pose], Course],
        parts: Collection[str],
        dock: str = "",
        within_s: float = 120.0,
    ) -> None:
        self._probe = probe
        self._lay = lay
        wanted = set(parts).union(*(NEEDS.get(part, ()) for part in parts))
        self.parts = tuple(part for part in PARTS if part in wanted and (part != "dock" or dock))
        self._dock = dock
        self._within_s = within_s
        self.course: Course | None = None
        self.doing = "waiting for the robot"

    @property
    def seen(self) -> Recording:
        """What has been seen so far."""
        return self._probe.seen

    def appear(self, within_s: float = APPEARS_S) -> Waiting:
        """Wait for the robot.

        Raises
        ------
        RuntimeFailure : `runtime_robot_absent`.
        """
        yield from self._until(lambda: self._probe.appears, within_s)
        if not self._probe.appears:
            raise RuntimeFailure(
                "runtime_robot_absent",
                f"waited {within_s:g} s in vain for {self._probe.missing()}; expected a Nav2 robot in this namespace"
                " and ROS_DOMAIN_ID (see `ros2 topic list`); with --sim-time also its /clock",
                f"/{self._probe.robot}",
            )

    def look(self) -> Waiting:
        """Let the robot alone for a while, and lay the course from where it stands."""
        self.doing = "listening"
        probe, seen = self._probe, self.seen
        if probe.ground is not None:
            _ = probe.ground.clearance_m  # worked out before anybody listens for gaps
        yield
        begin_s = time.monotonic()
        yield from self._wait(REST_S)
        seen.rest_s = begin_s, time.monotonic()
        yield from self._until(lambda: all(map(probe.ready, NEEDED_SERVERS)), ANSWER_S)
        probe.look_around()
        yield from self._all(probe.ask_states(), ANSWER_S)
        if seen.charges and seen.charges[-1].supply in (CHARGING, FULL) and probe.ready("undock_robot"):
            self.doing = "leaving its charger"
            yield from self._end(probe.send("undock_robot", UndockRobot.Goal(), self._here), _DOCK_WITHIN_S)
        self.course = self._lay(probe, self._here)
        ends = [(pose.x_m, pose.y_m) for pose in (self.course.start, self.course.far)]
        seen.line = ends[0], ends[1]

    def drive(self) -> Waiting:
        """Drive all parts, or none but the first if that fails, and call off whatever is under way at the end."""
        for part in self.parts:
            self.doing = part
            yield from _PARTS[part](self)
            if part == "drive" and self.seen.goals[part].status != SUCCEEDED:
                break  # something is in its way, or it cannot drive: whatever follows would tell nothing
        yield from self.stop()
        self.seen.ended_s = time.monotonic()

    def stop(self) -> Waiting:
        """Call off whatever moves the robot, lift its limit, and wait until it stands."""
        self._probe.limit(0.0)
        yield from self._all(self._probe.cancel_all(), ANSWER_S)
        yield from self._until(self._stands, _STANDS_S)

    # --- parts -------------------------------------------------------------------------------------------------------

    def _drive(self) -> Waiting:
        goal = self._to("drive", self._line.far)
        yield from self._end(goal)
        yield from self._wait(SETTLE_S)

    def _cancel(self) -> Waiting:
        target = self._away()
        goal = self._to("cancelled", target)
        yield from self._at_speed(goal)
        if goal.accepted and not goal.ended:
            self._probe.cancel(goal)
            yield from self._wait(CANCEL_S)
            yield from self._wait(SETTLE_S)
            self.seen.marks["cancelled_watched"] = time.monotonic()
            yield from self._until(lambda: goal.ended, END_S)
        yield from self.stop()

    def _refuse(self) -> Waiting:
        line, marks = self._line, self.seen.marks
        if line.wall is None or line.outside is None:
            return
        marks["refusing"] = time.monotonic()
        for name, (x_m, y_m) in (("wall", line.wall), ("outside", line.outside)):
            yield from self._end(self._to(name, Pose(x_m, y_m)), min(self._within_s, 20.0))
        yield from self._wait(SETTLE_S)
        marks["refused"] = time.monotonic()
        yield from self.stop()

    def _through(self) -> Waiting:
        line = self._line
        parts = (2.0 / 3.0, 1.0 / 3.0, 1.0)
        for number, part in enumerate(parts):
            self.seen.marks[f"through_pose_{number}"] = part * line.length_m
        yield from self._end(self._along("through", *(line.at(part) for part in parts)))

    def _preempt(self) -> Waiting:
        line, marks = self._line, self.seen.marks
        yield from self._end(self._along("to_far", line.far))
        shorter = self._along("shorter", line.at(1.0 / 3.0))
        yield from self._at_speed(shorter)
        marks["longer_speed"] = self._speed_mps
        longer = self._along("longer", line.at(1.0 / 3.0), line.start)
        yield from self._until(lambda: longer.answered, ANSWER_S)
        yield from self._until(lambda: self._along_m < 0.3 * line.length_m, _WATCH_S)
        marks["longer_watched"] = time.monotonic()
        yield from self._end(longer)
        yield from self._until(lambda: shorter.ended, END_S)
        foreign = self._along("foreign", line.far)
        yield from self._at_speed(foreign)
        if foreign.accepted and not foreign.ended:
            self.seen.limit_mps = _LIMIT * self._top_mps
            self._probe.limit(self.seen.limit_mps)
            begin_s = time.monotonic()
            # it must still be under way when it is called off
            yield from self._until(lambda: self._along_m > 0.75 * line.length_m or foreign.ended, _LIMITED_S)
            self.seen.limited = begin_s, min(time.monotonic(), foreign.ended_s)
            foreign.cancel_s = time.monotonic()
            yield from self._all(self._probe.cancel_all(), ANSWER_S)
            yield from self._until(lambda: foreign.ended, CANCEL_S + END_S)
        yield from self.stop()

    def _burst(self) -> Waiting:
        line = self._line
        for number in range(BURST):
            target = line.at(1.0 / 3.0 if number % 2 else 2.0 / 3.0)
            request = NavigateThroughPoses.Goal(poses=[to_pose_stamped(target)])
            self.seen.burst.append(self._probe.send("navigate_through_poses", request, target))
        yield from self._until(lambda: all(goal.answered for goal in self.seen.burst), ANSWER_S)
        yield from self.stop()
        yield from self._until(lambda: all(goal.ended or not goal.accepted for goal in self.seen.burst), END_S)

    def _ask(self) -> Waiting:
        probe, seen, line = self._probe, self.seen, self._line
        drive = seen.goals["drive"]
        handle = probe.handles.get(id(drive))
        late = probe.ask_result(handle.goal_id) if handle is not None and drive.ended else None
        strange = probe.ask_result(UUID(uuid=[7] * 16))
        seen.marks["asked_late"] = time.monotonic()
        yield from self._all([future for future in (late, strange) if future is not None], ANSWER_S)
        seen.late_status = int(late.result().status) if late is not None and late.done() else None
        seen.strange_status = int(strange.result().status) if strange is not None and strange.done() else None
        if not probe.ready("compute_path_to_pose"):
            return
        asked = self._compute(line.start, line.far)
        yield from self._end(asked, ANSWER_S)
        seen.path_code = asked.code if asked.ended else -1
        if asked.status == SUCCEEDED:
            seen.path = probe.paths.get(id(asked))
            if seen.path is not None and probe.ground is not None:
                seen.path_free = is_free_path(probe.ground, seen.path)
        if line.wall is not None:
            refused = self._compute(line.start, Pose(*line.wall))
            yield from self._end(refused, ANSWER_S)
            seen.wall_path_code = refused.code if refused.ended else -1

    def _orphan(self) -> Waiting:
        """Let a client send a goal, want nothing more of it, and be gone."""
        line, marks = self._line, self.seen.marks
        target = self._away()
        marks["orphan_end"] = line.along_m(target.x_m, target.y_m)
        marks["orphan_sign"] = math.copysign(1.0, marks["orphan_end"] - self._along_m)
        accepted, forget = self._probe.send_unheard(target)
        sent_s = time.monotonic()
        try:
            yield from self._until(accepted, ANSWER_S)
            if not accepted():
                return
            yield from self._until(lambda: self._speed_mps > STILL_MPS, ANSWER_S)
        finally:
            forget()
        goal = GoalSeen(sent_s, (target.x_m, target.y_m), accepted=True)
        self.seen.goals["orphan"], self.seen.orphan_s = goal, time.monotonic()
        yield from self._until(self._stands, self._within_s)
        marks["orphan_rest"] = time.monotonic()
        yield from self._wait(2.0 * SETTLE_S)
        marks["orphan_watched"] = time.monotonic()
        yield from self.stop()

    def _no_dock(self) -> Waiting:
        if self._probe.ready("dock_robot"):
            yield from self._end(self._docking("no_dock", NO_DOCK), min(self._within_s, 20.0))
            yield from self.stop()

    def _charge(self) -> Waiting:
        if not self._probe.ready("dock_robot"):
            return
        goal = self._docking("dock", self._dock)
        yield from self._end(goal, _DOCK_WITHIN_S)
        if goal.status != SUCCEEDED:
            yield from self.stop()
            return
        self.seen.docked_s = time.monotonic()
        count = len(self.seen.charges)
        # the first one that comes may have been on its way before
        yield from self._until(lambda: len(self.seen.charges) > count + 1, ANSWER_S)
        self.seen.undocked_s = time.monotonic()
        undock = self.seen.goals["undock"] = self._probe.send("undock_robot", UndockRobot.Goal(), self._here)
        yield from self._end(undock, _DOCK_WITHIN_S)

    # --- goals -------------------------------------------------------------------------------------------------------

    def _to(self, name: str, target: Pose) -> GoalSeen:
        request = NavigateToPose.Goal(pose=to_pose_stamped(target))
        goal = self.seen.goals[name] = self._probe.send("navigate_to_pose", request, target)
        return goal

    def _along(self, name: str, *poses: Pose) -> GoalSeen:
        request = NavigateThroughPoses.Goal(poses=[to_pose_stamped(pose) for pose in poses])
        goal = self.seen.goals[name] = self._probe.send("navigate_through_poses", request, poses[-1])
        return goal

    def _docking(self, name: str, dock: str) -> GoalSeen:
        request = DockRobot.Goal(use_dock_id=True, dock_id=dock, navigate_to_staging_pose=True)
        goal = self.seen.goals[name] = self._probe.send("dock_robot", request, self._here)
        return goal

    def _compute(self, start: Pose, goal: Pose) -> GoalSeen:
        request = ComputePathToPose.Goal(goal=to_pose_stamped(goal), start=to_pose_stamped(start), use_start=True)
        return self._probe.send("compute_path_to_pose", request, goal)

    # --- where it is -------------------------------------------------------------------------------------------------

    @property
    def _line(self) -> Course:
        assert self.course is not None, "the course is laid before it is driven"
        return self.course

    @property
    def _here(self) -> Pose:
        newest = self.seen.poses[-1]
        return Pose(newest.x_m, newest.y_m, newest.yaw_rad)

    @property
    def _along_m(self) -> float:
        return self._line.along_m(self._here.x_m, self._here.y_m)

    @property
    def _speed_mps(self) -> float:
        return self.seen.odometry[-1].speed_mps

    @property
    def _top_mps(self) -> float:
        return max((each.speed_mps for each in self.seen.odometry), default=0.0)

    def _away(self) -> Pose:
        """Return the end of the line that is farther from the robot."""
        return self._line.start if self._along_m > self._line.length_m / 2.0 else self._line.far

    def _stands(self) -> bool:
        """Whether the robot has stood for half a second, and has not turned on the spot either."""
        since_s = time.monotonic() - 0.5
        newest = self.seen.odometry[-1]
        lately = [each for each in self.seen.odometry[-50:] if each.at_s >= since_s] or [newest]
        turned_rad = max(abs(math.remainder(each.yaw_rad - newest.yaw_rad, math.tau)) for each in lately)
        slow = all(abs(each.speed_mps) <= STILL_MPS for each in lately)
        return newest.at_s >= since_s and slow and turned_rad <= STILL_RAD

    # --- waiting -----------------------------------------------------------------------------------------------------

    @staticmethod
    def _until(done: Callable[[], Any], within_s: float) -> Waiting:
        deadline_s = time.monotonic() + within_s
        while not done() and time.monotonic() < deadline_s:
            yield

    def _wait(self, seconds: float) -> Waiting:
        yield from self._until(lambda: False, seconds)

    def _all(self, futures: list[Any], within_s: float) -> Waiting:
        yield from self._until(lambda: all(future.done() for future in futures), within_s)

    def _end(self, goal: GoalSeen, within_s: float | None = None) -> Waiting:
        """Wait until a goal has been rejected or has ended."""
        within_s = self._within_s if within_s is None else within_s
        yield from self._until(lambda: goal.answered, min(within_s, 2.0 * ANSWER_S))
        if goal.answered and goal.accepted:
            yield from self._until(lambda: goal.ended, within_s)

    def _at_speed(self, goal: GoalSeen) -> Waiting:
        """Wait until a goal's drive is at speed."""
        yield from self._until(lambda: goal.answered, ANSWER_S)
        if goal.accepted:
            yield from self._until(lambda: self._speed_mps >= 0.9 * self._top_mps > STILL_MPS or goal.ended, ANSWER_S)


_PARTS: dict[str, Callable[[Tour], Waiting]] = {
    "drive": Tour._drive,
    "cancel": Tour._cancel,
    "refuse": Tour._refuse,
    "through": Tour._through,
    "preempt": Tour._preempt,
    "burst": Tour._burst,
    "ask": Tour._ask,
    "orphan": Tour._orphan,
    "no_dock": Tour._no_dock,
    "dock": Tour._charge,
}
"""The parts of the drive, in their order."""
PARTS = tuple(_PARTS)
