"""Columns for the master, driven by the plain reckoning of `test.property.reference` and not by the planners' own."""

from __future__ import annotations

from collections.abc import Sequence

from robot_fleet.core.plan import Problem
from robot_fleet.scheduling.cpsat import Column, Use
from robot_fleet.scheduling.solution import Solution
from test.property.reference import ALL as LIMITS
from test.property.reference import Item, Routes, drive, is_seemly, task_of


def column(solution: Solution, robot: str, items: Sequence[Item], others: Routes | None = None) -> Column | None:
    """Return a route as a column, None if it breaks a rule; `others` is what the robot may have to wait for."""
    compiled, problem = solution.compiled, solution.compiled.problem
    driven = drive(problem, robot, items, others or {})
    if driven is None or not is_seemly(problem, robot, items, LIMITS):
        return None
    node_of = {name: node for node, name in nodes_of(problem).items()}
    nodes = [node_of[item.task, item.stop] for item in items]
    places = [compiled.places[item.place] for item in items]
    names = list(dict.fromkeys(item.task for item in items))
    moved = sum(task_of(problem, name).assigned not in ("", robot) for name in names)
    claims = (compiled.claim_of(node, place) for node, place in zip(nodes, places, strict=True))
    return Column(
        robot=compiled.robot_index[robot],
        visits=tuple(zip(nodes, places, strict=True)),
        cost=driven.cost + problem.change_cost * moved,
        jobs=tuple(compiled.job_index[name] for name in names),
        claims=tuple(sorted(claim for claim in claims if claim >= 0)),
        begins=tuple(min(stop.begin_s for stop in driven.stops if stop.task == name) for name in names),
        ends=tuple(max(stop.end_s for stop in driven.stops if stop.task == name) for name in names),
        uses=tuple(
            Use(number, stop.begin_s, stop.end_s)
            for stop in driven.stops
            for number, resource in enumerate(problem.resources)
            if stop.place in resource.places
        ),
        times=tuple((stop.begin_s, stop.end_s) for stop in driven.stops),
    )


def nodes_of(problem: Problem) -> dict[int, tuple[str, int]]:
    """Return task and stop of each node: they are counted through, task by task."""
    return dict(enumerate((task.task, need.stop) for task in problem.tasks for need in task.stops))


def items(*words: str) -> list[Item]:
    """Return stops written as `task.stop@place`."""
    split = [word.replace("@", ".").split(".") for word in words]
    return [Item(task, int(stop), place) for task, stop, place in split]
