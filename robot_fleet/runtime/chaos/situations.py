"""What a robot is in the middle of, as the ledger knows it: the moments at which a fault hurts most."""

from __future__ import annotations

from enum import StrEnum

from robot_fleet.core.fleet.state import FleetState, RobotRecord
from robot_fleet.core.order import StepKind
from robot_fleet.core.site import Site


class Situation(StrEnum):
    """What a robot is in the middle of; the first that holds."""

    EXCLUSIVE = "exclusive"
    """It drives where only one robot may be at a time."""
    DOCKING = "docking"
    LOADED = "loaded"
    WORKING = "working"
    """It has an order, and none of the above."""
    IDLE = "idle"


DELICATE = (Situation.EXCLUSIVE, Situation.DOCKING, Situation.LOADED)
"""The situations that faults are aimed at, the rarest first."""


def situation(site: Site, robot: RobotRecord) -> Situation:
    """Return what a robot is in the middle of."""
    order = robot.busy
    if order is not None and _on_narrow_lane(site, robot):
        return Situation.EXCLUSIVE
    if order is not None and order.first_tail <= order.done < order.released:
        step = order.tail[order.done - order.first_tail]
        if step.kind is StepKind.DOCK:
            return Situation.DOCKING
    if robot.load:
        return Situation.LOADED
    return Situation.IDLE if order is None else Situation.WORKING


def situations(site: Site, state: FleetState) -> dict[str, Situation]:
    """Return what each robot is in the middle of."""
    return {robot.id: situation(site, robot) for robot in state.robots.values()}


def _on_narrow_lane(site: Site, robot: RobotRecord) -> bool:
    """Return whether the lane that a robot drives, or has been left on, is of a resource that only one may use."""
    order = robot.order
    if order is None or order.done < order.first_lane or order.lanes_done >= order.lanes_released:
        return False
    return bool(site.lanes[order.lanes[order.lanes_done]].resource)
