"""Effects: what the core wants done. A repeated effect is the same wish, so a receiver may see it twice."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.geometry import Pose
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
class AskPath:
    """Ask the planner of a robot that stands idle for the path between two vertices; answer with PathMeasured.

    Whoever asks gives the question up when the robot is sent an order: a second client's question pre-empts the one
    that a driving robot's own navigator waits for.
    """

    robot: str
    kind: str
    start: str
    end: str
    start_pose: Pose
    end_pose: Pose


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one of many requests: its number, from 0, and a code, sentence and place as in an answer."""

    request: int
    code: str
    message: str
    where: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command's sender is told.

    Parameters
    ----------
    code, message : why not, when not accepted; a left-out reason when accepted but not planned yet.
    where : the parameter or id that is at fault, where one is.
    robot, expected_at_s : who is to do it and when its due instant is expected; empty and 0 if nobody yet.
    wrong : where many were asked for at once and none was taken on: what is wrong with which.
    """

    key: str
    accepted: bool
    task: str = ""
    code: str = ""
    message: str = ""
    robot: str = ""
    expected_at_s: float = 0.0
    where: str = ""
    wrong: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class SupplyChargers:
    """Have these chargers give current, and hold it back at these others.

    A charger that holds back feeds what the robot at it draws, and its battery nothing.
    """

    on: tuple[str, ...]
    held: tuple[str, ...]


Effect = SendOrder | Improve | AskPath | Answer | SupplyChargers
