"""What holds between routes: claims on places, resources, and tasks that come after, with or apart from each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from robot_fleet.core.plan import PlannedStop, Resource, TaskNeed
from robot_fleet.scheduling.checking.rules import TOLERANCE, begun, holds
from robot_fleet.scheduling.checking.sheet import Sheet


def judge_couplings(sheet: Sheet) -> None:
    """Look across all routes, however few have changed."""
    if sheet.problem.exclusive:
        _judge_claims(sheet)
    if sheet.places_shared:
        users = _users(sheet)
        for resource in sheet.problem.resources:
            if any(place in users for place in resource.places):
                _judge_resource(sheet, resource, users)
    out = {left.task for left in sheet.plan.left_out}
    for task in sheet.problem.tasks:
        if (task.after or task.same_robot_as or task.not_with) and task.task in sheet.planned:
            _judge_after(sheet, task, out)
            _judge_company(sheet, task)


def _judge_claims(sheet: Sheet) -> None:
    exclusive = sheet.problem.exclusive
    owners: dict[str, str] = {}
    for name, stops in sheet.planned.items():
        for planned in stops:
            if planned.place not in exclusive:
                continue
            need = sheet.need(planned)
            if need is not None and holds(need, planned.place, sheet.problem):
                owner = owners.setdefault(planned.place, name)
                if owner != name:
                    robot = sheet.robot_of[name]
                    sheet.say("place_claimed_twice", name, robot, f"{planned.place} is claimed by {owner} too.")


def _users(sheet: Sheet) -> dict[str, list[tuple[str, PlannedStop]]]:
    """Return who stops at each place that is part of a resource: robot and stop."""
    shared = {place for resource in sheet.problem.resources for place in resource.places}
    users: dict[str, list[tuple[str, PlannedStop]]] = {}
    for robot, stops in sheet.plan.routes.items():
        for planned in stops:
            if planned.place in shared:
                users.setdefault(planned.place, []).append((robot, planned))
    return users


def _judge_resource(sheet: Sheet, resource: Resource, at: Mapping[str, Sequence[tuple[str, PlannedStop]]]) -> None:
    """Sweep over time. A stop of no length is in the way only of what has begun before and ends after it."""
    events: list[tuple[float, int, int]] = []  # when; 0 ends, 1 passes, 2 begins; number of the user
    users: list[tuple[str, str]] = []

    def add(task: str, robot: str, begin_s: float, end_s: float) -> None:
        number = len(users)
        users.append((task, robot))
        if end_s - begin_s <= TOLERANCE:
            events.append((begin_s, 1, number))
        else:
            events.append((begin_s + TOLERANCE / 2.0, 2, number))
            events.append((end_s - TOLERANCE / 2.0, 0, number))

    for place in dict.fromkeys(resource.places):
        for robot, planned in at.get(place, ()):
            add(planned.task, robot, planned.begin_s, planned.end_s)
    shown = len(users)
    for from_s, to_s in resource.busy:
        add("", "", from_s, to_s)
    events.sort()
    using: list[int] = []
    for _, kind, number in events:
        if kind == 0:
            if number in using:  # not if its times are no numbers, which is said elsewhere
                using.remove(number)
            continue
        ours = [user for user in (*using, number) if user < shown]
        if len(using) >= resource.capacity and ours:
            task, robot = users[ours[-1]]
            sheet.say(
                "resource_overused", task, robot, f"{resource.name} is used by more than {resource.capacity} at a time."
            )
        if kind == 2:
            using.append(number)


def _judge_after(sheet: Sheet, task: TaskNeed, out: set[str]) -> None:
    if begun(task):
        return
    robot = sheet.robot_of[task.task]
    begin_s = sheet.planned[task.task][0].begin_s
    for name in task.after:
        if name in out:
            sheet.say("predecessor_left_out", task.task, robot, f"{name} is to end before it and is left out.")
        elif name in sheet.planned and begin_s < sheet.planned[name][-1].end_s - TOLERANCE:
            end_s = sheet.planned[name][-1].end_s
            sheet.say("before_predecessor", task.task, robot, f"It begins at {begin_s}, but {name} ends at {end_s}.")


def _judge_company(sheet: Sheet, task: TaskNeed) -> None:
    robot = sheet.robot_of[task.task]
    for name in task.same_robot_as:
        other = sheet.robot_of.get(name, robot)
        if other != robot:
            sheet.say("not_same_robot", task.task, robot, f"{name} is on {other}.")
    for name in task.not_with:
        if sheet.robot_of.get(name) == robot and _interleave(sheet, task, sheet.tasks[name]):
            sheet.say("not_with_split", task.task, robot, f"It and {name} are under way at the same time.")


def _interleave(sheet: Sheet, one: TaskNeed, other: TaskNeed) -> bool:
    """Whether a stop of either comes between the first and the last of the other on their robot."""
    if begun(one) and begun(other):
        return False
    tasks = [planned.task for planned in sheet.plan.routes[sheet.robot_of[one.task]]]
    mine = [index for index, name in enumerate(tasks) if name == one.task]
    theirs = [index for index, name in enumerate(tasks) if name == other.task]
    first = -inf if begun(one) else mine[0]
    their_first = -inf if begun(other) else theirs[0]
    return any(first < index < mine[-1] for index in theirs) or any(their_first < index < theirs[-1] for index in mine)
