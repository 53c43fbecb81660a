"""What was seen of a robot on its test drive. Times are steady seconds of whoever watched, unless they are stamps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Point = tuple[float, float]

SUCCEEDED, CANCELED, ABORTED = 4, 5, 6
"""Ends of goals, as `action_msgs/GoalStatus` numbers them."""
UNKNOWN_GOAL = 0


@dataclass(frozen=True, slots=True)
class Motion:
    """A message of odometry, or of the localised pose (then `speed_mps` is 0).

    `skew_s` is how much later the watcher's clock stood than the stamp, `unit` the length of the quaternion.
    """

    at_s: float
    stamp_s: float
    skew_s: float
    x_m: float
    y_m: float
    yaw_rad: float
    speed_mps: float
    frame: str
    child: str = ""
    unit: float = 1.0
    covariance: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Charge:
    """A message of the battery's state; `supply` is its `power_supply_status`."""

    at_s: float
    part: float
    supply: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """A message of feedback of a goal; `poses_left` is None where the action does not count them."""

    at_s: float
    left_m: float
    poses_left: int | None


@dataclass(slots=True)
class GoalSeen:
    """A goal from its sending on."""

    sent_s: float
    target: Point
    yaw_rad: float = 0.0
    answered_s: float = math.inf
    accepted: bool = False
    feedback: list[Feedback] = field(default_factory=list)
    cancel_s: float = math.inf
    ended_s: float = math.inf
    status: int = UNKNOWN_GOAL
    code: int = 0

    @property
    def answered(self) -> bool:
        """Whether it was accepted or rejected."""
        return self.answered_s < math.inf

    @property
    def ended(self) -> bool:
        """Whether its result has come."""
        return self.ended_s < math.inf


@dataclass(frozen=True, slots=True)
class Offer:
    """How a topic is offered."""

    reliable: bool
    latched: bool


@dataclass(slots=True)
class Recording:
    """All that was seen. What is None was not looked at, or did not come.

    Parameters
    ----------
    namespace : of the robot, with its slash.
    line : the ends of the line that it drives on, map frame.
    servers : type by action, of those that are there.
    states : lifecycle state by node; None for one that does not answer.
    offers : how each of the robot's publishers of a topic offers it.
    leaks : topics outside of the namespace that are the robot's own.
    edges : parent and child of each transform.
    clock_step_s : between two messages of `/clock`; 0 in wall time.
    rest_s : from when to when it was let alone, at the beginning.
    goals : by what they were for.
    burst : the goals that were sent at once.
    path, path_code : what its planner answered; `path_free` whether that touches no wall.
    wall_path_code : what it answered to a goal in a wall.
    late_status, strange_status : status of a goal asked for late, and of a goal that never was.
    limit_mps, limited : the speed limit that was set, and from when to when it held.
    orphan_s : when the client of the goal `orphan` had died.
    docked_s, undocked_s : from when to when it stood on its charger.
    marks : other instants, by name.
    deaf : from when to when the watcher itself did not listen: it waited for a person, or its machine was too busy.
    """

    namespace: str
    line: tuple[Point, Point] = ((0.0, 0.0), (0.0, 0.0))
    servers: dict[str, str] = field(default_factory=dict)
    states: dict[str, int | None] = field(default_factory=dict)
    offers: dict[str, list[Offer]] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    edges: set[tuple[str, str]] = field(default_factory=set)
    odometry: list[Motion] = field(default_factory=list)
    poses: list[Motion] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    clock_step_s: float = 0.0
    rest_s: tuple[float, float] = (0.0, 0.0)
    ended_s: float = 0.0
    goals: dict[str, GoalSeen] = field(default_factory=dict)
    burst: list[GoalSeen] = field(default_factory=list)
    path: tuple[Point, ...] | None = None
    path_code: int | None = None
    path_free: bool | None = None
    wall_path_code: int | None = None
    late_status: int | None = None
    strange_status: int | None = None
    limit_mps: float = 0.0
    limited: tuple[float, float] | None = None
    orphan_s: float | None = None
    docked_s: float | None = None
    undocked_s: float | None = None
    marks: dict[str, float] = field(default_factory=dict)
    deaf: list[tuple[float, float]] = field(default_factory=list)

    def gaps_s(self, times: Sequence[float]) -> list[float]:
        """Return for how long nothing came between each two instants, as far as the watcher listened."""
        return [after - before - self._deaf_s(before, after) for before, after in pairwise(times)]

    def _deaf_s(self, begin_s: float, end_s: float) -> float:
        return sum(max(0.0, min(end_s, end) - max(begin_s, begin)) for begin, end in self.deaf)

    def moving(self, begin_s: float, end_s: float) -> Sequence[Motion]:
        """Return the odometry between two instants."""
        return [each for each in self.odometry if begin_s <= each.at_s <= end_s]

    def pose_after(self, at_s: float) -> Motion | None:
        """Return the newest pose that had come at an instant."""
        known = [each for each in self.poses if each.at_s <= at_s]
        return known[-1] if known else None

    def along_m(self, motion: Motion) -> float:
        """Return how far along the line, from its first end, a place lies."""
        (ax, ay), (bx, by) = self.line
        length_m = math.hypot(bx - ax, by - ay) or 1.0
        return ((motion.x_m - ax) * (bx - ax) + (motion.y_m - ay) * (by - ay)) / length_m

    @property
    def length_m(self) -> float:
        """Length of the line."""
        return math.dist(*self.line)
