"""For how long places are out of reach of every robot that could answer an alarm there, as planners see it.

The rule stands at `core.plan.Coverage`; the checker works it out on its own.
"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from robot_fleet.scheduling.compiled import Compiled
from robot_fleet.scheduling.kernel.arrays import (
    ARRIVE,
    BEGIN,
    CHARGE_NODE,
    CLASS,
    COUNT,
    HOME,
    KG,
    KG_ON,
    LEAVE,
    LOADED_CLASS,
    NODE,
    ON_BOARD_KG,
    OVERHEAD,
    PLACE,
    POSITION,
    ROBOT_PLACE,
    UNITS,
    UNITS_ON,
    State,
)


def out_of_reach(compiled: Compiled, state: State) -> NDArray[np.bool_]:
    """Return which places are out of reach at which instant: (instants, places), empty without coverage."""
    coverage = compiled.problem.coverage
    if coverage is None:
        return np.zeros((0, 0), dtype=bool)
    now_s = compiled.problem.now_s
    # One more than can be: `arange` by the step would round its way to an instant too many.
    numbers = np.arange(int((coverage.until_s - now_s) / coverage.step_s) + 2)
    instants = np.asarray(now_s + numbers * coverage.step_s, dtype=np.float64)
    instants = instants[instants < coverage.until_s]
    places = np.array([compiled.places.get(place, -1) for place in coverage.places])
    out = np.ones((len(instants), len(places)), dtype=bool)
    for name in coverage.robots:
        v = compiled.robot_index.get(name)
        if v is not None:
            delays, spots = _spots(compiled, state, v, instants)
            travel = compiled.model.travel[compiled.model.robot[v, CLASS]]
            seconds = np.where(places >= 0, travel[np.ix_(spots, places)], inf)
            out &= delays[:, None] + seconds > coverage.within_s
    return out


def coverage_cost(compiled: Compiled, state: State) -> float:
    """Return what the plan's coverage costs."""
    coverage = compiled.problem.coverage
    if coverage is None or coverage.price <= 0.0:
        return 0.0
    return float(out_of_reach(compiled, state).sum()) * coverage.step_s * coverage.price


def _spots(
    compiled: Compiled, state: State, v: int, instants: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return how long until a robot can leave for an alarm, and from where, at each instant."""
    model, count = compiled.model, int(state.route[v, COUNT])
    robot, need = model.robot[v], compiled.robots[v]
    loaded = [model.robot_at[v, KG_ON] > ON_BOARD_KG or robot[UNITS_ON] > 0]
    loaded += [bool(state.row_at[v, k, KG] > ON_BOARD_KG or state.row[v, k, UNITS] > 0) for k in range(1, count + 1)]
    empty: list[tuple[float, int]] = [(inf, int(robot[ROBOT_PLACE]))] * (count + 1)
    for k in range(count - 1, -1, -1):
        empty[k] = (
            empty[k + 1] if loaded[k + 1] else (float(state.row_at[v, k + 1, LEAVE]), int(state.row[v, k, PLACE]))
        )
    until: list[float] = []
    ready: list[float] = []
    extra: list[float] = []
    spot: list[int] = []

    def add(k: int, until_s: float, ready_s: float, place: int, extra_s: float = 0.0) -> None:
        if loaded[k]:
            ready_s, place = empty[k]
            extra_s = 0.0
        until.append(until_s)
        ready.append(ready_s)
        extra.append(extra_s)
        spot.append(place)

    here, start = int(robot[ROBOT_PLACE]), max(compiled.problem.now_s, need.free_at_s)
    add(0, start, start, here)
    for k in range(count):
        place, node = int(state.row[v, k, PLACE]), int(state.row[v, k, NODE])
        arrive, begin = float(state.row_at[v, k, ARRIVE]), float(state.row_at[v, k, BEGIN])
        end = float(state.row_at[v, k + 1, LEAVE])
        travel_class = robot[LOADED_CLASS] if loaded[k] else robot[CLASS]
        add(k, arrive - float(model.travel[travel_class, here, place]), -inf, here)
        add(k, arrive, arrive, place)
        add(k, begin, -inf, place)
        if node == CHARGE_NODE:
            add(k, end, -inf, place, float(model.robot_at[v, OVERHEAD]) / 2.0)
        else:
            stop = compiled.tasks[compiled.job_of[node]].stops[int(model.node[node, POSITION])]
            add(k, end, -inf if stop.interruptible else end, place)
        here = place
    if count and robot[HOME] >= 0:
        travel_class = robot[LOADED_CLASS] if loaded[count] else robot[CLASS]
        leg = float(model.travel[travel_class, here, robot[HOME]])
        leaves = _leaves_home(need.available, float(state.row_at[v, count, LEAVE]), leg)
        add(count, leaves, -inf, here)
        add(count, leaves + leg, leaves + leg, int(robot[HOME]))
        here = int(robot[HOME])
    add(count, inf, -inf, here)
    at = np.searchsorted(np.maximum.accumulate(np.array(until)), instants, side="right")
    delays = np.maximum(0.0, np.array(ready)[at] - instants) + np.array(extra)[at]
    if need.available:
        works = np.zeros(len(instants), dtype=bool)
        for from_s, to_s in need.available:
            works |= (instants >= from_s) & (instants < to_s)
        delays = np.where(works, delays, inf)
    return delays, np.array(spot, dtype=np.int64)[at]


def _leaves_home(available: tuple[tuple[float, float], ...], ready_s: float, leg_s: float) -> float:
    for from_s, to_s in available or ((-inf, inf),):
        if to_s >= ready_s and max(ready_s, from_s) + leg_s <= to_s + 1e-9:
            return max(ready_s, from_s)
    return inf


__all__ = ["coverage_cost", "out_of_reach"]
