"""Effects: what the core wants done. A repeated effect is the same wish, so a receiver may see it twice."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.order import Order
from robot_fleet.core.plan import Plan, Problem


@dataclass(frozen=True, slots=True)
class SendOrder:
    """Make this order the robot's wish."""

    order: Order


@dataclass(frozen=True, slots=True)
class Improve:
    """Look for a better plan than `current`; answer with PlanImproved."""

    job: int
    problem: Problem
    current: Plan


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command's sender is told.

    Parameters
    ----------
    code, message : why not, when not accepted; a left-out reason when accepted but not planned yet.
    where : the parameter or id that is at fault, where one is.
    robot, expected_at_s : who is to do it and when its due instant is expected; empty and 0 if nobody yet.
    """

    key: str
    accepted: bool
    task: str = ""
    code: str = ""
    message: str = ""
    robot: str = ""
    expected_at_s: float = 0.0
    where: str = ""


Effect = SendOrder | Improve | Answer
