"""How much of each robot's way is released: the bridge from orders to the right of way."""

from __future__ import annotations

from robot_fleet.core.facts import StepsReleased
from robot_fleet.core.fleet import dispatch
from robot_fleet.core.fleet.state import RobotRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.ports import Traveller

HORIZON_M = 14.0
"""So much way ahead of a robot is released at most (plus the rest of a lane)."""


def release(turn: Turn) -> None:
    """Release what is free, to all robots that may move; what is done at a place only on arrival there."""
    turn.agenda.moved = False
    granted = turn.ports.right_of_way.release(
        [_traveller(turn, robot) for robot in turn.state.robots.values()], HORIZON_M
    )
    for robot in turn.state.robots.values():
        order = robot.busy
        if order is None or not _may_go(turn, robot):
            continue
        released = order.released
        lanes = granted.get(robot.id, 0)
        if lanes:
            released = order.first_lane + order.lanes_released + lanes
        if order.arrived and dispatch.wanted(turn, robot, order):
            released = order.steps
        if released > order.released:
            turn.emit(StepsReleased(robot.id, order.id, released))
            turn.wish(robot.id)


def _may_go(turn: Turn, robot: RobotRecord) -> bool:
    """Return whether the robot may be released anything now."""
    order = robot.busy
    active = order is not None and order.state is OrderState.ACTIVE
    return active and robot.link is LinkState.LIVE and not turn.must_stay(robot)


def _traveller(turn: Turn, robot: RobotRecord) -> Traveller:
    order = robot.busy
    held: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    priority = 0
    if order is not None:
        held = order.lanes[order.lanes_done : order.lanes_released]
        if _may_go(turn, robot):  # what nobody would release must not count on being granted either
            wanted = order.lanes[order.lanes_released :]
        if order.task:
            priority = turn.state.tasks[order.task].request.priority
    return Traveller(robot.id, turn.travel_class(robot), robot.at, held, wanted, priority)
