"""Waits of a task that need no robot: a car stands in the exit bay and its driver is to come.

Such a task is suspended and in no plan. A wait for somebody who comes for an item begins when no robot is at the place
any more, which is when people may be let in. A wait ends when a person has the item, answers, or has not come in time.
Decided at each tick from the state alone, so that a restart in between changes nothing.
"""

from __future__ import annotations

from robot_fleet.core.facts import AnswerAwaited, ItemMoved, TaskSuspended
from robot_fleet.core.fleet.state import TaskRecord
from robot_fleet.core.fleet.tasks import flowing, outages
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.flow import TAKEN, TIMEOUT, act_of
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import ActTemplate

GONE = "item_gone"
"""Reason of a task whose robot is called back since a person has what it was to take."""


def left_alone(task: TaskRecord) -> ActTemplate | None:
    """Return the wait without a robot in which a task is, None if it is in none."""
    if task.state is not TaskState.SUSPENDED or not task.next_act or task.next_stop >= len(task.request.stops):
        return None
    act = act_of(task.request.stops[task.next_stop], task.next_act)
    return act if act is not None and act.unattended else None


def watch(turn: Turn) -> None:
    """Let such waits begin and end, and call robots back from what a person has taken meanwhile."""
    for task in turn.state.open_tasks():
        act = left_alone(task)
        if act is not None:
            _look(turn, task, act)
        elif task.started_s is not None and not task.asks:
            _look_whether_gone(turn, task)


def go_on(turn: Turn, task: TaskRecord, act: ActTemplate, word: str, by: str = "") -> None:
    """Let the flow go on from such a wait, since it has ended with a word.

    Somebody who says that a person has the item is believed where no sensor looks; and who answers has been there and
    seen to what a robot of the task has left behind.
    """
    places = task.request.stops[task.next_stop].places
    for place in places if by else ():
        known = turn.state.out.get(place)
        if known is not None and known.robot and known.robot == task.left_by:
            outages.mended(turn, place, by)
    item = turn.state.items.get(act.item)
    if word == TAKEN and item is not None and item.holder.startswith("place:"):
        turn.emit(ItemMoved(item.id, f"person:{by or task.id}", turn.now.fleet_s))
    flowing.move(turn, task, act, word, by)
    turn.agenda.replan = turn.agenda.moved = True


def _look(turn: Turn, task: TaskRecord, act: ActTemplate) -> None:
    now_s = turn.now.fleet_s
    if act.item and _a_person_has(turn, act.item):
        go_on(turn, task, act, TAKEN)
    elif task.awaits is None or task.awaits.act != act.id:
        if _is_clear(turn, act):
            from_s = max(now_s, task.request.due_s) if act.item else now_s
            turn.emit(AnswerAwaited(task.id, act.id, from_s + act.wait_s, now_s))
    elif now_s >= task.awaits.until_s:
        go_on(turn, task, act, TIMEOUT)


def _look_whether_gone(turn: Turn, task: TaskRecord) -> None:
    """Let a flow go the other way where a person has what was to be taken at its next stop."""
    stops = task.request.stops
    stop = stops[task.next_stop] if task.next_stop < len(stops) else None
    if stop is None or not stop.if_gone:
        return
    act = next((act for act in stop.acts if act.act == "take" and _a_person_has(turn, act.item)), None)
    if act is None:
        return
    if task.state is TaskState.ASSIGNED:
        order = turn.state.robots[task.robot].busy
        if order is not None and order.arrived:
            return  # its robot is at it and finds out itself
        turn.emit(TaskSuspended(task.id, GONE, turn.now.fleet_s))
    elif task.state is not TaskState.SUSPENDED:
        return
    flowing.go_on(turn, task, task.next_stop, act, TAKEN, stop.if_gone)
    turn.agenda.replan = turn.agenda.moved = True


def waited_for(turn: Turn) -> frozenset[str]:
    """Return the items that somebody is to come for now."""
    waits = (left_alone(task) for task in turn.state.open_tasks() if task.awaits is not None)
    return frozenset(act.item for act in waits if act is not None and act.item)


def _a_person_has(turn: Turn, item: str) -> bool:
    known = turn.state.items.get(item)
    return known is not None and known.holder.startswith("person:")


def _is_clear(turn: Turn, act: ActTemplate) -> bool:
    """Return whether people may come: no robot is where the item is that they come for."""
    item = turn.state.items.get(act.item)
    place = "" if item is None else item.holder.removeprefix("place:")
    return not any(robot.at == place for robot in turn.state.robots.values())


__all__ = ["go_on", "left_alone", "waited_for", "watch"]
