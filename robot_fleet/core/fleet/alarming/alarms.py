"""Alarms come first: which robots may be taken from what they do while an alarm has no robot yet.

Robots that merely drive to a first stop may be given something else; those in an act that can be broken off only where
no other robot is near enough, or where they stand in the very place that calls.
"""

from __future__ import annotations

from robot_fleet.core.fleet.state import OrderRecord, RobotRecord, TaskRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.lifecycles.task import TaskState

ALARM_REACH_S = 120.0
"""A robot is called away from an interruptible act only if no other can be at an alarm within this time."""
LAST_RESORT_PCT = 10.0
"""For an alarm the reserve may be used down to this."""
NOT_ASSIGNED = (TaskState.REQUESTED, TaskState.SCHEDULED, TaskState.SUSPENDED)
"""States in which no robot has an order for a task."""
_CUSTODY = ("take", "give")


def waiting_alarms(turn: Turn) -> list[TaskRecord]:
    """Return the alarms that no robot has an order for."""
    raised = (turn.state.tasks[call.task] for call in turn.state.calls() if call.closed_s is None)
    return [task for task in raised if task.state in NOT_ASSIGNED]


def in_hand(turn: Turn, robot: RobotRecord) -> OrderRecord | None:
    """Return the robot's order if it is for a task of its own that will not be taken from it."""
    order = robot.busy
    if order is None or not turn.state.serves(robot, order) or may_be_replaced(turn, order):
        return None
    return order


def may_be_replaced(turn: Turn, order: OrderRecord) -> bool:
    """Return whether an order for a task may still be taken away for an alarm: nothing of the stop has begun."""
    task = turn.state.tasks[order.task]
    if order.state is OrderState.CANCELLING or not turn.ports.policies.preemption:
        return False
    alarms = waiting_alarms(turn)
    if task.request.alarm:  # only on the way, and only for one that is graver
        graver = any(alarm.request.priority > task.request.priority for alarm in alarms)
        return graver and task.state is TaskState.ASSIGNED and not order.arrived
    if not alarms:
        return False
    if task.state is TaskState.ASSIGNED and not order.arrived:
        return True
    if not in_interruptible_act(order):
        return False
    return any(order.place in alarm.request.stops[0].places for alarm in alarms) or not _in_reach(turn, alarms)


def in_interruptible_act(order: OrderRecord) -> bool:
    """Return whether the robot is in an act that it can simply break off: with nothing on board."""
    rest = order.tail[max(order.done - order.first_tail, 0) :]
    return order.arrived and bool(rest) and all(step.interruptible and step.act not in _CUSTODY for step in rest)


def on_the_spot(turn: Turn, task: TaskRecord) -> str:
    """Return the robot that stands where an alarm calls and can answer it, if any: no other gets to the place."""
    for robot in turn.state.robots.values():
        order = robot.busy
        here = robot.at in task.request.stops[0].places and not robot.stranded_on
        if not here or robot.kind not in task.request.robot_kinds:
            continue
        if not turn.in_service(robot) or turn.must_stay(robot) or robot.load:
            continue
        if order is None or (order.arrived and (not order.task or in_interruptible_act(order))):
            return robot.id
    return ""


def _in_reach(turn: Turn, alarms: list[TaskRecord]) -> bool:
    """Return whether every waiting alarm can be reached in time by a robot that is not in an act."""
    for task in alarms:
        places = task.request.stops[0].places
        if not places or on_the_spot(turn, task):
            continue
        place = places[0]
        if not any(
            turn.ports.roads.time_s(turn.travel_class(robot), robot.at, place) <= ALARM_REACH_S
            for robot in turn.state.robots.values()
            if robot.kind in task.request.robot_kinds
            and turn.in_service(robot)
            and (robot.busy is None or not robot.busy.task or not robot.busy.arrived)
            and (turn.soc_pct(robot.id) or 0.0) > LAST_RESORT_PCT
            and not _serves_alarm(turn, robot)
        ):
            return False
    return True


def _serves_alarm(turn: Turn, robot: RobotRecord) -> bool:
    order = robot.busy
    return order is not None and order.task in turn.state.alarms and turn.state.serves(robot, order)
