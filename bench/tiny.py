"""The smallest problems of both forms: what solvers are compiled on before their time counts."""

from __future__ import annotations

from bench.li_lim import Instance, Node, problem_of
from robot_fleet.core.plan import Problem, RobotNeed, StopNeed, TaskNeed


def tiny_instance() -> Instance:
    """Return two pairs on a line, which one of two vehicles can serve."""
    return Instance(
        name="tiny",
        vehicles=2,
        capacity=10.0,
        nodes=(
            Node(0.0, 0.0, 0.0, 0.0, 1000.0, 0.0, 0, 0),
            Node(1.0, 0.0, 5.0, 0.0, 900.0, 1.0, 0, 2),
            Node(2.0, 0.0, -5.0, 0.0, 900.0, 1.0, 1, 0),
            Node(3.0, 0.0, 5.0, 0.0, 900.0, 1.0, 0, 4),
            Node(4.0, 0.0, -5.0, 0.0, 900.0, 1.0, 3, 0),
        ),
    )


def tiny_pdptw() -> Problem:
    """Return them as a planning problem."""
    return problem_of(tiny_instance())


def tiny_problem() -> Problem:
    """Return a fleet of two robots with a visit and a parcel."""
    robots = ("r1", "r2")
    visit = StopNeed(0, ("b",), 30.0, counts=True)
    parcel = (StopNeed(0, ("a",), 10.0, 2.0), StopNeed(1, ("b", "c"), 10.0, -2.0, counts=True))
    return Problem(
        now_s=0.0,
        robots=tuple(RobotNeed(robot, "a", 0.0, "any", 10.0) for robot in robots),
        tasks=(
            TaskNeed("visit", (visit,), 60.0, 1.0, 1e4, robots),
            TaskNeed("parcel", parcel, 120.0, 1.0, 1e4, robots),
        ),
        places={"any": ("a", "b", "c")},
        travel_s={"any": ((0.0, 20.0, 30.0), (20.0, 0.0, 10.0), (30.0, 10.0, 0.0))},
    )
