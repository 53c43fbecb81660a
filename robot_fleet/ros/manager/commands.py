"""The manager's services: what people and programs may wish of the fleet and ask it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict

from rclpy.node import Node
from robot_fleet_interfaces.srv import (
    AnswerAlarm,
    AnswerIncident,
    CarryOut,
    ChangeTask,
    ExplainTask,
    MarkAlarmShown,
    PriceTask,
    SetMaintenance,
)
from robot_fleet_interfaces.srv import AnswerTask as AnswerTaskSrv
from robot_fleet_interfaces.srv import CancelTask as CancelTaskSrv
from robot_fleet_interfaces.srv import SetHold as SetHoldSrv
from robot_fleet_interfaces.srv import SetZone as SetZoneSrv
from robot_fleet_interfaces.srv import SubmitTask as SubmitTaskSrv
from robot_fleet_interfaces.srv import SubmitTasks as SubmitTasksSrv

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import OrderError, RequestError
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    AlarmWasShown,
    AnswerTask,
    BeginMaintenance,
    CancelTask,
    CloseIncident,
    CloseZone,
    DirectTask,
    EndMaintenance,
    HoldTask,
    Input,
    LimitZone,
    NoteIncident,
    OpenIncident,
    OpenZone,
    PlanMaintenance,
    PrioritiseTask,
    ResumeTask,
    SequenceTask,
    SetHold,
    ShelveAlarm,
    SubmitTask,
    SubmitTasks,
    UnshelveAlarm,
)
from robot_fleet.ros.convert import parse_object
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.wishes import parse_wish

SUBMIT_TASK = "/fleet/submit_task"
SUBMIT_TASKS = "/fleet/submit_tasks"
CHANGE_TASK = "/fleet/change_task"
PRICE_TASK = "/fleet/price_task"
CANCEL_TASK = "/fleet/cancel_task"
ANSWER_TASK = "/fleet/answer_task"
SET_HOLD = "/fleet/set_hold"
SET_ZONE = "/fleet/set_zone"
CARRY_OUT = "/fleet/carry_out"
EXPLAIN_TASK = "/fleet/explain_task"
MARK_ALARM_SHOWN = "/fleet/mark_alarm_shown"
ANSWER_ALARM = "/fleet/answer_alarm"
ANSWER_INCIDENT = "/fleet/answer_incident"
SET_MAINTENANCE = "/fleet/set_maintenance"


_NO_TIME = ("runtime_no_time", "the fleet has no time yet; ask again in a moment")


class Commands:
    """Serves the fleet's commands: each becomes one input, and is answered with what the core says.

    Parameters
    ----------
    node : the manager's node.
    guard : keeps failing callbacks from the spin; such a call is answered with a code that says so.
    feed : takes an input in and returns whether the fleet has a time yet to do so; the answers go to `answered`.
    explain : returns why a task is where it is, in a language, or None while the fleet has no time yet.
    price : returns what a wish about who is to do a task would cost, or None while the fleet has no time yet.
    """

    def __init__(
        self,
        node: Node,
        guard: Guard,
        feed: Callable[[Input], bool],
        explain: Callable[[str, str], Mapping[str, object] | None],
        price: Callable[[DirectTask | SequenceTask], Mapping[str, object] | None],
    ) -> None:
        self._feed = feed
        self._explain = explain
        self._price_of = price
        self._answers: dict[str, Answer] = {}
        for kind, name, serve in (
            (SubmitTaskSrv, SUBMIT_TASK, self._submit),
            (SubmitTasksSrv, SUBMIT_TASKS, self._submit_all),
            (ChangeTask, CHANGE_TASK, self._change),
            (PriceTask, PRICE_TASK, self._price),
            (CancelTaskSrv, CANCEL_TASK, self._cancel),
            (AnswerTaskSrv, ANSWER_TASK, self._answer_task),
            (SetHoldSrv, SET_HOLD, self._hold),
            (SetZoneSrv, SET_ZONE, self._zone),
            (CarryOut, CARRY_OUT, self._carry_out),
            (ExplainTask, EXPLAIN_TASK, self._why),
            (MarkAlarmShown, MARK_ALARM_SHOWN, self._shown),
            (AnswerAlarm, ANSWER_ALARM, self._alarm),
            (AnswerIncident, ANSWER_INCIDENT, self._incident),
            (SetMaintenance, SET_MAINTENANCE, self._maintenance),
        ):
            node.create_service(kind, name, guard.answering(name, serve))

    def answered(self, answer: Answer) -> None:
        """Keep the core's answer for the service call that is under way."""
        self._answers[answer.key] = answer

    def ask(self, key: str, news: Input) -> Answer:
        """Feed an input and return the core's answer; a code `runtime_…` says that it cannot answer yet."""
        self._answers.clear()
        if not self._feed(news):
            return Answer(key, False, "", *_NO_TIME)
        return self._answers.get(key, Answer(key, False, "", "runtime_no_answer", "the fleet gave no answer"))

    def _submit(self, request: SubmitTaskSrv.Request, response: SubmitTaskSrv.Response) -> None:
        key = request.idempotency_key
        try:
            params = parse_object(request.params_json, "params_json")
        except OrderError as error:
            answer = Answer(key, False, "", "request_json_malformed", error.message, where="params_json")
        else:
            requester, raised_s = request.requester or "operator", request.raised_s or None
            answer = self.ask(key, SubmitTask(key, request.service, params, requester, raised_s))
        _tell(answer, response)
        response.task_id, response.robot, response.expected_at_s = (
            answer.task,
            answer.robot,
            float(answer.expected_at_s),
        )

    def _submit_all(self, request: SubmitTasksSrv.Request, response: SubmitTasksSrv.Response) -> None:
        try:
            wishes = _requests(request.requests_json, request.requester or "operator")
        except ValueError as error:
            answer = Answer("", False, "", "request_json_malformed", str(error), where="requests_json")
        else:
            answer = self.ask("import", SubmitTasks("import", wishes, request.dry_run))
        _tell(answer, response)
        response.errors_json = params_json([asdict(wrong) for wrong in answer.wrong])

    def _change(self, request: ChangeTask.Request, response: ChangeTask.Response) -> None:
        key, task, by = request.idempotency_key, request.task_id, request.by or "operator"
        wishes: dict[str, Input] = {
            request.PRIORITISE: PrioritiseTask(key, task, request.priority, by),
            request.ASSIGN: DirectTask(key, task, request.only_on, request.not_on, by),
            request.AFTER: SequenceTask(key, task, tuple(request.after), by),
            request.HOLD: HoldTask(key, task, request.reason, by),
            request.RESUME: ResumeTask(key, task, by),
        }
        _tell(self._choose(key, request.change, "change", wishes), response)

    def _price(self, request: PriceTask.Request, response: PriceTask.Response) -> None:
        try:
            told = self._price_of(_price_wish(request))
        except RequestError as error:
            answer = Answer("", False, "", error.code, error.message, where=error.where)
        else:
            answer = Answer("", False, "", *_NO_TIME) if told is None else Answer("", True)
            response.price_json = params_json(told)
        _tell(answer, response)

    def _cancel(self, request: CancelTaskSrv.Request, response: CancelTaskSrv.Response) -> None:
        key = request.idempotency_key
        answer = self.ask(key, CancelTask(key, request.task_id, request.reason))
        _tell(answer, response)

    def _answer_task(self, request: AnswerTaskSrv.Request, response: AnswerTaskSrv.Response) -> None:
        key, by = request.idempotency_key, request.by or "operator"
        wish = AnswerTask(key, request.task_id, request.answer, request.reason, by, request.to)
        _tell(self.ask(key, wish), response)

    def _hold(self, request: SetHoldSrv.Request, response: SetHoldSrv.Response) -> None:
        key = request.idempotency_key
        answer = self.ask(key, SetHold(key, request.hold, request.robot, request.reason))
        _tell(answer, response)

    def _zone(self, request: SetZoneSrv.Request, response: SetZoneSrv.Response) -> None:
        key, zone, reason = request.idempotency_key, request.zone, request.reason
        wishes: dict[str, Input] = {
            "close": CloseZone(key, zone, reason),
            "open": OpenZone(key, zone, reason),
            "limit": LimitZone(key, zone, request.speed_mps, reason),
        }
        _tell(self._choose(key, request.change, "change", wishes), response)

    def _carry_out(self, request: CarryOut.Request, response: CarryOut.Response) -> None:
        try:
            wish = parse_wish(request.wish, request.fields_json)
        except RequestError as error:
            answer = Answer("", False, "", error.code, error.message, where=error.where)
        else:
            answer = self.ask(wish.key, wish)
        _tell(answer, response)
        response.about = answer.task

    def _alarm(self, request: AnswerAlarm.Request, response: AnswerAlarm.Response) -> None:
        key, alarm, by = request.idempotency_key, request.alarm, request.by or "operator"
        wishes: dict[str, Input] = {
            request.ACKNOWLEDGE: AcknowledgeAlarm(key, alarm, by),
            request.SHELVE: ShelveAlarm(key, alarm, request.duration_s, request.reason, by),
            request.UNSHELVE: UnshelveAlarm(key, alarm, by),
        }
        _tell(self._choose(key, request.answer, "answer", wishes), response)

    def _incident(self, request: AnswerIncident.Request, response: AnswerIncident.Response) -> None:
        key, incident, by = request.idempotency_key, request.incident, request.by or "operator"
        wishes: dict[str, Input] = {
            request.OPEN: OpenIncident(key, request.alarm, by),
            request.NOTE: NoteIncident(key, incident, request.text, by),
            request.CLOSE: CloseIncident(key, incident, request.text, by),
        }
        answer = self._choose(key, request.answer, "answer", wishes)
        response.incident = answer.task
        _tell(answer, response)

    def _maintenance(self, request: SetMaintenance.Request, response: SetMaintenance.Response) -> None:
        key, robot, by = request.idempotency_key, request.robot, request.by or "operator"
        wishes: dict[str, Input] = {
            request.BEGIN: BeginMaintenance(key, robot, request.reason, by),
            request.PLAN: PlanMaintenance(key, robot, request.from_s, request.to_s, by),
            request.DONE: EndMaintenance(key, robot, by),
        }
        _tell(self._choose(key, request.change, "change", wishes), response)

    def _choose(self, key: str, word: str, field: str, wishes: Mapping[str, Input]) -> Answer:
        """Have the wish of a word fulfilled, or say which words there are."""
        wish = wishes.get(word)
        if wish is None:
            message = f"expected {', '.join(wishes)}, got {word!r}"
            return Answer(key, False, "", "request_malformed", message, where=field)
        return self.ask(key, wish)

    def _why(self, request: ExplainTask.Request, response: ExplainTask.Response) -> None:
        try:
            told = self._explain(request.task_id, request.language)
        except RequestError as error:
            answer = Answer("", False, "", error.code, error.message, where=error.where)
        else:
            answer = Answer("", False, "", *_NO_TIME) if told is None else Answer("", True)
            response.why_json = params_json(told)
        _tell(answer, response)

    def _shown(self, request: MarkAlarmShown.Request, response: MarkAlarmShown.Response) -> None:
        response.accepted = self._feed(AlarmWasShown(request.task_id))


def _price_wish(request: PriceTask.Request) -> DirectTask | SequenceTask:
    if request.after:
        return SequenceTask("", request.task_id, tuple(request.after))
    return DirectTask("", request.task_id, request.only_on, request.not_on)


def _requests(text: str, requester: str) -> tuple[SubmitTask, ...]:
    """Return the requests of a JSON list.

    Raises
    ------
    ValueError : it is no list of requests.
    """
    try:
        return tuple(
            SubmitTask(one["key"], one["service"], dict(one["params"]), requester, at_s=float(one["at_s"]))
            for one in json.loads(text)
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"expected objects with key, service, params and at_s: {error!r}") from error


def _tell(
    answer: Answer,
    response: SubmitTaskSrv.Response
    | SubmitTasksSrv.Response
    | ChangeTask.Response
    | PriceTask.Response
    | CancelTaskSrv.Response
    | SetHoldSrv.Response
    | SetZoneSrv.Response
    | ExplainTask.Response
    | AnswerTaskSrv.Response
    | AnswerAlarm.Response
    | AnswerIncident.Response
    | SetMaintenance.Response
    | CarryOut.Response,
) -> None:
    response.accepted, response.code = answer.accepted, answer.code
    response.message, response.where = answer.message, answer.where


def params_json(params: object) -> str:
    """Return parameters, or an answer, as the services want them."""
    return json.dumps(params, ensure_ascii=False)
