"""What facts about visits, deliveries, patrols and calls for help make of tasks; `apply` calls these functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from robot_fleet.core.facts import EndCounted, Fact, FlowMoved, StopMissed
from robot_fleet.core.fleet.applied.alarms import moves
from robot_fleet.core.fleet.state import FleetState, OrderRecord, TaskRecord
from robot_fleet.core.flow import TIMEOUT, stop_after
from robot_fleet.core.lifecycles.alarm import AlarmEvent
from robot_fleet.core.site import ActTemplate


def begun(task: TaskRecord, order: OrderRecord) -> None:
    """Note which acts that are never carried out twice may have begun: those that are released."""
    acts = task.request.stops[order.stop].acts
    once = {act.id for act in acts if act.once}
    if not once:
        return
    released = order.tail[: max(order.released - order.first_tail, 0)]
    names = (str(step.params.get("act", "")) for step in released)
    task.begun_once = tuple(dict.fromkeys((*task.begun_once, *(name for name in names if name in once))))


def recorded(task: TaskRecord, stop: str, detail: Mapping[str, object]) -> None:
    """Keep the reference of what a robot has recorded at a stop, if it has."""
    reference = detail.get("evidence")
    if isinstance(reference, str) and reference:
        task.evidence[stop] = reference


def judged_by_people(task: TaskRecord) -> bool:
    """Return whether a flow has a person judge, so that no act of a robot does."""
    return any(act.judges for stop in task.request.stops for act in stop.acts)


def judge(state: FleetState, task: str, verdict: str) -> None:
    """Note a verdict on a call for help, if the task is one."""
    call = moves(state, task, AlarmEvent.JUDGE)
    if call is not None:
        call.verdict = verdict


def answered(state: FleetState, task: TaskRecord, fact: FlowMoved) -> None:
    """Note what an answer says beyond where the flow goes on: a verdict, and who takes over."""
    act = _act(task, fact.act)
    if act is None or fact.word == TIMEOUT:
        return
    if act.judges:
        task.result = fact.word
        judge(state, task.id, fact.word)
    call = state.alarms.get(task.id)
    if call is not None and fact.named:
        call.handed_to = fact.named


def stop_missed(state: FleetState, fact: StopMissed) -> None:
    """Leave a stop out."""
    task = state.tasks[fact.task]
    following = stop_after(task.request.stops, fact.stop, "")
    task.next_stop = len(task.request.stops) if following is None else following
    task.next_act, task.awaits = "", None
    task.missed = (*task.missed, fact.place)


def end_counted(state: FleetState, fact: EndCounted) -> None:
    """Count an end that came once more in a row, or begin anew."""
    key = f"{fact.service}:{fact.place}"
    if fact.count:
        state.streaks[key] = fact.count
    else:
        state.streaks.pop(key, None)


def _act(task: TaskRecord, name: str) -> ActTemplate | None:
    return next((act for stop in task.request.stops for act in stop.acts if act.id == name), None)


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    StopMissed: stop_missed,
    EndCounted: end_counted,
}
