"""`apply(state, fact)`: the only place that changes the fleet's state. Looks at nothing but its two arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from robot_fleet.core.energy import Supply
from robot_fleet.core.facts import (
    AlarmAcknowledged,
    AlarmRaised,
    AlarmReceded,
    AlarmShelved,
    AlarmShown,
    AlarmSpread,
    AlarmUnshelved,
    AnswerAwaited,
    ChargeBegan,
    ChargeEnded,
    ChargerDoubted,
    ChargerSwitched,
    CommandTaken,
    ContactWanted,
    DriveObserved,
    EmergencyStopped,
    EndCounted,
    EquipmentAsked,
    EquipmentFailed,
    EquipmentLeft,
    EquipmentMended,
    EquipmentOpened,
    Fact,
    FlowMoved,
    HoldSet,
    IncidentClosed,
    IncidentJoined,
    IncidentNoted,
    IncidentOpened,
    ItemAppeared,
    ItemMoved,
    JobAnswered,
    JobOpened,
    LaneBlocked,
    LaneCleared,
    LaneMeasured,
    MaintenanceBegan,
    MaintenanceDone,
    MaintenancePlanned,
    OrderCancelAsked,
    OrderEnded,
    OrderProgressed,
    OrderSent,
    PlaceMended,
    PlaceTakenOut,
    PlanCommitted,
    RequestRefused,
    RobotFaulted,
    RobotLinkChanged,
    ShiftSigned,
    ShiftTaken,
    StepsReleased,
    StopMissed,
    TaskAnswered,
    TaskCancelled,
    TaskCompleted,
    TaskDeferred,
    TaskDirected,
    TaskFailed,
    TaskHeld,
    TaskHeldUp,
    TaskPrioritised,
    TaskRated,
    TaskRejected,
    TaskReleased,
    TaskRequested,
    TaskResumed,
    TaskSequenced,
    TasksRetired,
    TaskSuspended,
    VoiceRecorded,
    ZoneClosed,
    ZoneLimited,
    ZoneOpened,
)
from robot_fleet.core.fleet import applied_alarms as alarms
from robot_fleet.core.fleet import applied_care, applied_city, applied_law, applied_schedules, roads, shifts
from robot_fleet.core.fleet import applied_equipment as equipment
from robot_fleet.core.fleet import applied_flows as flows
from robot_fleet.core.fleet import applied_jobs as jobs
from robot_fleet.core.fleet.retired import ended_task
from robot_fleet.core.fleet.state import (
    HELD,
    UNATTENDED,
    FleetState,
    ItemRecord,
    OrderRecord,
    OutOfUse,
    RobotRecord,
    SupplyRecord,
    TaskRecord,
)
from robot_fleet.core.flow import DONE
from robot_fleet.core.lifecycles import advance, order, task
from robot_fleet.core.lifecycles.alarm import AlarmEvent
from robot_fleet.core.lifecycles.flow import FlowEvent
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.order import OrderEvent, OrderState
from robot_fleet.core.lifecycles.task import TaskEvent, TaskState
from robot_fleet.core.order import StepState
from robot_fleet.core.plan import CHARGE
from robot_fleet.core.site import Site

_OUT_OF_PLANS = (TaskState.ASSIGNED, *task.ENDED)


def initial_state(site: Site) -> FleetState:
    """Return the state of a day on which nothing has happened yet."""
    robots = {spec.id: RobotRecord(spec.id, spec.kind, at=spec.start) for spec in site.robots.values()}
    items = {
        item.id: ItemRecord(item.id, item.kind, f"place:{item.at}", item.mass_kg, item.length_m, item.width_m)
        for item in site.items.values()
    }
    return FleetState(robots=robots, items=items)


def apply(state: FleetState, fact: Fact) -> FleetState:
    """Change `state` by `fact` and return it.

    Raises
    ------
    FleetError : `lifecycle_rejected`, when the fact cannot follow from the state (a damaged ledger).
    """
    _APPLY[type(fact)](state, fact)
    return state


def _move(record: TaskRecord, event: TaskEvent) -> None:
    record.state = advance(task.TRANSITIONS, record.state, event, record.id)


def _order_moves(record: OrderRecord, event: OrderEvent) -> None:
    record.state = advance(order.TRANSITIONS, record.state, event, record.id)


def _task_requested(state: FleetState, fact: TaskRequested) -> None:
    state.tasks[fact.task] = TaskRecord(fact)
    if fact.alarm:
        alarms.called(state, fact)


def _request_refused(state: FleetState, fact: RequestRefused) -> None:
    state.refused[fact.task] = fact.reason


def _item_appeared(state: FleetState, fact: ItemAppeared) -> None:
    state.items[fact.item] = ItemRecord(fact.item, fact.kind, fact.holder, fact.mass_kg, fact.length_m, fact.width_m)


def _item_moved(state: FleetState, fact: ItemMoved) -> None:
    item = state.items[fact.item]
    before, after = item.holder, fact.holder
    if before.startswith("robot:"):
        robot = state.robots[before[6:]]
        robot.load = tuple(i for i in robot.load if i != fact.item)
    if after.startswith("robot:"):
        robot = state.robots[after[6:]]
        robot.load = (*robot.load, fact.item)
    item.holder, item.since_s = after, fact.at_s


def _plan_committed(state: FleetState, fact: PlanCommitted) -> None:
    """Take a plan over. Of thousands of tasks only those on routes that are new and those left out are looked at."""
    state.plans += 1
    state.set_routes(fact.routes)
    state.left_out = {left.task: left.reason for left in fact.left_out}
    for name in dict.fromkeys(stop.task for route in fact.routes.values() for stop in route if stop.task):
        record = state.tasks.get(name)
        if record is not None and record.state not in _OUT_OF_PLANS:
            _move(record, TaskEvent.PLAN)
            record.reason = ""
    for name, reason in state.left_out.items():
        record = state.tasks.get(name)
        if record is not None and record.state not in _OUT_OF_PLANS and name not in state.planned:
            _move(record, TaskEvent.LEAVE_OUT)
            record.reason = reason


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
            _move(assigned, TaskEvent.ASSIGN)
        assigned.robot = fact.robot
        route = state.routes.get(fact.robot, ())
        state.set_routes({fact.robot: tuple(s for s in route if (s.task, s.stop) != (fact.task, fact.stop))})
        if record.arrived:
            _arrive(state, robot, record, fact.at_s)


def _count_work(robot: RobotRecord, order: OrderRecord, at_s: float) -> None:
    """Add the time since an order was sent, if it was for a task."""
    if order.task:
        robot.worked_s += at_s - order.sent_s


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
            _begin(served, record.last_step_s)
        applied_care.begun(served, record)


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
        applied_city.arrived(state, robot.id, record.task, at_s)


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


def _unobserved(robot: RobotRecord) -> None:
    """Let the lane that a robot is on, and the next one (it may be there already), say nothing about drives."""
    if robot.busy is not None:
        robot.busy.observed_from = robot.busy.done + 2


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
        _begin(served, at_s)
    result = detail.get("result")
    served.told[str(params.get("act", act))] = result if isinstance(result, str) and result else DONE
    applied_care.recorded(served, stop.id, detail)
    if isinstance(result, str) and result:
        served.result = result
        if not applied_care.judged_by_people(served):
            applied_care.judge(state, record.task, result)


def _begin(served: TaskRecord, at_s: float) -> None:
    _move(served, TaskEvent.BEGIN)
    if served.started_s is None:
        served.started_s = at_s


def _answer_awaited(state: FleetState, fact: AnswerAwaited) -> None:
    """Take down a wait; with one that comes before every act the task has begun all the same."""
    record = state.tasks[fact.task]
    if record.state is TaskState.ASSIGNED:
        _begin(record, fact.at_s)
    flows.answer_awaited(state, fact)


def _order_cancel_asked(state: FleetState, fact: OrderCancelAsked) -> None:
    record = state.robots[fact.robot].order
    if record is not None and record.id == fact.order:
        _order_moves(record, OrderEvent.CANCEL)
        record.update += 1


_ORDER_END = {
    OrderState.FINISHED: OrderEvent.FINISH,
    OrderState.CANCELLED: OrderEvent.CONFIRM_CANCEL,
    OrderState.FAILED: OrderEvent.FAIL,
}


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
            _begin(served, fact.at_s)
        stop = served.request.stops[record.stop]
        served.instants.setdefault(f"{stop.id}.done", fact.at_s)
        if served.next_stop == record.stop:  # else a branch of the flow leads elsewhere
            served.next_stop, served.next_act = record.stop + 1, ""
        robot.served = (record.task, record.stop)


def _task_released(state: FleetState, fact: TaskReleased) -> None:
    record = state.tasks[fact.task]
    _move(record, TaskEvent.RELEASE)
    if record.state is TaskState.REQUESTED:  # one that is under way stays with its robot
        record.robot = ""
        flows.moves(record, FlowEvent.BREAK_OFF)
        _unplan(state, fact.task)


def _unplan(state: FleetState, task_id: str) -> None:
    """Take what is planned of a task out of the routes; the next plan may be a while."""
    robot = state.planned.get(task_id)
    if robot is not None:
        state.set_routes({robot: tuple(stop for stop in state.routes[robot] if stop.task != task_id)})


def _task_held_up(state: FleetState, fact: TaskHeldUp) -> None:
    state.tasks[fact.task].reason = fact.reason


def _task_suspended(state: FleetState, fact: TaskSuspended) -> None:
    record = state.tasks[fact.task]
    if record.state is TaskState.ASSIGNED:
        _begin(record, fact.at_s)
    _move(record, TaskEvent.SUSPEND)
    record.broken_off += 1
    record.reason = fact.reason
    if fact.reason == UNATTENDED:
        record.left_by = record.robot
    record.robot = ""
    flows.moves(record, FlowEvent.BREAK_OFF)
    _unplan(state, fact.task)
    record.asks, record.hands_over, record.only_on = fact.asks, fact.hands_over, fact.only_on
    record.tries += fact.tried
    if fact.not_on and fact.not_on not in record.not_on:
        record.not_on = (*record.not_on, fact.not_on)


def _task_answered(state: FleetState, fact: TaskAnswered) -> None:
    record = state.tasks[fact.task]
    record.asks, record.hands_over, record.tries, record.only_on, record.not_on = False, False, 0, "", ()
    record.reason = ""
    record.begun_once = tuple(act for act in record.begun_once if act in record.told)  # known to be done: not again


def _task_prioritised(state: FleetState, fact: TaskPrioritised) -> None:
    record = state.tasks[fact.task]
    record.request = replace(record.request, priority=fact.priority)
    if record.state is TaskState.SCHEDULED:  # its place in the plan is looked for anew
        _leave_out(state, record, "")


def _task_rated(state: FleetState, fact: TaskRated) -> None:
    state.tasks[fact.task].stars = fact.stars


def _task_directed(state: FleetState, fact: TaskDirected) -> None:
    """Take a person's wish over; it takes the place of what remedies wanted."""
    record = state.tasks[fact.task]
    record.bound_to, record.barred_from = fact.only_on, fact.not_on
    record.only_on, record.not_on = "", ()
    planned_on = state.planned.get(fact.task)
    if planned_on is not None and not record.may_be_on(planned_on):
        _leave_out(state, record, "")


def _task_sequenced(state: FleetState, fact: TaskSequenced) -> None:
    record = state.tasks[fact.task]
    record.after = fact.after
    if record.state is TaskState.SCHEDULED:  # its place in the plan is looked for anew
        _leave_out(state, record, "")


def _task_held(state: FleetState, fact: TaskHeld) -> None:
    record = state.tasks[fact.task]
    record.held, record.held_by = True, fact.by
    _leave_out(state, record, HELD)


def _task_resumed(state: FleetState, fact: TaskResumed) -> None:
    record = state.tasks[fact.task]
    record.held, record.held_by, record.reason = False, "", ""


def _task_deferred(state: FleetState, fact: TaskDeferred) -> None:
    record = state.tasks[fact.task]
    record.request = replace(record.request, earliest_s=fact.earliest_s, due_s=fact.due_s)
    _leave_out(state, record, fact.reason)


def _leave_out(state: FleetState, record: TaskRecord, reason: str) -> None:
    """Take a task that no robot has an order for out of the plan in force."""
    _move(record, TaskEvent.LEAVE_OUT)
    record.reason = reason
    _unplan(state, record.id)


def _charger_switched(state: FleetState, fact: ChargerSwitched) -> None:
    if fact.reason == Supply.LEFT:
        state.supplies.pop(fact.place, None)
    else:
        state.supplies[fact.place] = SupplyRecord(fact.robot, fact.on, fact.reason, fact.at_s, fact.until_s)


def _charger_doubted(state: FleetState, fact: ChargerDoubted) -> None:
    state.doubted[fact.place] = fact.until_s


def _place_taken_out(state: FleetState, fact: PlaceTakenOut) -> None:
    state.out[fact.place] = OutOfUse(fact.code, fact.robot, fact.by, fact.at_s)


def _place_mended(state: FleetState, fact: PlaceMended) -> None:
    state.out.pop(fact.place, None)
    state.doubted.pop(fact.place, None)


def _end(state: FleetState, task_id: str, event: TaskEvent, at_s: float, reason: str) -> TaskRecord:
    record = state.tasks[task_id]
    _move(record, event)
    record.ended_s = at_s
    record.reason = reason
    record.robot = record.robot or record.left_by
    flows.moves(record, FlowEvent.END)
    state.left_out.pop(task_id, None)
    _unplan(state, task_id)
    closed = alarms.moves(state, task_id, AlarmEvent.CLOSE)
    if closed is not None:
        closed.closed_s = at_s
    return record


def _task_completed(state: FleetState, fact: TaskCompleted) -> None:
    record = _end(state, fact.task, TaskEvent.COMPLETE, fact.at_s, "")
    record.result, record.lateness_s = fact.result, fact.lateness_s
    if record.robot:
        state.robots[record.robot].completed += 1


def _task_failed(state: FleetState, fact: TaskFailed) -> None:
    _end(state, fact.task, TaskEvent.FAIL, fact.at_s, fact.reason)


def _task_cancelled(state: FleetState, fact: TaskCancelled) -> None:
    _end(state, fact.task, TaskEvent.CANCEL, fact.at_s, fact.reason)


def _task_rejected(state: FleetState, fact: TaskRejected) -> None:
    _end(state, fact.task, TaskEvent.REJECT, fact.at_s, fact.reason)


def _tasks_retired(state: FleetState, fact: TasksRetired) -> None:
    for name in fact.tasks:
        state.retired[name] = ended_task(state.tasks.pop(name), state.alarms.pop(name, None)).line()
    for name in fact.items:
        del state.items[name]


def _hold_set(state: FleetState, fact: HoldSet) -> None:
    in_place = fact.hold and not fact.to_safe_place
    if fact.robot:
        state.robots[fact.robot].hold, state.robots[fact.robot].in_place = fact.hold, in_place
        state.robots[fact.robot].held_by = fact.by if fact.hold else ""
        applied_city.let_go(state, fact)
        if not fact.hold and fact.consents:  # whoever lets a robot go by its name lets it move after an emergency stop
            state.robots[fact.robot].consents = state.robots[fact.robot].stops
    else:
        state.hold, state.in_place = fact.hold, in_place
    for robot in state.robots.values():
        if fact.robot in ("", robot.id) and robot.busy is not None:
            robot.busy.update += 1
            _unobserved(robot)


def _link_changed(state: FleetState, fact: RobotLinkChanged) -> None:
    state.robots[fact.robot].link = LinkState(fact.state)
    _unobserved(state.robots[fact.robot])


def _robot_faulted(state: FleetState, fact: RobotFaulted) -> None:
    robot = state.robots[fact.robot]
    robot.fault, robot.fault_until_s = fact.code, fact.until_s
    robot.faults += 1


def _emergency_stopped(state: FleetState, fact: EmergencyStopped) -> None:
    robot = state.robots[fact.robot]
    robot.stops = fact.stops
    if robot.busy is not None:
        robot.busy.update += 1
        _unobserved(robot)


def _maintenance_began(state: FleetState, fact: MaintenanceBegan) -> None:
    state.robots[fact.robot].maintenance = True


def _maintenance_planned(state: FleetState, fact: MaintenancePlanned) -> None:
    state.robots[fact.robot].maintenance_s = (fact.from_s, fact.to_s) if fact.to_s > fact.from_s else None


def _maintenance_done(state: FleetState, fact: MaintenanceDone) -> None:
    robot = state.robots[fact.robot]
    robot.maintenance, robot.maintenance_s = False, None
    robot.serviced_s, robot.serviced_m, robot.faults = fact.at_s, fact.odometer_m, 0


def _charge_began(state: FleetState, fact: ChargeBegan) -> None:
    robot = state.robots[fact.robot]
    robot.must_charge = True
    robot.charges += 1
    route = state.routes.get(fact.robot, ())
    if route and route[0].stop == CHARGE:
        state.charges[fact.robot] = route[0].place
        state.set_routes({fact.robot: route[1:]})


def _charge_ended(state: FleetState, fact: ChargeEnded) -> None:
    state.robots[fact.robot].must_charge = False
    state.charges.pop(fact.robot, None)


def _alarm_shown(state: FleetState, fact: AlarmShown) -> None:
    alarms.shown(state, fact)
    applied_city.shown(state, fact.task, fact.at_s)


def _command_taken(state: FleetState, fact: CommandTaken) -> None:
    state.commands[fact.key] = dict(fact.answer)


_APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    TaskRequested: _task_requested,
    RequestRefused: _request_refused,
    ItemAppeared: _item_appeared,
    ItemMoved: _item_moved,
    PlanCommitted: _plan_committed,
    OrderSent: _order_sent,
    StepsReleased: _steps_released,
    OrderProgressed: _order_progressed,
    DriveObserved: roads.drive_observed,
    LaneMeasured: roads.lane_measured,
    OrderCancelAsked: _order_cancel_asked,
    OrderEnded: _order_ended,
    TaskReleased: _task_released,
    TaskHeldUp: _task_held_up,
    TaskSuspended: _task_suspended,
    TaskAnswered: _task_answered,
    AnswerAwaited: _answer_awaited,
    FlowMoved: flows.flow_moved,
    StopMissed: applied_care.stop_missed,
    TaskDeferred: _task_deferred,
    EndCounted: applied_care.end_counted,
    TaskPrioritised: _task_prioritised,
    TaskRated: _task_rated,
    TaskDirected: _task_directed,
    TaskHeld: _task_held,
    TaskSequenced: _task_sequenced,
    TaskResumed: _task_resumed,
    ChargerDoubted: _charger_doubted,
    ChargerSwitched: _charger_switched,
    PlaceTakenOut: _place_taken_out,
    PlaceMended: _place_mended,
    TaskCompleted: _task_completed,
    TaskFailed: _task_failed,
    TaskCancelled: _task_cancelled,
    TaskRejected: _task_rejected,
    TasksRetired: _tasks_retired,
    HoldSet: _hold_set,
    ZoneClosed: roads.zone_closed,
    ZoneOpened: roads.zone_opened,
    ZoneLimited: roads.zone_limited,
    LaneBlocked: roads.lane_blocked,
    LaneCleared: roads.lane_cleared,
    EquipmentAsked: equipment.asked,
    EquipmentOpened: equipment.opened,
    EquipmentLeft: equipment.left,
    EquipmentFailed: equipment.failed,
    EquipmentMended: equipment.mended,
    RobotLinkChanged: _link_changed,
    RobotFaulted: _robot_faulted,
    ChargeBegan: _charge_began,
    ChargeEnded: _charge_ended,
    AlarmShown: _alarm_shown,
    AlarmRaised: alarms.raised,
    AlarmSpread: alarms.spread,
    AlarmReceded: alarms.receded,
    AlarmAcknowledged: alarms.acknowledged,
    AlarmShelved: alarms.shelved,
    AlarmUnshelved: alarms.unshelved,
    IncidentOpened: alarms.incident_opened,
    IncidentJoined: alarms.incident_joined,
    IncidentNoted: alarms.incident_noted,
    IncidentClosed: alarms.incident_closed,
    VoiceRecorded: alarms.voiced,
    ContactWanted: alarms.wanted,
    JobOpened: jobs.opened,
    JobAnswered: jobs.answered,
    EmergencyStopped: _emergency_stopped,
    MaintenanceBegan: _maintenance_began,
    MaintenancePlanned: _maintenance_planned,
    MaintenanceDone: _maintenance_done,
    CommandTaken: _command_taken,
    ShiftSigned: shifts.signed,
    ShiftTaken: shifts.taken,
    **applied_schedules.APPLY,
    **applied_law.APPLY,
    **applied_city.APPLY,
}
