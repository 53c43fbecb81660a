"""When plans are looked for, and what of a plan the fleet commits to. What is planned stands in `posing`."""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.effects import Improve
from robot_fleet.core.facts import PlanCommitted, TaskFailed, TaskRejected, TaskReleased
from robot_fleet.core.fleet import dispatch
from robot_fleet.core.fleet.alarming import alarms
from robot_fleet.core.fleet.posing.problem import build_problem
from robot_fleet.core.fleet.posing.tasks import robots_for
from robot_fleet.core.fleet.right_of_way import cut_off, lawful
from robot_fleet.core.fleet.state import TaskRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.plan import LeftOut, Plan, PlannedStop, Problem

REPLAN_EVERY_S = 30.0
"""Even if nothing happened, plans are looked at this often: estimates drift."""
IMPROVE_EVERY_S = 5.0
"""At most one improvement is asked for in this time."""
GIVE_UP_AFTER_S = 3_600.0
"""A task that no plan could take in ends as failed this long after it was due."""
NEVER_BEGUN_S = 4 * 3_600.0
"""A planned task that could not be begun (its place stays blocked) ends as failed this long after it was due."""
JUDGED_WHOLE = 100
"""Up to so many tasks the checker judges every plan whole; of larger ones what has changed and what all share."""
HOPELESS = ("no_robot_kind",)
"""Reasons that waiting does not mend; goods too heavy for a robot as it is loaded now may be light enough later."""
UNREACHABLE = "unreachable"
"""Reason of a task to which there is no way; it may be the law that leaves none."""


def replan(turn: Turn) -> None:
    """Build the problem as it is now, insert what is new, check, and commit what changed."""
    agenda = turn.agenda
    lawful.judge(turn)  # the checker goes by what the law says now
    agenda.replan = False
    agenda.planned_s = turn.now.fleet_s
    _give_up(turn)
    problem, waiting = build_problem(turn)
    plan = turn.ports.planner.insert(problem, current_plan(turn))
    _commit(turn, problem, plan, waiting)
    worth = len(problem.tasks) >= 2 and not agenda.job_open
    if worth and turn.now.fleet_s - agenda.job_asked_s >= IMPROVE_EVERY_S and _is_new(turn, plan):
        agenda.job += 1
        agenda.job_open, agenda.job_asked_s = True, turn.now.fleet_s
        turn.effects.append(Improve(agenda.job, problem, plan))


def too_early(turn: Turn) -> bool:
    """Return whether a robot that was live before a restart may report at any moment.

    Planned without it, its work would go to those that were heard first, and insertion alone never brings it back. The
    wait is short, since a robot that stays silent is not live for long; an alarm does not wait.
    """
    robots = turn.state.robots.values()
    unheard = any(robot.link is LinkState.LIVE and robot.id not in turn.seen.reports for robot in robots)
    return unheard and not alarms.waiting_alarms(turn)


def _is_new(turn: Turn, plan: Plan) -> bool:
    """Return whether anything but times is different from what an improvement was asked for last."""
    order = tuple(tuple((stop.task, stop.stop, stop.place) for stop in route) for route in plan.routes.values())
    asked, turn.agenda.job_order = turn.agenda.job_order, (order, plan.left_out)
    return asked != turn.agenda.job_order


def improved(turn: Turn, job: int, found: Plan) -> None:
    """Commit a worker's plan if, carried over to the state as it is now, it is cheaper than what is in force."""
    if job != turn.agenda.job:
        return
    turn.agenda.job_open = False
    lawful.judge(turn)
    problem, waiting = build_problem(turn)
    ours = turn.ports.planner.insert(problem, current_plan(turn))
    theirs = turn.ports.planner.insert(problem, found)
    if theirs.cost < ours.cost - 1e-6:
        _commit(turn, problem, replace(theirs, by=found.by), waiting)


def current_plan(turn: Turn) -> Plan:
    """Return the plan in force: what each robot has before it, with a first stop that may be taken from it again."""
    routes = {}
    for robot in turn.state.robots.values():
        route = turn.state.routes.get(robot.id, ())
        order = robot.busy
        if order is not None and turn.state.serves(robot, order) and alarms.may_be_replaced(turn, order):
            now = turn.now.fleet_s
            route = (PlannedStop(order.task, order.stop, order.place, now, now, now), *route)
        routes[robot.id] = route
    return Plan(routes=routes)


def _give_up(turn: Turn) -> None:
    """End what nobody will ever do: left out of every plan, never begun, or with a robot that has fallen silent."""
    for task in turn.state.open_tasks():
        late_s = turn.now.fleet_s - max(task.request.due_s, task.request.earliest_s)
        robot = turn.state.robots.get(task.robot)
        if late_s <= GIVE_UP_AFTER_S or task.held or task.awaits is not None:
            continue
        if task.state in (TaskState.REQUESTED, TaskState.SUSPENDED):
            turn.emit(TaskFailed(task.id, task.reason or "not_planned", turn.now.fleet_s))
        elif robot is not None and robot.link is LinkState.OFFLINE:
            turn.emit(TaskFailed(task.id, "robot_offline", turn.now.fleet_s))
        elif task.state is TaskState.SCHEDULED and late_s > NEVER_BEGUN_S:
            turn.emit(TaskFailed(task.id, "never_begun", turn.now.fleet_s))


def _commit(turn: Turn, problem: Problem, plan: Plan, waiting: tuple[LeftOut, ...]) -> None:
    routes = _changed(turn, plan)
    fresh = frozenset(left.task for left in plan.left_out if turn.state.left_out.get(left.task) != left.reason)
    all_at_once = len(problem.tasks) <= JUDGED_WHOLE
    violations = turn.ports.checker.check(
        problem, plan, None if all_at_once else frozenset(routes), None if all_at_once else fresh
    )
    turn.agenda.checked += 1
    if violations:
        turn.agenda.violations.extend(violations)
        return
    left_out = (*(_with_cause(turn, left) for left in plan.left_out), *waiting)
    _take_back(turn, plan)
    reasons = {left.task: left.reason for left in left_out}
    told = all(not left.about or left.about == turn.state.tasks[left.task].about for left in left_out)
    if routes or not told or reasons != turn.state.left_out:
        turn.emit(PlanCommitted(plan.by, plan.cost, routes, left_out))
        turn.agenda.moved = True
    for name, reason in reasons.items():
        if reason in HOPELESS and turn.state.tasks[name].state is TaskState.REQUESTED:
            turn.emit(TaskRejected(name, reason, turn.now.fleet_s))


def _with_cause(turn: Turn, left: LeftOut) -> LeftOut:
    """Return a task that is left out with what leaves no way there as its reason, if that is known."""
    return LeftOut(left.task, *cause(turn, turn.state.tasks[left.task])) if left.reason == UNREACHABLE else left


def cause(turn: Turn, task: TaskRecord) -> tuple[str, tuple[str, ...]]:
    """Return why there is no way to a task, and what that is about: the law, equipment out of order, or nothing known.

    The law or the equipment is to blame if without it some robot would have a way.
    """
    able = (task.robot,) if task.robot else robots_for(turn, task)
    law = lawful.why_unreachable(turn, task, able)
    failed = () if law else cut_off.equipment_before(turn, task, able)
    return law or (cut_off.EQUIPMENT_FAILED if failed else UNREACHABLE), failed


def _changed(turn: Turn, plan: Plan) -> dict[str, tuple[PlannedStop, ...]]:
    """Return the routes of a plan that differ from those in force, without what robots are about already."""
    changed: dict[str, tuple[PlannedStop, ...]] = {}
    for robot in turn.state.robots.values():
        route, order = plan.routes.get(robot.id, ()), robot.busy
        begins = order is not None and route and (route[0].task, route[0].stop) == (order.task, order.stop)
        if order is not None and begins and turn.state.serves(robot, order):
            route = route[1:]  # it keeps the order that might have been taken from it
        if _differs(turn.state.routes.get(robot.id, ()), route):
            changed[robot.id] = route
    return changed


def _take_back(turn: Turn, plan: Plan) -> None:
    """Release the tasks of robots whose first stop the plan has given to something more urgent."""
    for robot in turn.state.robots.values():
        order = robot.busy
        if order is None or not turn.state.serves(robot, order) or not alarms.may_be_replaced(turn, order):
            continue
        route = plan.routes.get(robot.id, ())
        if route and (route[0].task, route[0].stop) == (order.task, order.stop):
            continue
        if order.arrived:
            dispatch.cancel_order(turn, robot, "called_to_alarm")
        else:
            turn.emit(TaskReleased(order.task, "called_to_alarm"))


def _differs(before: tuple[PlannedStop, ...], after: tuple[PlannedStop, ...]) -> bool:
    if before is after:
        return False
    if [(s.task, s.stop, s.place) for s in before] != [(s.task, s.stop, s.place) for s in after]:
        return True
    return any(abs(b.begin_s - a.begin_s) > 60.0 for b, a in zip(before, after, strict=True))
