"""The independent judge of plans: recomputes everything from the problem alone and shares no code with any planner.

Codes of violations, stable:

========================  ==============================================================================================
code                      what is broken
========================  ==============================================================================================
`unknown_robot`           a route belongs to no robot of the problem
`unknown_task`            a stop or a task left out belongs to no task of the problem, and is no charge
`unknown_stop`            a stop number that the task does not have (any more)
`task_missing`            a task is neither planned nor left out
`task_twice`              a task is on two robots, both planned and left out, or left out twice
`stop_missing`            a planned task lacks one of its stops
`stop_twice`              a stop is planned twice
`stop_order`              a task's stops are not in their order
`fixed_changed`           the route does not begin with the stops that are fixed
`robot_not_allowed`       the robot is none of those that can do the task
`skill_missing`           the robot lacks a skill that the task asks for
`pinned_elsewhere`        a pinned task is on another robot
`pinned_not_first`        a `together` task that has something on board does not come first on its robot
`together_split`          something comes between the stops of a `together` task
`predecessor_left_out`    a task is planned that comes after one that is left out
`before_predecessor`      a task begins before one that it comes after has ended
`not_same_robot`          two tasks that the same robot must do are on two
`not_with_split`          two tasks that may not be under way at the same time on one robot are
`place_not_allowed`       the place is none of the stop's alternatives
`place_taken`             the place is not free for a new choice
`place_claimed_twice`     two tasks claim one exclusive place
`resource_overused`       more stops use a resource at one time than it can take
`unreachable_leg`         there is no way between two places that follow each other
`home_unreachable`        there is no way home from the last stop
`outside_working_time`    a leg with what follows it fits into no working time of the robot
`time_not_finite`         a time or the cost is NaN or infinite
`time_arrive`             the arrival is not the departure plus the travel time
`time_begin`              the stop begins before it may, or not as soon as it can
`time_end`                the end is not the begin plus the service time
`begins_too_late`         the stop begins after its latest begin
`overloaded`              a pick-up exceeds the robot's capacity in kilograms
`too_many_units`          a pick-up exceeds the robot's compartments
`law_broken`              a leg leads to or through where the law keeps the robot out: papers, width, total mass
`charge_not_allowed`      a charge of a robot that has none, or where it has no charger
`charge_too_short`        a charge is shorter than docking and undocking take
`energy_exceeded`         the energy does not last to the end of the route, charges counted
`cost_wrong`              the cost is not what the routes and the tasks left out add up to
`reason_unknown`          the reason of a task left out is none of those of `core.plan.LeftOut`
`reason_wrong`            the reason of a task left out does not hold
`insertable`              a task left out could be inserted into the plan for less than its penalty
========================  ==============================================================================================

A stop begins as soon as it can, with one exception: where the begin depends on other routes, because the task comes
after another (its first stop), the place belongs to a resource, or it is a charge, it may begin later. That it does not
begin too early for the others is judged by `before_predecessor` and `resource_overused`.

What is read into the vocabulary stands in `rules`, how reasons are replayed in `replay`. The cost of coverage jumps
where a place comes within reach to the tolerance: either side of the jump is right.
"""

from __future__ import annotations

from math import isfinite

from robot_fleet.core.plan import Plan, Problem, Violation
from robot_fleet.scheduling.checking.couplings import judge_couplings
from robot_fleet.scheduling.checking.coverage import coverage_cost
from robot_fleet.scheduling.checking.law import LawMap, LawRules
from robot_fleet.scheduling.checking.membership import judge_membership
from robot_fleet.scheduling.checking.replay import REASONS, Replay
from robot_fleet.scheduling.checking.routes import judge_route
from robot_fleet.scheduling.checking.rules import TOLERANCE
from robot_fleet.scheduling.checking.sheet import Sheet


class PlanChecker:
    """Checker port: every rule of the vocabulary, recomputed from the problem."""

    def __init__(self) -> None:
        self._ground: LawMap | None = None

    def check(
        self,
        problem: Problem,
        plan: Plan,
        changed: frozenset[str] | None = None,
        fresh: frozenset[str] | None = None,
    ) -> tuple[Violation, ...]:
        """Return every broken rule; empty when the plan may be committed.

        Reasons of tasks left out and the cost are judged only for routes that break no rule themselves.

        Parameters
        ----------
        problem : one that `validate` accepts.
        changed : robots whose routes are judged by themselves, None for all. What lies between routes is judged across
            all of them, the sum of the cost only where all are.
        fresh : tasks whose reasons are replayed, None for all that are left out.
        """
        sheet = Sheet(problem, plan, changed, self._law(problem))
        judge_membership(sheet)
        for robot in problem.robots:
            if sheet.judges(robot.robot):
                judge_route(sheet, robot)
        judge_couplings(sheet)
        if not isfinite(plan.cost):
            sheet.say("time_not_finite", "", "", "The plan's cost is no number.")
        if not sheet.violations:
            if changed is None:
                _judge_cost(sheet)
            _judge_reasons(sheet, fresh)
        return tuple(sheet.violations)

    def _law(self, problem: Problem) -> LawRules | None:
        if problem.law is None:
            return None
        if self._ground is None or self._ground.ground is not problem.law.ground:
            self._ground = LawMap(problem.law.ground)
        return LawRules(problem.law, self._ground)


def _judge_cost(sheet: Sheet) -> None:
    problem = sheet.problem
    cost = sheet.cost + sum(sheet.tasks[left.task].drop_penalty for left in sheet.plan.left_out)
    moved = [name for name, robot in sheet.robot_of.items() if sheet.tasks[name].assigned not in ("", robot)]
    cost += problem.change_cost * len(moved)
    least, most = (cost + covered for covered in coverage_cost(problem, sheet.plan.routes, sheet.travel))
    slack = TOLERANCE * max(1.0, abs(cost))
    if not least - slack <= sheet.plan.cost <= most + slack:
        sheet.say("cost_wrong", "", "", f"{sheet.plan.cost}, not {most}.")


def _judge_reasons(sheet: Sheet, fresh: frozenset[str] | None) -> None:
    replay: Replay | None = None
    for left in sheet.plan.left_out:
        if left.reason not in REASONS:
            sheet.say("reason_unknown", left.task, "", f"{left.reason!r} is none of {list(REASONS)}.")
            continue
        if fresh is not None and left.task not in fresh:
            continue
        replay = replay or Replay(sheet)
        holding = replay.reason(sheet.tasks[left.task])
        if not holding:
            sheet.say("insertable", left.task, "", "It can be inserted for less than its penalty.")
        elif holding != left.reason:
            sheet.say("reason_wrong", left.task, "", f"{left.reason} does not hold, {holding} does.")
