"""Tasks as planners see them, kept from one time to the next as long as nothing that they depend on has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from robot_fleet.core.fleet.alarming import alarms
from robot_fleet.core.fleet.posing.loads import load_change_kg
from robot_fleet.core.fleet.posing.rooms import Rooms, Waits
from robot_fleet.core.fleet.right_of_way import lawful
from robot_fleet.core.fleet.state import AWAITS, HELD, OrderRecord, TaskRecord
from robot_fleet.core.fleet.tasks import booking, recovery
from robot_fleet.core.fleet.tasks.unattended import left_alone
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.flow import ahead, line, stop_after
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.plan import LeftOut, RobotNeed, StopNeed, TaskNeed
from robot_fleet.core.priority import DROPPED_S, lateness_cost, weight_of
from robot_fleet.core.site import ActTemplate

AHEAD_S = 2 * 3600.0
"""What is asked for ahead is planned from so long before it stands: days of requests may be taken on at once."""
FAR_AHEAD = "far_ahead"
"""Reason of a task that stands only later than that."""
PLACE_OUT = "place_out"
"""Reason of a task whose place is out of use."""
PENALTY_STEP_S = 600.0
"""What leaving a late task out costs is looked at anew this often."""


def tasks_now(turn: Turn, robots: list[RobotNeed]) -> tuple[list[TaskNeed], list[LeftOut]]:
    """Return the open tasks as planners see them, and those that cannot even be posed yet (with the reason)."""
    posed, open_tasks = turn.agenda.posed, turn.state.open_tasks()
    free_at_s = {need.robot: need.free_at_s for need in robots}
    in_hand: dict[str, tuple[str, OrderRecord]] = {}
    for robot in turn.state.robots.values():
        order = alarms.in_hand(turn, robot)
        if order is not None:
            in_hand[order.task] = (robot.id, order)
    until_s = {order.place: free_at_s.get(robot, turn.now.fleet_s) for robot, order in in_hand.values()}
    rooms = Rooms(turn, until_s)
    posed.turn_s = rooms.turn_s
    tasks: list[TaskNeed] = []
    waiting: list[LeftOut] = []
    nearly_over: set[str] = set()
    for task in open_tasks:
        if task.asks or left_alone(task) is not None:
            continue
        if _is_cut_off(turn, task):
            waiting.append(LeftOut(task.id, PLACE_OUT))
            continue
        far_ahead = task.request.requested_s > turn.now.fleet_s + AHEAD_S
        if task.held or far_ahead:
            waiting.append(LeftOut(task.id, HELD if task.held else FAR_AHEAD))
            continue
        robot_id = turn.state.planned.get(task.id, "")
        wanted = _kept(turn, task, in_hand.get(task.id), robot_id, rooms.waits(task, bool(robot_id)))
        if isinstance(wanted, LeftOut):
            waiting.append(wanted)
        elif wanted is not None:
            tasks.append(wanted)
        else:
            nearly_over.add(task.id)
    _leave_out_who_waits(tasks, waiting, nearly_over)
    if len(posed.tasks) > 2 * len(open_tasks) + 64:
        known = {task.id for task in open_tasks}
        posed.tasks = {name: kept for name, kept in posed.tasks.items() if name in known}
        posed.choices = {name: among for name, among in posed.choices.items() if name in known}
    return tasks, waiting


def _is_cut_off(turn: Turn, task: TaskRecord) -> bool:
    """Return whether the next stop of a task that no robot is about is at a place which is out of use."""
    out = turn.state.out
    if not out or task.state in (TaskState.ASSIGNED, TaskState.UNDERWAY) or task.next_stop >= len(task.request.stops):
        return False
    stop = task.request.stops[task.next_stop]
    item = turn.state.items.get(stop.item)
    places = (item.holder.removeprefix("place:"),) if item is not None else stop.places
    return bool(places) and all(place in out for place in places)


def _leave_out_who_waits(tasks: list[TaskNeed], waiting: list[LeftOut], nearly_over: set[str]) -> None:
    """Take tasks out that come after others which are open and not posed: planners would think those have ended."""
    while any(need.after for need in tasks):
        known = {need.task for need in tasks} | nearly_over
        out = {need.task for need in tasks if not known.issuperset(need.after)}
        if not out:
            return
        waiting += [LeftOut(name, AWAITS) for name in sorted(out)]
        tasks[:] = [need for need in tasks if need.task not in out]


def _kept(
    turn: Turn,
    task: TaskRecord,
    in_hand: tuple[str, OrderRecord] | None,
    planned_on: str,
    waits: Waits,
) -> TaskNeed | LeftOut | None:
    """Return what is posed of a task: what was posed before, as long as nothing that it depends on has changed."""
    request = task.request
    overdue = int(max(turn.now.fleet_s - request.due_s, 0.0) // PENALTY_STEP_S)
    assigned = task.robot or planned_on
    order = turn.state.robots[task.robot].busy if task.state is TaskState.ASSIGNED else None
    arrived = order is not None and order.arrived
    there = alarms.on_the_spot(turn, task) if request.alarm and task.state in alarms.NOT_ASSIGNED else ""
    items: list[object] = []
    for stop in request.stops:
        if stop.item:
            items.append(turn.state.items[stop.item].holder)
        for act in stop.acts:
            if act.item:
                known = turn.state.items.get(act.item)
                items.append(known.holder if known is not None else "")
                if act.act == "take" and known is not None:
                    items.append(turn.seen.places.get(known.holder[6:]))
    key = (
        task.state,
        task.next_stop,
        task.next_act,
        assigned,
        arrived,
        overdue,
        there,
        None if in_hand is None else (in_hand[0], in_hand[1].stop),
        tuple(items),
        waits,
        task.only_on,
        task.not_on,
        task.bound_to,
        task.barred_from,
        turn.state.awaited_by(task),
        request.priority,
        lawful.unlawful_at_its_time(turn, task, robots_for(turn, task)),
        tuple(turn.state.out),
    )
    kept = turn.agenda.posed.tasks
    known_need = kept.get(task.id)
    if known_need is not None and known_need[0] == key:
        return known_need[1]
    need = _task_need(turn, task, in_hand, assigned, overdue, arrived, there, waits)
    kept[task.id] = (key, need)
    choices = turn.agenda.posed.choices
    choices.pop(task.id, None)
    if isinstance(need, TaskNeed) and any(len(stop.places) > 1 for stop in need.stops):
        choices[task.id] = tuple(stop.places for stop in need.stops if len(stop.places) > 1)
    return need


def _task_need(
    turn: Turn,
    task: TaskRecord,
    in_hand: tuple[str, OrderRecord] | None,
    assigned: str,
    overdue: int,
    arrived: bool,
    there: str,
    waits: Waits,
) -> TaskNeed | LeftOut | None:
    request = task.request
    coming = tuple(_coming(task, None if in_hand is None else in_hand[1].stop))
    if not coming:
        return None
    first = coming[0]
    pinned = in_hand[0] if in_hand else (task.robot if task.state is TaskState.UNDERWAY else "")
    if not in_hand and task.state is TaskState.ASSIGNED:
        pinned = task.robot if arrived else ""
    if task.state is TaskState.SUSPENDED:
        pinned = recovery.holder_of(turn, task) or task.only_on
    stops: list[StopNeed] = []
    free_from_s = dict(waits)
    for index in coming:
        free_s = free_from_s.get(index, 0.0)
        need = _stop_need(turn, task, index, free_s, posed_first=index == first and not pinned)
        if need is None:
            return LeftOut(task.id, "item_not_there")
        stops.append(need)
    load_kg = _load_kg(turn, task)
    able = robots_for(turn, task)
    unlawful = lawful.unlawful_at_its_time(turn, task, able)
    if unlawful and not pinned:
        able = tuple(robot for robot in able if robot not in unlawful)
        if not able:
            return LeftOut(task.id, lawful.LAW_PAPERS)
    if there:
        able = (there,)
    elif task.bound_to or task.barred_from or task.not_on:  # a wish that no robot can fulfil leaves it to all
        able = tuple(robot for robot in able if task.may_be_on(robot)) or able
        able = tuple(robot for robot in able if robot not in task.not_on) or able
    capacity_kg = max((turn.kind(turn.state.robots[robot]).payload_kg for robot in able), default=0.0)
    weight = weight_of(request.priority)
    now_late_s = max(overdue * PENALTY_STEP_S, 0.0)
    return TaskNeed(
        task=task.id,
        stops=_balanced(tuple(stops), begun=bool(pinned) or first > 0),
        due_s=request.due_s,
        weight=weight,
        drop_penalty=request.drop_penalty + lateness_cost(weight, now_late_s + DROPPED_S),
        robots=able,
        pinned=pinned,
        together=load_kg > capacity_kg / 2.0,
        assigned=assigned,
        after=turn.state.awaited_by(task),
    )


def _coming(task: TaskRecord, in_hand: int | None) -> Iterator[int]:
    """Give the stops that are still to be planned if all goes as expected; the one in hand is not among them."""
    stops = task.request.stops
    if in_hand is None or in_hand != task.next_stop:  # of one that the flow has left nothing more is to come
        return ahead(stops, task.next_stop, task.next_act)
    return ahead(stops, stop_after(stops, in_hand, line(stops[in_hand], task.next_act).leads_to))


def robots_for(turn: Turn, task: TaskRecord) -> tuple[str, ...]:
    """Return the robots of the kinds that a task asks for which can carry what it is about."""
    return _able(turn, task.request.robot_kinds, _load_kg(turn, task))


def _load_kg(turn: Turn, task: TaskRecord) -> float:
    items = turn.state.items
    acts = (act for stop in task.request.stops for act in stop.acts)
    return max((items[act.item].mass_kg for act in acts if act.item in items), default=0.0)


def _able(turn: Turn, kinds: tuple[str, ...], load_kg: float) -> tuple[str, ...]:
    """Return the robots of these kinds that can carry so much; one tuple for all tasks that ask the same."""
    strong = tuple(kind for kind in kinds if kind in turn.site.kinds and turn.site.kinds[kind].payload_kg >= load_kg)
    known = turn.agenda.posed.able
    if strong not in known:
        known[strong] = tuple(robot.id for robot in turn.state.robots.values() if robot.kind in strong)
    return known[strong]


def _balanced(stops: tuple[StopNeed, ...], begun: bool) -> tuple[StopNeed, ...]:
    """Return the stops; what a task not begun takes on board for ever is no load that plans can reckon with."""
    if begun or abs(sum(stop.load_kg for stop in stops)) < 1e-9:
        return stops
    return tuple(replace(stop, load_kg=0.0) for stop in stops)


def _stop_need(turn: Turn, task: TaskRecord, index: int, free_from_s: float, posed_first: bool) -> StopNeed | None:
    """Return a stop as the planner sees it, None if its item is not at a place at the moment."""
    request = task.request
    stop = request.stops[index]
    acts = line(stop, task.next_act if index == task.next_stop else "").acts
    places = stop.places
    if stop.item:
        holder = turn.state.items[stop.item].holder
        if not holder.startswith("place:"):
            return None
        places = (holder[6:],)
    elif posed_first and not all(
        any(booking.item_is_there(turn, act.item, place) for place in places) for act in acts if act.act == "take"
    ):
        return None
    elif len(places) > 1:
        places = _where_it_fits(turn, acts, places)
    service_s = sum(act.expected_s for act in acts)
    stop_name, _, moment = request.instant.partition(".")
    offset_s = 0.0
    if moment in ("done", "departed"):
        offset_s = service_s
    elif moment != "arrived":
        for act in acts:
            offset_s += act.expected_s
            if act.id == moment:
                break
    counts = stop_name == stop.id
    return StopNeed(
        stop=index,
        places=places,
        service_s=service_s,
        load_kg=load_change_kg(turn, acts),
        earliest_s=max(request.earliest_s if index == 0 else 0.0, free_from_s),
        counts=counts,
        counts_offset_s=offset_s if counts else 0.0,
        interruptible=all(act.interruptible for act in acts),
    )


def _where_it_fits(turn: Turn, acts: tuple[ActTemplate, ...], places: tuple[str, ...]) -> tuple[str, ...]:
    """Return the alternatives in use that are large enough for what is put down there; all of them if none is."""
    items = [turn.state.items[act.item] for act in acts if booking.puts_down(act) and act.item in turn.state.items]
    usable = tuple(place for place in places if place not in turn.state.out) or places
    fitting = (place for place in usable if all(booking.item_fits(turn, i, turn.site.places[place]) for i in items))
    return tuple(fitting) or usable


__all__ = ["robots_for", "tasks_now"]
