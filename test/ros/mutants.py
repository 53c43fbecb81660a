"""Robots with one flaw each, for every check of `./fleet conformance`: each must fail that check and no other.

A flaw is an interposer between a sound robot and everybody else, or a body that does one thing wrong.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Quaternion
from nav_msgs.msg import Odometry
from rclpy.qos import QoSDurabilityPolicy, QoSProfile

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.ros.convert import from_time, to_pose_stamped, to_quaternion, to_time
from robot_fleet.ros.robot.interposed import Interposer
from robot_fleet.ros.sim.robot import SimRobotServers
from robot_fleet.runtime.conformance.course import wall_point
from robot_fleet.site.ground.maps import OccupancyMap

CANCELED, ABORTED = 5, 6
WANDER_S, WANDER_MPS = 5.0, 0.3


class Flaw(Interposer):
    """Stands between a robot and everybody else.

    Attributes
    ----------
    robot : the robot's servers, once they are made.
    """

    def __init__(self, name: str, ground: OccupancyMap) -> None:
        self.name = name
        self.ground = ground
        self.robot: SimRobotServers = None  # type: ignore[assignment]
        self._later: list[tuple[float, Callable[[], object]]] = []

    @property
    def moves(self) -> bool:
        return bool(self.robot and self.robot._robot.v_mps > 0.0)

    def later(self, seconds: float, what: Callable[[], object]) -> None:
        self._later.append((time.monotonic() + seconds, what))

    def tick(self) -> None:
        """Called twenty times a second."""
        now_s = time.monotonic()
        due = [what for at_s, what in self._later if at_s <= now_s]
        self._later = [(at_s, what) for at_s, what in self._later if at_s > now_s]
        for what in due:
            what()

    def made(self, node: Any) -> None:
        """Called when the robot is there."""

    def is_topic(self, name: str, of: str) -> bool:
        return name == f"/{self.name}/{of}"


class NoDockServer(Flaw):
    def made(self, node: Any) -> None:
        self.robot._dock._server.destroy()


class Inactive(Flaw):
    def answers(self, name: str, answer: Any, send: Callable[[Any], object]) -> None:
        if self.is_topic(name, "bt_navigator/get_state"):
            answer.current_state.id, answer.current_state.label = 2, "inactive"
        send(answer)


class Leaking(Flaw):
    def made(self, node: Any) -> None:
        node.create_publisher(Odometry, "/odom", 10)


class VolatilePose(Flaw):
    def profile(self, name: str, offered: QoSProfile) -> QoSProfile:
        if self.is_topic(name, "amcl_pose"):
            return QoSProfile(depth=1, durability=QoSDurabilityPolicy.VOLATILE)
        return offered

    def made(self, node: Any) -> None:
        def again() -> None:
            self.robot.topics.tell_pose()
            self.later(0.5, again)

        again()


class PoseWhenItStands(Flaw):
    _owed = False

    def says(self, name: str, message: Any, send: Callable[[Any], object]) -> None:
        if self.is_topic(name, "amcl_pose"):
            self._owed = self.moves
            if self.moves:
                return
        send(message)

    def tick(self) -> None:
        super().tick()
        if self._owed and not self.moves:
            self.robot.topics.tell_pose()


class Said(Flaw):
    """Changes what is said on one topic, or as feedback of one action."""

    topic = ""

    def changed(self, message: Any) -> Any:
        raise NotImplementedError

    def says(self, name: str, message: Any, send: Callable[[Any], object]) -> None:
        told = self.changed(message) if self.is_topic(name, self.topic) or name == self.topic else message
        if told is not None:
            send(told)


class SurePose(Said):
    topic = "amcl_pose"

    def changed(self, message: Any) -> Any:
        message.pose.covariance[0] = message.pose.covariance[7] = 0.0
        return message


class LongQuaternion(Said):
    topic = "odom"

    def changed(self, message: Any) -> Any:
        q = message.pose.pose.orientation
        message.pose.pose.orientation = Quaternion(x=0.9 * q.x, y=0.9 * q.y, z=0.9 * q.z, w=0.9 * q.w)
        return message


class PrefixedFrame(Said):
    topic = "odom"

    def changed(self, message: Any) -> Any:
        message.header.frame_id = f"{self.name}/odom"
        return message


class BrokenChain(Said):
    topic = "tf"

    def changed(self, message: Any) -> Any:
        message.transforms = [each for each in message.transforms if each.header.frame_id != "map"]
        return message


class SilentAtRest(Said):
    topic = "odom"
    _said_s = -math.inf

    def changed(self, message: Any) -> Any:
        now_s = time.monotonic()
        if not self.moves and now_s - self._said_s < 1.55:
            return None
        self._said_s = now_s
        return message


class StampsBack(Said):
    topic = "odom"
    _count = 0

    def changed(self, message: Any) -> Any:
        self._count += 1
        if self._count % 10 == 0:
            message.header.stamp = earlier(message.header.stamp, 0.5)
        return message


class FastClock(Said):
    topic = "odom"

    def changed(self, message: Any) -> Any:
        message.header.stamp = earlier(message.header.stamp, -0.2)
        return message


class RareBattery(Said):
    topic = "battery_state"
    _said_s = -math.inf

    def changed(self, message: Any) -> Any:
        now_s = time.monotonic()
        if now_s - self._said_s < 8.0:
            return None
        self._said_s = now_s
        return message


class PercentBattery(Said):
    topic = "battery_state"

    def changed(self, message: Any) -> Any:
        message.percentage *= 100.0
        return message


class UnknownSupply(Said):
    topic = "battery_state"

    def changed(self, message: Any) -> Any:
        message.power_supply_status = 0
        return message


class SlowToAccept(Flaw):
    def is_asked(self, name: str, what: str, request: Any, take: Callable[[], object]) -> None:
        if (name, what) == ("NavigateToPose", "goal"):
            self.later(1.6, take)
        else:
            take()


class RareFeedback(Said):
    topic = "NavigateToPose"
    _count, _said_s = 0, -math.inf

    def changed(self, message: Any) -> Any:
        now_s = time.monotonic()
        self._count += 1
        if self._count > 3 and now_s - self._said_s < 1.9:
            return None
        self._said_s = now_s
        return message


class ConstantDistance(Said):
    topic = "NavigateToPose"

    def changed(self, message: Any) -> Any:
        message.distance_remaining = 5.0
        return message


class PosesNotCounted(Said):
    topic = "NavigateThroughPoses"

    def changed(self, message: Any) -> Any:
        message.number_of_poses_remaining = 0
        return message


class WrongYaw(Flaw):
    def is_asked(self, name: str, what: str, request: Any, take: Callable[[], object]) -> None:
        if (name, what) == ("NavigateToPose", "goal"):
            turned = request.goal.pose.pose
            turned.orientation = to_quaternion(2.0 * math.atan2(turned.orientation.z, turned.orientation.w) + 0.6)
        take()


class CodeSwapped(Flaw):
    """Tells another error code of one action than the true one."""

    action, true, told = "", 0, 0

    def answers(self, name: str, answer: Any, send: Callable[[Any], object]) -> None:
        if name == self.action and answer.result.error_code == self.true:
            answer.result.error_code = self.told
        send(answer)


class WallNotTold(CodeSwapped):
    action, true, told = "NavigateToPose", 206, 0


class OutsideNotTold(CodeSwapped):
    action, true, told = "NavigateToPose", 204, 100


class PathRefusalNotTold(CodeSwapped):
    action, true, told = "ComputePathToPose", 206, 200


class DockNotTold(CodeSwapped):
    action, true, told = "DockRobot", 901, 999


class LateCancel(Flaw):
    def answers(self, name: str, answer: Any, send: Callable[[Any], object]) -> None:
        if name == "NavigateToPose" and answer.status == CANCELED:
            self.later(3.6, lambda: send(answer))
        else:
            send(answer)


class DeafToEmptyCancel(Flaw):
    def is_asked(self, name: str, what: str, request: Any, take: Callable[[], object]) -> None:
        if what == "cancel" and not any(request.goal_info.goal_id.uuid):
            request.goal_info.goal_id.uuid = [9] * 16
        take()


class ForgetsTheOvertaken(Flaw):
    _forgot = False

    def answers(self, name: str, answer: Any, send: Callable[[Any], object]) -> None:
        overtaken = name == "NavigateThroughPoses" and answer.status == ABORTED and answer.result.error_code == 0
        if overtaken and not self._forgot:
            self._forgot = True
        else:
            send(answer)


class NoLimit(Flaw):
    def hears(self, name: str, message: Any, take: Callable[[Any], object]) -> None:
        if not self.is_topic(name, "speed_limit"):
            take(message)


class LosesBursts(Flaw):
    def __init__(self, name: str, ground: OccupancyMap) -> None:
        super().__init__(name, ground)
        self._asked: list[float] = []

    def is_asked(self, name: str, what: str, request: Any, take: Callable[[], object]) -> None:
        if (name, what) == ("NavigateThroughPoses", "goal"):
            now_s = time.monotonic()
            self._asked = [at_s for at_s in self._asked if now_s - at_s < 1.0] + [now_s]
            if len(self._asked) == 5:
                return
        take()


class ForgetsResults(Flaw):
    def __init__(self, name: str, ground: OccupancyMap) -> None:
        super().__init__(name, ground)
        self._asked: set[bytes] = set()

    def is_asked(self, name: str, what: str, request: Any, take: Callable[[], object]) -> None:
        if what == "result":
            goal = bytes(request.goal_id.uuid)
            if goal in self._asked:
                request.goal_id.uuid = [9] * 16
            self._asked.add(goal)
        take()


class SilentOnStrangers(Flaw):
    def __init__(self, name: str, ground: OccupancyMap) -> None:
        super().__init__(name, ground)
        self._known: set[bytes] = set()

    def is_asked(self, name: str, what: str, request: Any, take: Callable[[], object]) -> None:
        if what == "goal":
            self._known.add(bytes(request.goal_id.uuid))
        if what != "result" or bytes(request.goal_id.uuid) in self._known:
            take()


class ShortPath(Flaw):
    def answers(self, name: str, answer: Any, send: Callable[[Any], object]) -> None:
        if name == "ComputePathToPose" and len(answer.result.path.poses) > 1:
            first, last = answer.result.path.poses[0].pose.position, answer.result.path.poses[-1].pose.position
            last.x, last.y = (first.x + last.x) / 2.0, (first.y + last.y) / 2.0
        send(answer)


class PathThroughWall(Flaw):
    def answers(self, name: str, answer: Any, send: Callable[[Any], object]) -> None:
        if name == "ComputePathToPose" and len(answer.result.path.poses) > 1:
            start = answer.result.path.poses[0].pose.position
            point = wall_point(self.ground, Pose(start.x, start.y))
            assert point is not None
            answer.result.path.poses.insert(1, to_pose_stamped(Pose(*point)))
        send(answer)


# --- bodies ----------------------------------------------------------------------------------------------------------


class ArrivesEarly(SimRobotServers):
    """Says that it has arrived while it still drives."""

    def give_feedback(self) -> None:
        super().give_feedback()
        if self._to_pose.active and self._robot.v_mps > 0.0:
            path = self._robot.path
            if sum(math.dist(a, b) for a, b in zip(path, path[1:], strict=False)) < 0.6:
                self._end_of(self._to_pose, GoalState.SUCCEEDED, "", "")


class StartsAtOnce(SimRobotServers):
    """Moves before it knows of a way."""

    def _end_of(self, server: Any, state: GoalState, code: str, sentence: str) -> None:
        if server.active and code in ("204", "206"):
            self._robot.y_m += 0.1
            self._robot.text, self._robot._box = "", None
        super()._end_of(server, state, code, sentence)


class Wandering(SimRobotServers):
    """A robot that at times drives where nobody has sent it."""

    _until_s = -math.inf

    def wander(self) -> None:
        self._goal = None
        robot = self._robot
        away = -1.0 if robot.x_m > 7.0 else 1.0
        self._world.drive(self._id, [Pose(robot.x_m + 3.0 * away, robot.y_m)], WANDER_MPS, False)
        self._until_s = time.monotonic() + WANDER_S

    def give_feedback(self) -> None:
        super().give_feedback()
        if time.monotonic() > self._until_s:
            self._until_s = math.inf
            self._world.cancel(self._id)


class DrivesOn(Wandering):
    """Calls a goal cancelled, and drives on."""

    _until_s = math.inf
    _cancelled_to_pose = False

    def _cancelled(self, request: Any) -> None:
        if self._to_pose.active:
            self._cancelled_to_pose = True
        else:
            super()._cancelled(request)

    def give_feedback(self) -> None:
        super().give_feedback()
        if self._cancelled_to_pose:
            self._cancelled_to_pose = False
            self._end_of(self._to_pose, GoalState.CANCELLED, "", "")
            self.wander()


class GoesHome(Wandering):
    """Drives off again when a goal has ended whose result nobody wants."""

    _until_s = math.inf
    flaw: AsksNobody

    def give_feedback(self) -> None:
        super().give_feedback()
        if self.flaw.unwanted and self._goal is None and self._robot.v_mps == 0.0:
            self.flaw.unwanted.clear()
            self.wander()


class AsksNobody(Flaw):
    def __init__(self, name: str, ground: OccupancyMap) -> None:
        super().__init__(name, ground)
        self.unwanted: set[bytes] = set()

    def is_asked(self, name: str, what: str, request: Any, take: Callable[[], object]) -> None:
        if name == "NavigateThroughPoses" and what == "goal":
            self.later(1.0, lambda: self._judge(bytes(request.goal_id.uuid)))
        if name == "NavigateThroughPoses" and what == "result":
            self._wanted.add(bytes(request.goal_id.uuid))
        take()

    @property
    def _wanted(self) -> set[bytes]:
        return self.__dict__.setdefault("wanted", set())

    def _judge(self, goal: bytes) -> None:
        if goal not in self._wanted:
            self.unwanted.add(goal)

    def made(self, node: Any) -> None:
        self.robot.flaw = self  # type: ignore[attr-defined]


class SkipsPoses(SimRobotServers):
    """Drives to the last pose straight, and says that it passes the others."""

    _asked = 0

    def _drive_through(self, request: Any) -> None:
        self._asked = len(request.poses)
        self._tree = request.behavior_tree
        self._drive(self._through, request.poses[-1:])

    def _navigated(self, told: Any) -> Any:
        told = super()._navigated(told)
        if self._through.active:
            told.number_of_poses_remaining = self._asked if told.distance_remaining > 1.0 else 1
        return told


class StopsFirst(SimRobotServers):
    """Comes to a halt before it takes a new goal on."""

    _pending: Any = None

    def _drive_through(self, request: Any) -> None:
        if self._robot.v_mps == 0.0:
            super()._drive_through(request)
            return
        self._goal, self._pending = None, request
        self._world.cancel(self._id)

    def give_feedback(self) -> None:
        super().give_feedback()
        if self._pending is not None and self._robot.v_mps == 0.0:
            request, self._pending = self._pending, None
            if self._through.active:
                super()._drive_through(request)


class CannotDock(SimRobotServers):
    def _begin_dock(self, request: Any) -> None:
        if request.dock_id not in self._world.site.places:
            super()._begin_dock(request)
            return
        self._take_over(self._dock)
        self._end(GoalState.FAILED, "905", "it cannot")


class CannotUndock(SimRobotServers):
    def _begin_undock(self, _: Any) -> None:
        self._take_over(self._undock)
        self._end(GoalState.FAILED, "905", "it cannot")


MUTANTS: dict[str, tuple[type[Flaw], type[SimRobotServers]]] = {
    "servers": (NoDockServer, SimRobotServers),
    "lifecycle": (Inactive, SimRobotServers),
    "isolation": (Leaking, SimRobotServers),
    "pose_offer": (VolatilePose, SimRobotServers),
    "pose_rate": (PoseWhenItStands, SimRobotServers),
    "covariance": (SurePose, SimRobotServers),
    "numbers": (LongQuaternion, SimRobotServers),
    "frames": (PrefixedFrame, SimRobotServers),
    "transforms": (BrokenChain, SimRobotServers),
    "odom_rate": (SilentAtRest, SimRobotServers),
    "odom_stamps": (StampsBack, SimRobotServers),
    "clock": (FastClock, SimRobotServers),
    "battery_rate": (RareBattery, SimRobotServers),
    "battery_range": (PercentBattery, SimRobotServers),
    "accepts": (SlowToAccept, SimRobotServers),
    "feedback": (RareFeedback, SimRobotServers),
    "distance": (ConstantDistance, SimRobotServers),
    "reaches": (WrongYaw, SimRobotServers),
    "stands": (Flaw, ArrivesEarly),
    "wall": (WallNotTold, SimRobotServers),
    "outside": (OutsideNotTold, SimRobotServers),
    "unmoved": (Flaw, StartsAtOnce),
    "cancel_answer": (LateCancel, SimRobotServers),
    "cancel_stops": (Flaw, DrivesOn),
    "order": (Flaw, SkipsPoses),
    "poses_left": (PosesNotCounted, SimRobotServers),
    "preempts": (Flaw, StopsFirst),
    "overtaken": (ForgetsTheOvertaken, SimRobotServers),
    "limited": (NoLimit, SimRobotServers),
    "cancel_all": (DeafToEmptyCancel, SimRobotServers),
    "burst": (LosesBursts, SimRobotServers),
    "late_result": (ForgetsResults, SimRobotServers),
    "strange_result": (SilentOnStrangers, SimRobotServers),
    "path": (ShortPath, SimRobotServers),
    "path_free": (PathThroughWall, SimRobotServers),
    "path_refused": (PathRefusalNotTold, SimRobotServers),
    "orphan": (AsksNobody, GoesHome),
    "dock_unknown": (DockNotTold, SimRobotServers),
    "docks": (Flaw, CannotDock),
    "undocks": (Flaw, CannotUndock),
    "battery_supply": (UnknownSupply, SimRobotServers),
}
"""By the check that it must fail."""


def earlier(stamp: Time, seconds: float) -> Time:
    return to_time(from_time(stamp) - seconds)
