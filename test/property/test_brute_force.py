"""Improvement finds the least cost of two hundred small problems, and the full model proves it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings

from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.compiled import Compiled
from robot_fleet.scheduling.cpsat import improve
from robot_fleet.scheduling.insertion import InsertionPlanner
from robot_fleet.scheduling.proof import is_quick, prove
from test.property.brute_force import optimum
from test.property.small_cases import small_case
from test.property.test_plans import problems

CASES = 200
CLOSE = 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(0, CASES, 20))
def test_improvement_costs_what_trying_everything_costs(batch: int) -> None:
    for seed in range(batch, batch + 20):
        problem = small_case(seed)
        plan = improve(problem, InsertionPlanner().insert(problem, Plan()), seconds=1.0, deterministic=True, seed=1)
        assert PlanChecker().check(problem, plan) == (), seed
        least, steps = optimum(problem, plan.cost + CLOSE)
        assert plan.cost == pytest.approx(least, abs=CLOSE), (seed, steps)


def test_the_proof_agrees_with_trying_everything() -> None:
    proven = 0
    for seed in range(0, CASES, 5):
        problem = small_case(seed)
        proof = prove(problem, Plan(), seconds=2.0, seed=1, deterministic=True)
        least, steps = optimum(problem, proof.plan.cost + CLOSE)
        assert PlanChecker().check(problem, proof.plan) == (), seed
        assert proof.lower_bound <= least + CLOSE, (seed, steps)
        assert not proof.optimal or proof.plan.cost == pytest.approx(least, abs=1e-4), (seed, steps)
        proven += proof.optimal
    assert proven >= 36  # of 40: with one robot and many soft due times two seconds may not be enough


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck), derandomize=True)
@given(problems())
def test_no_plan_costs_less_than_the_bound(problem: Problem) -> None:
    """Pinned and begun tasks, partners, resources and loads from the start: here search tries to beat the bound."""
    assume(is_quick(Compiled(problem)))
    proof = prove(problem, Plan(), seconds=0.5, seed=1, deterministic=True)
    improved = improve(problem, proof.plan, seconds=0.3, deterministic=True, seed=2)
    assert PlanChecker().check(problem, proof.plan) == ()
    assert proof.lower_bound <= improved.cost + CLOSE
    assert not proof.optimal or proof.plan.cost <= improved.cost + 1e-4
