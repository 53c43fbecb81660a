"""The manager's services: what people and programs may ask of the fleet."""

from __future__ import annotations

import json
from collections.abc import Callable

from rclpy.node import Node
from robot_fleet_interfaces.srv import CancelTask as CancelTaskSrv
from robot_fleet_interfaces.srv import MarkAlarmShown
from robot_fleet_interfaces.srv import SetHold as SetHoldSrv
from robot_fleet_interfaces.srv import SubmitTask as SubmitTaskSrv

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import OrderError
from robot_fleet.core.inputs import AlarmWasShown, CancelTask, Input, SetHold, SubmitTask
from robot_fleet.ros.convert import parse_object

SUBMIT_TASK = "/fleet/submit_task"
CANCEL_TASK = "/fleet/cancel_task"
SET_HOLD = "/fleet/set_hold"
MARK_ALARM_SHOWN = "/fleet/mark_alarm_shown"


class Commands:
    """Serves the fleet's commands: each becomes one input, and is answered with what the core says.

    Parameters
    ----------
    node : the manager's node.
    feed : takes an input in; the answers that it leads to go to `answered`.
    """

    def __init__(self, node: Node, feed: Callable[[Input], None]) -> None:
        self._feed = feed
        self._answers: dict[str, Answer] = {}
        node.create_service(SubmitTaskSrv, SUBMIT_TASK, self._submit)
        node.create_service(CancelTaskSrv, CANCEL_TASK, self._cancel)
        node.create_service(SetHoldSrv, SET_HOLD, self._hold)
        node.create_service(MarkAlarmShown, MARK_ALARM_SHOWN, self._shown)

    def answered(self, answer: Answer) -> None:
        """Keep the core's answer for the service call that is under way."""
        self._answers[answer.key] = answer

    def _ask(self, key: str, news: Input) -> Answer:
        self._answers.clear()
        self._feed(news)
        return self._answers.get(key, Answer(key, False, "", "runtime_no_answer", "the fleet gave no answer"))

    def _submit(self, request: SubmitTaskSrv.Request, response: SubmitTaskSrv.Response) -> SubmitTaskSrv.Response:
        key = request.idempotency_key
        try:
            params = parse_object(request.params_json, "params_json")
        except OrderError as error:
            answer = Answer(key, False, "", "request_json_malformed", error.message)
        else:
            answer = self._ask(key, SubmitTask(key, request.service, params, request.requester or "operator"))
        response.accepted, response.task_id = answer.accepted, answer.task
        response.code, response.message = answer.code, answer.message
        response.robot, response.expected_at_s = answer.robot, float(answer.expected_at_s)
        return response

    def _cancel(self, request: CancelTaskSrv.Request, response: CancelTaskSrv.Response) -> CancelTaskSrv.Response:
        key = request.idempotency_key
        answer = self._ask(key, CancelTask(key, request.task_id, request.reason))
        response.accepted, response.code, response.message = answer.accepted, answer.code, answer.message
        return response

    def _hold(self, request: SetHoldSrv.Request, response: SetHoldSrv.Response) -> SetHoldSrv.Response:
        key = request.idempotency_key
        answer = self._ask(key, SetHold(key, request.hold, request.robot, request.reason))
        response.accepted, response.code, response.message = answer.accepted, answer.code, answer.message
        return response

    def _shown(self, request: MarkAlarmShown.Request, response: MarkAlarmShown.Response) -> MarkAlarmShown.Response:
        self._feed(AlarmWasShown(request.task_id))
        response.accepted = True
        return response


def params_json(params: object) -> str:
    """Return a request's parameters as the services want them."""
    return json.dumps(params, ensure_ascii=False)
