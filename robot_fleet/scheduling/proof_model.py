"""The CP-SAT model of a whole small problem; `proof` says what it is for and which way it rounds.

It stands on the arrays of `Compiled`. A node is a stop, an option one place at which it may be served. Each robot has a
circuit over the options of the tasks that it may do; what it does not visit loops to itself. Rows and columns are named
in `kernel.arrays`.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil, floor, inf
from typing import Any, NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from robot_fleet.scheduling.kernel.arrays import (
    BEGIN,
    CHANGE_COST,
    CLASS,
    COUNT,
    DRIVE_COST,
    DRIVE_W,
    FIRST,
    FLAGS,
    HEAD,
    HOME,
    JOB,
    KG_ON,
    LIMIT,
    LOADED_CLASS,
    LOADED_W,
    NODE,
    NODE_EARLY,
    NODE_KG,
    NODE_LATE,
    NODE_UNITS,
    ON_BOARD_KG,
    OPTION,
    OPTION_END,
    OPTION_PLACE,
    PENALTY,
    PIN,
    PLACE,
    POSITION,
    REST,
    ROBOT,
    ROBOT_ENERGY,
    ROBOT_PLACE,
    SERVE_COST,
    SERVE_W,
    START,
    STOPS,
    TOGETHER,
    UNITS_ON,
    UNTIL,
)
from robot_fleet.scheduling.proof_rules import COST_TICKS, TooLargeError, Visit, add_rules, add_tangent
from robot_fleet.scheduling.solution import Solution

FINEST = 6
"""Time ticks are 10**-6 s at the finest; coarser where all times of a problem are whole numbers of coarser ones."""
MICRO = 1e6
"""Ticks a kilogram, and a watt hour."""
LARGEST = 1e18
DEPOT = -1
"""Stands in a circuit for where the robot comes from and goes to."""

Literal = Any  # OR-Tools has one type for a variable and another for its negation


class Solved(NamedTuple):
    """What a run came to: bound in seconds, routes if any, whether they attain it, and CP-SAT's own effort."""

    bound: float
    visits: list[list[Visit]] | None
    optimal: bool
    effort: float


class Arc(NamedTuple):
    """A way from one option to another that a robot may take."""

    start: int
    end: int
    taken: Literal


class WholeModel:
    """The model of a problem, with `solution` as its hint."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.m: Any = solution.model
        self.model = cp_model.CpModel()
        self._measure()
        self.terms: list[Any] = []
        self._make_variables()
        self.arcs = [self._circuit(v) for v in range(solution.robots)]
        self._keep_fixed()
        self._lates = add_rules(self)
        self.model.minimize(cp_model.LinearExpr.sum(self.terms))

    def solve(self, seconds: float, seed: int, deterministic: bool, workers: int) -> Solved:
        """Solve, from the solution as it stands; add tangents where the result is late."""
        self._hint()
        solver = cp_model.CpSolver()
        solver.parameters.random_seed = seed % (1 << 31)
        solver.parameters.num_workers = 1 if deterministic else workers
        if deterministic:
            solver.parameters.max_deterministic_time = max(seconds, 0.0)
        else:
            solver.parameters.max_time_in_seconds = max(seconds, 0.0)
        status = solver.solve(self.model)
        bound, effort = solver.best_objective_bound / COST_TICKS, solver.deterministic_time
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Solved(max(bound, self._least()), None, False, effort)
        for late in self._lates:
            add_tangent(self, late, solver.value(late.late))
        return Solved(
            bound, [self._visits(solver, v) for v in range(len(self.arcs))], status == cp_model.OPTIMAL, effort
        )

    def _visits(self, solver: cp_model.CpSolver, v: int) -> list[Visit]:
        following = {arc.start: arc.end for arc in self.arcs[v] if solver.boolean_value(arc.taken)}
        visits, at = [], following.get(DEPOT, DEPOT)
        while at != DEPOT:
            node = self.node_of[at]
            begin_s = self.base + solver.value(self.begin[node]) / self.ticks
            end_s = begin_s + float(self.m.node_service[node, self.m.robot[v, CLASS]])
            visits.append(Visit(node, int(self.m.option[at, OPTION_PLACE]), begin_s, end_s))
            at = following[at]
        return visits

    def _hint(self) -> None:
        """Tell the solver the routes of the solution."""
        model, state = self.model, self.solution.state
        model.clear_hints()
        for v, arcs in enumerate(self.arcs):
            count = int(state.route[v, COUNT])
            route = [DEPOT, *(self.option_at(*row) for row in state.row[v, :count][:, [NODE, PLACE]].tolist()), DEPOT]
            legs = set(pairwise(route))
            for arc in arcs:
                model.add_hint(arc.taken, (arc.start, arc.end) in legs)
            for k, option in enumerate(route[1:-1]):
                node = self.node_of[option]
                model.add_hint(self.begin[node], self.down(float(state.row_at[v, k, BEGIN])))
                model.add_hint(self.rank[node], k)
            for option, here in self.here[v].items():
                model.add_hint(here, option in route)

    def _measure(self) -> None:
        """Fix the beginning and the length of time, and the ticks in which it is counted."""
        m, problem = self.m, self.solution.compiled.problem
        self.node_of = np.repeat(np.arange(len(m.node)), m.node[:, OPTION_END] - m.node[:, OPTION]).tolist()
        legs = m.travel[np.isfinite(m.travel)]
        busy = np.array([time for resource in problem.resources for spell in resource.busy for time in spell])
        begins = np.concatenate([m.robot_at[:, START], m.node_at[:, NODE_EARLY], busy])
        self.base = float(m.robot_at[:, START].min(initial=inf)) if len(m.robot_at) else 0.0
        span = begins.max(initial=self.base) - self.base
        span += float(m.node_service.max(axis=1, initial=0.0).sum()) + len(m.node) * float(legs.max(initial=0.0))
        limits = m.node_at[:, [NODE_LATE, LIMIT]]
        given = np.concatenate(
            [begins - self.base, m.node_service.ravel(), legs, limits[np.isfinite(limits)] - self.base]
        )
        self.ticks = next(
            (10.0**k for k in range(FINEST) if np.abs(given * 10**k - np.rint(given * 10**k)).max(initial=0.0) < 1e-6),
            10.0**FINEST,
        )
        if span * self.ticks > LARGEST / MICRO:
            raise TooLargeError("times so far apart")
        self.horizon = ceil(span * self.ticks) + len(m.node) + 1

    def down(self, time_s: float) -> int:
        """Return an instant in ticks, rounded down."""
        return floor((time_s - self.base) * self.ticks + 1e-6)

    def length(self, seconds: float) -> int:
        """Return a duration in ticks, rounded down."""
        return floor(seconds * self.ticks + 1e-6)

    def option_at(self, node: int, place: int) -> int:
        """Return the option of a node at a place."""
        low, high = self.m.node[node, [OPTION, OPTION_END]].tolist()
        return next(option for option in range(low, high) if self.m.option[option, OPTION_PLACE] == place)

    def _make_variables(self) -> None:
        m, model, robots = self.m, self.model, self.solution.robots
        nodes = range(len(m.node))
        most = len(m.node)
        self.begin = [model.new_int_var(0, self.horizon, f"begin {node}") for node in nodes]
        self.rank = [model.new_int_var(0, most, f"rank {node}") for node in nodes]
        self.kg = [self._load_var(self.grains(m.node_at[:, NODE_KG]), self.grains(m.robot_at[:, KG_ON])) for _ in nodes]
        self.units = [self._load_var(m.node[:, NODE_UNITS], m.robot[:, UNITS_ON]) for _ in nodes]
        self.loaded = [self._is_loaded(node) for node in nodes]
        self.on: list[dict[int, Literal]] = []
        self.planned: list[Literal] = []
        self.here: list[dict[int, Literal]] = [{} for _ in range(robots)]
        for job in range(len(m.job)):
            able = [v for v in range(robots) if m.allow[job, v] and m.robot_at[v, UNTIL] > -inf]
            able = [] if m.job[job, PIN] == -2 else able
            on = {v: model.new_bool_var(f"job {job} on {v}") for v in able}
            planned = model.new_bool_var(f"job {job}")
            model.add(sum(on.values()) == planned)
            if m.job[job, PIN] >= 0 and self.solution.state.at[job] >= 0:
                model.add(planned == 1)
            self.terms.append(floor(m.job_at[job, PENALTY] * COST_TICKS) * (1 - planned))
            for v, here in on.items():
                if m.job[job, ROBOT] >= 0 and m.job[job, ROBOT] != v:
                    self.terms.append(floor(m.weights[CHANGE_COST] * COST_TICKS) * here)
                work_s = float(m.node_service[self.nodes_of(job), m.robot[v, CLASS]].sum())
                self.terms.append(floor(m.robot_at[v, SERVE_COST] * work_s * COST_TICKS) * here)
                for node in self.nodes_of(job):
                    options = range(m.node[node, OPTION], m.node[node, OPTION_END])
                    at = {option: model.new_bool_var(f"option {option} on {v}") for option in options}
                    model.add(sum(at.values()) == here)
                    self.here[v].update(at)
            self.on.append(on)
            self.planned.append(planned)

    def nodes_of(self, job: int) -> range:
        """Return the nodes of a job, in order."""
        first = int(self.m.job[job, FIRST])
        return range(first, first + int(self.m.job[job, STOPS]))

    def _node(self, task: str, stop: int) -> int:
        """Return the node of a task's stop by its number."""
        job = self.solution.compiled.job_index[task]
        numbers = [need.stop for need in self.solution.compiled.tasks[job].stops]
        return self.nodes_of(job)[numbers.index(stop)]

    def grains(self, kg: Any) -> Any:
        """Return kilograms in milligrams, whole."""
        return np.rint(kg * MICRO).astype(np.int64)

    def _load_var(self, changes: Any, aboard: Any) -> cp_model.IntVar:
        """Return a variable for a load after a stop."""
        least = int(np.minimum(changes, 0).sum()) + int(aboard.min(initial=0))
        most = int(np.maximum(changes, 0).sum()) + int(aboard.max(initial=0))
        return self.model.new_int_var(least, most, "load")

    def _is_loaded(self, node: int) -> Literal:
        """Return whether there is something on board after a stop."""
        model = self.model
        heavy, some, loaded = (model.new_bool_var(f"{what} {node}") for what in ("heavy", "some", "loaded"))
        least = round(ON_BOARD_KG * MICRO) + 1
        for literal, load, above in ((heavy, self.kg[node], least), (some, self.units[node], 1)):
            model.add(load >= above).only_enforce_if(literal)
            model.add(load < above).only_enforce_if(~literal)
        model.add_max_equality(loaded, [heavy, some])
        return loaded

    def _circuit(self, v: int) -> list[Arc]:
        """Let a robot drive a circuit over some of its options; return its arcs."""
        m, model = self.m, self.model
        arcs: list[Arc] = []
        legs: list[tuple[Arc, bool, float]] = []  # what is taken, with something on board, seconds
        idle = model.new_bool_var(f"{v} stands")
        loops = [(0, 0, idle), *((option + 1, option + 1, ~here) for option, here in self.here[v].items())]
        differs = m.robot[v, LOADED_CLASS] != m.robot[v, CLASS] or m.robot_at[v, LOADED_W] != m.robot_at[v, DRIVE_W]
        aboard = m.robot_at[v, KG_ON] > ON_BOARD_KG or m.robot[v, UNITS_ON] > 0
        for start in (DEPOT, *self.here[v]):
            for end in (*self.here[v], DEPOT):
                if not self._may_follow(start, end):
                    continue
                empty, loaded = self._leg(v, start, end, False), self._leg(v, start, end, True)
                if start == DEPOT or not differs:
                    seconds = loaded if start == DEPOT and aboard else empty
                    if seconds < inf:
                        arcs.append(Arc(start, end, model.new_bool_var(f"{v}: {start} to {end}")))
                        legs.append((arcs[-1], start == DEPOT and bool(aboard), seconds))
                    continue
                ways = []
                for full, seconds in ((False, empty), (True, loaded)):
                    if seconds < inf:
                        way = Arc(start, end, model.new_bool_var(f"{v}: {start} to {end}, {full}"))
                        with_load = self.loaded[self.node_of[start]]
                        model.add_implication(way.taken, with_load if full else ~with_load)
                        legs.append((way, full, seconds))
                        ways.append(way.taken)
                if ways:
                    arcs.append(Arc(start, end, model.new_bool_var(f"{v}: {start} to {end}")))
                    model.add(sum(ways) == arcs[-1].taken)
        model.add_circuit([*((arc.start + 1, arc.end + 1, arc.taken) for arc in arcs), *loops])
        for arc in arcs:
            self._follow(v, arc)
        spent = [self._drive(v, arc, full, seconds) for arc, full, seconds in legs]
        if m.robot_at[v, ROBOT_ENERGY] < inf:
            for option, here in self.here[v].items():
                service = m.node_service[self.node_of[option], m.robot[v, CLASS]]
                spent.append(floor(service * m.robot_at[v, SERVE_W] / 3600.0 * MICRO) * here)
            model.add(sum(spent) <= ceil(m.robot_at[v, ROBOT_ENERGY] * MICRO))
        return arcs

    def _may_follow(self, start: int, end: int) -> bool:
        """Return whether the order within tasks lets one option come right after another."""
        m = self.m
        if start == end:
            return False
        if start == DEPOT or end == DEPOT:
            position, job = m.node[self.node_of[max(start, end)], [POSITION, JOB]].tolist()
            return bool(position == (0 if start == DEPOT else m.job[job, STOPS] - 1))
        before, after = self.node_of[start], self.node_of[end]
        job, other = m.node[before, JOB], m.node[after, JOB]
        if job == other:
            return bool(after == before + 1)
        splits = m.job[job, FLAGS] & TOGETHER and m.node[before, POSITION] < m.job[job, STOPS] - 1
        splits = splits or (m.job[other, FLAGS] & TOGETHER and m.node[after, POSITION] > 0)
        return not splits and not (m.job[other, FLAGS] & HEAD and not m.job[job, FLAGS] & HEAD)

    def _leg(self, v: int, start: int, end: int, loaded: bool) -> float:
        """Return the seconds from one option to another; home is free where a robot has none."""
        m = self.m
        here = m.robot[v, ROBOT_PLACE] if start == DEPOT else m.option[start, OPTION_PLACE]
        there = m.robot[v, HOME] if end == DEPOT else m.option[end, OPTION_PLACE]
        return 0.0 if there < 0 else float(m.travel[m.robot[v, LOADED_CLASS if loaded else CLASS], here, there])

    def _follow(self, v: int, arc: Arc) -> None:
        """Let place in the order and load follow along an arc."""
        if arc.end == DEPOT:
            return
        m, node, before = self.m, self.node_of[arc.end], self.node_of[arc.start]
        first = arc.start == DEPOT
        kg, units = int(self.grains(m.node_at[node, NODE_KG])), int(m.node[node, NODE_UNITS])
        self.model.add(self.rank[node] == (0 if first else self.rank[before] + 1)).only_enforce_if(arc.taken)
        aboard = int(self.grains(m.robot_at[v, KG_ON])) if first else self.kg[before]
        self.model.add(self.kg[node] == aboard + kg).only_enforce_if(arc.taken)
        aboard = int(m.robot[v, UNITS_ON]) if first else self.units[before]
        self.model.add(self.units[node] == aboard + units).only_enforce_if(arc.taken)

    def _drive(self, v: int, arc: Arc, loaded: bool, seconds: float) -> Any:
        """Let time and cost follow along an arc; return the energy that it takes."""
        m, model = self.m, self.model
        driving_s = seconds + self._rest(v, arc)
        self.terms.append(floor(m.robot_at[v, DRIVE_COST] * driving_s * COST_TICKS) * arc.taken)
        free: Any = self.down(float(m.robot_at[v, START]))
        if arc.start != DEPOT:
            free = self.begin[self.node_of[arc.start]] + self.service(self.node_of[arc.start], v)
        if arc.end != DEPOT:
            model.add(self.begin[self.node_of[arc.end]] >= free + self.length(seconds)).only_enforce_if(arc.taken)
        elif m.robot_at[v, UNTIL] < inf:
            until = self.down(float(m.robot_at[v, UNTIL])) + 1
            model.add(free + self.length(seconds) <= until).only_enforce_if(arc.taken)
        watts = m.robot_at[v, LOADED_W if loaded else DRIVE_W]
        return floor(seconds * watts / 3600.0 * MICRO) * arc.taken

    def _rest(self, v: int, arc: Arc) -> float:
        """Return the seconds of the way to rest that an arc adds, less those that it saves."""
        m = self.m
        if m.robot[v, REST] < 0:
            return 0.0
        rest_s = m.rest[m.robot[v, REST]]
        saved_s = float(rest_s[m.robot[v, ROBOT_PLACE]]) if arc.start == DEPOT else 0.0
        return (float(rest_s[m.option[arc.start, OPTION_PLACE]]) if arc.end == DEPOT else 0.0) - saved_s

    def _least(self) -> float:
        """Return what no plan can cost less than, whatever it does: all robots are spared their way to rest."""
        spared = 0.0
        for v, row in enumerate(self.m.robot[:, REST].tolist()):
            if row >= 0:
                spared += float(self.m.robot_at[v, DRIVE_COST] * self.m.rest[row, self.m.robot[v, ROBOT_PLACE]])
        return -spared

    def service(self, node: int, v: int) -> int:
        """Return how long a robot serves a node, in ticks."""
        return self.length(float(self.m.node_service[node, self.m.robot[v, CLASS]]))

    def _keep_fixed(self) -> None:
        """Let routes begin as they are bound to."""
        compiled = self.solution.compiled
        for v, robot in enumerate(compiled.robots):
            nodes = [(self._node(task, stop), compiled.places[place]) for task, stop, place in robot.fixed]
            legs = set(pairwise([DEPOT, *(self.option_at(node, place) for node, place in nodes)]))
            for arc in self.arcs[v]:
                if (arc.start, arc.end) in legs:
                    self.model.add(arc.taken == 1)
