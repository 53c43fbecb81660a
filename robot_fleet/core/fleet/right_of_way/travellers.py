"""Robots as the right of way sees them."""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.fleet.right_of_way.equipping import kept
from robot_fleet.core.fleet.state import RobotRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.ports import Traveller


def may_go(turn: Turn, robot: RobotRecord) -> bool:
    """Return whether the robot may be released anything now."""
    order = robot.busy
    active = order is not None and order.state is OrderState.ACTIVE
    return active and robot.link is LinkState.LIVE and (not turn.must_stay(robot) or gets_off(turn, robot))


def gets_off(turn: Turn, robot: RobotRecord) -> bool:
    """Return whether a held robot is led on, since all that is released to it ends where a hold leaves nobody.

    That is no matter of one that has not set out, or has come to the place that it was sent to.
    """
    order = robot.busy
    if order is None or turn.stops_in_place(robot) or not turn.must_stay(robot):
        return False
    if not order.lanes_released or order.lanes_released == len(order.lanes):
        return False
    roads, travel_class = turn.ports.roads, turn.travel_class(robot)
    ahead = order.lanes[order.lanes_done : order.lanes_released]
    if not ahead:
        return not roads.may_stop_at(travel_class, robot.at)
    ends = (turn.site.lanes[lane].end for lane in ahead)
    return not roads.may_stop_on(travel_class, ahead[0]) and not any(roads.may_stop_at(travel_class, e) for e in ends)


def traveller(turn: Turn, robot: RobotRecord) -> Traveller:
    """Return a robot as the right of way sees it; one that an order has left on a lane holds that lane."""
    order = robot.busy
    held: tuple[str, ...] = (robot.stranded_on,) if robot.stranded_on else ()
    wanted: tuple[str, ...] = ()
    priority = 0
    if order is not None:
        ahead = kept(turn, robot)
        held = order.lanes[order.lanes_done : ahead]
        if may_go(turn, robot) and not barred(
            turn, robot
        ):  # what nobody would release must not count on a grant either
            wanted = order.lanes[ahead:]
        if order.task:
            priority = turn.state.tasks[order.task].request.priority
    return Traveller(robot.id, turn.footprint_class(robot), robot.at, held, wanted, priority)


def barred(turn: Turn, robot: RobotRecord) -> bool:
    """Return whether the rest of a robot's way, what is not released to it yet, leads into a closed zone."""
    order = robot.busy
    if order is None:
        return False
    return not turn.ports.roads.is_open(turn.travel_class(robot), order.lanes[order.lanes_released :])


def leads_off_safely(turn: Turn, robot: RobotRecord, lanes: int) -> bool:
    """Return whether a held robot may be released so many lanes more: nobody gets stuck by it once all may go on.

    In a hold nobody else wants anything; so what each will want again has to be looked at besides.
    """
    right_of_way = turn.ports.right_of_way
    now = {other.id: _afterwards(turn, other) for other in turn.state.robots.values()}
    stuck = right_of_way.is_safe(tuple(now.values()))
    mine = now[robot.id]
    now[robot.id] = replace(mine, held=(*mine.held, *mine.wanted[:lanes]), wanted=mine.wanted[lanes:])
    return set(right_of_way.is_safe(tuple(now.values()))) <= set(stuck)


def _afterwards(turn: Turn, robot: RobotRecord) -> Traveller:
    """Return a robot as it will be when it is let go: it wants all that is left of its way."""
    known, order = traveller(turn, robot), robot.busy
    if order is None or not turn.must_stay(robot) or barred(turn, robot):
        return known
    return replace(known, wanted=order.lanes[kept(turn, robot) :])


def stays_safe(turn: Turn, robot: RobotRecord, way: tuple[str, ...]) -> bool:
    """Return whether a robot in transit may be given this way after what is released to it: nobody gets stuck by it."""
    now = {other.id: traveller(turn, other) for other in turn.state.robots.values()}
    right_of_way = turn.ports.right_of_way
    stuck = right_of_way.is_safe(tuple(now.values()))
    order, mine = robot.busy, now[robot.id]
    held = mine.held if order is None else order.lanes[order.lanes_done : order.lanes_released]
    now[robot.id] = replace(mine, held=held, wanted=way)
    return set(right_of_way.is_safe(tuple(now.values()))) <= set(stuck) - {robot.id}
