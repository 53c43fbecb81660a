"""The `Navigator` port on a Nav2 robot: NavigateThroughPoses, DockRobot, UndockRobot, and the topics of its base.

A longer way is sent as a new NavigateThroughPoses goal, which pre-empts the running one without a stop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from action_msgs.srv import CancelGoal
from nav2_msgs.action import DockRobot, NavigateThroughPoses, UndockRobot
from nav2_msgs.msg import SpeedLimit
from rclpy.action import ActionClient
from rclpy.node import Node

from robot_fleet.core.geometry import ALIGNED, Alignment, Pose
from robot_fleet.core.ports import GoalState, GoalStatus, Sensed
from robot_fleet.core.site import CONTROL_TOPICS
from robot_fleet.ros.convert import to_pose_stamped
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.robot.futures import GoalKind, RosGoal, Verdict
from robot_fleet.ros.robot.level_change import Floors, LevelChange
from robot_fleet.ros.robot.senses import Senses
from robot_fleet.ros.robot.tap import Tap
from robot_fleet.ros.sim.base_totals import BaseTotals

TYPICAL_DOCK = "charger"
_ACTIONS = ("navigate_to_pose", "navigate_through_poses", "dock_robot", "undock_robot")


class CancelAll:
    """Cancels every goal that runs on a robot, whoever sent it.

    Parameters
    ----------
    node : shared by all agents of the process.
    robot : its namespace.
    """

    def __init__(self, node: Node, robot: str) -> None:
        self._cancels = [node.create_client(CancelGoal, f"/{robot}/{name}/_action/cancel_goal") for name in _ACTIONS]

    def __call__(self) -> None:
        """Ask the servers that are there; an empty goal id means all."""
        for client in self._cancels:
            if client.service_is_ready():
                client.call_async(CancelGoal.Request())


class Nav2Navigator:
    """Implements `Navigator` over ROS.

    Parameters
    ----------
    node : shared by all agents of the process.
    robot : id and namespace.
    map_id : the map that the robot's frame `map` stands for.
    totals : odometer and energy so far, as the journal's owner kept them.
    guard : keeps failing callbacks from the spin.
    changed : called when a goal, or who moves the robot, has changed.
    control : topics that say who else than its programs moves it (see `RobotKind.control_topics`).
    tap : makes its subscriptions and publishers; one without copies by default.
    alignment : of the map that the robot drives by; its own by default is the site's.
    floors : the levels that lifts may carry it to; by default there is `map_id` alone.
    """

    def __init__(
        self,
        node: Node,
        robot: str,
        map_id: str,
        totals: BaseTotals,
        guard: Guard,
        changed: Callable[[], None],
        control: Sequence[tuple[str, str]] = CONTROL_TOPICS,
        tap: Tap | None = None,
        alignment: Alignment = ALIGNED,
        floors: Floors | None = None,
    ) -> None:
        tap = tap or Tap(node, guard)
        self._floors = floors or Floors({map_id: ""}, map_id)
        map_id = self._floors.level
        self._change: LevelChange | None = None
        self._alignment = alignment
        self._changed = changed
        self._node, self._robot, self._guard = node, robot, guard
        self._senses = senses = Senses(node, robot, map_id, totals, changed, tap, control, alignment)

        def kind(action: Any, name: str, judge: Callable[[Any], Verdict], **more: Any) -> GoalKind:
            return GoalKind(ActionClient(node, action, f"/{robot}/{name}"), guard, self._goal_changed, judge, **more)

        def poses_left(told: Any) -> int:
            senses.recoveries = int(told.number_of_recoveries)
            return int(told.number_of_poses_remaining)

        self._through = kind(NavigateThroughPoses, "navigate_through_poses", navigated, poses_left=poses_left)
        self._dock = kind(DockRobot, "dock_robot", docked)
        self._undock = kind(UndockRobot, "undock_robot", docked, heard_s=lambda: senses.heard_s)
        self._cancel_all = CancelAll(node, robot)
        self._limits = tap.outlet(SpeedLimit, topic("~speed_limit", robot), QOS["~speed_limit"].offered)
        self._goal: RosGoal | None = None
        self._docking_at = ""

    def sensed(self) -> Sensed | None:
        """Return the newest measurements, None before the first pose and battery reading."""
        return self._senses.sensed()

    def ready(self) -> bool:
        """Return whether the robot is heard and its navigation server is there."""
        return self._senses.fresh and self._through.client.server_is_ready()

    def drive(self, poses: Sequence[Pose], speed_mps: float, keep_yaw: bool) -> None:
        """Start driving through the poses. Whether a robot holds its yaw is a matter of its own controller."""
        self._begin()
        self._limits.publish(SpeedLimit(percentage=False, speed_limit=speed_mps))
        self._senses.recoveries = 0
        goal = NavigateThroughPoses.Goal(poses=[to_pose_stamped(self._alignment.in_own(pose)) for pose in poses])
        self._goal = RosGoal(self._through, goal, len(poses))

    def dock(self, place: str, pose: Pose) -> None:
        """Start docking at a charger that the robot's dock database knows by the place's id."""
        self._begin()
        goal = DockRobot.Goal(use_dock_id=True, dock_id=place, navigate_to_staging_pose=False)
        self._docking_at = place
        self._goal = RosGoal(self._dock, goal)

    def undock(self) -> None:
        """Start leaving the charger."""
        self._begin()
        self._docking_at = ""
        self._goal = RosGoal(self._undock, UndockRobot.Goal(dock_type=TYPICAL_DOCK))

    def change_level(self, pose: Pose) -> None:
        """Have the robot localise itself on the map of the level that it was carried to."""
        self._begin()
        self._change = LevelChange(
            self._node, self._robot, self._guard, pose, self._floors, self._senses, self._alignment, self._changed
        )

    def cancel(self) -> None:
        """Ask the running goal to stop."""
        if self._change is not None:
            self._change.cancel()
        elif self._goal is not None:
            self._goal.cancel()

    def cancel_all(self) -> None:
        """Cancel every goal that runs on the robot, whoever sent it."""
        self._cancel_all()
        self.cancel()

    def status(self) -> GoalStatus | None:
        """Return where the newest goal stands."""
        if self._change is not None:
            return self._change.status
        return None if self._goal is None else self._goal.status

    def _begin(self) -> None:
        """Forget a change of the level: something else begins."""
        if self._change is not None:
            self._change.cancel()
            self._change = None

    def _goal_changed(self) -> None:
        goal = None if self._change is not None else self._goal
        if goal is not None and goal.kind is not self._through and goal.status.state is GoalState.SUCCEEDED:
            self._senses.docked(self._docking_at)
        self._changed()


def navigated(result: Any) -> Verdict:
    """Return what the result of a drive says."""
    code = "" if result.error_code == 0 else str(result.error_code)
    return Verdict(not code, code, result.error_msg)


def docked(result: Any) -> Verdict:
    """Return what the result of a docking or undocking says."""
    return Verdict(result.success, "" if result.success else str(result.error_code), result.error_msg)
