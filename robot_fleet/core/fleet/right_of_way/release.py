"""How much of each robot's way is released: the bridge from orders to the right of way."""

from __future__ import annotations

from itertools import takewhile

from robot_fleet.core.fleet import dispatch, orders
from robot_fleet.core.fleet.right_of_way import equipping
from robot_fleet.core.fleet.right_of_way.travellers import leads_off_safely, may_go, traveller
from robot_fleet.core.fleet.state import OrderRecord
from robot_fleet.core.fleet.tasks import flowing
from robot_fleet.core.fleet.turn import Turn

HORIZON_M = 14.0
"""So much way ahead of a robot is released at most (plus the rest of a lane)."""


def _before_people(turn: Turn, order: OrderRecord) -> int:
    """Return how many lanes more lead to no place in which people are."""
    ends = (turn.site.lanes[lane].end for lane in order.lanes[order.lanes_released :])
    return sum(1 for _ in takewhile(lambda end: not turn.seen.people.get(end), ends))


def release(turn: Turn) -> None:
    """Release what is free, to all robots that may move; what is done at a place only on arrival there."""
    turn.agenda.moved = False
    granted = turn.ports.right_of_way.release(
        [traveller(turn, robot) for robot in turn.state.robots.values()], HORIZON_M
    )
    for robot in turn.state.robots.values():
        order = robot.busy
        if order is None or not may_go(turn, robot):
            continue
        released = order.released
        lanes = min(granted.get(robot.id, 0), _before_people(turn, order))
        if lanes and turn.must_stay(robot) and not leads_off_safely(turn, robot, lanes):
            lanes = 0
        kept = equipping.kept(turn, robot) + lanes
        if kept > order.lanes_released:
            released = order.first_lane + equipping.open_to(turn, robot, kept)
        if order.arrived and dispatch.wanted(turn, robot, order):
            released = flowing.released_to(turn, order)
        if released > order.released:
            orders.release_steps(turn, robot, released)
