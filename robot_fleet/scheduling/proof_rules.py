"""The rules of the vocabulary, added to the CP-SAT model of a whole problem once it has its circuits."""

from __future__ import annotations

from itertools import combinations
from math import ceil, floor, inf, log10
from typing import TYPE_CHECKING, Any, NamedTuple

from robot_fleet.scheduling.kernel.arrays import (
    AGEING,
    APART,
    APART_END,
    BEGUN,
    CLAIM,
    FLAGS,
    JOB,
    LIMIT,
    NODE_EARLY,
    NODE_KG,
    NODE_LATE,
    NODE_UNITS,
    OPTION_PLACE,
    PRED,
    PRED_END,
    ROBOT_KG,
    ROBOT_UNITS,
    SAME,
    SAME_END,
    UNTIL,
    WEIGHT,
)

if TYPE_CHECKING:
    from robot_fleet.scheduling.proof_model import WholeModel

COST_TICKS = 1e6
"""Cost ticks a second."""
LARGEST = 1e18
"""Whole numbers in the model stay below this."""
TANGENTS = 8
"""To begin with, for each stop that may be late; each begins at half of the lateness of the next."""


class TooLargeError(Exception):
    """Numbers that CP-SAT's whole ones cannot hold; the message names them."""


class Visit(NamedTuple):
    """A stop of a route that the model has found, and when it begins and ends at the latest."""

    node: int
    place: int
    begin_s: float
    end_s: float


class Late(NamedTuple):
    """Lateness of a node in time ticks and its cost in cost ticks (variables), its weight, and parts of a cost tick.

    Slopes of tangents are rounded down to these parts.
    """

    late: Any
    cost: Any
    weight: float
    parts: int


def add_rules(whole: WholeModel) -> list[Late]:
    """Add every rule that no circuit holds; return the lateness of the nodes that may be late."""
    for node in range(len(whole.m.node)):
        _bound(whole, node)
    for job in range(len(whole.m.job)):
        _come_after(whole, job)
        _keep_together(whole, job)
        _keep_apart(whole, job)
    _claim(whole)
    _share(whole)
    lates = (_lateness(whole, node) for node in range(len(whole.m.node)))
    return [late for late in lates if late is not None]


def add_tangent(whole: WholeModel, late: Late, at: float) -> None:
    """Bound the cost of lateness from below by the line that touches it at a lateness in time ticks.

    It is `weight * (late + ageing * late**2)` with `ageing` half of one over `Problem.ageing_s`.
    """
    late_s, ageing = at / whole.ticks, float(whole.m.weights[AGEING])
    slope = floor(late.weight * (1.0 + 2.0 * ageing * late_s) * COST_TICKS / whole.ticks * late.parts)
    below = ceil(late.weight * ageing * late_s**2 * COST_TICKS * late.parts)
    whole.model.add(late.parts * late.cost >= slope * late.late - below)


def _bound(whole: WholeModel, node: int) -> None:
    """Windows, working time, loads; a task's stops follow each other."""
    m, model, begin = whole.m, whole.model, whole.begin[node]
    job = m.node[node, JOB]
    planned = whole.planned[job]
    if m.node_at[node, NODE_EARLY] > whole.base:
        model.add(begin >= whole.down(float(m.node_at[node, NODE_EARLY]))).only_enforce_if(planned)
    if m.node_at[node, NODE_LATE] < inf:
        model.add(begin <= whole.down(float(m.node_at[node, NODE_LATE])) + 1).only_enforce_if(planned)
    follows = node > whole.nodes_of(job).start
    if follows:
        model.add(whole.rank[node] > whole.rank[node - 1]).only_enforce_if(planned)
    for v, on in whole.on[job].items():
        if follows:
            model.add(begin >= whole.begin[node - 1] + whole.service(node - 1, v)).only_enforce_if(on)
        if m.robot_at[v, UNTIL] < inf:
            until = whole.down(float(m.robot_at[v, UNTIL])) + 1
            model.add(begin + whole.service(node, v) <= until).only_enforce_if(on)
        if m.node_at[node, NODE_KG] > 0.0:
            model.add(whole.kg[node] <= int(whole.grains(min(m.robot_at[v, ROBOT_KG], 1e9)))).only_enforce_if(on)
        if m.node[node, NODE_UNITS] > 0:
            model.add(whole.units[node] <= int(m.robot[v, ROBOT_UNITS])).only_enforce_if(on)


def _come_after(whole: WholeModel, job: int) -> None:
    m, model = whole.m, whole.model
    if m.job[job, FLAGS] & BEGUN:
        return
    first = whole.nodes_of(job).start
    for other in m.links[m.job[job, PRED] : m.job[job, PRED_END]].tolist():
        last = whole.nodes_of(other)[-1]
        model.add_implication(whole.planned[job], whole.planned[other])
        for v, on in whole.on[other].items():
            ended = whole.begin[last] + whole.service(last, v)
            model.add(whole.begin[first] >= ended).only_enforce_if(whole.planned[job], on)
            if v in whole.on[job]:
                model.add(whole.rank[first] > whole.rank[last]).only_enforce_if(whole.on[job][v], on)


def _keep_together(whole: WholeModel, job: int) -> None:
    for other in whole.m.links[whole.m.job[job, SAME] : whole.m.job[job, SAME_END]].tolist():
        for v, on in whole.on[job].items():
            elsewhere = [there for w, there in whole.on[other].items() if w != v]
            whole.model.add_at_most_one([on, *elsewhere])


def _keep_apart(whole: WholeModel, job: int) -> None:
    m, model = whole.m, whole.model
    begun = m.job[:, FLAGS] & BEGUN
    for other in m.links[m.job[job, APART] : m.job[job, APART_END]].tolist():
        if other < job or (begun[job] and begun[other]):
            continue
        before = model.new_bool_var(f"job {job} before {other}")
        if begun[job] or begun[other]:
            model.add(before == int(begun[job] > 0))  # what has begun is under way from the start
        mine, theirs = whole.nodes_of(job), whole.nodes_of(other)
        for v in whole.on[job].keys() & whole.on[other].keys():
            both = (whole.on[job][v], whole.on[other][v])
            model.add(whole.rank[mine[-1]] < whole.rank[theirs[0]]).only_enforce_if(*both, before)
            model.add(whole.rank[theirs[-1]] < whole.rank[mine[0]]).only_enforce_if(*both, ~before)


def _claim(whole: WholeModel) -> None:
    """Give an exclusive place to one task."""
    claims: dict[int, dict[int, list[Any]]] = {}
    for here in whole.here:
        for option, literal in here.items():
            claim = int(whole.m.option[option, CLAIM])
            if claim >= 0:
                job = int(whole.m.node[whole.node_of[option], JOB])
                claims.setdefault(claim, {}).setdefault(job, []).append(literal)
    for by_job in claims.values():
        for one, other in combinations(by_job.values(), 2):
            for mine in one:
                for theirs in other:
                    whole.model.add_at_most_one([mine, theirs])


def _share(whole: WholeModel) -> None:
    """Let no more stops use a resource at a time than it can take; stops of no length are left to the laying."""
    compiled, model = whole.solution.compiled, whole.model
    for r, resource in enumerate(compiled.problem.resources):
        intervals = []
        for v, here in enumerate(whole.here):
            for option, literal in here.items():
                node = whole.node_of[option]
                length = whole.service(node, v)
                if length and r in compiled.resources_at.get(int(whole.m.option[option, OPTION_PLACE]), ()):
                    intervals.append(model.new_optional_fixed_size_interval_var(whole.begin[node], length, literal, ""))
        for from_s, to_s in resource.busy:
            begin, end = max(whole.down(from_s) + 1, 0), whole.down(to_s)
            if end > begin:
                intervals.append(model.new_fixed_size_interval_var(begin, end - begin, ""))
        model.add_cumulative(intervals, [1] * len(intervals), resource.capacity)


def _lateness(whole: WholeModel, node: int) -> Late | None:
    m, model = whole.m, whole.model
    weight, limit_s = float(m.node_at[node, WEIGHT]), float(m.node_at[node, LIMIT])
    if weight <= 0.0 or limit_s == inf:
        return None
    limit = -whole.down(-limit_s + 2.0 * whole.base)  # rounded up
    most = max(whole.horizon - limit, 0)
    late_s, ageing = most / whole.ticks, float(m.weights[AGEING])
    dearest = weight * (late_s + ageing * late_s**2) * COST_TICKS
    steepest = weight * (1.0 + 2.0 * ageing * late_s) * late_s * COST_TICKS
    if steepest > LARGEST:
        raise TooLargeError("lateness so dear")
    parts = 10 ** floor(log10(LARGEST / max(steepest, 1e9)))
    late = Late(model.new_int_var(0, most, "late"), model.new_int_var(0, ceil(dearest), "its cost"), weight, parts)
    model.add(late.late >= whole.begin[node] - limit).only_enforce_if(whole.planned[m.node[node, JOB]])
    add_tangent(whole, late, 0.0)
    for k in range(TANGENTS if ageing > 0.0 else 0):
        add_tangent(whole, late, most / 2.0**k)
    whole.terms.append(late.cost)
    return late


__all__ = ["COST_TICKS", "Late", "TooLargeError", "Visit", "add_rules", "add_tangent"]
