"""A Nav2 client without any of the product's code: what another program sees of a robot."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from action_msgs.msg import GoalStatus
from action_msgs.srv import CancelGoal
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped
from nav2_msgs.action import ComputePathToPose, DockRobot, NavigateThroughPoses, NavigateToPose, UndockRobot
from nav_msgs.msg import Odometry
from rclpy.action import ActionClient
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy

from test.ros.rig import START_WITHIN_S, Ros

SUCCEEDED, CANCELED, ABORTED = GoalStatus.STATUS_SUCCEEDED, GoalStatus.STATUS_CANCELED, GoalStatus.STATUS_ABORTED
ACTIONS = {
    "navigate_to_pose": NavigateToPose,
    "navigate_through_poses": NavigateThroughPoses,
    "compute_path_to_pose": ComputePathToPose,
    "dock_robot": DockRobot,
    "undock_robot": UndockRobot,
}
LATCHED = QoSProfile(depth=1, reliability=QoSReliabilityPolicy.RELIABLE, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL)


def pose(x_m: float, y_m: float, yaw_rad: float = 0.0, frame: str = "map") -> PoseStamped:
    message = PoseStamped()
    message.header.frame_id = frame
    message.pose.position.x, message.pose.position.y = x_m, y_m
    message.pose.orientation.z, message.pose.orientation.w = math.sin(yaw_rad / 2.0), math.cos(yaw_rad / 2.0)
    return message


@dataclass
class Task:
    """A goal that was sent."""

    ros: Ros
    handle: Any = None
    feedback: list[Any] = field(default_factory=list)
    future: Any = None

    @property
    def accepted(self) -> bool:
        return bool(self.handle.accepted)

    @property
    def running(self) -> bool:
        return not self.future.done()

    def end(self, within_s: float = 120.0) -> tuple[int, Any]:
        """Wait for the end; return status and result."""
        answer = self.ros.result(self.future, "the goal has ended", within_s)
        return answer.status, answer.result

    def cancel(self) -> int:
        """Ask for a cancel; return how many goals are being cancelled."""
        return len(self.ros.result(self.handle.cancel_goal_async()).goals_canceling)


class Nav2Robot:
    """One robot, seen through its namespace."""

    def __init__(self, ros: Ros, name: str) -> None:
        self.ros = ros
        self.name = name
        self._clients = {action: ActionClient(ros.node, kind, f"/{name}/{action}") for action, kind in ACTIONS.items()}
        self.odom = ros.collect(Odometry, f"/{name}/odom")  # with the default profile: reliable
        self.amcl = ros.collect(PoseWithCovarianceStamped, f"/{name}/amcl_pose", LATCHED)
        for action, client in self._clients.items():
            ros.until(client.server_is_ready, f"{name} serves {action}", START_WITHIN_S)
        ros.until(lambda: self.odom and self.amcl, f"{name} is heard")

    def send(self, action: str, **goal: Any) -> Task:
        """Send a goal and wait until it is accepted or rejected."""
        task = Task(self.ros)
        request = ACTIONS[action].Goal(**goal)
        sent = self._clients[action].send_goal_async(request, lambda told: task.feedback.append(told.feedback))
        task.handle = self.ros.result(sent)
        if task.accepted:
            task.future = task.handle.get_result_async()
        return task

    def halt(self) -> None:
        """Cancel every drive, whoever sent it, and wait until the robot stands."""
        for action in ("navigate_to_pose", "navigate_through_poses"):
            self.ros.call(CancelGoal, f"/{self.name}/{action}/_action/cancel_goal", CancelGoal.Request())
        before = len(self.odom)
        self.ros.until(lambda: len(self.odom) > before and self.speed_mps == 0.0, "it stands")

    def to(self, x_m: float, y_m: float, yaw_rad: float = 0.0) -> Task:
        return self.send("navigate_to_pose", pose=pose(x_m, y_m, yaw_rad))

    def through(self, *points: tuple[float, float]) -> Task:
        return self.send("navigate_through_poses", poses=[pose(x_m, y_m) for x_m, y_m in points])

    def arrive(self, x_m: float, y_m: float) -> None:
        """Drive somewhere."""
        status, result = self.to(x_m, y_m).end()
        assert status == SUCCEEDED, result

    @property
    def speed_mps(self) -> float:
        return float(self.odom[-1].twist.twist.linear.x)

    def distance_m(self, x_m: float, y_m: float) -> float:
        here = self.odom[-1].pose.pose.position
        return math.hypot(here.x - x_m, here.y - y_m)
