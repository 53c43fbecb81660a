"""VROOM: insertion heuristics and a local search that ends by itself, on one thread; jobs, shipments and skills.

It ends when its exploration does, mostly long before its time is up, and draws nothing, so it is not asked again. Its
limit is wall time. A skill stands for each set of robots that may serve a task. Due times: see `passes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from importlib.metadata import version
from math import ceil, floor, inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.contestants import Progress
from bench.forward import Forward, Step
from bench.rivals import plain
from bench.rivals.nodes import Nodes
from bench.rivals.parts import by_parts
from bench.rivals.passes import in_passes, latest_s
from bench.tiny import tiny_pdptw
from robot_fleet.core.plan import Plan, Problem

_ENDS = ("pickup", "delivery")
_PER_KG = 1000
_EXPLORATION = 5
"""The most thorough there is."""
_VEHICLE_COST_S = 10_000
"""What a vehicle costs where they shall be few: more than any detour that saves one."""


@dataclass(slots=True)
class Tables:
    """A problem in VROOM's words: arguments of its `Vehicle`, `Job` and shipments, all whole numbers.

    Attributes
    ----------
    vehicles : one a robot, in their order; the id is the robot's number.
    jobs, shipments : tasks of one stop and of two; the id of a stop is the number of its node.
    durations : travel class -> matrix over all nodes.
    steps : node of a stop -> the stop.
    """

    vehicles: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    shipments: list[dict[str, Any]] = field(default_factory=list)
    durations: dict[str, NDArray[np.uint32]] = field(default_factory=dict)
    steps: dict[int, Step] = field(default_factory=dict)


class Vroom:
    """The solver with one way of counting.

    Parameters
    ----------
    fewest : whether each vehicle used has a cost; otherwise travel alone counts, and what is left out.
    """

    def __init__(self, fewest: bool) -> None:
        self._vroom = import_module("vroom")
        self._fewest = fewest
        self._ticks_per_s = 1000 if fewest else 10
        self.settings: Mapping[str, object] = {
            "exploration_level": _EXPLORATION,
            "threads": 1,
            "limit": "wall time; it mostly ends before",
            "vehicle_cost": _VEHICLE_COST_S if fewest else 0,
            "due_times": "none" if fewest else "hard windows in passes, later for what was left out",
            "priority": "none" if fewest else "twice the weight",
            "ticks_per_s": self._ticks_per_s,
        }

    @property
    def version(self) -> str:
        """Version of pyvroom."""
        return version("pyvroom")

    def warm(self) -> None:
        """Solve two pairs; there is nothing to compile."""
        self._solve(tiny_pdptw(), {}, 0.05)

    def solve(self, problem: Problem, cpu_s: float, seed: int, progress: Progress) -> Plan:
        """Return its plan; it draws nothing, so the seed is not told."""
        plain.require_plain("vroom", problem)
        if self._fewest:
            return Forward(problem).plan(self._solve(problem, {}, cpu_s), "vroom")
        return by_parts(problem, cpu_s, progress, self._cheap)

    def _cheap(self, part: Problem, cpu_s: float, progress: Progress) -> Plan:
        def one_pass(slacks: Mapping[str, float], share_s: float) -> dict[str, list[Step]]:
            return self._solve(part, slacks, share_s)

        return in_passes(part, one_pass, "vroom", cpu_s, progress)

    def _solve(self, problem: Problem, slacks: Mapping[str, float], limit_s: float) -> dict[str, list[Step]]:
        library, told = self._vroom, tables(problem, self._ticks_per_s, slacks)
        costs = library.VehicleCosts(fixed=_VEHICLE_COST_S * self._ticks_per_s if self._fewest else 0)
        asked = library.Input()
        for profile, matrix in told.durations.items():
            asked.set_durations_matrix(profile, matrix)
        asked.add_vehicle([library.Vehicle(costs=costs, **words) for words in told.vehicles])
        asked.add_job([library.Job(**words) for words in told.jobs])
        for words in told.shipments:
            pickup, delivery = (library.ShipmentStep(**words[end]) for end in _ENDS)
            asked.add_shipment(pickup, delivery, library.Amount(words["amount"]), words["skills"], words["priority"])
        found = asked.solve(exploration_level=_EXPLORATION, nb_threads=1, timeout=timedelta(seconds=limit_s)).routes
        routes: dict[str, list[Step]] = {}
        for vehicle, kind, node in zip(found["vehicle_id"], found["type"], found["id"], strict=True):
            if kind not in ("start", "end"):
                routes.setdefault(problem.robots[int(vehicle)].robot, []).append(told.steps[int(node)])
        return routes


def fewest() -> Vroom:
    """Return it with Li & Lim's objective."""
    return Vroom(fewest=True)


def cheapest() -> Vroom:
    """Return it with the fleet's cost."""
    return Vroom(fewest=False)


def tables(problem: Problem, ticks_per_s: int, slacks: Mapping[str, float]) -> Tables:
    """Return a problem in VROOM's words.

    Parameters
    ----------
    slacks : task -> how late it may be; due times are not told of tasks that are not named.
    """
    told, nodes = Tables(), Nodes(problem)
    told.steps = dict(enumerate(nodes.steps, start=nodes.first))
    for name in dict.fromkeys(robot.travel_class for robot in problem.robots):
        told.durations[name] = np.ceil(nodes.legs_s(name) * ticks_per_s - 1e-6).astype(np.uint32)
    able = [tuple(plain.robots_for(problem, task)) for task in problem.tasks]
    skill_of = {robots: skill for skill, robots in enumerate(dict.fromkeys(able))}
    horizon_s = plain.horizon_s(problem)
    for number, robot in enumerate(problem.robots):
        from_s, to_s = plain.working_time(problem, robot)
        told.vehicles.append(
            {
                "id": number,
                "start": number,
                "end": len(problem.robots) + number,
                "profile": robot.travel_class,
                "capacity": [floor(robot.capacity_kg * _PER_KG), robot.capacity_units],
                "skills": {skill for robots, skill in skill_of.items() if number in robots},
                "time_window": [ceil(from_s * ticks_per_s), floor(min(to_s, horizon_s) * ticks_per_s)],
            }
        )
    node = nodes.first
    for task, robots in zip(problem.tasks, able, strict=True):
        shared = {"skills": {skill_of[robots]}, "priority": min(100, round(2.0 * task.weight))}
        stops = []
        for position, need in enumerate(task.stops):
            latest_at_s = latest_s(task, position, slacks.get(task.task, inf)) - problem.now_s
            window = (max(need.earliest_s - problem.now_s, 0.0), min(latest_at_s, horizon_s))
            stops.append(
                {
                    "id": node + position,
                    "location": node + position,
                    "default_service": ceil(need.service_s * ticks_per_s),
                    "time_windows": [[ceil(window[0] * ticks_per_s), floor(window[1] * ticks_per_s)]],
                }
            )
        node += len(stops)
        amount = [max(0, round(task.stops[0].load_kg * _PER_KG)), max(0, task.stops[0].load_units)]
        if len(stops) == 1:
            told.jobs.append({**stops[0], **shared, "delivery": [0, 0], "pickup": [0, 0]})
        else:
            told.shipments.append({**dict(zip(_ENDS, stops, strict=True)), **shared, "amount": amount})
    return told
