"""The independent judge of plans: recomputes everything from the problem alone and shares no code with any planner.

Codes of violations, stable:

========================  ==============================================================================================
code                      what is broken
========================  ==============================================================================================
`unknown_robot`           a route belongs to no robot of the problem
`unknown_task`            a stop or a task left out belongs to no task of the problem
`unknown_stop`            a stop number that the task does not have (any more)
`task_missing`            a task is neither planned nor left out
`task_twice`              a task is on two robots, both planned and left out, or left out twice
`stop_missing`            a planned task lacks one of its stops
`stop_twice`              a stop is planned twice
`stop_order`              a task's stops are not in their order
`robot_not_allowed`       the robot is none of those that can do the task
`pinned_elsewhere`        a pinned task is on another robot
`pinned_not_first`        a `together` task that has something on board does not come first on its robot
`together_split`          something comes between the stops of a `together` task
`place_not_allowed`       the place is none of the stop's alternatives
`place_taken`             the place is not free for a new choice
`place_claimed_twice`     two tasks claim one exclusive place
`unreachable_leg`         there is no way between two places that follow each other
`time_not_finite`         a time or the cost is NaN or infinite
`time_arrive`             the arrival is not the departure plus the travel time
`time_begin`              the stop begins before it may, or not as soon as it can
`time_end`                the end is not the begin plus the service time
`overloaded`              a pick-up exceeds the robot's capacity
`energy_exceeded`         the route needs more energy than the robot may use
`cost_wrong`              the cost is not what the routes and the tasks left out add up to
`reason_unknown`          the reason of a task left out is none of the seven
`reason_wrong`            the reason of a task left out does not hold
`insertable`              a task left out could be inserted into the plan for less than its penalty
========================  ==============================================================================================

How reasons are replayed stands in `replay`.
"""

from __future__ import annotations

from math import inf, isfinite

from robot_fleet.core.plan import Plan, PlannedStop, Problem, RobotNeed, StopNeed, TaskNeed, Violation
from robot_fleet.scheduling.replay import REASONS, true_reason
from robot_fleet.scheduling.rules import TOLERANCE, Ways, barred, energy_wh, holds, late_stop, must_lead


class PlanChecker:
    """Checker port: every rule of the vocabulary, recomputed from the problem."""

    def check(self, problem: Problem, plan: Plan) -> tuple[Violation, ...]:
        """Return every broken rule; empty when the plan may be committed.

        Reasons of tasks left out and the cost are judged only for routes that break no rule themselves.
        """
        found = _Sheet(problem, plan)
        _judge_membership(found)
        for robot in problem.robots:
            _judge_route(found, robot)
        _judge_places(found)
        if not found.violations:
            _judge_cost(found)
            _judge_reasons(found)
        return tuple(found.violations)


class _Sheet:
    """What is being judged, and what has been found."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan
        self.robots: dict[str, RobotNeed] = {robot.robot: robot for robot in problem.robots}
        self.tasks: dict[str, TaskNeed] = {task.task: task for task in problem.tasks}
        self.violations: list[Violation] = []
        self.cost = 0.0

    def say(self, code: str, task: str, robot: str, message: str) -> None:
        self.violations.append(Violation(code, task, robot, message))

    def need(self, planned: PlannedStop) -> StopNeed | None:
        task = self.tasks.get(planned.task)
        return next((stop for stop in task.stops if stop.stop == planned.stop), None) if task else None


def _differs(value: float, expected: float) -> bool:
    return not abs(value - expected) <= TOLERANCE


def _judge_membership(sheet: _Sheet) -> None:
    """Each task exactly once, whole, in order, on a robot that may do it."""
    where: dict[str, list[str]] = {}
    for robot, stops in sheet.plan.routes.items():
        if robot not in sheet.robots:
            sheet.say("unknown_robot", "", robot, f"The problem has no robot {robot}.")
        numbers: dict[str, list[int]] = {}
        for planned in stops:
            if planned.task not in sheet.tasks:
                sheet.say("unknown_task", planned.task, robot, f"The problem has no task {planned.task}.")
                continue
            if sheet.need(planned) is None:
                sheet.say("unknown_stop", planned.task, robot, f"The task has no stop {planned.stop} to plan.")
                continue
            numbers.setdefault(planned.task, []).append(planned.stop)
        for name, order in numbers.items():
            task = sheet.tasks[name]
            where.setdefault(name, []).append(robot)
            if len(set(order)) < len(order):
                sheet.say("stop_twice", name, robot, f"Stops {order}: one is planned twice.")
            elif order != sorted(order):
                sheet.say("stop_order", name, robot, f"Stops are planned in the order {order}.")
            missing = [stop.stop for stop in task.stops if stop.stop not in order]
            if missing:
                sheet.say("stop_missing", name, robot, f"Stops {missing} are not planned.")
            if task.pinned and task.pinned != robot:
                sheet.say("pinned_elsewhere", name, robot, f"The task must stay on {task.pinned}.")
            if not task.pinned and robot not in task.robots:
                sheet.say("robot_not_allowed", name, robot, f"The task can be done by {list(task.robots)}.")
    out = [left.task for left in sheet.plan.left_out]
    for name in out:
        if name not in sheet.tasks:
            sheet.say("unknown_task", name, "", f"The problem has no task {name}.")
    for name in sheet.tasks:
        times = len(where.get(name, [])) + out.count(name)
        if times == 0:
            sheet.say("task_missing", name, "", "The task is neither planned nor left out.")
        elif times > 1:
            sheet.say("task_twice", name, "", f"On {where.get(name, [])}, left out {out.count(name)} times.")


def _judge_route(sheet: _Sheet, robot: RobotNeed) -> None:
    """Times, ways, load, energy, grouping; adds the route's cost to the sheet."""
    problem = sheet.problem
    stops = sheet.plan.routes.get(robot.robot, ())
    ways = Ways(problem, robot.travel_class)
    here, clock, load = robot.place, max(problem.now_s, robot.free_at_s), robot.load_kg
    travel, service = 0.0, 0.0
    led_by_others = False
    for index, planned in enumerate(stops):
        task, need = sheet.tasks.get(planned.task), sheet.need(planned)
        if task is None or need is None:
            return  # said before; nothing after it can be computed
        if not all(isfinite(value) for value in (planned.arrive_s, planned.begin_s, planned.end_s)):
            sheet.say("time_not_finite", task.task, robot.robot, f"Stop {need.stop} has a time that is no number.")
            return
        leg = ways.seconds(here, planned.place)
        if leg == inf:
            sheet.say("unreachable_leg", task.task, robot.robot, f"There is no way from {here} to {planned.place}.")
            return
        arrive = clock + leg
        begin = max(arrive, need.earliest_s)
        clock = begin + need.service_s
        if _differs(planned.arrive_s, arrive):
            sheet.say("time_arrive", task.task, robot.robot, f"Stop {need.stop}: {planned.arrive_s}, not {arrive}.")
        if _differs(planned.begin_s, begin):
            sheet.say("time_begin", task.task, robot.robot, f"Stop {need.stop}: {planned.begin_s}, not {begin}.")
        if _differs(planned.end_s, clock):
            sheet.say("time_end", task.task, robot.robot, f"Stop {need.stop}: {planned.end_s}, not {clock}.")
        load += need.load_kg
        if need.load_kg > 0.0 and load > robot.capacity_kg + TOLERANCE:
            sheet.say(
                "overloaded", task.task, robot.robot, f"Stop {need.stop}: {load} kg of {robot.capacity_kg} kg allowed."
            )
        begun = any(before.task == task.task for before in stops[:index])
        if task.together and begun and stops[index - 1].task != task.task:
            sheet.say("together_split", task.task, robot.robot, f"{stops[index - 1].task} comes between its stops.")
        if must_lead(task):
            if led_by_others:
                sheet.say("pinned_not_first", task.task, robot.robot, "The robot has its item on board.")
        else:
            led_by_others = True
        if need.stop == late_stop(task):
            sheet.cost += task.weight * max(0.0, begin + need.counts_offset_s - task.due_s)
        travel += leg
        service += need.service_s
        here = planned.place
    sheet.cost += problem.travel_weight * travel
    energy = energy_wh(robot, travel, service)
    if stops and energy > robot.energy_wh + TOLERANCE:
        sheet.say("energy_exceeded", "", robot.robot, f"{energy} Wh of {robot.energy_wh} Wh allowed.")


def _judge_places(sheet: _Sheet) -> None:
    owners: dict[str, str] = {}
    for robot, stops in sheet.plan.routes.items():
        for planned in stops:
            task, need = sheet.tasks.get(planned.task), sheet.need(planned)
            if task is None or need is None:
                continue
            if planned.place not in need.places:
                sheet.say("place_not_allowed", task.task, robot, f"{planned.place} is none of {list(need.places)}.")
            if barred(task, need, planned.place, sheet.problem):
                sheet.say("place_taken", task.task, robot, f"{planned.place} is not free.")
            if holds(need, planned.place, sheet.problem):
                owner = owners.setdefault(planned.place, task.task)
                if owner != task.task:
                    sheet.say("place_claimed_twice", task.task, robot, f"{planned.place} is claimed by {owner} too.")


def _judge_cost(sheet: _Sheet) -> None:
    sheet.cost += sum(sheet.tasks[left.task].drop_penalty for left in sheet.plan.left_out)
    if not isfinite(sheet.plan.cost):
        sheet.say("time_not_finite", "", "", "The plan's cost is no number.")
    elif abs(sheet.plan.cost - sheet.cost) > TOLERANCE * max(1.0, abs(sheet.cost)):
        sheet.say("cost_wrong", "", "", f"{sheet.plan.cost}, not {sheet.cost}.")


def _judge_reasons(sheet: _Sheet) -> None:
    for left in sheet.plan.left_out:
        if left.reason not in REASONS:
            sheet.say("reason_unknown", left.task, "", f"{left.reason!r} is none of {list(REASONS)}.")
            continue
        holding = true_reason(sheet.problem, sheet.plan, sheet.tasks[left.task])
        if not holding:
            sheet.say("insertable", left.task, "", "It can be inserted for less than its penalty.")
        elif holding != left.reason:
            sheet.say("reason_wrong", left.task, "", f"{left.reason} does not hold, {holding} does.")
