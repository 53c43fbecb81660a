"""Replays an explanation (`core.explanation`) without any planner: every figure is found again by trying all merges.

======================  ===============================================================================================
code                    what is wrong
======================  ===============================================================================================
`explanation_task`      the problem has no such task, or the plan does not speak of it
`explanation_reason`    the reason, the due time, the penalty or who is named is not that of the problem and plan
`explanation_planned`   what is said of the robot that does it
`explanation_choice`    what another robot would cost, or when; or one is missing, not sorted, or cannot
`explanation_unable`    a robot that can is said to be unable, or lacks something else
`explanation_blocked`   a place is said to be free or not, or held by another
`explanation_change`    a relaxation does not serve the task, is not the smallest of its kind, or is missing
`explanation_next`      the task could begin earlier or not at that time
======================  ===============================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from robot_fleet.core.explanation import PLANNED, BlockedPlace, Choice, Explanation, Unable
from robot_fleet.core.plan import Plan, Problem, RobotNeed, Violation
from robot_fleet.scheduling.checking.replay_changes import judge_changes, judge_next_time
from robot_fleet.scheduling.checking.replay_single import Single, behind, released
from robot_fleet.scheduling.checking.rules import TOLERANCE


def judge_explanation(problem: Problem, plan: Plan, told: Explanation) -> tuple[Violation, ...]:
    """Return what is wrong in an explanation of a valid plan; empty if every figure is right."""
    found: list[Violation] = []

    def say(code: str, robot: str, message: str) -> None:
        found.append(Violation(code, told.task, robot, message))

    task = next((each for each in problem.tasks if each.task == told.task), None)
    home = next((name for name, route in plan.routes.items() if any(stop.task == told.task for stop in route)), "")
    reason = next((left.reason for left in plan.left_out if left.task == told.task), PLANNED if home else "")
    if task is None or not reason:
        say("explanation_task", "", "The problem has no such task, or the plan does not speak of it.")
        return tuple(found)
    named = (task.pinned,) if task.pinned else task.robots
    there = {robot.robot for robot in problem.robots}
    facts = (
        (told.reason, reason),
        (told.asked_s, problem.now_s),
        (told.due_s, task.due_s),
        (told.drop_penalty, task.drop_penalty),
        (told.pinned, task.pinned),
        (set(told.absent), set(named) - there),
        (told.others, len(there - set(named))),
        (told.planned is not None, bool(home)),
    )
    for said, right in facts:
        if said != right:
            say("explanation_reason", "", f"{said}, not {right}.")
    if home:
        single, cost_s = released(problem, plan, task)
        if told.planned is not None:
            for wrong in _planned(single, told.planned, home, cost_s, plan):
                say("explanation_planned", home, wrong)
    else:
        single = Single(problem, plan, task, pinned_only=bool(task.pinned))
    robots = [robot for robot in problem.robots if robot.robot in named and robot.robot != home]
    for robot, code, wrong in _robots(single, robots, told):
        say(code, robot, wrong)
    if set(told.blocked) != set(_blocked(single)):
        say("explanation_blocked", "", f"{list(told.blocked)}, not {list(_blocked(single))}.")
    if home:
        if told.relaxations or told.next_time is not None:
            say("explanation_change", "", "A planned task needs no relaxation.")
        return tuple(found)
    for robot_name, wrong in judge_changes(single, robots, told.relaxations):
        say("explanation_change", robot_name, wrong)
    for robot_name, wrong in judge_next_time(single, robots, told.next_time):
        say("explanation_next", robot_name, wrong)
    return tuple(found)


def _planned(single: Single, told: Choice, home: str, cost_s: float | None, plan: Plan) -> Iterable[str]:
    own = [stop for stop in plan.routes[home] if stop.task == single.task.task]
    if told.robot != home or [(v.stop, v.place, v.begin_s, v.end_s) for v in told.visits] != [
        (stop.stop, stop.place, stop.begin_s, stop.end_s) for stop in own
    ]:
        yield f"{told.robot} {list(told.visits)}, not {home} {own}."
        return
    if (told.cost_s is None) != (cost_s is None) or (
        told.cost_s is not None and cost_s is not None and _differs(told.cost_s, cost_s)
    ):
        yield f"It costs {cost_s}, not {told.cost_s}."
    before = behind(plan.routes[home], single.task.task)
    if told.behind != before or single.is_late(told):
        yield f"It is behind {list(before)}. {single.is_late(told)}".rstrip()


def _robots(single: Single, robots: list[RobotNeed], told: Explanation) -> Iterable[tuple[str, str, str]]:
    """Yield robot, code and what is wrong in what is said of the robots that do not do the task."""
    choices = {choice.robot: choice for choice in told.alternatives}
    unable = {each.robot: each for each in told.unable}
    names = [robot.robot for robot in robots]
    if sorted([*choices, *unable]) != sorted(names) or len(told.alternatives) + len(told.unable) != len(names):
        yield "", "explanation_choice", f"Of {names}, {sorted(choices)} could and {sorted(unable)} could not."
    costs = [choice.cost_s for choice in told.alternatives if choice.cost_s is not None]
    if costs != sorted(costs) or len(costs) != len(told.alternatives):
        yield "", "explanation_choice", f"{costs} do not rise."
    for robot in robots:
        lacking = tuple(skill for skill in single.task.skills if skill not in robot.skills)
        if robot.robot in choices:
            wrong = "It lacks a skill." if lacking else single.judge(choices[robot.robot], robot)
            if wrong:
                yield robot.robot, "explanation_choice", wrong
        elif robot.robot in unable:
            lacks = Unable(robot.robot, "skill_missing" if lacking else single.lacks(robot), lacking)
            if lacks != unable[robot.robot]:
                yield robot.robot, "explanation_unable", f"{unable[robot.robot]}, not {lacks}."


def _blocked(single: Single) -> list[BlockedPlace]:
    held = single.held()
    return [
        BlockedPlace(stop.stop, place, "" if single.is_taken(stop, place) else held.get(place, ""))
        for stop, free in zip(single.task.stops, single.choices(), strict=True)
        for place in dict.fromkeys(stop.places)
        if place not in free
    ]


def _differs(one: float, other: float) -> bool:
    return not abs(one - other) <= TOLERANCE * max(1.0, abs(other) if other < inf else 1.0)


__all__ = ["judge_explanation"]
