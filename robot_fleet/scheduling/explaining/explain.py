"""Why a task is where it is in a plan, or in none (`core.explanation`), found by the planners' own insertion."""

from __future__ import annotations

from math import inf

from robot_fleet.core.errors import PlanError
from robot_fleet.core.explanation import PLANNED, Choice, Explanation, Unable
from robot_fleet.core.plan import Plan, Problem, RobotNeed, TaskNeed
from robot_fleet.scheduling.explaining.asking import Asking, released
from robot_fleet.scheduling.explaining.question import choice
from robot_fleet.scheduling.explaining.relaxing import Relaxing
from robot_fleet.scheduling.kernel.arrays import RELAX_ENERGY, RELAX_LOAD, RELAX_PARTNER, RELAX_WINDOW

LACKS = (
    ("no_energy", RELAX_ENERGY),
    ("too_heavy", RELAX_ENERGY | RELAX_LOAD),
    ("window_closed", RELAX_ENERGY | RELAX_LOAD | RELAX_WINDOW),
)
"""What a robot lacks, and the limits without which it could do a task."""


def explain(problem: Problem, plan: Plan, task: str) -> Explanation:
    """Return why a task is where it is in a valid plan of a problem.

    A charge in the plan is taken to go on until the robot is full, as this package plans charges.

    Raises
    ------
    PlanError : `plan_unknown_task`, the problem has no such task; `plan_task_nowhere`, the plan does not speak of it.
    """
    need = next((each for each in problem.tasks if each.task == task), None)
    if need is None:
        raise PlanError("plan_unknown_task", "The planning problem has no such task.", task)
    reason = next((left.reason for left in plan.left_out if left.task == task), PLANNED)
    named = (need.pinned,) if need.pinned else need.robots
    robots = [robot for robot in problem.robots if robot.robot in named]
    planned = None
    if reason == PLANNED:
        home = next((name for name, route in plan.routes.items() if any(stop.task == task for stop in route)), None)
        if home is None:
            raise PlanError("plan_task_nowhere", "The plan neither does the task nor says why not.", task)
        asking, cost_s = released(problem, plan, need)
        planned = choice(need, home, cost_s, plan.routes[home])
        robots = [robot for robot in robots if robot.robot != home]
    else:
        asking = Asking(problem, plan.routes, need, {}, pinned_only=bool(need.pinned))
    alternatives, unable = _choices(asking, need, robots)
    relaxing = Relaxing(asking, robots)
    return Explanation(
        task=task,
        asked_s=problem.now_s,
        due_s=need.due_s,
        reason=reason,
        drop_penalty=need.drop_penalty,
        pinned=need.pinned,
        planned=planned,
        alternatives=tuple(alternatives),
        unable=tuple(unable),
        absent=tuple(name for name in named if all(robot.robot != name for robot in problem.robots)),
        others=sum(robot.robot not in named for robot in problem.robots),
        blocked=asking.blocked(),
        relaxations=relaxing.smallest() if planned is None else (),
        next_time=relaxing.next_time() if planned is None else None,
    )


def _choices(asking: Asking, task: TaskNeed, robots: list[RobotNeed]) -> tuple[list[Choice], list[Unable]]:
    able: list[Choice] = []
    unable: list[Unable] = []
    for robot in robots:
        lacking = tuple(skill for skill in task.skills if skill not in robot.skills)
        if lacking:
            unable.append(Unable(robot.robot, "skill_missing", lacking))
            continue
        answer = asking.question(robot).answer()
        if answer is not None:
            able.append(choice(task, robot.robot, answer.cost_s, answer.route))
        else:
            unable.append(Unable(robot.robot, _lacks(asking, robot)))
    able.sort(key=lambda each: inf if each.cost_s is None else each.cost_s)
    return able, unable


def _lacks(asking: Asking, robot: RobotNeed) -> str:
    """Return what a robot lacks that has the skills."""
    if asking.out:
        return "predecessor_left_out"
    question = asking.question(robot)
    if not all(stop.places for stop in question.need.stops):
        return "no_place_free"
    for lacks, relax in LACKS:
        if question.answer(relax) is not None:
            return lacks
    anyone = asking.question(robot, parted=tuple(asking.partners))
    overlooked = RELAX_ENERGY | RELAX_LOAD | RELAX_WINDOW | RELAX_PARTNER
    return "partner_elsewhere" if anyone.answer(overlooked) is not None else "unreachable"


__all__ = ["explain"]
