"""The least cost that any plan of a small problem can have: the whole problem as one CP-SAT model.

One circuit a robot over the places at which stops can be served, begins as whole numbers, and every rule of the
vocabulary but charges, several working times and coverage, of which `prove` says that it does not know them.

Why the bound is one: whatever is rounded is rounded in favour of the plan. Legs, services and energies count too little
by less than a tick, limits too much. Convex lateness (`Problem.ageing_s`) is bounded from below by tangents, which are
added where the plan that comes out is late until plan and bound meet. The plan itself is laid by
`Solution.take_routes` and its cost reckoned exactly, so rounding never shows in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from time import monotonic

import numpy as np

from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.compiled import Compiled
from robot_fleet.scheduling.kernel.arrays import CHARGERS, JOB, OPTION, OPTION_END, ROBOT_ENERGY, WINDOWS
from robot_fleet.scheduling.proof_rules import TooLargeError, Visit
from robot_fleet.scheduling.solution import Routes, Solution

MOST_TASKS = 12
MOST_ROBOTS = 6
"""Larger problems are refused: the model would grow and prove nothing in reasonable time."""
QUICK_ARCS = 2000
"""A planner gives problems with no more pairs of places that a robot may visit than this to the model in passing."""
ROUNDS = 8
"""How often tangents are added at most."""
MEETS = 1e-5
"""Plan and bound meet where they differ by no more than this, in seconds or as a share of the cost."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known about the least cost of a problem.

    Parameters
    ----------
    plan : the best plan known.
    lower_bound : no plan costs less, but for coverage, which `prove` does not accept.
    optimal : whether `plan` is proven to cost least, up to `MEETS`.
    """

    plan: Plan
    lower_bound: float
    optimal: bool


def refuse_unfit(problem: Problem) -> None:
    """Raise `plan_proof_unfit` if `prove` would, unless for the size of its numbers."""
    _refuse(Compiled(problem))


def is_quick(compiled: Compiled) -> bool:
    """Return whether the full model of a problem is worth a share of a planner's budget."""
    m = compiled.model
    if not compiled.tasks or _unfit(compiled):
        return False
    options = m.node[:, OPTION_END] - m.node[:, OPTION]
    per_robot = options @ m.allow[m.node[:, JOB]].astype(np.int64)
    return bool((per_robot**2).sum() <= QUICK_ARCS)


def prove(
    problem: Problem, current: Plan, *, seconds: float, seed: int, deterministic: bool = False, workers: int = 0
) -> Proof:
    """Return the best plan found, never dearer than `current` completed by insertion, and a bound on any plan's cost.

    Parameters
    ----------
    current : any plan; what no longer holds of it is mended.
    seconds : wall time; if `deterministic`, CP-SAT's own measure of work.
    deterministic : one worker: same arguments, same proof. workers : else how many threads, 0 for one a core.

    Raises
    ------
    PlanError
        `plan_proof_unfit` if the problem has what the model does not know, or is too large.
    """
    from robot_fleet.scheduling.proof_model import WholeModel

    solution = Solution(problem, seed)
    _refuse(solution.compiled)
    solution.take_up(current)
    solution.complete()
    start_cost = solution.cost
    best, best_cost, bound = solution.routes(), start_cost, -inf
    try:
        model = WholeModel(solution)
    except TooLargeError as error:
        raise PlanError("plan_proof_unfit", f"The model does not know this: {error}.") from error
    left, end = seconds, monotonic() + seconds
    for _ in range(ROUNDS):
        solved = model.solve(left if deterministic else end - monotonic(), seed, deterministic, workers)
        bound, left = max(bound, solved.bound), left - solved.effort
        if solved.visits is None:
            break
        solution.take_routes(_routes(solved.visits))
        solution.complete()
        if solution.cost < best_cost - 1e-6:
            best, best_cost = solution.routes(), solution.cost
        if not solved.optimal or _meets(best_cost, bound):
            break
        solution.take_routes(best)
    solution.take_routes(best)
    plan = solution.plan("cpsat" if solution.cost < start_cost - 1e-6 else current.by)
    return Proof(plan, min(bound, plan.cost), _meets(plan.cost, bound))


def _meets(cost: float, bound: float) -> bool:
    return cost - bound <= MEETS * max(1.0, abs(cost))


def _refuse(compiled: Compiled) -> None:
    reason = _unfit(compiled)
    if reason:
        raise PlanError("plan_proof_unfit", f"The model does not know this: {reason}.")


def _unfit(compiled: Compiled) -> str:
    problem, model = compiled.problem, compiled.model
    if problem.coverage is not None:
        return "coverage"
    for v, robot in enumerate(problem.robots):
        if model.robot[v, CHARGERS] > 0 and model.robot_at[v, ROBOT_ENERGY] < inf:
            return f"charges ({robot.robot})"
        if model.robot[v, WINDOWS] > 0:
            return f"several working times ({robot.robot})"
    if len(problem.tasks) > MOST_TASKS or len(problem.robots) > MOST_ROBOTS:
        return f"more than {MOST_TASKS} tasks or {MOST_ROBOTS} robots"
    return ""


def _routes(visits: list[list[Visit]]) -> Routes:
    bounds = np.zeros(len(visits) + 1, dtype=np.int32)
    bounds[1:] = np.cumsum([len(route) for route in visits])
    flat = [visit for route in visits for visit in route]
    places = np.array([(visit.node, visit.place) for visit in flat], dtype=np.int32).reshape(-1, 2)
    times = np.array([(visit.begin_s, visit.end_s) for visit in flat], dtype=np.float64).reshape(-1, 2)
    return Routes(places, np.zeros(len(flat)), times, bounds)


__all__ = ["Proof", "is_quick", "prove", "refuse_unfit"]
