"""Watches one robot as any client may, and sends it goals; all that comes goes into a recording."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
from action_msgs.srv import CancelGoal
from geometry_msgs.msg import PoseWithCovarianceStamped
from lifecycle_msgs.srv import GetState
from nav2_msgs.action import ComputePathToPose, DockRobot, NavigateThroughPoses, NavigateToPose, UndockRobot
from nav2_msgs.msg import SpeedLimit
from nav_msgs.msg import OccupancyGrid, Odometry
from rclpy.action import ActionClient
from rclpy.action.graph import get_action_names_and_types
from rclpy.node import Node
from rclpy.qos import QoSDurabilityPolicy, QoSReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import BatteryState
from tf2_msgs.msg import TFMessage
from unique_identifier_msgs.msg import UUID

from robot_fleet.core.geometry import Pose
from robot_fleet.ros.convert import from_time, to_pose_stamped
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.robot.tap import Tap
from robot_fleet.runtime.conformance.listening import LIFECYCLE
from robot_fleet.runtime.conformance.recording import (
    Charge,
    Feedback,
    GoalSeen,
    Motion,
    Offer,
    Point,
    Recording,
)
from robot_fleet.site.ground.maps import OccupancyMap

ACTIONS = {
    "navigate_to_pose": NavigateToPose,
    "navigate_through_poses": NavigateThroughPoses,
    "compute_path_to_pose": ComputePathToPose,
    "dock_robot": DockRobot,
    "undock_robot": UndockRobot,
}
MOVING = ("navigate_to_pose", "navigate_through_poses", "dock_robot", "undock_robot")
_OWN = ("odom", "amcl_pose", "battery_state", "scan", "cmd_vel", "plan", "tf", "tf_static")


class Probe:
    """Watches and asks one robot.

    Parameters
    ----------
    node : of the watcher; several probes may share it.
    guard : keeps failing callbacks from the spin.
    robot : the robot's namespace, without its first slash.
    simulated : whether the robot lives by `/clock`.
    """

    def __init__(self, node: Node, guard: Guard, robot: str, simulated: bool) -> None:
        self.node = node
        self.robot = robot
        self.seen = Recording(f"/{robot}")
        self.ground: OccupancyMap | None = None
        self.handles: dict[int, Any] = {}
        self.paths: dict[int, tuple[Point, ...]] = {}
        self._guard = guard
        self._simulated = simulated
        self._clocked_s: float | None = None
        self._clients = {name: ActionClient(node, kind, f"/{robot}/{name}") for name, kind in ACTIONS.items()}
        self._cancels = {
            name: node.create_client(CancelGoal, f"/{robot}/{name}/_action/cancel_goal") for name in MOVING
        }
        self._results = node.create_client(
            NavigateToPose.Impl.GetResultService, f"/{robot}/navigate_to_pose/_action/get_result"
        )
        self._limits = node.create_publisher(SpeedLimit, topic("~speed_limit", robot), QOS["~speed_limit"].offered)

        tap = Tap(node, guard)
        tap.hear(Odometry, topic("~odom", robot), self._moved, QOS["~odom"].wanted)
        # as the agent listens, and as one listens who misses nothing that is said now
        tap.hear(PoseWithCovarianceStamped, topic("~amcl_pose", robot), self._posed, QOS["~amcl_pose"].wanted)
        tap.hear(PoseWithCovarianceStamped, topic("~amcl_pose", robot), self._posed, QOS["~odom"].wanted)
        tap.hear(BatteryState, topic("~battery_state", robot), self._charged, QOS["~battery_state"].wanted)
        tap.hear(TFMessage, topic("~tf", robot), self._transformed, QOS["~tf"].wanted)
        tap.hear(OccupancyGrid, topic("~map", robot), self._mapped, QOS["~map"].wanted)
        tap.hear(OccupancyGrid, topic("map"), self._mapped, QOS["map"].wanted)
        if simulated:
            tap.hear(Clock, topic("clock"), self._clocked, QOS["clock"].wanted)
        self._asks = {name: node.create_client(GetState, f"/{robot}/{name}/get_state") for name in LIFECYCLE}

    # --- looking around ----------------------------------------------------------------------------------------------

    @property
    def appears(self) -> bool:
        """Whether the robot is there: it is heard, and drives by Nav2."""
        return bool(self.seen.odometry) and bool(self.seen.poses) and self.ready("navigate_through_poses")

    def missing(self) -> str:
        """Return what has not appeared, in words."""
        seen = self.seen
        there = {
            f"/{self.robot}/odom": bool(seen.odometry),
            f"/{self.robot}/amcl_pose": bool(seen.poses),
            f"/{self.robot}/navigate_through_poses": self.ready("navigate_through_poses"),
        }
        return ", ".join(name for name, is_there in there.items() if not is_there)

    def ready(self, action: str) -> bool:
        """Return whether an action's server is there."""
        return bool(self._clients[action].server_is_ready())

    def look_around(self) -> None:
        """Take down which servers there are, how topics are offered, and what of the robot is outside its namespace."""
        own = f"/{self.robot}"
        for name, kinds in get_action_names_and_types(self.node):
            short = name.removeprefix(f"{own}/")
            # an action is listed as soon as it has a client, such as this one
            if name.startswith(f"{own}/") and short in ACTIONS and self.ready(short):
                self.seen.servers[short] = kinds[0]
        nodes = set()
        for name in ("odom", "amcl_pose", "battery_state"):
            found = self.node.get_publishers_info_by_topic(f"{own}/{name}")
            self.seen.offers[name] = [_offer(each.qos_profile) for each in found]
            nodes |= {(each.node_namespace, each.node_name) for each in found}
        for name in _OWN:
            for each in self.node.get_publishers_info_by_topic(f"/{name}"):
                is_own = each.node_namespace == own or each.node_namespace.startswith(f"{own}/")
                if is_own or (each.node_namespace, each.node_name) in nodes:
                    self.seen.leaks.append(f"/{name} of {each.node_namespace.rstrip('/')}/{each.node_name}")

    def ask_states(self) -> list[Any]:
        """Ask Nav2's nodes for their states; the answers go into the recording. Returns what is waited for."""
        asked = []
        for name, client in self._asks.items():
            self.seen.states[name] = None
            if client.service_is_ready():
                future = client.call_async(GetState.Request())
                future.add_done_callback(self._guard("state", lambda done, name=name: self._stated(name, done)))
                asked.append(future)
        return asked

    def _stated(self, name: str, done: Any) -> None:
        self.seen.states[name] = int(done.result().current_state.id)

    # --- goals -------------------------------------------------------------------------------------------------------

    def send(self, action: str, request: Any, target: Pose) -> GoalSeen:
        """Send a goal; what becomes of it is written into what is returned."""
        goal = GoalSeen(time.monotonic(), (target.x_m, target.y_m), target.yaw_rad)

        def told(message: Any) -> None:
            news = message.feedback
            left_m = float(getattr(news, "distance_remaining", math.nan))
            poses_left = getattr(news, "number_of_poses_remaining", None)
            goal.feedback.append(Feedback(time.monotonic(), left_m, poses_left))

        def answered(future: Any) -> None:
            handle = future.result()
            goal.answered_s, goal.accepted = time.monotonic(), bool(handle.accepted)
            if goal.accepted:
                self.handles[id(goal)] = handle
                handle.get_result_async().add_done_callback(self._guard("result", ended))

        def ended(future: Any) -> None:
            answer = future.result()
            goal.ended_s, goal.status = time.monotonic(), int(answer.status)
            goal.code = int(getattr(answer.result, "error_code", 0))
            if isinstance(answer.result, ComputePathToPose.Result):
                points = [(each.pose.position.x, each.pose.position.y) for each in answer.result.path.poses]
                self.paths[id(goal)] = tuple(points)

        sent = self._clients[action].send_goal_async(request, self._guard("feedback", told))
        sent.add_done_callback(self._guard("answered", answered))
        return goal

    def send_unheard(self, target: Pose) -> tuple[Callable[[], bool], Callable[[], object]]:
        """Send a goal as a client that dies at once: it asks for no result and hears no feedback.

        Returns whether the goal has been accepted, and what takes the client away.
        """
        kind = NavigateThroughPoses.Impl.SendGoalService
        client = self.node.create_client(kind, f"/{self.robot}/navigate_through_poses/_action/send_goal")
        goal = NavigateThroughPoses.Goal(poses=[to_pose_stamped(target)])
        asked: list[Any] = []

        def accepted() -> bool:
            if not asked and client.service_is_ready():
                goal_id = UUID(uuid=list(uuid.uuid4().bytes))
                asked.append(client.call_async(kind.Request(goal_id=goal_id, goal=goal)))
            return bool(asked) and asked[0].done() and bool(asked[0].result().accepted)

        return accepted, lambda: self.node.destroy_client(client)

    def cancel(self, goal: GoalSeen) -> None:
        """Call a goal off by its id."""
        goal.cancel_s = time.monotonic()
        self.handles[id(goal)].cancel_goal_async()

    def cancel_all(self) -> list[Any]:
        """Call off whatever moves the robot, as one does who knows no ids; return what is waited for."""
        ready = [client for client in self._cancels.values() if client.service_is_ready()]
        return [client.call_async(CancelGoal.Request()) for client in ready]

    def ask_result(self, goal_id: UUID) -> Any:
        """Ask how a goal of NavigateToPose ended; return what is waited for, None without a server."""
        if not self._results.service_is_ready():
            return None
        return self._results.call_async(NavigateToPose.Impl.GetResultService.Request(goal_id=goal_id))

    def limit(self, speed_mps: float) -> None:
        """Set a speed limit; 0 lifts it."""
        self._limits.publish(SpeedLimit(percentage=False, speed_limit=speed_mps))

    # --- hearing -----------------------------------------------------------------------------------------------------

    def _moved(self, message: Odometry) -> None:
        pose, twist = message.pose.pose, message.twist.twist
        speed_mps = math.hypot(twist.linear.x, twist.linear.y)
        self.seen.odometry.append(self._motion(message.header, pose, message.child_frame_id, speed_mps, ()))

    def _posed(self, message: PoseWithCovarianceStamped) -> None:
        motion = self._motion(message.header, message.pose.pose, "", 0.0, tuple(map(float, message.pose.covariance)))
        if not self.seen.poses or motion.stamp_s != self.seen.poses[-1].stamp_s:
            self.seen.poses.append(motion)

    def _motion(self, header: Any, pose: Any, child: str, speed_mps: float, covariance: tuple[float, ...]) -> Motion:
        turned, stamp_s = pose.orientation, from_time(header.stamp)
        unit = math.sqrt(turned.x**2 + turned.y**2 + turned.z**2 + turned.w**2)
        yaw_rad = math.atan2(2.0 * (turned.w * turned.z + turned.x * turned.y), 1.0 - 2.0 * (turned.y**2 + turned.z**2))
        skew_s = self._now_s() - stamp_s
        x_m, y_m = pose.position.x, pose.position.y
        return Motion(
            time.monotonic(), stamp_s, skew_s, x_m, y_m, yaw_rad, speed_mps, header.frame_id, child, unit, covariance
        )

    def _now_s(self) -> float:
        """Return the time by which the robot should live; `nan` while no `/clock` has been heard."""
        if not self._simulated:
            return time.time()
        return math.nan if self._clocked_s is None else self._clocked_s

    def _charged(self, message: BatteryState) -> None:
        self.seen.charges.append(Charge(time.monotonic(), float(message.percentage), int(message.power_supply_status)))

    def _transformed(self, message: TFMessage) -> None:
        self.seen.edges |= {(each.header.frame_id, each.child_frame_id) for each in message.transforms}

    def _mapped(self, message: OccupancyGrid) -> None:
        info = message.info
        grid = np.array(message.data, dtype=np.int8).reshape(info.height, info.width)
        self.ground = OccupancyMap(grid, info.resolution, info.origin.position.x, info.origin.position.y)

    def _clocked(self, message: Clock) -> None:
        now_s = from_time(message.clock)
        if self._clocked_s is not None:
            self.seen.clock_step_s = max(self.seen.clock_step_s, now_s - self._clocked_s)
        self._clocked_s = now_s


def _offer(profile: Any) -> Offer:
    return Offer(
        profile.reliability is QoSReliabilityPolicy.RELIABLE,
        profile.durability is QoSDurabilityPolicy.TRANSIENT_LOCAL,
    )
