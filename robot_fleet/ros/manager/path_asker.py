"""Asks the planners of idle robots for paths: ComputePathToPose, one question at a time for the whole fleet."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from nav2_msgs.action import ComputePathToPose
from rclpy.action import ActionClient
from rclpy.node import Node

from robot_fleet.core.effects import AskPath
from robot_fleet.core.geometry import ALIGNED, Alignment, Pose
from robot_fleet.core.inputs import PathMeasured
from robot_fleet.core.ports import GoalState
from robot_fleet.ros.convert import MAP_FRAME, to_pose_stamped
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.robot.futures import SILENT_AFTER_S, GoalKind, RosGoal, Verdict

PATIENCE_S = 20.0
"""A planner that has not answered by then (steady time) is not going to."""
_NO_VALID_PATH = str(ComputePathToPose.Result.NO_VALID_PATH)


class RosPathAsker:
    """Implements `PathAsker` over ROS.

    Parameters
    ----------
    node : the manager's node.
    guard : keeps failing callbacks from the spin.
    answered : takes what a planner said.
    alignments : of the maps that robots drive by, by robot; the others drive by the site's.
    """

    def __init__(
        self,
        node: Node,
        guard: Guard,
        answered: Callable[[PathMeasured], object],
        alignments: Mapping[str, Alignment] = MappingProxyType({}),
    ) -> None:
        self._alignments = alignments
        self._node = node
        self._guard = guard
        self._answered = answered
        self._clients: dict[str, ActionClient] = {}
        self._question: AskPath | None = None
        self._goal: RosGoal | None = None

    def ask(self, question: AskPath) -> None:
        """Put a question, unless one is open; a robot whose planner is not there is not asked."""
        if self._goal is not None:
            if self._goal.status.state is GoalState.RUNNING:
                return
            self._drop()
        client = self._client(question.robot)
        if not client.server_is_ready():
            return
        asked_s = time.monotonic()
        alignment = self._alignments.get(question.robot, ALIGNED)
        ends = alignment.in_own(question.start_pose), alignment.in_own(question.end_pose)
        kind = GoalKind(
            client,
            self._guard,
            self._looked,
            lambda result: _judge(ends, result),
            heard_s=lambda: asked_s + PATIENCE_S - SILENT_AFTER_S,  # a planner gives no feedback
        )
        start, goal = map(to_pose_stamped, ends)
        self._question = question
        self._goal = RosGoal(kind, ComputePathToPose.Goal(start=start, goal=goal, use_start=True))

    def stop(self, robot: str) -> None:
        """Give an open question to this robot up."""
        if self._question is not None and self._question.robot == robot:
            self._drop()

    def _drop(self) -> None:
        if self._goal is not None:
            self._goal.cancel()
        self._question = self._goal = None

    def _client(self, robot: str) -> ActionClient:
        client = self._clients.get(robot)
        if client is None:
            client = ActionClient(self._node, ComputePathToPose, f"/{robot}/compute_path_to_pose")
            self._clients[robot] = client
        return client

    def _looked(self) -> None:
        question, goal = self._question, self._goal
        if question is None or goal is None or goal.status.state is GoalState.RUNNING:
            return
        status = goal.status
        self._question = self._goal = None
        length_m = status.result.get("length_m") if status.result is not None else None
        if status.state is GoalState.SUCCEEDED and isinstance(length_m, float):
            self._answered(PathMeasured(question.kind, question.start, question.end, length_m))
        elif status.code == _NO_VALID_PATH:
            self._answered(PathMeasured(question.kind, question.start, question.end, math.inf))


def _judge(ends: tuple[Pose, Pose], result: Any) -> Verdict:
    """Return how long the path is, with the gaps between its ends and the vertices."""
    if result.error_code != ComputePathToPose.Result.NONE:
        return Verdict(False, str(result.error_code), result.error_msg)
    if not result.path.poses or result.path.header.frame_id != MAP_FRAME:
        return Verdict(False, "malformed", f"expected a path in the frame {MAP_FRAME!r}")
    points = [(message.pose.position.x, message.pose.position.y) for message in result.path.poses]
    points = [(ends[0].x_m, ends[0].y_m), *points, (ends[1].x_m, ends[1].y_m)]
    length_m = sum(math.dist(a, b) for a, b in zip(points, points[1:], strict=False))
    if not math.isfinite(length_m):
        return Verdict(False, "malformed", "expected a path of finite points")
    return Verdict(True, result={"length_m": length_m})
