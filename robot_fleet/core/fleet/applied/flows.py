"""How facts move a task through its service's flow; part of `apply`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from robot_fleet.core.facts import AnswerAwaited, Fact, FlowMoved
from robot_fleet.core.fleet.applied import care
from robot_fleet.core.fleet.state import Awaited, FleetState, TaskRecord
from robot_fleet.core.lifecycles import advance
from robot_fleet.core.lifecycles.flow import TRANSITIONS, FlowEvent, FlowState


def moves(record: TaskRecord, event: FlowEvent) -> None:
    """Move a task through its flow's lifecycle; whatever it was waiting for is over with any event but arriving.

    Raises
    ------
    FleetError : `lifecycle_rejected`.
    """
    record.flow = advance(TRANSITIONS, record.flow, event, record.id)
    if record.flow not in (FlowState.ASKING, FlowState.ALONE):
        record.awaits = None


def answer_awaited(state: FleetState, fact: AnswerAwaited) -> None:
    """Take down what a robot waits for."""
    record = state.tasks[fact.task]
    moves(record, FlowEvent.ASK)
    record.awaits = Awaited(fact.act, fact.at_s, fact.until_s)


def flow_moved(state: FleetState, fact: FlowMoved) -> None:
    """Take down where a flow goes on."""
    record = state.tasks[fact.task]
    moves(record, FlowEvent.TURN if fact.stop == record.next_stop and fact.begin else FlowEvent.LEAVE)
    record.told[fact.act] = fact.word
    record.next_stop, record.next_act = fact.stop, fact.begin
    record.moves += 1
    care.answered(state, record, fact)


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    FlowMoved: flow_moved,
}
