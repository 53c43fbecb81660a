"""What a problem may say so that other solvers can be told all of it, and the parts of it that they all ask for."""

from __future__ import annotations

from math import ceil, inf, isfinite

from bench.contestants import unfit
from robot_fleet.core.plan import Problem, RobotNeed, TaskNeed


def require_plain(rival: str, problem: Problem) -> None:
    """Make sure that a problem says nothing that no rival can be told.

    Raises
    ------
    PlanError : `plan_rival_unfit`.
    """
    for holds, words in (
        (problem.coverage is not None or problem.tariff, "coverage and tariffs cannot be told"),
        (problem.resources or problem.exclusive, "resources and exclusive places cannot be told"),
        (any(robot.fixed for robot in problem.robots), "routes with a fixed beginning cannot be told"),
        (any(robot.loaded_class for robot in problem.robots), "slower travel with a load cannot be told"),
        (any(robot.load_kg or robot.load_units for robot in problem.robots), "robots begin with a load"),
        (any(robot.rests or robot.work_price for robot in problem.robots), "rest and the price of work cannot be told"),
        (any(len(robot.available) > 1 for robot in problem.robots), "a robot has several working times"),
    ):
        if holds:
            raise unfit(rival, words)
    for task in problem.tasks:
        _require_plain_task(rival, task)


def _require_plain_task(rival: str, task: TaskNeed) -> None:
    amounts = [stop.load_kg for stop in task.stops], [stop.load_units for stop in task.stops]
    for holds, words in (
        (task.after or task.same_robot_as or task.not_with, "it is tied to other tasks"),
        (task.pinned, "it has begun"),
        (any(len(stop.places) > 1 for stop in task.stops), "a stop has several places to choose from"),
        (any(stop.service_by for stop in task.stops), "service takes longer by some robots"),
        (len(task.stops) > 2, "it has more than two stops"),
        (any(sum(each) for each in amounts), "its loads do not cancel out"),
        (any(each[0] < 0 for each in amounts), "it gives before it takes"),
    ):
        if holds:
            raise unfit(rival, f"{task.task}: {words}")


def robots_for(problem: Problem, task: TaskNeed) -> list[int]:
    """Return the numbers of the robots that may carry a task out: named by it, with its skills."""
    named = set(task.robots)
    skills = set(task.skills)
    return [
        number for number, robot in enumerate(problem.robots) if robot.robot in named and skills <= set(robot.skills)
    ]


def working_time(problem: Problem, robot: RobotNeed) -> tuple[float, float]:
    """Return from when to when a robot works, seconds after the problem's instant; the end may be `inf`."""
    from_s, to_s = robot.available[0] if robot.available else (-inf, inf)
    return max(robot.free_at_s, from_s) - problem.now_s, to_s - problem.now_s


def horizon_s(problem: Problem) -> float:
    """Return an instant by which all can be done even one after the other, seconds after the problem's."""
    longest = {
        name: max((leg for row in matrix for leg in row if isfinite(leg)), default=0.0)
        for name, matrix in problem.travel_s.items()
    }
    ends = [working_time(problem, robot)[1] for robot in problem.robots]
    if ends and all(map(isfinite, ends)):
        return max(ends)
    begins = [working_time(problem, robot)[0] for robot in problem.robots]
    earliest = [stop.earliest_s - problem.now_s for task in problem.tasks for stop in task.stops]
    share = ceil(len(problem.tasks) / max(len(problem.robots), 1)) * 8
    busy_s = share * (2.0 * max(longest.values(), default=0.0) + max(_service_s(task) for task in problem.tasks))
    return max([*begins, *earliest, 0.0]) + busy_s


def _service_s(task: TaskNeed) -> float:
    return sum(stop.service_s for stop in task.stops)
