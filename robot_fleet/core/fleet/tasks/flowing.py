"""How a task goes through its service's flow: the acts of an order, how far they are released, where it goes on.

An order announces all that is expected at its place; what comes after a wait, or after an act whose end decides, is
released when that is known. Where the flow turns elsewhere, the announced rest is replaced.
"""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.facts import (
    AnswerAwaited,
    FlowMoved,
    OrderSent,
    TaskCompleted,
    TaskFailed,
    TaskStop,
    TaskSuspended,
)
from robot_fleet.core.fleet.state import UNATTENDED, OrderRecord, RobotRecord, TaskRecord
from robot_fleet.core.fleet.tasks import booking
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.flow import (
    DONE,
    END,
    LEAVE,
    TIMEOUT,
    TOO_LATE,
    WAIT,
    act_of,
    branch_for,
    line,
    stop_after,
    target,
)
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.order import Step, StepKind
from robot_fleet.core.site import ActTemplate


def steps(turn: Turn, robot: RobotRecord, task: TaskRecord, index: int, place: str, begin: str) -> tuple[Step, ...]:
    """Return what is expected of a robot at a stop, from an act on (empty: the first); the steps have no ids yet."""
    stop = task.request.stops[index]
    acts = [act for act in line(stop, begin).acts if not (act.act == "take" and act.item in robot.load)]
    acts = [act for act in acts if act.id not in task.begun_once]  # by itself nobody does these again
    made = [_step(turn, task, index, place, act) for act in acts]
    if acts and acts[-1].decides and any(act_of(stop, branch.to) for branch in acts[-1].branches):
        made.append(_step(turn, task, index, place, ActTemplate("", WAIT, interruptible=acts[-1].interruptible)))
    return tuple(made)


def released_to(turn: Turn, order: OrderRecord) -> int:
    """Return how many steps of an order that has arrived may be released: up to where the flow has to be known."""
    if not order.task:
        return order.steps
    stop = turn.state.tasks[order.task].request.stops[order.stop]
    for index in range(max(order.done, order.first_tail), order.steps):
        step = order.tail[index - order.first_tail]
        act = _act(stop.acts, step)
        if step.kind is StepKind.WAIT:
            return index
        if act is not None and act.decides:
            return index + 1
    return order.steps


def follow(turn: Turn, robot: RobotRecord) -> None:
    """Let the flow of what a robot does at a place go on, as far as what has ended there decides it."""
    order = robot.busy
    if order is None or not order.arrived or not turn.state.serves(robot, order):
        return
    if order.state is not OrderState.ACTIVE:
        return
    task = turn.state.tasks[order.task]
    stop = task.request.stops[order.stop]
    done = order.done - order.first_tail
    if done >= len(order.tail):
        return  # its end is looked at when the order ends
    if not done and order.released <= order.first_tail and expired(turn, task, stop):
        first = _act(stop.acts, order.tail[0])
        if first is not None and stop.expiry is not None:
            turn_to(turn, robot, order, first, TOO_LATE, stop.expiry.to)
            return
    last = _act(stop.acts, order.tail[done - 1]) if done else None
    following = order.tail[done]
    turned = bool(task.next_act) and task.next_act == _name(following)  # what has ended before has had its say
    if last is not None and last.decides and not turned:
        word = task.told.get(last.id, DONE)
        to = target(stop, last, word)
        if to != _name(following):
            to = _beyond(task, stop, to)
        if not to or to != _name(following):
            turn_to(turn, robot, order, last, word, to)
            return
    act = _act(stop.acts, following)
    if following.kind is not StepKind.WAIT or act is None:
        return
    if task.awaits is None:
        turn.emit(AnswerAwaited(task.id, act.id, turn.now.fleet_s + act.wait_s, turn.now.fleet_s))
    elif turn.now.fleet_s >= task.awaits.until_s:
        turn_to(turn, robot, order, act, TIMEOUT, target(stop, act, TIMEOUT))


def turn_to(
    turn: Turn,
    robot: RobotRecord,
    order: OrderRecord,
    act: ActTemplate,
    word: str,
    to: str,
    by: str = "",
    named: str = "",
) -> None:
    """Let the flow go on at a target, since an act or a wait at the robot's place has ended with a word.

    Parameters
    ----------
    to : where it goes on; empty for leaving the stop in order.
    by : who has answered, if somebody has.
    named : opaque id of who takes over, where the wait asks for it.
    """
    task = turn.state.tasks[order.task]
    stop = task.request.stops[order.stop]
    if act_of(stop, to) is not None:
        turn.emit(FlowMoved(task.id, act.id, word, order.stop, to, by, turn.now.fleet_s, named))
        rest = steps(turn, robot, task, order.stop, order.place, to)
        if rest or order.done < order.steps:
            _announce(turn, robot, order, rest)
        _leave_alone(turn, task, order.stop, to)
        return
    if order.done < order.steps:
        _announce(turn, robot, order, ())  # its robot confirms that nothing more is to be done here before it goes on
    go_on(turn, task, order.stop, act, word, to, by, named)
    turn.agenda.replan = turn.agenda.moved = True


def leave(turn: Turn, task: TaskRecord, order: OrderRecord) -> None:
    """Let the flow go on from an order that has ended with all that was announced."""
    stop = task.request.stops[order.stop]
    last = _act(stop.acts, order.tail[-1]) if order.tail else None
    word = task.told.get(last.id, DONE) if last is not None else DONE
    to = _beyond(task, stop, target(stop, last, word)) if last is not None else ""
    if last is not None and act_of(stop, to) is not None:
        _move_to(turn, task, order.stop, last, word, to)
        return
    go_on(turn, task, order.stop, last, word, to)


def _move_to(turn: Turn, task: TaskRecord, index: int, act: ActTemplate, word: str, to: str) -> None:
    """Let the flow go on with another act of a stop at which the robot has nothing more to do for now."""
    turn.emit(FlowMoved(task.id, act.id, word, index, to, "", turn.now.fleet_s))
    _leave_alone(turn, task, index, to)


def _leave_alone(turn: Turn, task: TaskRecord, index: int, to: str) -> None:
    """Let the robot go where the flow goes on with a wait that needs none."""
    following = act_of(task.request.stops[index], to)
    if following is not None and following.unattended:
        turn.emit(TaskSuspended(task.id, UNATTENDED, turn.now.fleet_s))
        turn.agenda.replan = turn.agenda.moved = True


def has_moved(turn: Turn, order: OrderRecord) -> bool:
    """Return whether the flow has turned away from an order's stop before its robot has said that it is done there."""
    task = turn.state.tasks.get(order.task)
    return task is not None and task.next_stop != order.stop


def go_on(
    turn: Turn,
    task: TaskRecord,
    index: int,
    act: ActTemplate | None,
    word: str,
    to: str,
    by: str = "",
    named: str = "",
) -> None:
    """Let the flow leave a stop: for the next one, for another one, or for an end of the task."""
    stops = task.request.stops
    following = stop_after(stops, index, to)
    if following is not None and _is_full(turn, task, following):
        to = stops[following].if_full
        following = stop_after(stops, index, to)
    now_s = turn.now.fleet_s
    asked = bool(by) or task.awaits is not None  # what was answered is written down also where it is the end
    again = following == index == task.next_stop  # elsewhere, but at the same stop: what is done there are new acts
    if asked or again or (following is not None and following != task.next_stop):
        stop = len(stops) if following is None else following
        turn.emit(FlowMoved(task.id, act.id if act is not None else "", word, stop, "", by, now_s, named))
    if following is not None:
        return
    outcome = to.removeprefix(END)
    if outcome in task.request.failing:
        turn.emit(TaskFailed(task.id, outcome, now_s))
        return
    instant_s = task.instants.get(task.request.instant)
    if instant_s is None:  # the instant is a departure that has not happened yet
        instant_s = now_s
    lateness_s = max(0.0, instant_s - task.request.due_s)
    normal = task.request.partial if task.missed and task.request.partial else task.result or task.request.result
    turn.emit(TaskCompleted(task.id, outcome or normal, lateness_s, now_s))


def expired(turn: Turn, task: TaskRecord, stop: TaskStop) -> bool:
    """Return whether it is too late for a stop."""
    limit = stop.expiry
    if limit is None:
        return False
    since_s = task.request.earliest_s if limit.since == "earliest" else task.instants.get(limit.since)
    return since_s is not None and turn.now.fleet_s > since_s + limit.after_s


def expire(turn: Turn) -> None:
    """Let flows turn away from stops for which it is too late, where no robot is on its way there.

    Who is on the way is told when it comes there.
    """
    orders = ((robot, robot.busy) for robot in turn.state.robots.values())
    bound = {order.task for robot, order in orders if order is not None and turn.state.serves(robot, order)}
    for task in turn.state.open_tasks():
        if task.id in bound or task.asks or task.next_stop >= len(task.request.stops):
            continue
        stop = task.request.stops[task.next_stop]
        if stop.expiry is not None and expired(turn, task, stop):
            go_on(turn, task, task.next_stop, None, TOO_LATE, stop.expiry.to)
            turn.agenda.replan = turn.agenda.moved = True


def move(turn: Turn, task: TaskRecord, act: ActTemplate, word: str, by: str = "") -> None:
    """Let the flow of a task that no robot is about go on from a wait that has ended with a word."""
    index = task.next_stop
    stop = task.request.stops[index]
    to = target(stop, act, word)
    if act_of(stop, to) is not None:
        turn.emit(FlowMoved(task.id, act.id, word, index, to, by, turn.now.fleet_s))
    else:
        go_on(turn, task, index, act, word, to, by)


def awaited(task: TaskRecord) -> ActTemplate | None:
    """Return the wait in which a task's robot is, None if it is in none."""
    if task.awaits is None:
        return None
    return next((act for stop in task.request.stops for act in stop.acts if act.id == task.awaits.act), None)


def mends(turn: Turn, robot: RobotRecord, order: OrderRecord, step: Step, code: str) -> bool:
    """Let the flow go on after a failed act of an order that has ended, if it says how; return whether it does."""
    task = turn.state.tasks[order.task]
    stop = task.request.stops[order.stop]
    act = _act(stop.acts, step)
    to = branch_for(act, code) if act is not None else ""
    if act is None or not to:
        return False
    if act_of(stop, to) is not None:
        _move_to(turn, task, order.stop, act, code, to)
    else:
        go_on(turn, task, order.stop, act, code, "" if to == LEAVE else to)
    return True


def _beyond(task: TaskRecord, stop: TaskStop, to: str) -> str:
    """Return where a flow goes on instead of at acts that are never carried out twice and that may have begun."""
    passed: set[str] = set()
    act = act_of(stop, to)
    while act is not None and act.id in task.begun_once and act.id not in passed:
        passed.add(act.id)
        to = target(stop, act, task.told.get(act.id, DONE))
        act = act_of(stop, to)
    return to


def _is_full(turn: Turn, task: TaskRecord, index: int) -> bool:
    """Return whether no place of a stop that names another way for that case has room."""
    stop = task.request.stops[index]
    return bool(stop.if_full) and not any(
        booking.has_room(turn, turn.site.places[place], task.id) for place in stop.places
    )


def _announce(turn: Turn, robot: RobotRecord, order: OrderRecord, rest: tuple[Step, ...]) -> None:
    """Replace what is announced but not done at an order's place; nothing of it is released."""
    done = order.tail[: order.done - order.first_tail]
    first = order.first_tail + len(done)
    tail = (*done, *(replace(step, id=f"{order.id}.{first + i}") for i, step in enumerate(rest)))
    turn.emit(
        OrderSent(
            robot.id,
            order.id,
            order.update + 1,
            order.purpose,
            order.task,
            order.stop,
            order.place,
            order.undock,
            order.lanes,
            tail,
            turn.now.fleet_s,
        )
    )
    turn.wish(robot.id)
    turn.agenda.moved = True


def _step(turn: Turn, task: TaskRecord, index: int, place: str, act: ActTemplate) -> Step:
    stop = task.request.stops[index]
    known = turn.state.items.get(act.item)
    measures: dict[str, object] = (
        {} if known is None else {"mass_kg": known.mass_kg, "length_m": known.length_m, "width_m": known.width_m}
    )
    waits = act.act == WAIT
    visit = f"{task.broken_off}.{task.moves}" if task.moves else str(task.broken_off)
    return Step(
        id="",
        kind=StepKind.WAIT if waits else StepKind.ACT,
        target=turn.site.places[place].pose,
        place=place,
        act="" if waits else act.act,
        act_id="" if waits else f"{task.id}/{stop.id}/{act.id}/{visit}",
        params={
            "act": act.id,
            "request": task.id,
            "service": task.request.service,
            "stop": stop.id,
            "item": act.item,
            "to": act.to,
            **measures,
        },
        duration_s=act.expected_s,
        interruptible=act.interruptible,
        repeatable=act.repeatable,
    )


def _name(step: Step) -> str:
    return str(step.params.get("act", ""))


def _act(acts: tuple[ActTemplate, ...], step: Step) -> ActTemplate | None:
    name = _name(step)
    return next((act for act in acts if act.id == name), None)
