"""OR-Tools' routing solver: a first solution, then guided local search, on one thread.

Of its ways to a first solution the best one was taken. For Li & Lim's objective that is parallel insertion; for the
fleet's it is insertion by cost, since only that sees due times (all others begin at 70 times its cost or more). It
cannot be interrupted and takes time with the third power of the tasks; where it would take more than half of the time
there is, search begins from the greedy rival's plan. Due times are soft upper bounds whose cost rises linearly: it
cannot be told that lateness weighs more the later a task is. What is reported is the plan's true cost.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import count
from math import ceil, floor, inf, isfinite

import numpy as np
import ortools
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from bench.contestants import Progress
from bench.forward import Forward, Step
from bench.rivals import plain
from bench.rivals.greedy import Greedy
from bench.rivals.nodes import Nodes
from bench.rivals.parts import by_parts
from bench.tiny import tiny_pdptw
from robot_fleet.core.plan import Plan, Problem

_VEHICLE_COST_S = 10**6
"""What a vehicle costs where they shall be few: more than any distance."""
_PER_KG = 1000
_INSERTION_S = 0.8
"""CPU seconds of insertion by cost with 100 tasks (measured: 1.8 s with 133, 101 s with 500)."""
_ASKS_PER_LOOK = 64
"""The solver asks some 700,000 times a second whether to end; each look at the clock is a call of the kernel."""
_LOOK_EVERY_S = 0.5
"""A plan's true cost is worked out at most this often, in CPU time, since that is no solving."""


class OrToolsRouting:
    """The solver with one way of counting.

    Parameters
    ----------
    fewest : whether vehicles shall be few and all tasks served; otherwise the fleet's cost counts.
    """

    version = ortools.__version__

    def __init__(self, fewest: bool) -> None:
        self._fewest = fewest
        self.settings: Mapping[str, object] = {
            "first_solution_strategy": "PARALLEL_CHEAPEST_INSERTION"
            if fewest
            else "LOCAL_CHEAPEST_COST_INSERTION, or the greedy rival's plan where that would take half of the time",
            "local_search_metaheuristic": "GUIDED_LOCAL_SEARCH",
            "threads": 1,
            "limit": "CPU time of the process",
            "vehicle_cost": _VEHICLE_COST_S if fewest else 0,
            "due_times": "none" if fewest else "soft upper bounds, linear",
            "leaving_out": f"disjunctions, {100 * _VEHICLE_COST_S if fewest else 'the drop penalty'} a task",
            "ticks_per_s": _Model.ticks_per_s(fewest),
        }

    def warm(self) -> None:
        """Solve two pairs; there is nothing to compile."""
        self.solve(tiny_pdptw(), 0.05, 1, lambda *figures: None)

    def solve(self, problem: Problem, cpu_s: float, seed: int, progress: Progress) -> Plan:
        """Return the best plan; the solver draws nothing, so the seed is not told."""
        plain.require_plain("ortools", problem)
        if self._fewest:
            return _Model(problem, True).solve(cpu_s, progress)
        return by_parts(problem, cpu_s, progress, lambda part, share_s, tell: _Model(part, False).solve(share_s, tell))


def fewest() -> OrToolsRouting:
    """Return it with Li & Lim's objective."""
    return OrToolsRouting(fewest=True)


def cheapest() -> OrToolsRouting:
    """Return it with the fleet's cost."""
    return OrToolsRouting(fewest=False)


class _Model:
    """One problem: nodes are the robots' starts, then their ends, then the stops task by task."""

    def __init__(self, problem: Problem, fewest: bool) -> None:
        self._problem = problem
        self._fewest = fewest
        self._ticks_per_s = self.ticks_per_s(fewest)
        self._cost_per_s = 10_000 if fewest else 100
        self._nodes = Nodes(problem)
        robots, first = len(problem.robots), self._nodes.first
        starts, ends = list(range(robots)), list(range(robots, first))
        self._index = pywrapcp.RoutingIndexManager(len(self._nodes), robots, starts, ends)
        self._routing = pywrapcp.RoutingModel(self._index)
        self._tell_travel()
        self._tell_loads()
        self._tell_working_times()
        self._tell_tasks()

    @staticmethod
    def ticks_per_s(fewest: bool) -> int:
        """Return the resolution of times; lengths of the public instances are irrational."""
        return 1_000_000 if fewest else 10

    def solve(self, cpu_s: float, progress: Progress) -> Plan:
        """Search for so long, and return the plan of the best routes."""
        routing, forward = self._routing, Forward(self._problem)
        began_s = looked_s = time.process_time()
        best_cost: float = inf
        best: dict[str, list[Step]] = {}

        def found() -> None:
            nonlocal best, best_cost, looked_s
            cost = routing.CostVar().Value()
            if cost >= best_cost:
                return
            best, best_cost = self._routes(), cost
            spent_s = time.process_time() - began_s
            if self._fewest:
                vehicles, length = divmod(cost, _VEHICLE_COST_S * self._cost_per_s)
                progress(spent_s, vehicles, length / self._cost_per_s)
            elif spent_s - looked_s >= _LOOK_EVERY_S or looked_s == began_s:
                looked_s = spent_s
                progress(spent_s, 0, forward.plan(best, "ortools").cost)

        parameters = pywrapcp.DefaultRoutingSearchParameters()
        strategies = routing_enums_pb2.FirstSolutionStrategy
        parameters.first_solution_strategy = (
            strategies.PARALLEL_CHEAPEST_INSERTION if self._fewest else strategies.LOCAL_CHEAPEST_COST_INSERTION
        )
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        parameters.time_limit.FromSeconds(60 + 20 * ceil(cpu_s))  # wall time; should the machine do much else
        routing.CloseModelWithParameters(parameters)
        routing.AddAtSolutionCallback(found)
        asked = count()
        solver = routing.solver()
        routing.AddSearchMonitor(
            solver.CustomLimit(
                lambda: next(asked) % _ASKS_PER_LOOK == 0 and time.process_time() - began_s >= cpu_s  # costs 1 % so
            )
        )
        inserted_s = _INSERTION_S * (len(self._problem.tasks) / 100.0) ** 3
        if self._fewest or inserted_s <= cpu_s / 2.0:
            routing.SolveWithParameters(parameters)
        else:
            routing.SolveFromAssignmentWithParameters(self._greedy(), parameters)
        plan = forward.plan(best, "ortools")
        if not self._fewest:
            progress(time.process_time() - began_s, 0, plan.cost)
        return plan

    def _greedy(self) -> pywrapcp.Assignment:
        """Return the greedy rival's plan as a solution to begin with."""
        plan = Greedy().solve(self._problem, 0.0, 0, lambda *figures: None)
        nodes = self._nodes
        index = {step: self._index.NodeToIndex(nodes.first + number) for number, step in enumerate(nodes.steps)}
        routes = [
            [index[stop.task, stop.stop, stop.place] for stop in plan.routes.get(robot.robot, ())]
            for robot in self._problem.robots
        ]
        return self._routing.ReadAssignmentFromRoutes(routes, True)

    def _routes(self) -> dict[str, list[Step]]:
        routing, nodes = self._routing, self._nodes
        routes: dict[str, list[Step]] = {}
        for number, robot in enumerate(self._problem.robots):
            at = routing.NextVar(routing.Start(number)).Value()
            while not routing.IsEnd(at):
                routes.setdefault(robot.robot, []).append(nodes.steps[self._index.IndexToNode(at) - nodes.first])
                at = routing.NextVar(at).Value()
        return routes

    def _tell_travel(self) -> None:
        """Tell travel and service times, one matrix a travel class, and what a way costs."""
        problem, routing = self._problem, self._routing
        service_s = np.zeros(len(self._nodes))
        service_s[self._nodes.first :] = [need.service_s for task in problem.tasks for need in task.stops]
        costs, times = {}, {}
        for name in dict.fromkeys(robot.travel_class for robot in problem.robots):
            legs_s = self._nodes.legs_s(name)
            cost = np.rint(legs_s * problem.travel_weight * self._cost_per_s).astype(int)
            took = np.ceil((legs_s + service_s[:, None]) * self._ticks_per_s - 1e-6).astype(int)
            costs[name] = routing.RegisterTransitMatrix(cost.tolist())
            times[name] = routing.RegisterTransitMatrix(took.tolist())
        for number, robot in enumerate(problem.robots):
            routing.SetArcCostEvaluatorOfVehicle(costs[robot.travel_class], number)
        horizon = self._latest(plain.horizon_s(problem))
        transits = [times[robot.travel_class] for robot in problem.robots]
        routing.AddDimensionWithVehicleTransits(transits, horizon, horizon, False, "time")
        if self._fewest:
            routing.SetFixedCostOfAllVehicles(_VEHICLE_COST_S * self._cost_per_s)

    def _tell_loads(self) -> None:
        problem = self._problem
        stops = [need for task in problem.tasks for need in task.stops]
        kg = [round(need.load_kg * _PER_KG) for need in stops], [floor(r.capacity_kg * _PER_KG) for r in problem.robots]
        units = [need.load_units for need in stops], [robot.capacity_units for robot in problem.robots]
        for name, (changes, capacities) in (("kg", kg), ("units", units)):
            if any(changes):
                change = self._routing.RegisterUnaryTransitVector([0] * self._nodes.first + changes)
                self._routing.AddDimensionWithVehicleCapacity(change, 0, capacities, True, name)

    def _tell_working_times(self) -> None:
        times = self._routing.GetDimensionOrDie("time")
        for number, robot in enumerate(self._problem.robots):
            from_s, to_s = plain.working_time(self._problem, robot)
            times.CumulVar(self._routing.Start(number)).SetMin(ceil(from_s * self._ticks_per_s))
            if isfinite(to_s):
                times.CumulVar(self._routing.End(number)).SetMax(self._latest(to_s))

    def _tell_tasks(self) -> None:
        problem, routing, solver = self._problem, self._routing, self._routing.solver()
        times = routing.GetDimensionOrDie("time")
        node = self._nodes.first
        for task in problem.tasks:
            indices = [self._index.NodeToIndex(node + position) for position in range(len(task.stops))]
            node += len(task.stops)
            robots = plain.robots_for(problem, task)
            penalty_s = 100 * _VEHICLE_COST_S if self._fewest else task.drop_penalty
            for index, need in zip(indices, task.stops, strict=True):
                routing.AddDisjunction([index], round(penalty_s * self._cost_per_s / len(indices)))
                if len(robots) < len(problem.robots):
                    routing.VehicleVar(index).SetValues([-1, *robots])
                begin = times.CumulVar(index)
                begin.SetMin(max(ceil((need.earliest_s - problem.now_s) * self._ticks_per_s), 0))
                if isfinite(need.latest_s):
                    begin.SetMax(self._latest(need.latest_s - problem.now_s))
                per_tick = round(task.weight * self._cost_per_s / self._ticks_per_s)
                if need.counts and per_tick:
                    due_s = task.due_s - need.counts_offset_s - problem.now_s
                    times.SetCumulVarSoftUpperBound(index, max(self._latest(due_s), 0), per_tick)
            if len(indices) == 2:
                routing.AddPickupAndDelivery(*indices)
                solver.Add(routing.VehicleVar(indices[0]) == routing.VehicleVar(indices[1]))
                solver.Add(times.CumulVar(indices[0]) <= times.CumulVar(indices[1]))

    def _latest(self, seconds: float) -> int:
        return floor(seconds * self._ticks_per_s)
