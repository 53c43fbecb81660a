"""The planning problem that the core hands to a planner, and the plan that comes back. Frozen, and JSON all through.

Cost of a plan, in seconds: for each planned task `weight * lateness`, plus `travel_weight` times all travel, plus the
drop penalty of each task left out. Lower is better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StopNeed:
    """One stop of a task as the planner sees it.

    Parameters
    ----------
    stop : index of the stop within its task, counted over the whole task (a started task keeps its numbers).
    places : alternatives, in order of preference; the plan chooses one. Never empty.
    service_s : expected time spent there.
    load_kg : change of the load on board when the stop is done (positive at a pick-up).
    earliest_s : the stop may not begin before.
    counts : whether the task's lateness is measured here, `counts_offset_s` after the stop begins.
    """

    stop: int
    places: tuple[str, ...]
    service_s: float
    load_kg: float = 0.0
    earliest_s: float = 0.0
    counts: bool = False
    counts_offset_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TaskNeed:
    """A task to plan: its remaining stops in order, all on one robot.

    Parameters
    ----------
    due_s : fleet time of its due instant.
    weight : cost of a second of lateness.
    drop_penalty : cost of leaving it out.
    robots : ids of the robots that can do it. Empty means none can.
    pinned : robot that must do it (it has begun, or has the item on board), or empty.
    together : whether nothing else may come between its stops on the robot (the robot is full with it).
    """

    task: str
    stops: tuple[StopNeed, ...]
    due_s: float
    weight: float
    drop_penalty: float
    robots: tuple[str, ...]
    pinned: str = ""
    together: bool = False


@dataclass(frozen=True, slots=True)
class RobotNeed:
    """A robot as the planner sees it.

    Parameters
    ----------
    place : where it will be free, a key of the travel matrix.
    free_at_s : when it will be free there.
    travel_class : which travel matrix it uses.
    capacity_kg, load_kg : what it can carry, and what it has on board when it becomes free.
    energy_wh : energy above the reserve that it may use from there on.
    driving_w, standing_w : power while driving and while serving.
    """

    robot: str
    place: str
    free_at_s: float
    travel_class: str
    capacity_kg: float
    load_kg: float = 0.0
    energy_wh: float = float("inf")
    driving_w: float = 0.0
    standing_w: float = 0.0


@dataclass(frozen=True, slots=True)
class Problem:
    """All that a planner needs, at one instant.

    Parameters
    ----------
    travel_s : travel class -> places in the order of rows -> matrix of seconds, `inf` where there is no way.
        `places[class]` names the rows and columns.
    exclusive : places that hold one robot's item for good, so that two tasks must not choose the same (slots, bays):
        place -> 1.
    taken : exclusive places that are not free at all for a new choice.
    """

    now_s: float
    robots: tuple[RobotNeed, ...]
    tasks: tuple[TaskNeed, ...]
    places: Mapping[str, tuple[str, ...]]
    travel_s: Mapping[str, tuple[tuple[float, ...], ...]]
    exclusive: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    travel_weight: float = 0.1


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop in a robot's route, with the times that follow from the route."""

    task: str
    stop: int
    place: str
    arrive_s: float
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A task that is in no route, and why: a reason code that the checker can replay.

    Reasons: `no_robot_kind`, `no_robot_available`, `too_heavy`, `no_place_free`, `unreachable`, `no_energy`,
    `dearer_than_penalty`.
    """

    task: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Routes of the robots, by robot id, and the tasks left out.

    `by` names what found it: insertion, search or cpsat. `cost` is in seconds (see the module).
    """

    routes: Mapping[str, tuple[PlannedStop, ...]] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    cost: float = 0.0
    by: str = "insertion"


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a plan breaks: a stable code, the task and robot concerned, and a sentence."""

    code: str
    task: str
    robot: str
    message: str
