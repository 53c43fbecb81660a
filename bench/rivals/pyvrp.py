"""PyVRP: iterated local search over routes, with shipments (a pick-up and its delivery) and profiles.

For Li & Lim's objective half of the time goes into PyVRP's own fleet minimisation, the rest into distance with as many
vehicles. For the fleet's cost, its windows end at the due times and its penalty of being late (time warp) is that of
lateness at the mean weight: it knows no other soft due times. Its search is watched, and of the solutions that it
moves over the one counts that truly costs least. All tasks are served. Which robots may serve a task is told by
profiles: in those of all others there is no way to its stops.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from math import ceil, floor, inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.contestants import Progress
from bench.forward import Forward, Step
from bench.rivals import plain
from bench.rivals.nodes import FAR_S, Nodes
from bench.rivals.parts import by_parts
from bench.rivals.passes import latest_s
from bench.tiny import tiny_pdptw
from robot_fleet.core.plan import Plan, Problem

_COST_PER_S = 100
_LOOK_EVERY_S = 0.5
_PER_KG = 1000
_PER_UNIT = 10_000
"""One penalty goes for both: a compartment too many shall weigh as much as ten kilogrammes."""
_ENDS = ("pickup", "delivery")
_FLEET_SHARE = 0.5
"""Of the time, for fleet minimisation. It says how many vehicles do and not how, but the same seed finds it as fast."""


@dataclass(slots=True)
class Tables:
    """A problem in PyVRP's words: arguments of its `VehicleType`, `Shipment` and `Client`, all whole numbers.

    Attributes
    ----------
    robots : for each vehicle type, the ids of its robots.
    shipments, clients : tasks of two stops and of one.
    shipped, visited : their steps, in the same order.
    distances, durations : one matrix a profile.
    """

    vehicle_types: list[dict[str, Any]] = field(default_factory=list)
    robots: list[list[str]] = field(default_factory=list)
    shipments: list[dict[str, Any]] = field(default_factory=list)
    shipped: list[tuple[Step, Step]] = field(default_factory=list)
    clients: list[dict[str, Any]] = field(default_factory=list)
    visited: list[Step] = field(default_factory=list)
    distances: list[NDArray[np.int64]] = field(default_factory=list)
    durations: list[NDArray[np.int64]] = field(default_factory=list)


class PyVrp:
    """The solver with one way of counting.

    Parameters
    ----------
    fewest : whether vehicles shall be few and all tasks served; otherwise the fleet's cost counts.
    """

    def __init__(self, fewest: bool) -> None:
        self._pyvrp = import_module("pyvrp")
        self._fewest = fewest
        self._ticks_per_s = 10_000 if fewest else 10
        self.settings: Mapping[str, object] = {
            "parameters": "PyVRP's defaults",
            "fleet": f"minimise_fleet, {_FLEET_SHARE:.0%} of the time" if fewest else "as it is",
            "due_times": "none" if fewest else "windows, time warp at the mean weight",
            "leaving_out": "not allowed",
            "limit": "CPU time of the process",
            "threads": 1,
            "ticks_per_s": self._ticks_per_s,
        }

    @property
    def version(self) -> str:
        """Version of PyVRP."""
        return version("pyvrp")

    def warm(self) -> None:
        """Solve two pairs; there is nothing to compile."""
        self._solve(tables(tiny_pdptw(), self._ticks_per_s, {}), 0.05, 1)

    def solve(self, problem: Problem, cpu_s: float, seed: int, progress: Progress) -> Plan:
        """Return the best plan."""
        plain.require_plain("pyvrp", problem)
        if self._fewest:
            return self._few(problem, cpu_s, seed)
        return by_parts(problem, cpu_s, progress, lambda part, share_s, tell: self._cheap(part, share_s, seed, tell))

    def _few(self, problem: Problem, cpu_s: float, seed: int) -> Plan:
        began_s = time.process_time()
        told = tables(problem, self._ticks_per_s, {})
        fleet = self._pyvrp.minimise_fleet(self._data(told), _CpuLimit(_FLEET_SHARE * cpu_s), seed)
        told.vehicle_types[0]["num_available"] = fleet.num_available
        routes = self._solve(told, cpu_s - (time.process_time() - began_s), seed)
        return Forward(problem).plan(routes, "pyvrp")

    def _cheap(self, part: Problem, cpu_s: float, seed: int, progress: Progress) -> Plan:
        """Return the cheapest of the solutions that the search moves over, with time warp for lateness."""
        library, began_s = self._pyvrp, time.process_time()
        told = tables(part, self._ticks_per_s, dict.fromkeys((task.task for task in part.tasks), 0.0))
        weight = sum(task.weight for task in part.tasks) / len(part.tasks)
        late = weight * _COST_PER_S / self._ticks_per_s
        watch = _Watch(Forward(part), lambda solution: self._routes(told, solution), progress, began_s)
        parameters = library.SolveParams(
            ils=library.IteratedLocalSearchParams(callbacks=watch),
            penalty=library.PenaltyParams(min_penalty=late, max_penalty=late),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says that the penalty is at its maximum: that is meant
            library.solve(self._data(told), _CpuLimit(cpu_s), seed, collect_stats=False, params=parameters)
        return watch.plan()

    def _data(self, told: Tables) -> Any:
        library = self._pyvrp
        nodes = len(told.distances[0])
        ends = {node for each in told.vehicle_types for node in (each["start_depot"], each["end_depot"])}
        return library.ProblemData(
            locations=[library.Location(0.0, 0.0) for _ in range(nodes)],
            clients=[library.Client(**each) for each in told.clients],
            depots=[library.Depot(node) for node in range(max(ends) + 1)],
            vehicle_types=[library.VehicleType(**each) for each in told.vehicle_types],
            distance_matrices=told.distances,
            duration_matrices=told.durations,
            shipments=[library.Shipment(**each) for each in told.shipments],
        )

    def _solve(self, told: Tables, cpu_s: float, seed: int) -> dict[str, list[Step]]:
        """Return the routes of the best solution by robot; none if no feasible one was found."""
        best = self._pyvrp.solve(self._data(told), _CpuLimit(cpu_s), seed, collect_stats=False).best
        if not best.is_feasible():
            return {}
        return self._routes(told, best)

    def _routes(self, told: Tables, solution: Any) -> dict[str, list[Step]]:
        left = [list(robots) for robots in told.robots]
        return {left[route.vehicle_type()].pop(0): _steps(told, route) for route in solution.routes()}


class _CpuLimit:
    """PyVRP's stopping criterion: CPU time of this process since it was first asked."""

    def __init__(self, cpu_s: float) -> None:
        self._cpu_s = cpu_s
        self._began_s: float | None = None

    def __call__(self, best_cost: int) -> bool:
        if self._began_s is None:
            self._began_s = time.process_time()
        return time.process_time() - self._began_s >= self._cpu_s


class _Watch:
    """PyVRP's callbacks: keeps the current solution of least penalised cost that overloads nobody.

    Parameters
    ----------
    routes : translates a solution.
    """

    def __init__(
        self, forward: Forward, routes: Callable[[Any], dict[str, list[Step]]], progress: Progress, began_s: float
    ) -> None:
        self._forward = forward
        self._routes = routes
        self._progress = progress
        self._began_s = self._looked_s = began_s
        self._least = inf
        self._newest: Any = None
        self._best = forward.plan({}, "pyvrp")

    def on_iteration(self, current: Any, candidate: Any, best: Any, cost_evaluator: Any) -> None:
        """Look at the current solution; its true cost is worked out now and then, since that is no solving."""
        if current.has_excess_load():
            return
        cost = cost_evaluator.penalised_cost(current)
        if cost < self._least:
            self._least, self._newest = cost, current
        now_s = time.process_time()
        if self._newest is not None and now_s - self._looked_s >= _LOOK_EVERY_S:
            self._looked_s = now_s
            self._look()

    def plan(self) -> Plan:
        """Return the cheapest plan."""
        if self._newest is not None:
            self._look()
        return self._best

    def _look(self) -> None:
        plan = self._forward.plan(self._routes(self._newest), "pyvrp")
        self._newest = None
        if plan.cost < self._best.cost:
            self._best = plan
            self._progress(time.process_time() - self._began_s, 0, plan.cost)

    def on_start(self, search: Any) -> None:
        """Nothing is looked at."""

    on_end = on_restart = on_best = on_start


def fewest() -> PyVrp:
    """Return it with Li & Lim's objective."""
    return PyVrp(fewest=True)


def cheapest() -> PyVrp:
    """Return it with the fleet's cost."""
    return PyVrp(fewest=False)


def tables(problem: Problem, ticks_per_s: int, slacks: Mapping[str, float]) -> Tables:
    """Return a problem in PyVRP's words.

    Parameters
    ----------
    slacks : task -> how late it may be; due times are not told of tasks that are not named.
    """
    told, nodes = Tables(), Nodes(problem)
    profiles = _tell_robots(told, problem, ticks_per_s)
    node, spans = nodes.first, []
    for task in problem.tasks:
        spans.append(range(node, node + len(task.stops)))
        node += len(task.stops)
    for travel_class, closed in profiles:
        legs_s = nodes.legs_s(travel_class)
        legs_s[:, [node for index in closed for node in spans[index]]] = FAR_S
        np.fill_diagonal(legs_s, 0.0)
        told.durations.append(np.ceil(legs_s * ticks_per_s - 1e-6).astype(np.int64))
        told.distances.append(np.rint(legs_s * problem.travel_weight * _COST_PER_S).astype(np.int64))
    for task, span in zip(problem.tasks, spans, strict=True):
        amount = [max(0, round(task.stops[0].load_kg * _PER_KG)), max(0, task.stops[0].load_units * _PER_UNIT)]
        stops = [
            {
                "location": span[position],
                "tw_early": max(ceil((stop.earliest_s - problem.now_s) * ticks_per_s), 0),
                "service_duration": ceil(stop.service_s * ticks_per_s),
                **_late(problem, latest_s(task, position, slacks.get(task.task, inf)), ticks_per_s),
            }
            for position, stop in enumerate(task.stops)
        ]
        steps = nodes.steps[span[0] - nodes.first : span[-1] + 1 - nodes.first]
        if len(steps) == 1:
            told.clients.append({**stops[0], "pickup": [0, 0], "delivery": [0, 0]})
            told.visited.append(steps[0])
        else:
            both = {
                f"{end}_{key}": value for end, words in zip(_ENDS, stops, strict=True) for key, value in words.items()
            }
            told.shipments.append({**both, "amount": amount})
            told.shipped.append((steps[0], steps[1]))
    return told


def _tell_robots(told: Tables, problem: Problem, ticks_per_s: int) -> list[tuple[str, tuple[int, ...]]]:
    """Tell the vehicle types, equal robots as one; return each profile: a travel class and the tasks closed to it."""
    profiles: dict[tuple[str, tuple[int, ...]], int] = {}
    types: dict[tuple[object, ...], int] = {}
    able = [set(plain.robots_for(problem, task)) for task in problem.tasks]
    for number, robot in enumerate(problem.robots):
        closed = tuple(index for index, robots in enumerate(able) if number not in robots)
        from_s, to_s = plain.working_time(problem, robot)
        words: dict[str, Any] = {
            "capacity": [floor(robot.capacity_kg * _PER_KG), robot.capacity_units * _PER_UNIT],
            "tw_early": ceil(from_s * ticks_per_s),
            "profile": profiles.setdefault((robot.travel_class, closed), len(profiles)),
            **_late(problem, problem.now_s + to_s, ticks_per_s),
        }
        index = types.setdefault((robot.place, robot.home, *map(str, words.items())), len(types))
        if index == len(told.vehicle_types):
            ends = {"start_depot": number, "end_depot": len(problem.robots) + number}
            told.vehicle_types.append({"num_available": 0, **ends, **words})
            told.robots.append([])
        told.vehicle_types[index]["num_available"] += 1
        told.robots[index].append(robot.robot)
    return list(profiles)


def _late(problem: Problem, latest_s: float, ticks_per_s: int) -> dict[str, int]:
    """Return the end of a window (fleet time) as an argument; PyVRP's own default where there is none."""
    return {"tw_late": floor((latest_s - problem.now_s) * ticks_per_s)} if isfinite(latest_s) else {}


def _steps(told: Tables, route: Any) -> list[Step]:
    """Return the steps of one of PyVRP's routes."""
    steps = []
    for activity in route:
        if activity.is_client():
            steps.append(told.visited[activity.idx])
        elif activity.is_shipment():
            steps.append(told.shipped[activity.idx][int(activity.is_delivery())])
    return steps
