"""Why a task is where it is in a plan, or in none: reason codes and figures that a console can put into words."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.insertion import restore
from robot_fleet.scheduling.instance import Instance, Job
from robot_fleet.scheduling.positions import cheapest
from robot_fleet.scheduling.schedule import lateness_s
from robot_fleet.scheduling.solution import Solution

PLANNED = "planned"
POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class RobotVerdict:
    """What it would mean for a robot to do the task, all else in the plan as it is.

    Parameters
    ----------
    verdict : `planned` (it does it), `possible`, `dearer_than_penalty`, or what it lacks: `no_place_free`, `no_energy`,
        `too_heavy`, `unreachable`.
    cost_s : by how much the plan's cost rises, None where it cannot.
    begin_s, place : when and where the stop at which lateness is measured (else the last) would begin.
    lateness_s : of this task.
    """

    robot: str
    verdict: str
    cost_s: float | None = None
    begin_s: float | None = None
    place: str = ""
    lateness_s: float | None = None


@dataclass(frozen=True, slots=True)
class BlockedPlace:
    """An alternative of a stop that cannot be chosen: `taken`, or claimed by the task `by`."""

    stop: int
    place: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a task is where it is.

    Parameters
    ----------
    reason : `planned`, or the reason code of a task left out (see `core.plan.LeftOut`).
    robot : the robot that does it, empty if none.
    robots : every robot of the problem that may do it; cheapest first, then those that cannot.
    absent : robots named for the task that are not in the problem.
    blocked : alternatives of its stops that are not free.
    """

    task: str
    reason: str
    robot: str
    due_s: float
    drop_penalty: float
    pinned: str
    robots: tuple[RobotVerdict, ...]
    absent: tuple[str, ...]
    blocked: tuple[BlockedPlace, ...]


def explain(problem: Problem, plan: Plan, task: str) -> Explanation:
    """Return why `task` is where it is in a valid plan of the problem.

    Raises
    ------
    PlanError
        `plan_unknown_task`: the problem has no such task.
    """
    instance = Instance(problem)
    if task not in instance.job_index:
        raise PlanError("plan_unknown_task", "The planning problem has no such task.", task)
    job = instance.jobs[instance.job_index[task]]
    solution = restore(instance, plan)
    at = solution.at[job.index]
    apart = solution.copy()
    if at >= 0 and not apart.remove(job):
        apart = Solution.of_routes(instance, [route for route in solution.routes if route.vehicle.index != at])
    verdicts = [_verdict(apart, job, index, index == at) for index in job.vehicles]
    verdicts.sort(key=lambda verdict: inf if verdict.cost_s is None else verdict.cost_s)
    named = (job.need.pinned,) if job.pinned else job.need.robots
    return Explanation(
        task=task,
        reason=PLANNED if at >= 0 else next((left.reason for left in plan.left_out if left.task == task), ""),
        robot=instance.vehicles[at].need.robot if at >= 0 else "",
        due_s=job.need.due_s,
        drop_penalty=job.penalty,
        pinned=job.need.pinned,
        robots=tuple(verdicts),
        absent=tuple(name for name in named if name not in instance.robot_index),
        blocked=_blocked(apart, job),
    )


def _verdict(apart: Solution, job: Job, index: int, planned: bool) -> RobotVerdict:
    instance = apart.instance
    vehicle = instance.vehicles[index]
    options = apart.options(job, vehicle)
    if options is None:
        free = all(apart.open_places(job, position) for position in range(len(job.need.stops)))
        return RobotVerdict(vehicle.need.robot, "unreachable" if free else "no_place_free")
    insertion = cheapest(instance, apart.routes[index], job, options, inf, thorough=True)
    if insertion is None:
        return RobotVerdict(vehicle.need.robot, apart.lack(job, index))
    route = insertion.apply(instance)
    shown = job.counting if job.counting >= 0 else len(job.need.stops) - 1
    number, visit = next(
        (number, visit)
        for number, visit in enumerate(route.visits)
        if visit.info.job == job.index and visit.info.position == shown
    )
    dear = not job.pinned and insertion.delta >= job.penalty
    return RobotVerdict(
        robot=vehicle.need.robot,
        verdict=PLANNED if planned else "dearer_than_penalty" if dear else POSSIBLE,
        cost_s=insertion.delta,
        begin_s=route.leave_s[number + 1] - visit.service_s,
        place=visit.info.place,
        lateness_s=lateness_s(instance, route, job.index),
    )


def _blocked(apart: Solution, job: Job) -> tuple[BlockedPlace, ...]:
    jobs = apart.instance.jobs
    blocked = []
    for position, stop in enumerate(job.need.stops):
        free = apart.open_places(job, position)
        for place in dict.fromkeys(stop.places):
            if place not in free:
                owner = apart.claimed.get(place)
                blocked.append(BlockedPlace(stop.stop, place, "" if owner is None else jobs[owner].need.task))
    return tuple(blocked)


__all__ = ["BlockedPlace", "Explanation", "RobotVerdict", "explain"]
