"""One embedded robot behind the actions and services of a real Nav2 robot.

What a client sees is what Nav2 answers: goals in walls are accepted and aborted with Nav2's codes, a new goal of the
same action and behaviour tree pre-empts the running one without a stop, any other second drive is rejected.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from builtin_interfaces.msg import Duration
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped
from nav2_msgs.action import DockRobot, NavigateThroughPoses, NavigateToPose, UndockRobot
from nav2_msgs.msg import SpeedLimit
from rclpy.node import Node
from std_msgs.msg import String

from robot_fleet.core.errors import NavigationError
from robot_fleet.core.ports import GoalState
from robot_fleet.ros.convert import from_pose_stamped, to_pose_stamped, to_time
from robot_fleet.ros.full_nav2 import IS_FULL, TYPES
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.sim.acts import SimActServer
from robot_fleet.ros.sim.controller import poses_to_follow
from robot_fleet.ros.sim.goals import GoalServer, ServerNode
from robot_fleet.ros.sim.planner import SimPlanner
from robot_fleet.ros.sim.services import SimServices
from robot_fleet.ros.sim.topics import SimTopics
from robot_fleet.sim.goals import Goal
from robot_fleet.sim.lifecycle import ManagedNodes
from robot_fleet.sim.world import DOCK_KINDS, DOCK_WITHIN_M, SimWorld
from robot_fleet.site.ground.maps import OccupancyMap

NAVIGATES = ("bt_navigator", "controller_server", "planner_server", "amcl")
"""What must be active for a drive or a docking."""
FOLLOWS = ("controller_server", "amcl")
"""What must be active to follow a path."""
_TF_ERROR, _CONTROLLER_UNKNOWN = "202", 100


class SimRobotServers:
    """The servers and topics of one robot of a world.

    Parameters
    ----------
    node : where they live.
    world : the world; it belongs to the node's thread.
    robot_id : the robot, and its namespace.
    guard : keeps failing callbacks from the spin.
    clock_s : returns the time that stands on messages (ROS time).
    occupancy : the map that it drives by on the ground.
    charts : those of further levels.
    """

    def __init__(
        self,
        node: Node,
        world: SimWorld,
        robot_id: str,
        guard: Guard,
        clock_s: Callable[[], float],
        occupancy: OccupancyMap,
        charts: Mapping[str, OccupancyMap] | None = None,
    ) -> None:
        self._world = world
        self._id = robot_id
        self._robot = world.robots[robot_id]
        self._clock_s = clock_s
        self._began_s = 0.0
        self._limit_mps = 0.0
        self._goal: Goal | None = None
        self._tree = ""
        self._nodes = nodes = ManagedNodes()
        self.topics = SimTopics(node, world, robot_id, clock_s, lambda: nodes.active("amcl"))
        servers = ServerNode(node)

        def serve(action: Any, name: str, begin: Callable[[Any], None], may_begin: Any = None) -> GoalServer:
            accepts = may_begin or (lambda _: nodes.active(*NAVIGATES))
            return GoalServer(servers, action, f"/{robot_id}/{name}", guard, begin, self._cancelled, accepts)

        SimPlanner(servers, world, robot_id, guard, clock_s, lambda: nodes.active("planner_server"))
        self._to_pose = serve(NavigateToPose, "navigate_to_pose", self._drive_to, self._may_drive_to)
        self._through = serve(
            NavigateThroughPoses, "navigate_through_poses", self._drive_through, self._may_drive_through
        )
        self._dock = serve(DockRobot, "dock_robot", self._begin_dock)
        self._undock = serve(UndockRobot, "undock_robot", self._begin_undock)
        self._results: dict[GoalServer, Any] = {
            self._to_pose: NavigateToPose.Result,
            self._through: NavigateThroughPoses.Result,
            self._dock: DockRobot.Result,
            self._undock: UndockRobot.Result,
        }
        self._path: GoalServer | None = None
        if IS_FULL:
            self._path = serve(TYPES["FollowPath"], "follow_path", self._follow_path, lambda _: nodes.active(*FOLLOWS))
            self._results[self._path] = TYPES["FollowPath"].Result
        self._acts = SimActServer(servers, node, world, robot_id, guard)
        limited = guard(f"speed_limit:{robot_id}", self._limited)
        node.create_subscription(SpeedLimit, topic("~speed_limit", robot_id), limited, QOS["~speed_limit"].wanted)
        controlled = guard(f"control:{robot_id}", self._controlled)
        node.create_subscription(String, topic("~sim/control", robot_id), controlled, QOS["~sim/control"].wanted)
        placed = guard(f"initialpose:{robot_id}", lambda _: self.topics.tell_pose())
        node.create_subscription(
            PoseWithCovarianceStamped, topic("~initialpose", robot_id), placed, QOS["~initialpose"].wanted
        )
        changed, pose = self._nodes_changed, lambda: self._robot.pose
        SimServices(node, robot_id, guard, nodes, changed, occupancy, pose, clock_s, charts)

    def _controlled(self, message: String) -> None:
        if message.data in ("lost", "located"):
            self._world.set_lost(self._id, message.data == "lost")
        else:
            self._world.set_control(self._id, message.data)

    def changed(self) -> None:
        """Tell what has changed in the world: first where the robot is and how it fares, then what has ended."""
        self.topics.tell_changes()
        goal = self._goal
        if goal is not None and goal.state is not GoalState.RUNNING:
            self._goal_ended(goal)
        self._acts.changed()

    def give_feedback(self) -> None:
        """Publish the feedback of the goals under way."""
        self._acts.give_feedback()
        if self._goal is None:
            return
        spent = _duration(self._world.now_s - self._began_s)
        if self._dock.active:
            driving = self._goal.kind == "drive"
            state = DockRobot.Feedback.NAV_TO_STAGING_POSE if driving else DockRobot.Feedback.CONTROLLING
            self._dock.feedback(DockRobot.Feedback(state=state, docking_time=spent))
        elif self._undock.active:
            self._undock.feedback(UndockRobot.Feedback())
        for server, kind in ((self._to_pose, NavigateToPose), (self._through, NavigateThroughPoses)):
            if server.active:
                server.feedback(self._navigated(kind.Feedback(navigation_time=spent)))
        if self._path is not None and self._path.active:
            told = TYPES["FollowPath"].Feedback(distance_to_goal=self._left_m(), speed=self._robot.v_mps)
            self._path.feedback(told)

    # --- driving -----------------------------------------------------------------------------------------------------

    def _may_drive_to(self, request: NavigateToPose.Goal) -> bool:
        return not self._through.active and self._takes(self._to_pose, request)

    def _may_drive_through(self, request: NavigateThroughPoses.Goal) -> bool:
        return not self._to_pose.active and self._takes(self._through, request)

    def _takes(self, server: GoalServer, request: Any) -> bool:
        same_tree = not server.active or bool(request.behavior_tree == self._tree)
        return same_tree and self._nodes.active(*NAVIGATES)

    def _drive_to(self, request: NavigateToPose.Goal) -> None:
        self._tree = request.behavior_tree
        self._drive(self._to_pose, [request.pose])

    def _drive_through(self, request: NavigateThroughPoses.Goal) -> None:
        self._tree = request.behavior_tree
        self._drive(self._through, request.poses)

    def _drive(self, server: GoalServer, messages: list[PoseStamped]) -> None:
        self._take_over(server)
        try:
            poses = [from_pose_stamped(message, self._robot.map_id) for message in messages]
        except NavigationError as error:
            self._give_up(_TF_ERROR, error.message)
            return
        self._world.drive(self._id, poses, self._limit_mps, self._robot.kind.omnidirectional)
        self._follow()
        self.topics.tell_plan()

    def _take_over(self, server: GoalServer) -> None:
        """Begin a goal of a server; those of the others end, since the robot has one body."""
        self._began_s = self._world.now_s
        for other in self._results:
            if other is not server:
                self._end_of(other, GoalState.FAILED, "", "another goal has taken its place")

    def _follow(self) -> None:
        """Follow the goal that the world has just been given; it may have ended at once."""
        self._goal = self._robot.goal
        self.changed()

    def _navigated(self, told: Any) -> Any:
        robot = self._robot
        told.current_pose = to_pose_stamped(robot.pose, self._clock_s())
        told.distance_remaining = left_m = self._left_m()
        if robot.v_mps > 0.01 and left_m > 0.1:
            told.estimated_time_remaining = _duration(left_m / robot.v_mps)
        if isinstance(told, NavigateThroughPoses.Feedback) and self._goal is not None:
            told.number_of_poses_remaining = self._goal.poses_left
        return told

    def _left_m(self) -> float:
        return float(sum(math.dist(a, b) for a, b in pairwise(self._robot.path)))

    def _follow_path(self, request: Any) -> None:
        assert self._path is not None
        self._take_over(self._path)
        try:
            poses = poses_to_follow(request, self._world, self._id)
        except NavigationError as error:
            self._give_up(error.code.removeprefix("nav_"), error.message)
            return
        self._world.drive(self._id, poses, self._limit_mps, self._robot.kind.omnidirectional)
        self._follow()

    def _limited(self, message: SpeedLimit) -> None:
        """Take a limit on; as with Nav2's controllers, it holds for the drive under way too."""
        limit = message.speed_limit
        self._limit_mps = self._robot.kind.speed_mps * limit / 100.0 if message.percentage else limit
        robot = self._robot
        robot.speed_limit_mps = self._limit_mps
        robot.carry(robot.load, robot.load_kg, robot.footprint)  # which works the speed out anew

    # --- docking -----------------------------------------------------------------------------------------------------

    def _begin_dock(self, request: DockRobot.Goal) -> None:
        self._take_over(self._dock)
        place = request.dock_id if request.use_dock_id else self._dock_at(request.dock_pose)
        spot = self._world.site.places.get(place)
        near = spot is None or spot.pose.distance_m(self._robot.pose) <= DOCK_WITHIN_M
        if request.navigate_to_staging_pose and not near and spot is not None and spot.kind in DOCK_KINDS:
            self._world.drive(self._id, [spot.pose], self._limit_mps, self._robot.kind.omnidirectional)
        else:
            self._world.dock(self._id, place)
        self._follow()

    def _dock_at(self, message: PoseStamped) -> str:
        """Return the charger at a pose, empty if there is none."""
        try:
            pose = from_pose_stamped(message, self._robot.map_id)
        except NavigationError:
            return ""
        for place in self._world.site.places.values():
            near = place.pose.map_id == pose.map_id and place.pose.distance_m(pose) <= DOCK_WITHIN_M
            if near and place.kind in DOCK_KINDS:
                return place.id
        return ""

    def _begin_undock(self, _: UndockRobot.Goal) -> None:
        self._take_over(self._undock)
        self._world.undock(self._id)
        self._follow()

    # --- ends --------------------------------------------------------------------------------------------------------

    def _goal_ended(self, goal: Goal) -> None:
        if goal.kind == "drive" and self._dock.active:
            if goal.state is GoalState.SUCCEEDED:
                request = self._dock.requests[-1]
                self._world.dock(self._id, request.dock_id if request.use_dock_id else self._dock_at(request.dock_pose))
                self._follow()
                return
            self._end(goal.state, str(DockRobot.Result.FAILED_TO_STAGE), goal.sentence)
            return
        self._end(goal.state, goal.code, goal.sentence)

    def _end(self, state: GoalState, code: str, sentence: str) -> None:
        """End the goal under way, whichever server it came by."""
        self._goal = None
        for server in self._results:
            self._end_of(server, state, code, sentence)

    def _give_up(self, code: str, sentence: str) -> None:
        """Let the robot stand, and end the goal under way as failed."""
        self._world.cancel(self._id)
        self._end(GoalState.FAILED, code, sentence)

    def _nodes_changed(self) -> None:
        """End goals whose servers are no longer active, as Nav2's servers do when they are taken down."""
        for server in self._results:
            needed = FOLLOWS if server is self._path else NAVIGATES
            if server.active and not self._nodes.active(*needed):
                self._give_up("", "the robot's navigation was taken down")
        if self._nodes.active("amcl"):
            self.topics.tell_pose()

    def _end_of(self, server: GoalServer, state: GoalState, code: str, sentence: str) -> None:
        if not server.active:
            return
        failed = state is GoalState.FAILED
        words = {"error_msg": sentence if failed else ""}
        if server in (self._dock, self._undock):
            kind = DockRobot if server is self._dock else UndockRobot
            number = int(code) if code.isdigit() else kind.Result.UNKNOWN
            done = state is GoalState.SUCCEEDED
            result = kind.Result(success=done, error_code=number if failed else 0, **words)
        else:
            number = int(code) if code.isdigit() else _CONTROLLER_UNKNOWN
            result = self._results[server](error_code=number if failed else 0, **words)
        server.end(state, result)

    def _cancelled(self, _: Any) -> None:
        self._world.cancel(self._id)


def _duration(seconds: float) -> Duration:
    stamp = to_time(max(seconds, 0.0))
    return Duration(sec=stamp.sec, nanosec=stamp.nanosec)
