"""When tasks that have ended leave the live state, and which items with them.

A fleet's life is long and its tasks are many, those under way are few: what is looked at in a turn, kept in a snapshot
and read at a start must not grow with the past. What stays of a task stands in `retired`.
"""

from __future__ import annotations

from robot_fleet.core.facts import TasksRetired
from robot_fleet.core.fleet.turn import Turn

KEPT = 100
"""So many tasks that have ended stay, the newest: as many as consoles show."""
LOOK_EVERY_S = 10.0
"""Tasks retire in groups of `KEPT` or more, looked for this often (steady time)."""
MOST_AT_ONCE = 1_000
"""An older ledger, in which none has retired, is cleared up bit by bit."""


def retire(turn: Turn) -> None:
    """Let the tasks that ended first leave, but for those that a robot or people are not done with."""
    agenda, state = turn.agenda, turn.state
    if turn.now.steady_s - agenda.retired_s < LOOK_EVERY_S:
        return
    agenda.retired_s = turn.now.steady_s
    ended = sorted((task for task in state.tasks.values() if task.ended), key=lambda task: task.ended_s or 0.0)
    if len(ended) < 2 * KEPT:
        return
    bound = {robot.busy.task for robot in state.robots.values() if robot.busy is not None}
    bound |= {name for incident in state.incidents.values() if incident.open for name in incident.alarms}
    leaving = [task.id for task in ended[:-KEPT] if task.id not in bound][:MOST_AT_ONCE]
    if leaving:
        turn.emit(TasksRetired(tuple(leaving), _forgotten(turn, frozenset(leaving))))


def _forgotten(turn: Turn, leaving: frozenset[str]) -> tuple[str, ...]:
    """Return the items that people have and that no task speaks of which stays."""
    asked_for = {
        item
        for task in turn.state.tasks.values()
        if task.id not in leaving
        for stop in task.request.stops
        for item in (stop.item, *(act.item for act in stop.acts))
    }
    items = turn.state.items.values()
    return tuple(item.id for item in items if item.holder.startswith("person:") and item.id not in asked_for)
