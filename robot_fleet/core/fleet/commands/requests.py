"""Commands from people: ask for a service, take it back, hold. Validated against the site before anything changes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from robot_fleet.core.clock import format_clock
from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import (
    CommandTaken,
    HoldSet,
    ItemAppeared,
    RequestRefused,
    TaskCancelled,
    TaskRequested,
    TaskStop,
)
from robot_fleet.core.fleet import dispatch
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.right_of_way.travellers import gets_off
from robot_fleet.core.fleet.state import ItemRecord
from robot_fleet.core.fleet.tasks import asking_first, booking, room
from robot_fleet.core.fleet.tasks.retired import digest_of, find_ended
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import CancelTask, Input, SetHold, SubmitTask, SubmitTasks
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import Service
from robot_fleet.core.wishes import LATEST_S, check_key, checked_params

PLAN_TOGETHER_S = 0.1
"""Requests so soon (steady time) after one that was planned at once are planned together, at the next tick."""
_ITEM_MEASURES = ("mass_kg", "length_m", "width_m")


def submit(turn: Turn, wish: SubmitTask) -> None:
    """Take a request on, or answer why not; the same key again gets the answer that the first one got."""
    check_key(wish.key)
    take_on(turn, wish)


def take_on(turn: Turn, wish: SubmitTask) -> None:
    """Do so under any key, as the fleet's own requests have them."""
    ended, known = find_ended(turn.state, wish.key), turn.state.tasks.get(wish.key)
    if ended is not None:
        _check_same(wish, ended.service, ended.digest)
    elif known is not None:
        _check_same(wish, known.request.service, digest_of(known.request.service, known.request.params))
    if ended is not None or known is not None:
        answer(turn, wish.key)
        return
    if wish.key in turn.state.refused:
        code = turn.state.refused[wish.key]
        turn.effects.append(Answer(wish.key, False, wish.key, code, f"refused: {code}"))
        return
    service = turn.site.services.get(wish.service)
    if service is None:
        offered = ", ".join(turn.site.services)
        raise RequestError(
            "request_unknown_service", f"no service {wish.service!r}; this site offers {offered}", "service"
        )
    params = checked_params(turn.site, service, wish.params)
    requested, refusal = _expand(turn, service, params, wish)
    if refusal:
        turn.emit(RequestRefused(wish.key, service.id, wish.requester, turn.now.fleet_s, refusal))
        turn.effects.append(Answer(wish.key, False, wish.key, refusal, f"refused: {refusal}"))
        return
    item = _new_item(turn, service, params)
    if item is not None:
        turn.emit(item)
    turn.emit(requested)
    turn.agenda.replan = True


def may_wait(turn: Turn, news: Input) -> bool:
    """Return whether planning may wait for the next tick: many are asking at once, and this is no alarm.

    Somebody who asks alone is planned for at once; of a crowd all are, in few plans instead of one for each.
    """
    if isinstance(news, SubmitTasks):
        return True
    if not isinstance(news, SubmitTask):
        return False
    service = turn.site.services.get(news.service)
    if service is None or service.alarm:
        return False
    soon = turn.now.steady_s - turn.agenda.asked_s < PLAN_TOGETHER_S
    if not soon:
        turn.agenda.asked_s = turn.now.steady_s
    return soon


def _check_same(wish: SubmitTask, service: str, digest: str) -> None:
    """Refuse a key that was used for another request; a repetition of the same one is fine."""
    if digest_of(wish.service, wish.params) != digest:
        raise RequestError(
            "request_key_used",
            f"this key is that of another request ({service}); take a new one for a new request",
            wish.key,
        )


def answer(turn: Turn, task_id: str) -> None:
    """Tell a request's sender who is to do it and when, or why nobody is yet."""
    ended = find_ended(turn.state, task_id)
    if ended is not None:
        accepted = ended.state is not TaskState.REJECTED
        turn.effects.append(Answer(task_id, accepted, task_id, ended.reason, ended.state.value, ended.robot))
        return
    task = turn.state.tasks[task_id]
    robot = turn.state.planned.get(task_id)
    if robot is not None:
        begin_s = next(stop.begin_s for stop in turn.state.routes[robot] if stop.task == task_id)
        turn.effects.append(Answer(task_id, True, task_id, robot=robot, expected_at_s=begin_s))
        return
    message = f"not in the plan yet: {task.reason}" if task.reason else ""
    turn.effects.append(Answer(task_id, True, task_id, task.reason, message, task.robot))


def cancel(turn: Turn, wish: CancelTask) -> None:
    """Take a task back if nothing that matters has begun.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_task`, `request_task_ended`, `request_item_on_board`,
        `request_act_under_way`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    ended = find_ended(turn.state, wish.task)
    if ended is not None:
        raise RequestError("request_task_ended", f"the task has already ended as {ended.state.value}", wish.task)
    task = turn.state.tasks.get(wish.task)
    if task is None:
        raise RequestError("request_unknown_task", f"no task {wish.task!r}", wish.task)
    items = {act.item for stop in task.request.stops for act in stop.acts if act.item}
    broken_off = []
    for robot in turn.state.robots.values():
        if items.intersection(robot.load) and robot.id == task.robot:
            raise RequestError(
                "request_item_on_board", f"{robot.id} has its item on board; wait for the hand-over", wish.task
            )
        order = robot.busy
        if order is not None and order.task == task.id and order.arrived and order.released > order.first_tail:
            if not all(step.interruptible for step in order.tail[order.done - order.first_tail :]):
                raise RequestError(
                    "request_act_under_way", f"{robot.id} is in an act that may not be broken off", wish.task
                )
            broken_off.append(robot)
    for robot in broken_off:
        dispatch.cancel_order(turn, robot, "task_cancelled")
    turn.emit(TaskCancelled(task.id, wish.reason or "cancelled_by_person", wish.by, turn.now.fleet_s))
    turn.emit(CommandTaken(wish.key, {"accepted": True, "task": task.id}))
    turn.effects.append(Answer(wish.key, True, task.id))
    turn.agenda.replan = True


def set_hold(turn: Turn, wish: SetHold) -> None:
    """Stop or let go one robot or the fleet.

    Where somebody stands in place already, a further hold does not move it. The answer to a hold names who may not get
    to where it could stand.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_robot`, `request_emergency_stopped`,
        `request_robot_taken_over`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    if wish.robot and wish.robot not in turn.state.robots:
        raise RequestError("request_unknown_robot", f"no robot {wish.robot!r}", wish.robot)
    report = turn.seen.reports.get(wish.robot)
    if not wish.hold and report is not None and report.control == "emergency_stop":
        message = "its emergency stop is pressed; look after people and robot there, release it, then let it go on"
        raise RequestError("request_emergency_stopped", message, wish.robot)
    job = turn.state.taken_over(wish.robot) if not wish.hold else None
    if job is not None and not turn.state.robots[wish.robot].stopped:
        raise RequestError("request_robot_taken_over", f"{job.id} has it: give the robot back instead", wish.robot)
    held = turn.state.robots[wish.robot] if wish.robot else turn.state
    in_place = wish.in_place or (held.hold and held.in_place)
    hold(turn, wish.hold, wish.robot, wish.reason, wish.by, in_place)
    if job is not None:  # that was a person's consent after an emergency stop, and no more
        hold(turn, True, wish.robot, job.id, wish.by, in_place=True)
    turn.emit(CommandTaken(wish.key, {"accepted": True}))
    robots = (robot for robot in turn.state.robots.values() if wish.hold and wish.robot in ("", robot.id))
    caught = [robot.id for robot in robots if gets_off(turn, robot)]
    message = f"stand or drive where nobody should stop, until others make way: {', '.join(caught)}" if caught else ""
    code = "hold_in_the_way" if caught else ""
    turn.effects.append(Answer(wish.key, True, "", code, message, where=",".join(caught)))


def hold(turn: Turn, on: bool, name: str, reason: str, by: str, in_place: bool) -> None:
    """Hold or let go a robot, or all where no name is given, and tell those that are under way.

    Parameters
    ----------
    in_place : whether they stop where they are, and not at the next place where they may stand.
    """
    turn.emit(HoldSet(on, name, reason, by, to_safe_place=on and not in_place))
    for robot in turn.state.robots.values():
        if name in ("", robot.id) and robot.busy is not None:
            turn.wish(robot.id)
    turn.agenda.replan = turn.agenda.moved = True


def _time(params: Mapping[str, object], name: str, default_s: float) -> float:
    value = params.get(name)
    return value if isinstance(value, float) else default_s


def _expand(turn: Turn, service: Service, params: dict[str, object], wish: SubmitTask) -> tuple[TaskRequested, str]:
    """Return the task and, if it cannot be taken on, why not."""
    requested_s = _requested_s(turn, service, wish)
    earliest_s = max(requested_s, _time(params, service.earliest, requested_s) if service.earliest else requested_s)
    earliest_s = _time(params, "earliest_at", earliest_s)
    base = service.due.base
    if base.startswith("param:"):
        base_s = _time(params, base.partition(":")[2], requested_s)
    else:
        base_s = earliest_s if base == "earliest" else requested_s
    due_s = _time(params, "due_at", base_s + service.due.after_s)
    if due_s < requested_s:
        raise RequestError(
            "request_due_in_past",
            f"due at {format_clock(due_s)}, but it is {format_clock(requested_s)}",
            "due_at" if "due_at" in params else base.removeprefix("param:"),
        )
    if service.lead_s:
        earliest_s = max(earliest_s, due_s - service.lead_s)
    if requested_s < turn.now.fleet_s:  # nobody could go before the fleet has heard of it
        earliest_s = max(earliest_s, turn.now.fleet_s)
    priority = params.get("priority")
    stops: list[TaskStop] = []
    refusal = asking_first.refusal(turn, service, params)
    for template in service.stops:
        source, _, name = template.where.partition(":")
        acts = tuple(replace(act, item=str(params.get(act.item, ""))) if act.item else act for act in template.acts)
        if source == "param":
            places: tuple[str, ...] = (str(params[name]),)
        elif source == "place":
            places = (name,)
        elif source == "group":
            places = tuple(place.id for place in turn.site.places.values() if name in place.groups)
            if not template.side and any(act.act == "give" for act in acts):
                refusal = refusal or _no_room(turn, places, params)
        elif source == "item":
            item = str(params[name])
            places = ()
            if item not in turn.state.items:
                raise RequestError("request_unknown_item", f"no item {item!r} is known", name)
            stops.append(TaskStop(template.id, places, item, acts, template.side, if_gone=template.if_gone))
            continue
        else:  # route: one stop for each of its places
            along = turn.site.routes[str(params[name])]
            stops += [TaskStop(f"{template.id}_{i}", (place,), "", acts) for i, place in enumerate(along, start=1)]
            continue
        turns = template.side, template.if_full, template.if_gone, template.expiry
        stops.append(TaskStop(template.id, places, "", acts, *turns))
    quiet_s = asking_first.quiet_shift_s(turn, service, stops[0].places, earliest_s)
    earliest_s += quiet_s
    if "due_at" not in params:
        due_s += quiet_s
    elif due_s < earliest_s:
        refusal = refusal or asking_first.QUIET
    instant = service.due.instant
    stop_name, _, moment = instant.partition(".")
    if stop_name not in {stop.id for stop in stops}:
        expanded = [stop.id for stop in stops if stop.id.startswith(f"{stop_name}_")]
        instant = f"{expanded[-1]}.{moment}" if expanded else instant
    return (
        TaskRequested(
            task=wish.key,
            service=service.id,
            params=params,
            requester=wish.requester,
            requested_s=requested_s,
            earliest_s=earliest_s,
            due_s=due_s,
            instant=instant,
            robot_kinds=service.robot_kinds,
            stops=tuple(stops),
            priority=int(priority) if isinstance(priority, float) else _risk(service, params),
            drop_penalty=service.drop_penalty,
            guarantee=service.guarantee,
            alarm=service.alarm,
            result=service.result,
            remedies=service.remedies,
            failing=tuple(outcome.id for outcome in service.outcomes if outcome.fails),
            partial=service.partial,
        ),
        _too_heavy(turn, service, params) or refusal or _out(turn, stops),
    )


def _risk(service: Service, params: Mapping[str, object]) -> int:
    """Return how urgent a request is by what it tells, or as its service says."""
    if service.risk is None:
        return service.priority
    name, priorities = service.risk
    return priorities.get(str(params.get(name, "")), service.priority)


def _requested_s(turn: Turn, service: Service, wish: SubmitTask) -> float:
    """Return since when a request stands: an alarm is as old as it says, whenever it could be taken in."""
    now_s, raised_s = turn.now.fleet_s, wish.raised_s
    if not service.alarm and wish.at_s is not None and now_s < wish.at_s < LATEST_S:
        return wish.at_s
    if not service.alarm or raised_s is None or not math.isfinite(raised_s):
        return now_s
    return max(0.0, min(raised_s, now_s))


def _no_room(turn: Turn, places: tuple[str, ...], params: Mapping[str, object]) -> str:
    """Return why no place of a group can take the item, empty if one can.

    Whether one is free now is the plan's question; but where items stay for good, one that nobody else has claimed must
    be left.
    """
    item = ItemRecord("", "", "", *(float(str(params.get(name, 0.0))) for name in _ITEM_MEASURES))
    if not any(booking.item_fits(turn, item, turn.site.places[name]) for name in places):
        return "no_place_fits"
    return "no_room" if room.keeps(turn, places) and not room.has_room_for(turn, item, places) else ""


def _out(turn: Turn, stops: list[TaskStop]) -> str:
    """Return the refusal of a request for a place that is out of use."""
    named = (stop.places for stop in stops if not stop.side and stop.places)
    return "place_out" if any(all(place in turn.state.out for place in places) for places in named) else ""


def _too_heavy(turn: Turn, service: Service, params: Mapping[str, object]) -> str:
    mass = params.get("mass_kg")
    if not isinstance(mass, float):
        return ""
    able = [
        kind for kind in service.robot_kinds if kind in turn.site.kinds and turn.site.kinds[kind].payload_kg >= mass
    ]
    return "" if able else "too_heavy"


def _wanted(turn: Turn, item: str) -> bool:
    """Return whether an open task is about the item."""
    return any(act.item == item for task in turn.state.open_tasks() for stop in task.request.stops for act in stop.acts)


def brought(service: Service) -> Iterator[tuple[str, str]]:
    """Yield the parameters that name the items which a request brings along, and those that say where they stand."""
    for template in service.stops:
        for act in template.acts:
            if act.act == "take" and template.where.startswith("param:"):
                yield act.item, template.where.partition(":")[2]


def _new_item(turn: Turn, service: Service, params: Mapping[str, object]) -> ItemAppeared | None:
    """Return the item that a request brings along: it stands where the first `take` of it happens."""
    for param, where in brought(service):
        item = str(params.get(param, ""))
        if not item:
            continue
        known = turn.state.items.get(item)
        place = str(params[where])
        if known is not None and known.holder == f"place:{place}" and not _wanted(turn, item):
            return None
        if known is not None and not known.holder.startswith("person:"):
            raise RequestError("request_item_exists", f"item {item!r} is already at {known.holder}", param)
        kind = "car" if turn.site.places[place].kind == "bay_in" else "goods"
        mass, length, width = (float(str(params.get(name, 0.0))) for name in _ITEM_MEASURES)
        return ItemAppeared(item, kind, f"place:{place}", mass, length, width)
    return None


__all__ = ["answer", "brought", "cancel", "hold", "may_wait", "repeated", "set_hold", "submit", "take_on"]
