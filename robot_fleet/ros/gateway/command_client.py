"""People's wishes on their way from the gateway's event loop to the manager's services."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rclpy.node import Node
from rclpy.task import Future
from robot_fleet_interfaces.srv import (
    AnswerAlarm,
    AnswerIncident,
    AnswerTask,
    CancelTask,
    CarryOut,
    ChangeTask,
    ExplainTask,
    MarkAlarmShown,
    PriceTask,
    SetMaintenance,
    SubmitTask,
    SubmitTasks,
)

from robot_fleet.core.arrangements import Arrangement
from robot_fleet.core.errors import RequestError, RuntimeFailure
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    AlarmAnswer,
    BeginMaintenance,
    CloseIncident,
    DirectTask,
    EndMaintenance,
    FleetWish,
    HoldTask,
    IncidentAnswer,
    JobChange,
    Maintenance,
    NoteIncident,
    OpenIncident,
    PlanMaintenance,
    PrioritiseTask,
    RecordVoice,
    ResumeTask,
    SequenceTask,
    ShelveAlarm,
    TaskChange,
    UnshelveAlarm,
)
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.commands import (
    ANSWER_ALARM,
    ANSWER_INCIDENT,
    ANSWER_TASK,
    CANCEL_TASK,
    CARRY_OUT,
    CHANGE_TASK,
    EXPLAIN_TASK,
    MARK_ALARM_SHOWN,
    PRICE_TASK,
    SET_MAINTENANCE,
    SUBMIT_TASK,
    SUBMIT_TASKS,
    params_json,
)
from robot_fleet.ros.manager.wishes import CarriedWish, wish_json
from robot_fleet.runtime.ringing.keeping import Keeper
from robot_fleet.server.ports import ALARM_KEPT, CommandAnswer, Row, WrongRequest

ANSWER_WITHIN_S = 6.0
ASK_AGAIN_S = 1.5
"""A service's answer is lost where the server has not discovered the client yet; its key makes asking again safe."""


class RosCommands:
    """Implements the server's `Commands` on the manager's ROS services.

    Parameters
    ----------
    node : the gateway's node, spun by another thread.
    guard : keeps failing callbacks from the spin.
    loop : the web server's event loop.
    keeper : keeps alarms before they are handed in.
    """

    def __init__(self, node: Node, guard: Guard, loop: asyncio.AbstractEventLoop, keeper: Keeper) -> None:
        self._guard = guard
        self._keeper = keeper
        self._loop = loop
        self._submit = node.create_client(SubmitTask, SUBMIT_TASK)
        self._submit_all = node.create_client(SubmitTasks, SUBMIT_TASKS)
        self._change = node.create_client(ChangeTask, CHANGE_TASK)
        self._price = node.create_client(PriceTask, PRICE_TASK)
        self._cancel = node.create_client(CancelTask, CANCEL_TASK)
        self._answer_task = node.create_client(AnswerTask, ANSWER_TASK)
        self._wish = node.create_client(CarryOut, CARRY_OUT)
        self._alarm = node.create_client(AnswerAlarm, ANSWER_ALARM)
        self._incident = node.create_client(AnswerIncident, ANSWER_INCIDENT)
        self._maintenance = node.create_client(SetMaintenance, SET_MAINTENANCE)
        self._explain = node.create_client(ExplainTask, EXPLAIN_TASK)
        self._shown = node.create_client(MarkAlarmShown, MARK_ALARM_SHOWN)

    @property
    def reachable(self) -> bool:
        """Whether the manager's services are there."""
        return bool(self._submit.service_is_ready())

    async def submit(self, key: str, service: str, params: Mapping[str, Any], requester: str) -> CommandAnswer:
        """Ask for a service; an alarm that the manager cannot hear now is kept, and taken in by the manager later."""
        kept = await asyncio.to_thread(self._keeper.keep, key, service, params, requester)
        request = SubmitTask.Request(
            idempotency_key=key,
            service=service,
            params_json=params_json(dict(params)),
            requester=requester,
            raised_s=(kept.raised_s or 0.0) if kept else 0.0,
        )
        try:
            answer = await self._ask(self._submit, request)
        except RuntimeFailure:
            if kept is None:
                raise
            return CommandAnswer(True, key, ALARM_KEPT)
        return CommandAnswer(
            answer.accepted,
            answer.task_id,
            answer.code,
            answer.message,
            answer.where,
            robot=answer.robot,
            expected_at_s=answer.expected_at_s,
        )

    async def submit_all(self, requests: Sequence[Row], requester: str, dry_run: bool) -> CommandAnswer:
        """Ask for many services: all are taken on, or none is."""
        request = SubmitTasks.Request(requests_json=params_json(requests), requester=requester, dry_run=dry_run)
        answer = await self._ask(self._submit_all, request)
        wrong = tuple(WrongRequest(**each) for each in json.loads(answer.errors_json or "[]"))
        return CommandAnswer(answer.accepted, "", answer.code, answer.message, answer.where, wrong=wrong)

    async def change_task(self, wish: TaskChange) -> CommandAnswer:
        """Say how urgent a task is, who is to do it, after what, or whether it may begin."""
        request = ChangeTask.Request(idempotency_key=wish.key, task_id=wish.task, by=wish.by)
        match wish:
            case PrioritiseTask():
                request.change, request.priority = request.PRIORITISE, wish.priority
            case DirectTask():
                request.change, request.only_on, request.not_on = request.ASSIGN, wish.only_on, wish.not_on
            case SequenceTask():
                request.change, request.after = request.AFTER, list(wish.after)
            case HoldTask():
                request.change, request.reason = request.HOLD, wish.reason
            case ResumeTask():
                request.change = request.RESUME
        answer = await self._ask(self._change, request)
        return CommandAnswer(answer.accepted, wish.task, answer.code, answer.message, answer.where)

    async def price(self, task: str, only_on: str, not_on: str, after: Sequence[str] = ()) -> Row:
        """Ask what it would cost to have a task done by one robot, not by one, or after others."""
        request = PriceTask.Request(task_id=task, only_on=only_on, not_on=not_on, after=list(after))
        answer = await self._ask(self._price, request)
        if not answer.accepted:
            raise RequestError(answer.code, answer.message, answer.where)
        told: Row = json.loads(answer.price_json)
        return told

    async def cancel(self, key: str, task: str, reason: str) -> CommandAnswer:
        """Take a task back."""
        answer = await self._ask(self._cancel, CancelTask.Request(idempotency_key=key, task_id=task, reason=reason))
        return CommandAnswer(answer.accepted, task, answer.code, answer.message, answer.where)

    async def answer_task(self, key: str, task: str, answer: str, reason: str, by: str, to: str = "") -> CommandAnswer:
        """Say how a task goes on that asks."""
        request = AnswerTask.Request(idempotency_key=key, task_id=task, answer=answer, reason=reason, by=by, to=to)
        told = await self._ask(self._answer_task, request)
        return CommandAnswer(told.accepted, task, told.code, told.message, told.where)

    async def carry_out(self, wish: FleetWish) -> CommandAnswer:
        """Pass on what is wished of the whole fleet, of its ground or of its watch."""
        return await self._carried(wish)

    async def answer_alarm(self, wish: AlarmAnswer) -> CommandAnswer:
        """Acknowledge an alarm, put it aside, take it up again, or record what came of speaking to a caller."""
        if isinstance(wish, RecordVoice):
            return replace(await self._carried(wish), task="")
        request = AnswerAlarm.Request(idempotency_key=wish.key, alarm=wish.alarm, by=wish.by)
        match wish:
            case AcknowledgeAlarm():
                request.answer = request.ACKNOWLEDGE
            case ShelveAlarm():
                request.answer, request.reason = request.SHELVE, wish.reason
                request.duration_s = float(wish.duration_s)
            case UnshelveAlarm():
                request.answer = request.UNSHELVE
        answer = await self._ask(self._alarm, request)
        return CommandAnswer(answer.accepted, "", answer.code, answer.message, answer.where)

    async def answer_incident(self, wish: IncidentAnswer) -> CommandAnswer:
        """Open an incident, write down what was done, or close it."""
        if isinstance(wish, CloseIncident):
            answer = await self._carried(wish)
            return replace(answer, task="", incident=answer.task)
        request = AnswerIncident.Request(idempotency_key=wish.key, by=wish.by)
        match wish:
            case OpenIncident():
                request.answer, request.alarm = request.OPEN, wish.alarm
            case NoteIncident():
                request.answer, request.incident, request.text = request.NOTE, wish.incident, wish.text
        answer = await self._ask(self._incident, request)
        return CommandAnswer(answer.accepted, "", answer.code, answer.message, answer.where, incident=answer.incident)

    async def change_job(self, wish: JobChange) -> CommandAnswer:
        """Send for staff, or say that a field job is taken, done or withdrawn."""
        answer = await self._carried(wish)
        return replace(answer, task="", job=answer.task)

    async def set_maintenance(self, wish: Maintenance) -> CommandAnswer:
        """Take a robot out of service, plan when it will be, or put it back."""
        request = SetMaintenance.Request(idempotency_key=wish.key, robot=wish.robot, by=wish.by)
        match wish:
            case BeginMaintenance():
                request.change, request.reason = request.BEGIN, wish.reason
            case PlanMaintenance():
                request.change, request.from_s, request.to_s = request.PLAN, float(wish.from_s), float(wish.to_s)
            case EndMaintenance():
                request.change = request.DONE
        answer = await self._ask(self._maintenance, request)
        return CommandAnswer(answer.accepted, "", answer.code, answer.message, answer.where)

    async def arrange(self, wish: Arrangement) -> CommandAnswer:
        """Change a schedule or a template of requests."""
        return replace(await self._carried(wish), task="")

    async def _carried(self, wish: CarriedWish) -> CommandAnswer:
        """Pass a wish on by its name and fields; the answer's task is what it speaks of."""
        name, fields = wish_json(wish)
        told = await self._ask(self._wish, CarryOut.Request(wish=name, fields_json=fields))
        return CommandAnswer(told.accepted, told.about, told.code, told.message, told.where)

    async def why(self, task: str, language: str) -> Row:
        """Ask why a task is where it is."""
        answer = await self._ask(self._explain, ExplainTask.Request(task_id=task, language=language))
        if not answer.accepted:
            raise RequestError(answer.code, answer.message, answer.where)
        told: Row = json.loads(answer.why_json)
        return told

    def shown(self, task: str) -> None:
        """Tell the manager that an alarm's frame is queued; asked again by the gateway until the ledger says so."""
        if self._shown.service_is_ready():
            self._shown.call_async(MarkAlarmShown.Request(task_id=task))

    async def _ask(self, client: Any, request: Any) -> Any:
        if not client.service_is_ready():
            raise RuntimeFailure(
                "runtime_manager_unreachable", "the fleet manager does not answer; it may be restarting, try again"
            )
        answered: asyncio.Future[Any] = self._loop.create_future()

        def settle(result: Any) -> None:
            if not answered.done():
                answered.set_result(result)

        def done(future: Future) -> None:
            self._loop.call_soon_threadsafe(settle, future.result())

        asked: list[Future] = []
        until_s = self._loop.time() + ANSWER_WITHIN_S
        try:
            while not answered.done() and self._loop.time() < until_s:
                asked.append(client.call_async(request))
                asked[-1].add_done_callback(self._guard("answer", done))
                await asyncio.wait([answered], timeout=ASK_AGAIN_S)
        finally:
            for future in asked:
                client.remove_pending_request(future)
        if not answered.done():
            raise RuntimeFailure(
                "runtime_manager_unreachable",
                f"the fleet manager gave no answer within {ANSWER_WITHIN_S:.0f} s; the same key asks again safely",
            )
        answer = answered.result()
        if not answer.accepted and answer.code.startswith("runtime_"):
            raise RuntimeFailure("runtime_manager_unreachable", answer.message or answer.code)
        return answer
