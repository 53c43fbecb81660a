"""Why a task of the running fleet is where it is: where it stands and, as far as the plan decides, an explanation."""

from __future__ import annotations

from robot_fleet.core.errors import RequestError
from robot_fleet.core.explanation import Why
from robot_fleet.core.fleet.planning import UNREACHABLE, cause, current_plan
from robot_fleet.core.fleet.posing.problem import build_problem
from robot_fleet.core.fleet.right_of_way.cut_off import EQUIPMENT_FAILED
from robot_fleet.core.fleet.state import TaskRecord
from robot_fleet.core.fleet.tasks.retired import EndedTask, find_ended
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.task import TaskState


def why(turn: Turn, task_id: str) -> Why:
    """Return why a task is where it is; nothing changes by it.

    The plan in force is carried over to this instant first, as for every plan that is looked for.

    Raises
    ------
    RequestError : `request_unknown_task`.
    """
    ended = find_ended(turn.state, task_id)
    if ended is not None:
        return _standing(ended, ended.service, ended.reason)
    task = turn.state.tasks.get(task_id)
    if task is None:
        raise RequestError("request_unknown_task", f"no task {task_id!r}", task_id)
    service = task.request.service
    if task.state is TaskState.UNDERWAY:
        return _standing(task, service, task.reason if task.reason == EQUIPMENT_FAILED else "")
    problem, waiting = build_problem(turn)
    for left in waiting:
        if left.task == task_id:
            return _standing(task, service, left.reason)
    if all(each.task != task_id for each in problem.tasks):
        return _standing(task, service)  # its last stop is in hand
    plan = turn.ports.planner.insert(problem, current_plan(turn))
    told = turn.ports.explain(problem, plan, task_id)
    robot = told.planned.robot if told.planned is not None else told.pinned
    reason, about = cause(turn, task) if told.reason == UNREACHABLE else (told.reason, ())
    absent = tuple((name, _why_absent(turn, name)) for name in told.absent)
    return Why(
        task=task_id,
        service=service,
        state=task.state.value,
        robot=robot,
        reason="" if told.planned is not None else reason,
        about=about,
        absent=absent,
        only_on=task.bound_to,
        not_on=task.barred_from,
        explanation=told,
    )


def _standing(task: TaskRecord | EndedTask, service: str, reason: str = "") -> Why:
    return Why(
        task=task.id,
        service=service,
        state=task.state.value,
        robot=task.robot,
        begun_s=task.started_s,
        ended_s=task.ended_s,
        late_s=task.lateness_s,
        reason=reason,
        about=task.about if isinstance(task, TaskRecord) and reason == task.reason == EQUIPMENT_FAILED else (),
    )


def _why_absent(turn: Turn, name: str) -> str:
    """Return why plans do without a robot."""
    robot = turn.state.robots.get(name)
    if robot is None or turn.soc_pct(name) is None:
        return "unknown"
    if robot.link not in (LinkState.LIVE, LinkState.STALE):
        return "offline"
    if turn.must_stay(robot):
        return "held"
    return "fault" if not turn.usable(robot) else "recharging"
