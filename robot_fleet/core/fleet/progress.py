"""What robots report: links, ends of steps, custody, ends of orders and of tasks."""

from __future__ import annotations

from robot_fleet.core.drives import PLAUSIBLE
from robot_fleet.core.facts import (
    DriveObserved,
    EmergencyStopped,
    ItemMoved,
    OrderEnded,
    OrderProgressed,
    RobotFaulted,
    RobotLinkChanged,
    TaskReleased,
    TaskSuspended,
)
from robot_fleet.core.fleet import charging
from robot_fleet.core.fleet.right_of_way import blocking, lawful
from robot_fleet.core.fleet.state import OrderRecord, RobotRecord
from robot_fleet.core.fleet.tasks import flowing, outages, recovery, unattended
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles import advance, link
from robot_fleet.core.lifecycles.link import LinkEvent, LinkState
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.order import RobotReport, StepKind, StepResult, StepState
from robot_fleet.core.site import Remedy

FAULT_PAUSE_S = 60.0
"""A robot that could not carry out a step is tried again after this long (fleet time)."""
AHEAD_S = 3.0
"""A lane counts as free if it was released so long before a robot came to it: a robot brakes that early, and word of a
release takes a while to reach it."""
GIVEN_UP_AFTER_S = 20.0
"""After so long a silence (steady time) a task that has begun goes on without its robot, if its service wants that."""
SENSOR_LAG_S = 5.0
"""A bay's sensor is believed against the fleet's own account only after this long (fleet time)."""


def report(turn: Turn, news: RobotReport) -> None:
    """Take a robot's report in; an older one than the newest of the same boot says nothing new."""
    robot = turn.state.robots.get(news.robot)
    if robot is None:
        return
    known = turn.seen.reports.get(news.robot)
    if known is None:
        turn.agenda.replan = True  # until now nobody knew what is left in its battery
    elif known.boot == news.boot and known.seq >= news.seq:
        return
    turn.seen.reports[news.robot] = news
    turn.seen.heard_s[news.robot] = turn.now.steady_s
    _link(turn, robot, LinkEvent.REPORT)
    _emergency(turn, robot, news)
    order = robot.busy
    lawful.log(turn, robot, news)
    if order is None or news.order != order.id:
        return
    _steps(turn, robot, order, news)
    if (
        order.active
        and order.done == order.steps
        and (news.update >= order.update or not flowing.has_moved(turn, order))
    ):
        _finish(turn, robot, order)
    elif order.state is OrderState.CANCELLING and news.cancelled == order.id:
        _cancelled(turn, robot, order)
    else:
        flowing.follow(turn, robot)


def _emergency(turn: Turn, robot: RobotRecord, news: RobotReport) -> None:
    """Take note of an emergency stop: from now on the robot stands until a person lets it go on."""
    pressed = news.control == "emergency_stop" and not robot.stopped
    if news.stops > robot.stops or pressed:
        turn.emit(EmergencyStopped(robot.id, max(news.stops, robot.stops + pressed), turn.now.fleet_s))
        turn.agenda.replan = turn.agenda.moved = True
        if robot.busy is not None:
            turn.wish(robot.id)


def watch_waits(turn: Turn) -> None:
    """Let flows go on whose robots have waited for an answer for long enough."""
    for robot in turn.state.robots.values():
        if robot.busy is not None:
            flowing.follow(turn, robot)


def watch_links(turn: Turn) -> None:
    """Judge every robot's link by the age of its last report."""
    for robot in turn.state.robots.values():
        heard_s = turn.seen.heard_s.get(robot.id)
        if robot.link is LinkState.NEVER:
            continue
        if heard_s is None:  # just restarted: count the silence from the first look
            turn.seen.heard_s[robot.id] = turn.now.steady_s
            continue
        silent_s = turn.now.steady_s - heard_s
        if silent_s > GIVEN_UP_AFTER_S:
            _give_up(turn, robot)
        event = link.freshness(silent_s)
        if event is not LinkEvent.REPORT and not (robot.link is LinkState.OFFLINE and event is LinkEvent.AGE_STALE):
            _link(turn, robot, event)


def _give_up(turn: Turn, robot: RobotRecord) -> None:
    """Let somebody else go on with what a robot has begun that has been silent for long, if its service wants that."""
    order = robot.busy
    if order is None or not turn.state.serves(robot, order):
        return
    task = turn.state.tasks[order.task]
    if task.request.remedies.offline is not Remedy.WAIT:
        recovery.mend(turn, task, robot, task.request.remedies.offline, "robot_offline")


def _link(turn: Turn, robot: RobotRecord, event: LinkEvent) -> None:
    state = advance(link.TRANSITIONS, robot.link, event, robot.id)
    if state is robot.link:
        return
    turn.emit(RobotLinkChanged(robot.id, state.value, turn.now.fleet_s))
    turn.agenda.replan = turn.agenda.moved = True
    if state is LinkState.OFFLINE:
        blocking.block_around(turn, robot)
    elif state is LinkState.LIVE:
        blocking.clear_of(turn, robot)
    order = robot.busy
    if state is LinkState.OFFLINE and order is not None and order.task:
        task = turn.state.tasks[order.task]
        untouched = task.state is TaskState.ASSIGNED and order.released <= order.first_tail
        if untouched and task.robot == robot.id and turn.ports.policies.recovery:
            turn.emit(TaskReleased(task.id, "robot_offline"))  # a second robot goes if the first falls silent


def _steps(turn: Turn, robot: RobotRecord, order: OrderRecord, news: RobotReport) -> None:
    by_step = {result.step: result for result in news.results}
    fresh: list[StepResult] = []
    for index in range(order.done, min(order.released, order.steps)):
        result = by_step.get(f"{order.id}.{index}")
        if result is None or result.state is StepState.CANCELLED:
            break
        fresh.append(result)
        if result.state is not StepState.DONE:
            break
    if not fresh:
        return
    first = order.done
    driven = _drives(turn, robot, order, fresh)
    turn.emit(OrderProgressed(robot.id, order.id, tuple(fresh), turn.now.fleet_s))
    for drive in driven:
        turn.emit(drive)
    turn.agenda.moved = True
    if turn.state.blocked:
        blocking.clear(turn, order, range(first, first + sum(each.state is StepState.DONE for each in fresh)))
    for index, result in enumerate(fresh, start=first):
        if result.state is StepState.DONE:
            if index >= order.first_tail and order.tail[index - order.first_tail].kind is StepKind.ACT:
                _custody(turn, robot, order, index, result)
        else:
            _failed(turn, robot, order, index, result)


def _drives(turn: Turn, robot: RobotRecord, order: OrderRecord, fresh: list[StepResult]) -> list[DriveObserved]:
    """Return what the newly done steps say about how long drives take.

    A drive counts if the robot came to the lane without a stop for others and could pass on from it: the lane and the
    next one were released before, and no hold, cancel or silence fell into it. An order's first lane never counts,
    since nobody knows when the robot set off.
    """
    driven: list[DriveObserved] = []
    if turn.must_stay(robot):
        return driven
    travel_class = turn.footprint_class(robot)
    began_s = order.last_step_s
    for index, result in enumerate(fresh, start=order.done):
        if result.state is not StepState.DONE or order.state is not OrderState.ACTIVE or index >= order.first_tail:
            break
        lane = index - order.first_lane
        if lane > 0 and index >= order.observed_from and order.free_since(lane, began_s - AHEAD_S):
            before, name, *after = order.lanes[lane - 1 : lane + 2]
            limit_mps = order.limits_mps[lane] if lane < len(order.limits_mps) else turn.site.lanes[name].speed_mps
            following = after[0] if after else ""
            expected_s = turn.ports.roads.lane_s(travel_class, name, before, following, limit_mps)
            took_s = result.at_s - began_s
            if PLAUSIBLE[0] <= took_s / expected_s <= PLAUSIBLE[1]:
                fact = DriveObserved(
                    robot.id, travel_class, name, round(expected_s, 3), round(took_s, 3), turn.now.fleet_s
                )
                driven.append(fact)
        began_s = result.at_s
    return driven


def _custody(turn: Turn, robot: RobotRecord, order: OrderRecord, index: int, result: StepResult) -> None:
    step = order.tail[index - order.first_tail]
    item = str(step.params.get("item", ""))
    if item not in turn.state.items:
        return
    if step.act == "take":
        turn.emit(ItemMoved(item, f"robot:{robot.id}", result.at_s))
    elif step.act == "give":
        to_place = step.params.get("to") == "place"
        turn.emit(ItemMoved(item, f"place:{order.place}" if to_place else f"person:{order.task}", result.at_s))
        turn.agenda.replan = True


def _finish(turn: Turn, robot: RobotRecord, order: OrderRecord) -> None:
    moved = flowing.has_moved(turn, order)
    turn.emit(OrderEnded(robot.id, order.id, OrderState.FINISHED.value, "", turn.now.fleet_s))
    turn.agenda.moved = True
    if not order.task:
        return
    turn.agenda.replan = True
    task = turn.state.tasks[order.task]
    if not task.ended and task.robot == robot.id and not moved:
        flowing.leave(turn, task, order)


def _cancelled(turn: Turn, robot: RobotRecord, order: OrderRecord) -> None:
    turn.emit(OrderEnded(robot.id, order.id, OrderState.CANCELLED.value, "", turn.now.fleet_s))
    turn.agenda.replan = turn.agenda.moved = True
    if turn.state.serves(robot, order):
        turn.emit(TaskSuspended(order.task, "called_away", turn.now.fleet_s))


def _failed(turn: Turn, robot: RobotRecord, order: OrderRecord, index: int, result: StepResult) -> None:
    """End the order, and let the task's service say what becomes of it."""
    code = result.code or result.state.value
    now_s = turn.now.fleet_s
    turn.emit(OrderEnded(robot.id, order.id, OrderState.FAILED.value, code, now_s))
    turn.agenda.replan = turn.agenda.moved = True
    in_act = index >= order.first_tail and order.tail[index - order.first_tail].kind is StepKind.ACT
    if index >= order.first_tail and order.tail[index - order.first_tail].kind is StepKind.DOCK:
        charging.doubt(turn, robot, order.place, code)
    if not in_act or code == outages.NO_POWER:
        turn.emit(RobotFaulted(robot.id, code, now_s + FAULT_PAUSE_S, now_s))
    if not in_act:
        blocking.block(turn, robot, order, index, code)
    if not turn.state.serves(robot, order):
        return
    task = turn.state.tasks[order.task]
    remedies = task.request.remedies
    if in_act:
        outages.found(turn, robot.id, order.place, code)
    if in_act and result.state is StepState.FAILED:
        step = order.tail[index - order.first_tail]
        if flowing.mends(turn, robot, order, step, code):
            return
    if not in_act:
        recovery.mend(turn, task, robot, remedies.drive, code)
    elif result.state is StepState.UNKNOWN:
        recovery.mend(turn, task, robot, remedies.unknown, "act_unknown")
    else:
        recovery.mend(turn, task, robot, remedies.act, code)


def place_sensed(turn: Turn, place: str, items: tuple[str, ...], people: int) -> None:
    """Believe a bay's sensor: a car that stands there no longer has been driven away by its driver.

    In an entry bay only one is waited for: the others may still queue for it.
    """
    if place not in turn.site.places:
        return
    before = turn.seen.places.get(place)
    turn.seen.places[place] = items
    if before != items:
        turn.agenda.replan = turn.agenda.moved = True
    if turn.seen.people.get(place, 0) != people:
        turn.seen.people[place] = people
        turn.agenda.moved = True
    kind = turn.site.places[place].kind
    if kind not in ("bay_out", "bay_in"):
        return
    expected = unattended.waited_for(turn) if kind == "bay_in" else turn.state.items
    for item in turn.state.items.values():
        gone = item.holder == f"place:{place}" and item.id not in items and item.id in expected
        if gone and turn.now.fleet_s - item.since_s > SENSOR_LAG_S:
            turn.emit(ItemMoved(item.id, f"person:driver_{item.id}", turn.now.fleet_s))
            turn.agenda.replan = turn.agenda.moved = True
