"""What is asked before anybody is disturbed: consent, what must not be brought, quiet hours.

Who has agreed to what is said by whoever keeps people's data, in opaque words (`RecipientsKnown`). As long as nobody
has said it, only a site whose people are invented takes such requests on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from robot_fleet.core.facts import TaskCancelled, TaskDeferred, TaskReleased
from robot_fleet.core.fleet.state import TaskRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.quiet import quiet_until
from robot_fleet.core.recipient import Recipient
from robot_fleet.core.site import Service

NO_CONSENT, UNKNOWN, CONFLICT, QUIET = "no_consent", "recipient_unknown", "tag_conflict", "quiet_hours"
"""Reasons for which something is not done, or not now."""
_NOT_BEGUN = (TaskState.REQUESTED, TaskState.SCHEDULED, TaskState.ASSIGNED)


def refusal(turn: Turn, service: Service, params: Mapping[str, object]) -> str:
    """Return why a request must not be taken on for the sake of whoever lives there, empty if it may be."""
    if service.consent is not None:
        who, unknown = _recipient(turn, params, service.consent.of)
        if unknown:
            return UNKNOWN
        if who is not None and service.consent.purpose not in who.consents:
            return NO_CONSENT
    if service.avoidance is not None:
        brought = frozenset(filter(None, re.split(r"[\s,]+", str(params.get(service.avoidance.tags, "")))))
        who, unknown = _recipient(turn, params, service.avoidance.of)
        if brought and unknown:
            return UNKNOWN
        if who is not None and brought & who.avoids:
            return CONFLICT
    return ""


def quiet_shift_s(turn: Turn, service: Service, places: tuple[str, ...], earliest_s: float) -> float:
    """Return by how much a task that would disturb people is to begin later for the quiet hours of its places."""
    if not service.quiet:
        return 0.0
    ends = [until_s for place in places if (until_s := quiet_until(turn.site, place, earliest_s)) is not None]
    return max(ends, default=earliest_s) - earliest_s


def watch(turn: Turn) -> None:
    """Put off what nobody has begun and what would fall into quiet hours now; take back what nobody agrees to now."""
    for task in turn.state.open_tasks():
        service = turn.site.services.get(task.request.service)
        if service is None or task.state not in _NOT_BEGUN or task.next_stop or _is_there(turn, task):
            continue
        why = refusal(turn, service, task.request.params) if service.consent or service.avoidance else ""
        if why in (NO_CONSENT, CONFLICT):
            turn.emit(TaskCancelled(task.id, why, "", turn.now.fleet_s))
            turn.agenda.replan = turn.agenda.moved = True
        elif service.quiet and task.request.earliest_s <= turn.now.fleet_s:
            _put_off(turn, service, task)


def _put_off(turn: Turn, service: Service, task: TaskRecord) -> None:
    now_s = turn.now.fleet_s
    shift_s = quiet_shift_s(turn, service, task.request.stops[0].places, now_s)
    if shift_s <= 0.0:
        return
    if task.state is TaskState.ASSIGNED:
        turn.emit(TaskReleased(task.id, QUIET))
    later_s = now_s + shift_s - task.request.earliest_s
    turn.emit(TaskDeferred(task.id, QUIET, now_s + shift_s, task.request.due_s + later_s, now_s))
    turn.agenda.replan = turn.agenda.moved = True


def _is_there(turn: Turn, task: TaskRecord) -> bool:
    """Return whether the task's robot has come to its place already."""
    robot = turn.state.robots.get(task.robot)
    order = robot.busy if robot is not None else None
    return order is not None and order.task == task.id and order.arrived


def _recipient(turn: Turn, params: Mapping[str, object], of: str) -> tuple[Recipient | None, bool]:
    """Return who lives at the place that a parameter names, and whether nobody can say so who has to."""
    known = turn.seen.recipients
    if known is None:
        return None, not turn.site.synthetic_people
    return known.get(str(params.get(of, "")), Recipient()), False
