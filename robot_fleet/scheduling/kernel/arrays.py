"""The arrays that the compiled planners work on.

Sizes: J jobs (a job is a task), N nodes (a node is a stop of a job), O options (a place that a node may be served at),
V robots, C travel classes, P places, R resources, X exclusive places, K the longest route that fits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.uint8]

TOGETHER = 1
"""Flag of a job: nothing may come between its stops."""
HEAD = 2
"""Flag of a job: it has something on board already and comes first on its robot."""
CHOOSES = 4
"""Flag of a job: it may claim an exclusive place."""
COUPLED = 8
"""Flag of a job: it has predecessors, successors, same-robot or not-with partners."""
PLAIN = 16
"""Flag of a job: one stop, or two; not coupled; no head; no place that is part of a resource."""

RELAX_ENERGY, RELAX_LOAD, RELAX_WINDOW, RELAX_PARTNER = 1, 2, 4, 8
"""What an insertion may be asked to overlook, to find out why there is none."""

BEGUN = 32
"""Flag of a job: its first stops are behind it, so it waits for no predecessor and is under way from the start."""

OK, UNREACHABLE, SEQUENCE, TOO_HEAVY, NO_ENERGY, TOO_LATE, PARTNER = 0, 1, 2, 3, 4, 5, 6
"""What laying a route comes to."""

TINY = 1e-9
"""Slack on loads, energies and costs against the rounding of sums; the checker allows 1e-6."""

ON_BOARD_KG = 1e-6
"""A robot with more on board than this drives as a loaded one."""

CHARGE_NODE = -1
"""Stands in a route for a charge."""


# Columns of Model.job: first node, number of stops, flags, robot that must do it (-1 any, -2 one that is not there),
# robot that has it in the plan in force (-1 none), and the ranges of its partners in Model.links.
FIRST, STOPS, FLAGS, PIN, ROBOT, PRED, PRED_END, SUCC, SUCC_END, SAME, SAME_END, APART, APART_END = range(13)
# Model.job_at: drop penalty, cost of a second of lateness, due time.
PENALTY, IMPORTANCE, DUE = range(3)
# Model.node: its job, its place among the job's stops, change of compartments in use, its range in Model.option.
JOB, POSITION, NODE_UNITS, OPTION, OPTION_END = range(5)
# Model.node_at: earliest and latest begin, latest begin without lateness, cost of a second of lateness, change of load.
NODE_EARLY, NODE_LATE, LIMIT, WEIGHT, NODE_KG = range(5)
# Model.option: place, exclusive place that it claims (-1 none).
OPTION_PLACE, CLAIM = range(2)
# Model.robot: travel class without and with a load, first place, home (-1 none), compartments and those in use, length
# of the fixed front, then first and number: of its working times in Model.table (number 0 unless there are several), of
# its chargers (places) in Model.links, of its charge curve (level_wh, watts) in Model.table; its row of Model.rest (-1
# none).
CLASS, LOADED_CLASS, ROBOT_PLACE, HOME, ROBOT_UNITS, UNITS_ON, FIXED = range(7)
WINDOW, WINDOWS, CHARGER, CHARGERS, CURVE, CURVES, REST = range(7, 14)
# Model.robot_at: first departure, end of its only working time (inf for none), payload and load, energy, powers, energy
# at which a charge ends, time that a charge takes besides, costs of a second of driving and of serving.
START, UNTIL, ROBOT_KG, KG_ON, ROBOT_ENERGY, DRIVE_W, LOADED_W, SERVE_W, FULL, OVERHEAD = range(10)
DRIVE_COST, SERVE_COST = range(10, 12)
# Model.weights: 1 / (2 ageing_s), change_cost, whether all robots are alike, whether no detour is quicker than the
# direct way.
AGEING, CHANGE_COST, ALIKE, METRIC = range(4)


class Model(NamedTuple):
    """What is to be planned; columns stand above.

    Attributes
    ----------
    travel : (C, P, P) seconds, `inf` where there is no way.
    rest : (., P) seconds to the nearest place to rest at, 0 where there is no way to any.
    allow : (J, V) whether the robot may do the job.
    node_service : (N, C) seconds.
    place : (P, 2) range of its resources in `links`. capacity : (R) of each resource.
    tariff : rows of (from_s, price).
    """

    travel: Floats
    rest: Floats
    job: Ints
    job_at: Floats
    allow: Bytes
    node: Ints
    node_at: Floats
    node_service: Floats
    option: Ints
    robot: Ints
    robot_at: Floats
    table: Floats
    links: Ints
    place: Ints
    capacity: Ints
    tariff: Floats
    weights: Floats


# State.row: what each visit is, and where; at index k of UNITS compartments in use after k visits.
NODE, PLACE, UNITS = range(3)
# State.row_at, of visit k: energy at which a charge ends, arrival, begin, earliest and latest begin with partners on
# other routes taken into account; after k visits: departure, cost and travel so far, energy left, load; latest arrival
# at visit k that breaks no hard limit later on (at the end: latest departure); latest arrival at which the rest costs
# the same; what each second more costs from there on (costs are convex in time, so that this is the least).
LEVEL, ARRIVE, BEGIN, EARLY, LATE, LEAVE, COST, TRAVEL, ENERGY, KG, LATEST, SLACK, SLOPE = range(13)
# State.route: number of visits, visits at the front that nothing may precede, whether only the general insertion may be
# used.
COUNT, LEAD, SPECIAL = range(3)
# State.route_at: cost, energy left at the end.
TOTAL, SPARE = range(2)


class State(NamedTuple):
    """The routes as they stand; row V is a draft that no robot drives. Columns stand above.

    Attributes
    ----------
    row, row_at : (V + 1, K + 1, columns) visits. route, route_at : (V + 1, columns).
    version : (V + 1) names a route's content; equal means equal.
    at : (J) robot that a job is on, -1 for none. span : (J, 2) begin of its first and end of its last stop.
    owner : (X) job that claims an exclusive place, -1 for none.
    booked, book_robot, book_time : users of each resource: how many, whose (-1 for others), (from, to).
    known_version, known_delta, known_choice : (J, V) and (J, V, 4) insertions worked out before.
    counter : versions given out; whether a route was too long. random : state of the random numbers.
    listed : (K + 1) room for jobs of one route. gap : (2, K + 2) see `plain`.
    """

    row: Ints
    row_at: Floats
    route: Ints
    route_at: Floats
    version: Longs
    at: Ints
    span: Floats
    owner: Ints
    booked: Ints
    book_robot: Ints
    book_time: Floats
    known_version: Longs
    known_delta: Floats
    known_choice: Ints
    counter: Longs
    random: NDArray[np.uint64]
    listed: Ints
    gap: Floats


class Ground(NamedTuple):
    """What ruin and recreate looks up.

    Attributes
    ----------
    near : (P, P) for each place all places, nearest first.
    place_row, place_node : nodes that can be served at each place, as compressed rows.
    movable : jobs that the search may move.
    """

    near: Ints
    place_row: Ints
    place_node: Ints
    movable: Ints


class Kept(NamedTuple):
    """Routes put aside: (V + 1) visits in each, and of each visit node, place, charge level and (begin, end)."""

    visits: Ints
    node: Ints
    place: Ints
    level: Floats
    times: Floats


class Pool(NamedTuple):
    """Routes kept for the master, in a ring.

    Attributes
    ----------
    rows : how many were ever kept.
    content : a row each: robot, length, then node and place of each visit. costs : what each costs.
    times : begin and end of each visit; no columns where nothing ties routes to each other.
    """

    rows: Longs
    content: Ints
    costs: Floats
    times: Floats


# Labels.label: place, label before, action, next label of the same list. Labels.label_at: time, cost, energy.
AT_PLACE, PARENT, ACTION, FOLLOWING = range(4)
AT_TIME, AT_COST, AT_ENERGY = range(3)


class Labels(NamedTuple):
    """Room to work in: for the general insertion's search, and for lists that a step needs.

    Attributes
    ----------
    head : (2, stops + 1, 2) first label of each list, -1 for none.
    used : labels in use; whether there was no room for one; whether energy was too short for some way.
    path : where the result is written.
    asked : (V) robots. drawn : (stops, 2) ranges of options.
    """

    label: Ints
    label_at: Floats
    head: Ints
    used: Longs
    path: Ints
    asked: Ints
    drawn: Ints


def empty_labels(robots: int, size: int = 1 << 15, stops: int = 64) -> Labels:
    """Return room for so many robots and labels, and jobs of so many stops."""
    return Labels(
        label=np.zeros((size, 4), dtype=np.int32),
        label_at=np.zeros((size, 3)),
        head=np.zeros((2, stops + 1, 2), dtype=np.int32),
        used=np.zeros(3, dtype=np.int64),
        path=np.zeros((4096, 2), dtype=np.int32),
        asked=np.zeros(robots, dtype=np.int32),
        drawn=np.zeros((stops, 2), dtype=np.int32),
    )


def empty_state(jobs: int, robots: int, longest: int, resources: int, bookings: int, exclusive: int) -> State:
    """Return a state in which nothing is laid yet."""
    return State(
        row=np.zeros((robots + 1, longest + 1, 3), dtype=np.int32),
        row_at=np.zeros((robots + 1, longest + 1, 13)),
        route=np.zeros((robots + 1, 3), dtype=np.int32),
        route_at=np.zeros((robots + 1, 2)),
        version=np.ones(robots + 1, dtype=np.int64),
        at=np.full(jobs, -1, dtype=np.int32),
        span=np.zeros((jobs, 2)),
        owner=np.full(max(exclusive, 1), -1, dtype=np.int32),
        booked=np.zeros(max(resources, 1), dtype=np.int32),
        book_robot=np.full((max(resources, 1), bookings), -1, dtype=np.int32),
        book_time=np.zeros((max(resources, 1), bookings, 2)),
        known_version=np.zeros((jobs, robots), dtype=np.int64),  # no version; takes no memory until it is written
        known_delta=np.zeros((jobs, robots)),
        known_choice=np.zeros((jobs, robots, 4), dtype=np.int32),
        counter=np.array([1, 0], dtype=np.int64),
        random=np.ones(1, dtype=np.uint64),
        listed=np.zeros(longest + 1, dtype=np.int32),
        gap=np.zeros((2, longest + 2)),
    )
