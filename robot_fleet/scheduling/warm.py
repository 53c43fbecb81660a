"""Compiles the planners before anybody waits for them: numba keeps what it compiles beside the sources."""

from __future__ import annotations

from robot_fleet.core.plan import Plan, Problem, RobotNeed, StopNeed, TaskNeed


def tiny_problem() -> Problem:
    """Return a problem that takes no time and touches every compiled entry."""
    robots = tuple(RobotNeed(f"r{i}", "a", 0.0, "c", 10.0) for i in range(3))
    names = tuple(robot.robot for robot in robots)
    tasks = tuple(
        TaskNeed(f"t{i}", (StopNeed(0, ("a",), 1.0, 1.0), StopNeed(1, ("b",), 1.0, -1.0)), 10.0, 1.0, 1e6, names)
        for i in range(4)
    )
    return Problem(0.0, robots, tasks, {"c": ("a", "b")}, {"c": ((0.0, 1.0), (1.0, 0.0))})


def warm_up() -> None:
    """Compile everything, or load it if it has been compiled on this machine before."""
    from robot_fleet.scheduling.search import Iterations, search

    search(tiny_problem(), Plan(), Iterations(1), seed=1)
