"""One embedded robot behind the names and types of a real Nav2 robot: actions, topics, lifecycle services.

What a client sees is what Nav2 answers: goals in walls are accepted and aborted with Nav2's codes, a new goal of the
same action pre-empts the running one, a switch between NavigateToPose and NavigateThroughPoses is rejected.
"""

from __future__ import annotations

import json
from typing import Any

from builtin_interfaces.msg import Duration
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped, TransformStamped
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from nav2_msgs.action import ComputePathToPose, DockRobot, NavigateThroughPoses, NavigateToPose, UndockRobot
from nav2_msgs.msg import SpeedLimit
from nav_msgs.msg import Odometry, Path
from rclpy.node import Node
from robot_fleet_interfaces.action import PerformAct
from robot_fleet_interfaces.srv import ActStatus
from sensor_msgs.msg import BatteryState
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage

from robot_fleet.core.errors import NavigationError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.ros.convert import (
    MAP_FRAME,
    from_pose_stamped,
    parse_object,
    to_pose_stamped,
    to_quaternion,
    to_time,
)
from robot_fleet.ros.goals import GoalServer
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.sim.world import SimWorld

LIFECYCLE_NODES = ("bt_navigator", "amcl", "map_server", "controller_server", "planner_server")
VOLTAGE_V = 48.0
"""Nominal voltage of every embedded robot's battery; charge in Ah follows from the energy by it."""
_ACTIVE = 3
_UNKNOWN_CODE = 1  # of results without a Nav2 code of their own


class SimRobotServers:
    """The servers and topics of one robot of a world."""

    def __init__(self, node: Node, world: SimWorld, robot_id: str) -> None:
        self._node = node
        self._world = world
        self._id = robot_id
        self._robot = world.robots[robot_id]
        self._began_s = 0.0
        self._goals = {
            "to_pose": self._server(NavigateToPose, "navigate_to_pose", self._to_pose, self._may_go_to),
            "through": self._server(
                NavigateThroughPoses, "navigate_through_poses", self._through, self._may_go_through
            ),
            "dock": self._server(DockRobot, "dock_robot", self._dock),
            "undock": self._server(UndockRobot, "undock_robot", self._undock),
        }
        self._act = GoalServer(node, PerformAct, f"/{robot_id}/perform_act", self._perform, self._cancel_act)
        self._act_id = ""
        self._path = GoalServer(
            node, ComputePathToPose, f"/{robot_id}/compute_path_to_pose", self._compute, lambda: None
        )
        self._speed_mps = 0.0
        node.create_subscription(SpeedLimit, f"/{robot_id}/speed_limit", self._limited, 1)
        node.create_service(ActStatus, f"/{robot_id}/act_status", self._act_status)
        for name in LIFECYCLE_NODES:
            node.create_service(GetState, f"/{robot_id}/{name}/get_state", self._lifecycle)
        self._amcl = self._publisher(PoseWithCovarianceStamped, "~amcl_pose")
        self._odom = self._publisher(Odometry, "~odom")
        self._battery = self._publisher(BatteryState, "~battery_state")
        self._plan = self._publisher(Path, "~plan")
        self._load = self._publisher(String, "~load")
        self._tf = self._publisher(TFMessage, "~tf")
        self._tf_static = self._publisher(TFMessage, "~tf_static")
        self._diagnostics = node.create_publisher(DiagnosticArray, topic("diagnostics"), QOS["diagnostics"])
        self._tf_static.publish(TFMessage(transforms=[_transform(MAP_FRAME, "odom", 0.0, 0.0, 0.0, 0.0)]))
        self._told_load: str | None = None

    # --- what changed in the world -----------------------------------------------------------------------------------

    def changed(self) -> None:
        """End the goals that the world has ended."""
        goal = self._robot.goal
        for server in self._goals.values():
            if server.active and goal is not None and goal.state is not GoalState.RUNNING:
                self._end(server, goal.state, goal.code, goal.sentence)
        if self._act.active:
            status = self._world.acts.status(self._act_id)
            if status is not None and status.state is not GoalState.RUNNING:
                self._act.end(
                    status.state,
                    PerformAct.Result(
                        success=status.state is GoalState.SUCCEEDED,
                        code=status.code,
                        result_json=json.dumps(dict(status.result or {}), ensure_ascii=False),
                    ),
                )
        self._tell_load()

    def _end(self, server: GoalServer, state: GoalState, code: str, sentence: str) -> None:
        number = int(code) if code.isdigit() else (0 if state is GoalState.SUCCEEDED else _UNKNOWN_CODE)
        if server is self._goals["dock"]:
            done = state is GoalState.SUCCEEDED
            result: Any = DockRobot.Result(success=done, error_code=0 if done else number, error_msg=sentence)
        elif server is self._goals["undock"]:
            done = state is GoalState.SUCCEEDED
            result = UndockRobot.Result(success=done, error_code=0 if done else number, error_msg=sentence)
        else:
            kind = NavigateToPose if server is self._goals["to_pose"] else NavigateThroughPoses
            failed = state is GoalState.FAILED
            result = kind.Result(error_code=number if failed else 0, error_msg=sentence if failed else "")
        server.end(state, result)

    # --- topics ------------------------------------------------------------------------------------------------------

    def publish_motion(self) -> None:
        """Publish pose, odometry and transform; with goals under way also their feedback."""
        robot, now_s = self._robot, self._world.now_s
        stamp = to_time(now_s)
        rotation = to_quaternion(robot.yaw_rad)
        amcl = PoseWithCovarianceStamped()
        amcl.header.frame_id, amcl.header.stamp = MAP_FRAME, stamp
        amcl.pose.pose.position.x, amcl.pose.pose.position.y = robot.x_m, robot.y_m
        amcl.pose.pose.orientation = rotation
        self._amcl.publish(amcl)
        odom = Odometry()
        odom.header.frame_id, odom.header.stamp, odom.child_frame_id = "odom", stamp, "base_link"
        odom.pose.pose = amcl.pose.pose
        odom.twist.twist.linear.x = robot.v_mps
        self._odom.publish(odom)
        self._tf.publish(
            TFMessage(transforms=[_transform("odom", "base_link", robot.x_m, robot.y_m, robot.yaw_rad, now_s)])
        )
        self._feedback(now_s)

    def _feedback(self, now_s: float) -> None:
        goal = self._robot.goal
        if goal is None:
            return
        here = to_pose_stamped(self._robot.pose, now_s)
        spent = _duration(now_s - self._began_s)
        if self._goals["through"].active:
            left = NavigateThroughPoses.Feedback(current_pose=here, navigation_time=spent)
            left.number_of_poses_remaining = goal.poses_left
            self._goals["through"].feedback(left)
        elif self._goals["to_pose"].active:
            self._goals["to_pose"].feedback(NavigateToPose.Feedback(current_pose=here, navigation_time=spent))
        elif self._goals["dock"].active:
            self._goals["dock"].feedback(DockRobot.Feedback(state=3, docking_time=spent))
        elif self._goals["undock"].active:
            self._goals["undock"].feedback(UndockRobot.Feedback())

    def publish_health(self) -> None:
        """Publish the battery, the load and the base's diagnostics; with an act under way also its feedback."""
        robot, now_s = self._robot, self._world.now_s
        stamp = to_time(now_s)
        soc = robot.soc_at_pct(now_s) / 100.0
        battery = BatteryState(voltage=VOLTAGE_V, percentage=soc, present=True, location=robot.docked_at)
        battery.header.stamp = stamp
        battery.capacity = battery.design_capacity = robot.kind.battery_wh / VOLTAGE_V
        battery.charge = battery.capacity * soc
        battery.power_supply_status = (
            BatteryState.POWER_SUPPLY_STATUS_CHARGING
            if robot.charging
            else BatteryState.POWER_SUPPLY_STATUS_FULL
            if robot.docked_at
            else BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
        )
        self._battery.publish(battery)
        self._tell_load()
        status = DiagnosticStatus(name=f"{self._id}: base", hardware_id=self._id, message=robot.mode.name.lower())
        status.level = DiagnosticStatus.ERROR if robot.mode.name == "DEAD" else DiagnosticStatus.OK
        totals = {
            "odometer_m": robot.odometer_m,
            "loaded_m": robot.loaded_m,
            "energy_wh": robot.energy_at_wh(now_s),
        }
        status.values = [KeyValue(key=key, value=f"{value:.4f}") for key, value in totals.items()]
        array = DiagnosticArray(status=[status])
        array.header.stamp = stamp
        self._diagnostics.publish(array)
        if self._act.active:
            self._act.feedback(PerformAct.Feedback(elapsed_s=now_s - self._began_s, sentence="under way"))

    def _tell_load(self) -> None:
        load = "+".join(self._robot.load)
        if load != self._told_load:
            self._told_load = load
            self._load.publish(String(data=load))

    # --- goals -------------------------------------------------------------------------------------------------------

    def _server(self, action: Any, name: str, begin: Any, may_begin: Any = None) -> GoalServer:
        return GoalServer(
            self._node, action, f"/{self._id}/{name}", begin, lambda: self._world.cancel(self._id), may_begin
        )

    def _publisher(self, kind: Any, name: str) -> Any:
        return self._node.create_publisher(kind, topic(name, self._id), QOS[name])

    def _may_go_to(self, _: Any) -> bool:
        return not self._goals["through"].active

    def _may_go_through(self, _: Any) -> bool:
        return not self._goals["to_pose"].active

    def _to_pose(self, request: NavigateToPose.Goal) -> None:
        self._drive(self._goals["to_pose"], [request.pose])

    def _through(self, request: NavigateThroughPoses.Goal) -> None:
        self._drive(self._goals["through"], request.poses)

    def _drive(self, server: GoalServer, messages: list[PoseStamped]) -> None:
        self._began_s = self._world.now_s
        try:
            poses = [from_pose_stamped(message, self._robot.map_id) for message in messages]
        except NavigationError as error:
            self._end(server, GoalState.FAILED, "202", error.message)
            return
        self._world.drive(self._id, poses, self._speed_mps, self._robot.kind.omnidirectional)
        path = Path(poses=[to_pose_stamped(pose, self._world.now_s) for pose in poses])
        path.header.frame_id, path.header.stamp = MAP_FRAME, to_time(self._world.now_s)
        self._plan.publish(path)
        self.changed()

    def _dock(self, request: DockRobot.Goal) -> None:
        self._began_s = self._world.now_s
        if not request.use_dock_id:
            self._end(self._goals["dock"], GoalState.FAILED, "901", "embedded robots dock by the dock's id")
            return
        self._world.dock(self._id, request.dock_id)
        self.changed()

    def _undock(self, _: UndockRobot.Goal) -> None:
        self._began_s = self._world.now_s
        self._world.undock(self._id)
        self.changed()

    def _compute(self, request: ComputePathToPose.Goal) -> None:
        result = ComputePathToPose.Result()
        state = GoalState.SUCCEEDED
        try:
            goal = from_pose_stamped(request.goal, self._robot.map_id)
            start: Pose | None = from_pose_stamped(request.start, self._robot.map_id) if request.use_start else None
            way = self._world.compute_path(self._id, start, goal)
            result.path.header.frame_id = MAP_FRAME
            result.path.poses = [to_pose_stamped(pose, self._world.now_s) for pose in way]
        except NavigationError as error:
            code = error.code.removeprefix("nav_")
            result.error_code = int(code) if code.isdigit() else 202
            result.error_msg = error.message
            state = GoalState.FAILED
        self._path.end(state, result)

    def _perform(self, request: PerformAct.Goal) -> None:
        self._began_s = self._world.now_s
        self._act_id = request.act_id
        params = parse_object(request.params_json, request.act_id)
        self._world.acts.start(self._robot, request.act_id, request.act, request.place, params)
        self.changed()

    def _cancel_act(self) -> None:
        self._world.acts.cancel(self._act_id)
        self.changed()

    def _act_status(self, request: ActStatus.Request, response: ActStatus.Response) -> ActStatus.Response:
        status = self._world.acts.status(request.act_id)
        if status is None:
            response.state = ActStatus.Request.NEVER
            return response
        response.state = {
            GoalState.RUNNING: ActStatus.Request.RUNNING,
            GoalState.SUCCEEDED: ActStatus.Request.DONE,
            GoalState.CANCELLED: ActStatus.Request.CANCELLED,
        }.get(status.state, ActStatus.Request.FAILED)
        response.code = status.code
        response.result_json = json.dumps(dict(status.result or {}), ensure_ascii=False)
        return response

    def _limited(self, message: SpeedLimit) -> None:
        limit = message.speed_limit
        self._speed_mps = self._robot.kind.speed_mps * limit / 100.0 if message.percentage else limit

    @staticmethod
    def _lifecycle(_: GetState.Request, response: GetState.Response) -> GetState.Response:
        response.current_state = State(id=_ACTIVE, label="active")
        return response


def _duration(seconds: float) -> Duration:
    stamp = to_time(max(seconds, 0.0))
    return Duration(sec=stamp.sec, nanosec=stamp.nanosec)


def _transform(parent: str, child: str, x_m: float, y_m: float, yaw_rad: float, at_s: float) -> TransformStamped:
    message = TransformStamped()
    message.header.frame_id, message.child_frame_id = parent, child
    message.header.stamp = to_time(at_s)
    message.transform.translation.x, message.transform.translation.y = x_m, y_m
    message.transform.rotation = to_quaternion(yaw_rad)
    return message
