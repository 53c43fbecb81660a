"""How a Nav2 robot that a lift has carried to another level comes to know where it is.

Its map server is given the map of the level (`map_server/load_map`), its localisation the pose in the cabin
(`initialpose`), again once a second until it says that it is there. Both are what a person would do in RViz.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from geometry_msgs.msg import PoseWithCovarianceStamped
from rclpy.node import Node
from rclpy.task import Future

from robot_fleet.core.geometry import Alignment, Pose
from robot_fleet.core.ports import GoalState, GoalStatus
from robot_fleet.ros.convert import MAP_FRAME, to_quaternion
from robot_fleet.ros.full_nav2 import TYPES
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.robot.senses import Senses
from robot_fleet.runtime.processes.statefile import read_json, write_json

FOUND_M = 1.0
"""A robot is there if its localisation says so to within this distance."""
REPEAT_S = 1.0
PATIENCE_S = 20.0
"""Steady seconds after which the robot has not found itself."""
LOST = "203"
"""Nav2's code for a start that is not on the map."""
_VARIANCE_M2, _VARIANCE_RAD2 = 0.25, 0.07


class Floors:
    """The maps of a site's levels, and on which of them a robot localises itself; that outlives its agent.

    Parameters
    ----------
    maps : by level the path of its map file.
    first : the level on which the robot starts.
    file : where the level is kept; None for nowhere.
    """

    def __init__(self, maps: Mapping[str, str], first: str, file: Path | None = None) -> None:
        self.maps = maps
        self._file = file
        kept = read_json(file) if file is not None else None
        self.level = str(kept) if kept in maps else first

    def take(self, level: str) -> None:
        """Localise on another level from now on."""
        self.level = level
        if self._file is not None:
            write_json(self._file, level, durable=True)


class LevelChange:
    """One change of the level, as something that is polled.

    Parameters
    ----------
    node, robot, guard : of the navigator.
    pose : where the robot is on the new level, in the site's map.
    floors, senses, alignment : of the robot.
    changed : called when it has ended.
    """

    def __init__(
        self,
        node: Node,
        robot: str,
        guard: Guard,
        pose: Pose,
        floors: Floors,
        senses: Senses,
        alignment: Alignment,
        changed: Callable[[], None],
    ) -> None:
        self._node = node
        self._guard = guard
        self._pose = pose
        self._floors = floors
        self._senses = senses
        self._alignment = alignment
        self._changed = changed
        self._began_s = time.monotonic()
        self._placed_s = float("-inf")
        self._poses = senses.poses
        self._status = GoalStatus(GoalState.RUNNING, poses_left=1)
        self._places = node.create_publisher(
            PoseWithCovarianceStamped, topic("~initialpose", robot), QOS["~initialpose"].offered
        )
        kind = TYPES["LoadMap"]
        self._loader = None if kind is None else node.create_client(kind, f"/{robot}/map_server/load_map")
        self._asked = False
        self._loaded = self._loader is None
        self._timer = node.create_timer(0.1, guard(f"level:{robot}", self._look))

    @property
    def status(self) -> GoalStatus:
        """Where the change stands."""
        return self._status

    def cancel(self) -> None:
        """Stop trying."""
        if self._status.state is GoalState.RUNNING:
            self._end(GoalStatus(GoalState.CANCELLED))

    def _look(self) -> None:
        if self._status.state is not GoalState.RUNNING:
            return
        if time.monotonic() - self._began_s > PATIENCE_S:
            sentence = f"it does not find itself on the map of level {self._pose.map_id}"
            self._end(GoalStatus(GoalState.FAILED, LOST, 1, sentence))
        elif not self._loaded:
            self._load()
        else:
            self._place()

    def _load(self) -> None:
        loader = self._loader
        if self._asked or loader is None or not loader.service_is_ready():
            return
        self._asked = True
        request = TYPES["LoadMap"].Request(map_url=self._floors.maps[self._pose.map_id])
        loader.call_async(request).add_done_callback(self._guard("map_loaded", self._answered))

    def _answered(self, future: Future) -> None:
        answer = future.result()
        if answer is not None and answer.result == answer.RESULT_SUCCESS:
            self._loaded = True
        elif self._status.state is GoalState.RUNNING:
            sentence = f"its map server does not load {self._floors.maps[self._pose.map_id]}"
            self._end(GoalStatus(GoalState.FAILED, LOST, 1, sentence))

    def _place(self) -> None:
        sensed = self._senses.sensed()
        if self._placed_s == float("-inf"):
            self._floors.take(self._pose.map_id)
            self._senses.change_map(self._pose.map_id)
            self._poses = self._senses.poses
        elif self._senses.poses > self._poses and sensed is not None and self._pose.distance_m(sensed.pose) <= FOUND_M:
            self._end(GoalStatus(GoalState.SUCCEEDED))
            return
        if time.monotonic() - self._placed_s >= REPEAT_S:
            self._placed_s = time.monotonic()
            own = self._alignment.in_own(self._pose)
            message = PoseWithCovarianceStamped()
            message.header.frame_id, message.header.stamp = MAP_FRAME, self._node.get_clock().now().to_msg()
            message.pose.pose.position.x, message.pose.pose.position.y = own.x_m, own.y_m
            message.pose.pose.orientation = to_quaternion(own.yaw_rad)
            covariance = [0.0] * 36
            covariance[0] = covariance[7] = _VARIANCE_M2
            covariance[35] = _VARIANCE_RAD2
            message.pose.covariance = covariance
            self._places.publish(message)

    def _end(self, status: GoalStatus) -> None:
        self._status = status
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._places)
        if self._loader is not None:
            self._node.destroy_client(self._loader)
        self._changed()
