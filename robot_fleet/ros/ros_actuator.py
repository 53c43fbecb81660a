"""The `Actuator` port over ROS: the action `perform_act`, and the service `act_status` for acts of an earlier process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.task import Future
from robot_fleet_interfaces.action import PerformAct
from robot_fleet_interfaces.srv import ActStatus

from robot_fleet.core.ports import GoalState, GoalStatus
from robot_fleet.ros.convert import parse_object
from robot_fleet.ros.futures import RosGoal

ASK_EVERY_S = 0.5
ANSWER_OLD_AFTER_S = 2.0
_STATES = {
    ActStatus.Request.RUNNING: GoalState.RUNNING,
    ActStatus.Request.DONE: GoalState.SUCCEEDED,
    ActStatus.Request.CANCELLED: GoalState.CANCELLED,
    ActStatus.Request.FAILED: GoalState.FAILED,
}


class RosActuator:
    """Implements `Actuator` for one robot.

    An act that this process started is followed by its goal; any other, and one whose goal was lost, by asking.
    """

    def __init__(self, node: Node, robot: str, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._perform = ActionClient(node, PerformAct, f"/{robot}/perform_act")
        self._ask = node.create_client(ActStatus, f"/{robot}/act_status")
        self._goals: dict[str, RosGoal] = {}
        self._asked_s: dict[str, float] = {}
        self._told: dict[str, tuple[float, GoalStatus | None]] = {}

    def start(self, act_id: str, act: str, place: str, params: Mapping[str, object]) -> None:
        """Send the act; a server that knows its id attaches, or answers at once that it is done."""
        goal = PerformAct.Goal(
            act_id=act_id, act=act, place=place, params_json=json.dumps(dict(params), ensure_ascii=False)
        )
        self._told.pop(act_id, None)
        self._goals = {act_id: RosGoal(self._perform, goal, self._changed, _performed)}

    def cancel(self, act_id: str) -> None:
        """Ask a running act to stop at a safe point."""
        goal = self._goals.get(act_id)
        if goal is not None:
            goal.cancel()

    def status(self, act_id: str) -> GoalStatus | None:
        """Return where the act stands; LOST until the actuator has answered."""
        goal = self._goals.get(act_id)
        if goal is not None:
            status = goal.status
            if status.state is not GoalState.LOST:
                return status
        now_s = time.monotonic()
        if now_s - self._asked_s.get(act_id, float("-inf")) >= ASK_EVERY_S and self._ask.service_is_ready():
            self._asked_s[act_id] = now_s
            asked = self._ask.call_async(ActStatus.Request(act_id=act_id))
            asked.add_done_callback(lambda done: self._answered(act_id, done))
        told_s, told = self._told.get(act_id, (float("-inf"), None))
        ended = told is not None and told.state is not GoalState.RUNNING
        if ended or now_s - told_s <= ANSWER_OLD_AFTER_S:
            return told
        return GoalStatus(GoalState.LOST, "server_gone", sentence="the actuator does not answer")

    def _answered(self, act_id: str, done: Future) -> None:
        answer = done.result()
        if answer is None:
            return
        status = None
        if answer.state in _STATES:
            result = dict(parse_object(answer.result_json, act_id))
            status = GoalStatus(_STATES[answer.state], answer.code, result=result)
        self._told[act_id] = time.monotonic(), status
        self._changed()


def _performed(result: Any) -> tuple[bool, str, str, dict[str, object] | None]:
    return result.success, result.code, "", dict(parse_object(result.result_json, "act"))
