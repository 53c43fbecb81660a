"""The planning problem that the core hands to a planner, and the plan that comes back. Frozen, and JSON all through.

What a route is worth
---------------------
A robot leaves its first place as soon as it is free, drives to its next stop, begins there as early as it may, serves,
and goes on. The cost of a plan, in seconds (lower is better), is the sum of

- lateness: for each planned task `weight * (late + late**2 / (2 * ageing_s))`, where `late` is how many seconds after
  `due_s` its instant comes. A second of delay therefore weighs more the later a task is: none waits for ever behind
  others of a higher weight.
- travel: `travel_weight` times the seconds of all legs.
- work: the robot's `work_price` times the seconds of all its legs and of its service at tasks.
- rest: for each robot that has stops and `rests`, what a second of driving costs it (`travel_weight` and `work_price`)
  times the seconds from its last stop to the nearest of these, less those from where it is free first: it would drive
  there from here as well. Where there is no way to any, no seconds.
- change: `change_cost` for each planned task whose `assigned` robot is another than the one it is planned on.
- energy: for each watt hour taken in by a planned charge its price at that hour (`tariff`).
- coverage: `Coverage.price` for each second in which a place is out of reach of every robot that could answer there.
- the drop penalty of each task left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.plan_law import LawNeed

Matrix = Sequence[Sequence[float]] | NDArray[np.float64]
"""Rows of seconds; an array may not be written to, and planners keep what they derive from it by its identity."""

CHARGE = -1
"""Number of a planned stop that is a charge and belongs to no task."""


@dataclass(frozen=True, slots=True)
class StopNeed:
    """One stop of a task as the planner sees it.

    Parameters
    ----------
    stop : index of the stop within its task, counted over the whole task (a started task keeps its numbers).
    places : alternatives, in order of preference; the plan chooses one. Never empty.
    service_s : expected time spent there.
    load_kg : change of the load on board when the stop is done (positive at a pick-up).
    earliest_s, latest_s : the stop may not begin before or after.
    counts : whether the task's lateness is measured here, `counts_offset_s` after the stop begins.
    load_units : change of the compartments in use.
    service_by : travel class -> time spent there by robots of that class, where it is not `service_s`.
    interruptible : whether a robot that serves here may be called to an alarm; only coverage asks.
    """

    stop: int
    places: tuple[str, ...]
    service_s: float
    load_kg: float = 0.0
    earliest_s: float = 0.0
    counts: bool = False
    counts_offset_s: float = 0.0
    latest_s: float = inf
    load_units: int = 0
    service_by: Mapping[str, float] = field(default_factory=dict)
    interruptible: bool = False


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
    skills : what its robot must have, every one of them.
    after : tasks that must have ended before its first stop begins. Those that the problem does not know have ended.
    same_robot_as : tasks of the problem that, where both are planned, the same robot must do.
    not_with : tasks of the problem that may not be under way on the same robot at the same time: neither has a stop
        between the first and the last stop of the other.
    assigned : robot that has it in the plan in force, or empty; see `Problem.change_cost`.
    """

    task: str
    stops: tuple[StopNeed, ...]
    due_s: float
    weight: float
    drop_penalty: float
    robots: tuple[str, ...]
    pinned: str = ""
    together: bool = False
    skills: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    same_robot_as: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    assigned: str = ""


@dataclass(frozen=True, slots=True)
class Charging:
    """How a robot charges.

    Parameters
    ----------
    chargers : places where it may.
    full_wh : energy above the reserve at which a charge ends at the latest.
    curve : (level_wh, watts), rising levels: power while the energy above the reserve is below the level and at or
        above the one before. The last level is at least `full_wh`.
    overhead_s : time for docking before and undocking after, both part of the stop; nothing is taken in meanwhile.
    """

    chargers: tuple[str, ...]
    full_wh: float
    curve: tuple[tuple[float, float], ...]
    overhead_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RobotNeed:
    """A robot as the planner sees it.

    Parameters
    ----------
    place : where it will be free, a key of the travel matrix.
    free_at_s : when it will be free there.
    travel_class : which travel matrix it uses.
    capacity_kg, load_kg : what it can carry, and what it has on board when it becomes free.
    energy_wh : energy above the reserve that it may use from there on; it never falls below zero.
    driving_w, standing_w : power while driving and while serving; waiting is free.
    loaded_class : which matrix it uses on legs with something on board, empty for the same one.
    loaded_w : power while driving with something on board, 0 for `driving_w`.
    capacity_units, load_units : compartments that it has, and those in use when it becomes free.
    skills : what it can do.
    available : (from, to) times at which it works, rising and apart; empty for always. Each leg with the service (and
        any wait) that follows it fits into one of them: where it does not, the robot leaves when the next one begins.
    home : where it drives after its last stop, within its working time; empty if it stays there.
    rests : places of which it drives to the nearest after its last stop, in time and with energy that the plan does not
        reckon with; it has no `home` then.
    work_price : cost of a second of its work. What evens out work makes those dearer that have worked more.
    fixed : (task, stop, place) of the stops with which its route must begin, as the plan in force has them.
    charging : how it charges, None if plans have no charges for it.
    """

    robot: str
    place: str
    free_at_s: float
    travel_class: str
    capacity_kg: float
    load_kg: float = 0.0
    energy_wh: float = inf
    driving_w: float = 0.0
    standing_w: float = 0.0
    loaded_class: str = ""
    loaded_w: float = 0.0
    capacity_units: int = 0
    load_units: int = 0
    skills: tuple[str, ...] = ()
    available: tuple[tuple[float, float], ...] = ()
    home: str = ""
    rests: tuple[str, ...] = ()
    work_price: float = 0.0
    fixed: tuple[tuple[str, int, str], ...] = ()
    charging: Charging | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that so many robots can use at a time: a charger, a dock, an exclusive zone, a lift.

    Parameters
    ----------
    places : a robot uses it from the begin to the end of each stop (or charge) at one of these.
    capacity : how many stops may use it at one instant; one that ends and one that begins then are apart.
    busy : (from, to) times at which one more user is there that the plan does not show.
    """

    name: str
    places: tuple[str, ...]
    capacity: int = 1
    busy: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Places that some robot should be able to reach within a time, whenever an alarm may come.

    A robot reaches a place from where it stands or serves an `interruptible` stop; from where its leg or any other stop
    ends, or it is free first (the time till then counts); from a charger after half of `overhead_s`; or, if it has
    something on board, from the end of the first stop after which it has nothing. It goes with its `travel_class`, and
    not outside its working times. Looked at are `now_s`, `now_s + step_s` and so on before `until_s`; a place out of
    reach then is so for `step_s`.

    Parameters
    ----------
    robots : who can answer.
    places : what is to be within reach.
    within_s : reach.
    until_s : coverage is looked at from `Problem.now_s` until then, every `step_s`.
    price : cost of one second in which one place is out of reach.
    """

    robots: tuple[str, ...]
    places: tuple[str, ...]
    within_s: float
    until_s: float
    step_s: float = 60.0
    price: float = 0.0


@dataclass(frozen=True, slots=True)
class Problem:
    """All that a planner needs, at one instant.

    Parameters
    ----------
    travel_s : travel class -> places in the order of rows -> matrix of seconds, `inf` where there is no way.
        `places[class]` names the rows and columns.
    starts : further points where robots become free that are no places: point -> travel class -> seconds from there to
        each place of the class.
    exclusive : places that hold one robot's item for good, so that two tasks must not choose the same (slots, bays):
        a stop that is no pick-up claims such a place.
    taken : exclusive places that are not free at all for a new choice.
    ageing_s : lateness at which a further second weighs twice; see the module.
    change_cost : cost of giving a task to another robot than its `assigned` one.
    tariff : (from_s, price): cost in seconds of one watt hour from that time on, rising times; free before the first.
    law : what the law asks, which only the checker reads; None where there is none.
    """

    now_s: float
    robots: tuple[RobotNeed, ...]
    tasks: tuple[TaskNeed, ...]
    places: Mapping[str, tuple[str, ...]]
    travel_s: Mapping[str, Matrix]
    exclusive: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    travel_weight: float = 0.1
    ageing_s: float = inf
    change_cost: float = 0.0
    resources: tuple[Resource, ...] = ()
    tariff: tuple[tuple[float, float], ...] = ()
    coverage: Coverage | None = None
    starts: Mapping[str, Mapping[str, Sequence[float] | NDArray[np.float64]]] = field(default_factory=dict)
    law: LawNeed | None = None


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop in a robot's route, with the times that follow from the route.

    A charge has no task and the number `CHARGE`; what it takes in follows from its length.
    """

    task: str
    stop: int
    place: str
    arrive_s: float
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A task that is in no route, and why: a reason code that the checker can replay.

    The first of these that holds, all other routes as they are and no charge added:

    - `no_robot_kind`: it names no robot.
    - `no_robot_available`: none of those it names is in the problem.
    - `skill_missing`: none of those has its skills.
    - `predecessor_left_out`: a task that must end before it is left out too.
    - `no_place_free`: some stop has no place that is neither taken nor claimed by another task.
    - `dearer_than_penalty`: some robot could do it, but for no less than its penalty.
    - `no_energy`, `too_heavy`, `window_closed`, `partner_elsewhere`: none could, but one could without the limits on
      energy; on energy and load; on energy, load, latest begins, working times and resources; or without
      `same_robot_as` and `not_with` as well.
    - `unreachable`: not even then.

    `about` names what a reason is about that the fleet gives in place of `unreachable`: equipment out of order.
    """

    task: str
    reason: str
    about: tuple[str, ...] = ()


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
