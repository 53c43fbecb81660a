"""Which orders an agent takes. A pure judgement; the caller acts on it.

Orders are level-triggered: the manager repeats its newest wish until the reports show it, so most of what comes in is
old news and passes without a word. What is refused is never obeyed in part.
"""

from __future__ import annotations

import math
from collections.abc import Container
from dataclasses import replace

from robot_fleet.agent.codec import Json, step_to_dict
from robot_fleet.core.errors import OrderError
from robot_fleet.core.order import Order, Step, StepKind


def admit(order: Order, robot: str, current: Order | None, ended: bool, former: Container[str]) -> bool:
    """Return whether `order` is a new wish that the agent must take on; False for what it knows or has outlived.

    Parameters
    ----------
    order : what came in.
    robot : whom this agent serves.
    current : the newest order taken, None before the first.
    ended : whether nothing of `current` will be started any more: finished, cancelled or stopped by a fault.
    former : ids of orders replaced in the past; a late copy of one must not be carried out a second time.

    Raises
    ------
    OrderError : `order_wrong_robot`; `order_malformed` for an order that nobody could follow; `order_conflict` for one
        that takes back what is released, revives a cancelled order, or would replace one that is still under way.
    """
    if order.robot != robot:
        raise OrderError("order_wrong_robot", f"expected an order for {robot}, got one for {order.robot}", order.id)
    if current is not None and order.id == current.id:
        if order.update <= current.update:
            return False
        _check_form(order)
        _check_stitches(order, current)
        return True
    if order.id in former:
        return False
    _check_form(order)
    if current is not None and not ended:
        raise OrderError(
            "order_conflict",
            f"order {current.id} is still under way; cancel it and wait until it is given up",
            order.id,
        )
    return True


def admit_inactive(order: Order, current: Order | None) -> None:
    """Take of an order that could be taken only what lets the robot do less, since it has been told to stand.

    Raises
    ------
    OrderError : `order_agent_inactive`.
    """
    same = current is not None and order.id == current.id and order.released == current.released
    if not (same and (order.hold or order.cancel)):
        raise OrderError("order_agent_inactive", "the agent was deactivated; activate it first", order.id)


def _check_stitches(order: Order, current: Order) -> None:
    if current.cancel and not order.cancel:
        raise OrderError("order_conflict", "a cancelled order cannot be revived; send one with a new id", order.id)
    if order.released < current.released:
        raise OrderError(
            "order_conflict",
            f"{current.released} steps are released, and a release is never taken back (got {order.released}); "
            "hold or cancel instead",
            order.id,
        )
    kept = current.released
    for old, new in zip(current.steps[:kept], order.steps[:kept], strict=True):
        if old is not new and old != new and _binding(old) != _binding(new):
            raise OrderError("order_conflict", f"released step {old.id} would be changed; cancel instead", order.id)


def _binding(step: Step) -> Json:
    """Return what may not change of a released step: all but where on its way a held robot may stand."""
    return step_to_dict(replace(step, params={}) if step.kind is StepKind.DRIVE else step)


def _check_form(order: Order) -> None:
    if not order.id:
        raise OrderError("order_malformed", "expected an order with an id", order.robot)
    if not 0 <= order.released <= len(order.steps):
        raise OrderError(
            "order_malformed", f"expected released in 0..{len(order.steps)}, got {order.released}", order.id
        )
    seen: set[str] = set()
    for step in order.steps:
        wrong = _wrong(step)
        if not wrong and not step.id:
            wrong = "a step needs an id"
        for identity in (step.id, step.act_id and f"act {step.act_id}"):
            if identity and identity in seen:
                wrong = f"{identity} stands twice in the order"
            seen.add(identity)
        if wrong:
            raise OrderError("order_malformed", wrong, f"{order.id}/{step.id}")


def _wrong(step: Step) -> str:
    """Return what makes a step impossible to follow, or nothing."""
    target = step.target
    if not all(map(math.isfinite, (target.x_m, target.y_m, target.yaw_rad))):
        return "expected a target of finite numbers"
    for name, value in (
        ("corridor_m", step.corridor_m),
        ("speed_mps", step.speed_mps),
        ("duration_s", step.duration_s),
    ):
        if not (math.isfinite(value) and value >= 0.0):
            return f"expected {name} to be finite and at least 0, got {value}"
    if step.kind is StepKind.ACT and not (step.act and step.act_id):
        return "an act needs its verb (act) and its id (act_id)"
    if step.kind is StepKind.DOCK and not step.place:
        return "docking needs a place"
    return ""
