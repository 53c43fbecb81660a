"""The `Actuator` port over ROS: the action `perform_act`, and the service `act_status` for acts begun earlier."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from action_msgs.srv import CancelGoal
from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.task import Future
from robot_fleet_interfaces.action import PerformAct
from robot_fleet_interfaces.srv import ActStatus

from robot_fleet.core.ports import GoalState, GoalStatus
from robot_fleet.ros.convert import parse_object
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.robot.futures import GONE, GoalKind, RosGoal, Verdict

ASK_EVERY_S = 0.5
ANSWER_OLD_AFTER_S = 2.0
_STATES = {
    ActStatus.Request.RUNNING: GoalState.RUNNING,
    ActStatus.Request.DONE: GoalState.SUCCEEDED,
    ActStatus.Request.CANCELLED: GoalState.CANCELLED,
    ActStatus.Request.FAILED: GoalState.FAILED,
}
_NO_NEED = (GoalState.RUNNING, GoalState.SUCCEEDED, GoalState.FAILED)
"""States in which starting an act again would change nothing."""
_SILENT = GoalStatus(GoalState.LOST, GONE, sentence="the actuator does not answer")


@dataclass(slots=True)
class _Act:
    """What is known here of one act: its goal if this process started it, and what the actuator has said of it."""

    goal: RosGoal | None = None
    request: PerformAct.Goal | None = None
    told: GoalStatus | None = None
    told_s: float = -math.inf
    asked_s: float = -math.inf


class RosActuator:
    """Implements `Actuator` for one robot.

    An act that this process started is followed by its goal; any other, and one whose goal was lost, by asking.

    Parameters
    ----------
    node : shared by all agents of the process.
    robot : id and namespace.
    guard : keeps failing callbacks from the spin.
    changed : called when something about an act has changed.
    """

    def __init__(self, node: Node, robot: str, guard: Guard, changed: Callable[[], None]) -> None:
        self._guard = guard
        self._changed = changed
        client = ActionClient(node, PerformAct, f"/{robot}/perform_act")
        self._kind = GoalKind(client, guard, changed, _performed)
        self._ask = node.create_client(ActStatus, f"/{robot}/act_status")
        self._cancels = node.create_client(CancelGoal, f"/{robot}/perform_act/_action/cancel_goal")
        self._acts: dict[str, _Act] = {}

    def start(self, act_id: str, act: str, place: str, params: Mapping[str, object]) -> None:
        """Send the act; a server that knows its id attaches, or answers at once that it is done."""
        known = self._acts.get(act_id)
        if known is not None and known.goal is not None and known.goal.status.state in _NO_NEED:
            return
        request = PerformAct.Goal(
            act_id=act_id, act=act, place=place, params_json=json.dumps(dict(params), ensure_ascii=False)
        )
        # a robot does one thing at a time, so what came before need not be remembered here
        self._acts = {act_id: _Act(RosGoal(self._kind, request), request)}

    def cancel(self, act_id: str) -> None:
        """Ask a running act to stop at a safe point, also one that an earlier process started."""
        known = self._acts.get(act_id)
        if known is None:
            return
        if known.goal is not None and known.goal.status.state is not GoalState.LOST:
            known.goal.cancel()
        elif known.told is None or known.told.state is not GoalState.RUNNING:
            return
        elif known.request is not None:
            # the server was started anew: it attaches a new goal to the act, which can be cancelled
            known.goal = RosGoal(self._kind, known.request)
            known.goal.cancel()
        elif self._cancels.service_is_ready():
            self._cancels.call_async(CancelGoal.Request())

    def status(self, act_id: str) -> GoalStatus | None:
        """Return where the act stands; LOST until the actuator has answered."""
        known = self._acts.setdefault(act_id, _Act())
        if known.goal is not None:
            status = known.goal.status
            if status.state is not GoalState.LOST:
                return status
        now_s = time.monotonic()
        if now_s - known.asked_s >= ASK_EVERY_S and self._ask.service_is_ready():
            known.asked_s = now_s
            asked = self._ask.call_async(ActStatus.Request(act_id=act_id))
            asked.add_done_callback(self._guard("act_status", lambda done: self._answered(known, done)))
        if known.told is not None and known.told.state is not GoalState.RUNNING:
            return known.told
        return known.told if now_s - known.told_s <= ANSWER_OLD_AFTER_S else _SILENT

    def _answered(self, known: _Act, done: Future) -> None:
        answer = done.result()
        if answer is None:
            return
        known.told, known.told_s = None, time.monotonic()
        if answer.state in _STATES:
            result = dict(parse_object(answer.result_json, "act_status"))
            known.told = GoalStatus(_STATES[answer.state], answer.code, result=result)
        self._changed()


def _performed(result: Any) -> Verdict:
    return Verdict(result.success, result.code, "", dict(parse_object(result.result_json, "perform_act")))
