"""This project's own solvers, as contestants."""

from __future__ import annotations

import time
from collections.abc import Mapping

from bench.contestants import Progress
from bench.forward import Forward
from bench.tiny import tiny_pdptw, tiny_problem
from robot_fleet import __version__
from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.benchmark_form import fewest_robots
from robot_fleet.scheduling.cpsat import improve
from robot_fleet.scheduling.insertion import InsertionPlanner

LOOKS_CPU_S = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""The cost is noted after so much solving."""
WARM_CPU_S = 0.2


class OwnFewest:
    """Li & Lim's objective."""

    settings: Mapping[str, object] = {"objective": "fewest robots, then distance"}
    version = __version__

    def warm(self) -> None:
        """Solve two pairs, so that all is compiled."""
        fewest_robots(tiny_pdptw(), WARM_CPU_S, 1)

    def solve(self, problem: Problem, cpu_s: float, seed: int, progress: Progress) -> Plan:
        """Return the best plan."""
        return fewest_robots(problem, cpu_s, seed, progress)


class OwnImproving:
    """The fleet's own way: insert everything, then improve again and again what is there."""

    settings: Mapping[str, object] = {"first": "insertion", "then": "search and CP-SAT, begun anew at each look"}
    version = __version__

    def warm(self) -> None:
        """Insert and improve a tiny problem, so that all is compiled."""
        problem = tiny_problem()
        plan = InsertionPlanner().insert(problem, Plan())
        improve(problem, plan, seconds=WARM_CPU_S, deterministic=False, seed=1)

    def solve(self, problem: Problem, cpu_s: float, seed: int, progress: Progress) -> Plan:
        """Return the best plan; its true cost is told at each look."""
        began_s = time.process_time()
        forward = Forward(problem)
        plan = InsertionPlanner().insert(problem, Plan())
        progress(time.process_time() - began_s, 0, forward.cost(plan))
        for look_s in (*(each for each in LOOKS_CPU_S if each < cpu_s), cpu_s):
            if began_s + look_s <= time.process_time():
                continue
            plan = self._improved(problem, plan, began_s + look_s, seed)
            progress(time.process_time() - began_s, 0, forward.cost(plan))
        return plan

    def _improved(self, problem: Problem, plan: Plan, until_cpu_s: float, seed: int) -> Plan:
        """Improve a plan until so much CPU time is spent; `improve` may end early, so it may take several calls."""
        while (left_s := until_cpu_s - time.process_time()) > 0.05:
            plan = improve(problem, plan, seconds=left_s, deterministic=False, seed=seed)
            seed += 1
            if until_cpu_s - time.process_time() > 0.9 * left_s:
                break  # it ended long before its time: there is nothing more to find
        return plan
