"""What facts about the orders of robots make of the state: what was sent, released, done, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from robot_fleet.core.facts import Fact, OrderCancelAsked, OrderEnded, OrderProgressed, OrderSent, StepsReleased
from robot_fleet.core.fleet.applied import alarms, care, city, flows, tasks
from robot_fleet.core.fleet.state import FleetState, OrderRecord, RobotRecord
from robot_fleet.core.flow import DONE
from robot_fleet.core.lifecycles import advance, order
from robot_fleet.core.lifecycles.alarm import AlarmEvent
from robot_fleet.core.lifecycles.flow import FlowEvent
from robot_fleet.core.lifecycles.order import OrderEvent, OrderState
from robot_fleet.core.lifecycles.task import TaskEvent, TaskState
from robot_fleet.core.order import StepState

_ORDER_END = {
    OrderState.FINISHED: OrderEvent.FINISH,
    OrderState.CANCELLED: OrderEvent.CONFIRM_CANCEL,
    OrderState.FAILED: OrderEvent.FAIL,
}


def _order_sent(state: FleetState, fact: OrderSent) -> None:
    robot = state.robots[fact.robot]
    known = robot.order
    if known is not None and known.id == fact.order:
        _order_moves(known, OrderEvent.UPDATE)
        _count_work(robot, known, fact.at_s)
        known.update, known.purpose, known.place = fact.update, fact.purpose, fact.place
        known.task, known.stop = fact.task, fact.stop
        known.lanes, known.tail, known.sent_s = fact.lanes, fact.tail, fact.at_s
        known.undock = fact.undock
        record = known
    else:
        robot.orders += 1
        record = robot.order = OrderRecord(
            id=fact.order,
            update=fact.update,
            purpose=fact.purpose,
            task=fact.task,
            stop=fact.stop,
            place=fact.place,
            undock=fact.undock,
            lanes=fact.lanes,
            tail=fact.tail,
            sent_s=fact.at_s,
            last_step_s=fact.at_s,
        )
    if fact.task:
        assigned = state.tasks[fact.task]
        if (assigned.state, assigned.robot) != (TaskState.ASSIGNED, fact.robot):  # else it is only another way there
            tasks.move(assigned, TaskEvent.ASSIGN)
        assigned.robot = fact.robot
        route = state.routes.get(fact.robot, ())
        state.set_routes({fact.robot: tuple(s for s in route if (s.task, s.stop) != (fact.task, fact.stop))})
        if record.arrived:
            _arrive(state, robot, record, fact.at_s)


def _steps_released(state: FleetState, fact: StepsReleased) -> None:
    robot = state.robots[fact.robot]
    record = robot.order
    if record is None or record.id != fact.order:
        return
    before = record.lanes_released
    record.released = fact.released
    record.released_s += (fact.at_s,) * (record.lanes_released - before)
    record.limits_mps = fact.limits_mps
    record.update += 1
    if record.released > record.first_tail and state.serves(robot, record):
        served = state.tasks[record.task]
        if served.state is TaskState.ASSIGNED:  # what is done at the place begins
            tasks.begin(served, record.last_step_s)
        care.begun(served, record)


def _order_progressed(state: FleetState, fact: OrderProgressed) -> None:
    robot = state.robots[fact.robot]
    record = robot.order
    if record is None or record.id != fact.order:
        return
    _order_moves(record, OrderEvent.PROGRESS)
    first_lane, first_tail = record.first_lane, record.first_tail
    for result in fact.results:
        if result.state is not StepState.DONE:
            continue
        index = record.done
        record.done += 1
        record.last_step_s = result.at_s
        if index < first_lane:
            robot.docked = ""
        elif index < first_tail:
            lane = record.lanes[index - first_lane]
            robot.at = lane.partition(">")[2]
            _departed(state, robot, result.at_s)
        else:
            step = record.tail[index - first_tail]
            if step.kind == "dock":
                robot.docked = step.place
            elif state.serves(robot, record):
                _act_done(state, record, step.params, step.act, result.at_s, result.detail)
        if record.done == first_tail:
            _arrive(state, robot, record, result.at_s)


def _order_cancel_asked(state: FleetState, fact: OrderCancelAsked) -> None:
    record = state.robots[fact.robot].order
    if record is not None and record.id == fact.order:
        _order_moves(record, OrderEvent.CANCEL)
        record.update += 1


def _order_ended(state: FleetState, fact: OrderEnded) -> None:
    robot = state.robots[fact.robot]
    record = robot.order
    if record is None or record.id != fact.order:
        return
    end = OrderState(fact.state)
    _order_moves(record, _ORDER_END[end])
    _count_work(robot, record, fact.at_s)
    if state.serves(robot, record):
        flows.moves(state.tasks[record.task], FlowEvent.DEPART if end is OrderState.FINISHED else FlowEvent.BREAK_OFF)
    if end is OrderState.FINISHED and state.serves(robot, record):
        served = state.tasks[record.task]
        if served.state is TaskState.ASSIGNED:
            tasks.begin(served, fact.at_s)
        stop = served.request.stops[record.stop]
        served.instants.setdefault(f"{stop.id}.done", fact.at_s)
        if served.next_stop == record.stop:  # else a branch of the flow leads elsewhere
            served.next_stop, served.next_act = record.stop + 1, ""
        robot.served = (record.task, record.stop)


def _arrive(state: FleetState, robot: RobotRecord, record: OrderRecord, at_s: float) -> None:
    if not state.serves(robot, record):
        return
    served = state.tasks[record.task]
    flows.moves(served, FlowEvent.ARRIVE)
    stop = served.request.stops[record.stop]
    served.instants.setdefault(f"{stop.id}.arrived", at_s)
    if record.stop == 0:
        on_site = alarms.moves(state, record.task, AlarmEvent.ARRIVE)
        if on_site is not None and on_site.on_site_s is None:
            on_site.on_site_s = at_s
        city.arrived(state, robot.id, record.task, at_s)


def _departed(state: FleetState, robot: RobotRecord, at_s: float) -> None:
    if robot.served is None:
        return
    task_id, stop = robot.served
    robot.served = None
    left = state.tasks.get(task_id)
    if left is not None:
        left.instants.setdefault(f"{left.request.stops[stop].id}.departed", at_s)


def _act_done(state: FleetState, record: OrderRecord, params: Any, act: str, at_s: float, detail: Any) -> None:
    served = state.tasks[record.task]
    flows.moves(served, FlowEvent.ACT)
    stop = served.request.stops[record.stop]
    served.instants.setdefault(f"{stop.id}.{params.get('act', act)}", at_s)
    if served.state is TaskState.ASSIGNED:
        tasks.begin(served, at_s)
    result = detail.get("result")
    served.told[str(params.get("act", act))] = result if isinstance(result, str) and result else DONE
    care.recorded(served, stop.id, detail)
    if isinstance(result, str) and result:
        served.result = result
        if not care.judged_by_people(served):
            care.judge(state, record.task, result)


def _count_work(robot: RobotRecord, order: OrderRecord, at_s: float) -> None:
    """Add the time since an order was sent, if it was for a task."""
    if order.task:
        robot.worked_s += at_s - order.sent_s


def _order_moves(record: OrderRecord, event: OrderEvent) -> None:
    record.state = advance(order.TRANSITIONS, record.state, event, record.id)


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    OrderSent: _order_sent,
    StepsReleased: _steps_released,
    OrderProgressed: _order_progressed,
    OrderCancelAsked: _order_cancel_asked,
    OrderEnded: _order_ended,
}
