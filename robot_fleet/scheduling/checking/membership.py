"""Each task exactly once, whole and in order, on a robot that may do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from robot_fleet.core.plan import PlannedStop, TaskNeed
from robot_fleet.scheduling.checking.sheet import Sheet, is_charge


def judge_membership(sheet: Sheet) -> None:
    """Look at all routes, however few have changed, and fill in who does what."""
    twice: dict[str, list[str]] = {}
    for robot, stops in sheet.plan.routes.items():
        if robot not in sheet.robots:
            sheet.say("unknown_robot", "", robot, f"The problem has no robot {robot}.")
        here: dict[str, list[PlannedStop]] = {}
        for planned in stops:
            mine = here.get(planned.task)
            if mine is None:
                here[planned.task] = [planned]
            else:
                mine.append(planned)
        for name, mine in here.items():
            task = sheet.tasks.get(name)
            if task is None:
                _judge_stranger(sheet, robot, mine)
                continue
            if [planned.stop for planned in mine] != [need.stop for need in task.stops]:
                _judge_stops(sheet, robot, task, mine)
            if name in sheet.planned:
                twice.setdefault(name, [sheet.robot_of[name]]).append(robot)
                sheet.planned[name] += mine
            else:
                sheet.planned[name] = mine
                sheet.robot_of[name] = robot
            if sheet.judges(robot):
                _judge_robot(sheet, robot, task)
    _judge_completeness(sheet, twice)


def _judge_stranger(sheet: Sheet, robot: str, mine: Sequence[PlannedStop]) -> None:
    """What belongs to no task of the problem is a charge or a mistake."""
    for planned in mine:
        if not is_charge(planned):
            name = planned.task or f"of stop {planned.stop} without a name"
            sheet.say("unknown_task", planned.task, robot, f"The problem has no task {name}.")


def _judge_stops(sheet: Sheet, robot: str, task: TaskNeed, mine: Sequence[PlannedStop]) -> None:
    order = [planned.stop for planned in mine]
    wanted = [need.stop for need in task.stops]
    for number in order:
        if number not in wanted:
            sheet.say("unknown_stop", task.task, robot, f"The task has no stop {number} to plan.")
    known = [number for number in order if number in wanted]
    if len(set(known)) < len(known):
        sheet.say("stop_twice", task.task, robot, f"Stops {order}: one is planned twice.")
    elif known != sorted(known):
        sheet.say("stop_order", task.task, robot, f"Stops are planned in the order {order}.")
    missing = [number for number in wanted if number not in known]
    if missing:
        sheet.say("stop_missing", task.task, robot, f"Stops {missing} are not planned.")


def _judge_robot(sheet: Sheet, name: str, task: TaskNeed) -> None:
    if task.pinned and task.pinned != name:
        sheet.say("pinned_elsewhere", task.task, name, f"The task must stay on {task.pinned}.")
    if not task.pinned and name not in task.robots:
        sheet.say("robot_not_allowed", task.task, name, f"The task can be done by {list(task.robots)}.")
    robot = sheet.robots.get(name)
    lacking = [skill for skill in task.skills if robot is not None and skill not in robot.skills]
    if lacking:
        sheet.say("skill_missing", task.task, name, f"The robot lacks {lacking}.")


def _judge_completeness(sheet: Sheet, twice: dict[str, list[str]]) -> None:
    out = Counter(left.task for left in sheet.plan.left_out)
    for name in out:
        if name not in sheet.tasks:
            sheet.say("unknown_task", name, "", f"The problem has no task {name}.")
    for name in sheet.tasks:
        planned = name in sheet.planned
        times = out[name] if out else 0
        if not planned and not times:
            sheet.say("task_missing", name, "", "The task is neither planned nor left out.")
        elif planned + times > 1 or name in twice:
            robots = twice.get(name) or ([sheet.robot_of[name]] if planned else [])
            sheet.say("task_twice", name, "", f"On {robots}, left out {times} times.")
