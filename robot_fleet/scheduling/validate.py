"""Whether a planning problem contradicts itself: looked at once, before any planner or the checker relies on it.

A task that no robot can do, a fleet without robots or a place without a way to it are no contradictions: such tasks
are left out of the plan with a reason.

==========================  ============================================================================================
code                        what contradicts itself
==========================  ============================================================================================
`plan_problem_name`         a robot, task, resource or place without a name
`plan_problem_duplicate`    two robots, tasks, resources or places of a matrix with one name
`plan_problem_number`       a figure that is NaN, infinite or negative where it may not be
`plan_problem_matrix`       a travel matrix that is not square, or has a leg that is NaN or negative
`plan_problem_class`        a travel class without a matrix
`plan_problem_stops`        stops that are missing, do not rise or have no place
`plan_problem_window`       a time that ends before it begins, or working times that overlap or do not rise
`plan_problem_load`         half a pair: what a task takes on board and what it puts down differ
`plan_problem_itself`       a task that is to come after, apart from or with itself
`plan_problem_cycle`        tasks that wait for each other
`plan_problem_home`         a robot that drives home and rests elsewhere
`plan_problem_charging`     a charging curve that does not rise or ends below full, or no charger
`plan_problem_fixed`        a fixed stop that is not the next of a task of the problem, or of a task on another robot
`plan_problem_resource`     a capacity below one
`plan_problem_coverage`     a robot that the problem does not know, or a reach or step that is not above zero
`plan_problem_tariff`       times that do not rise
==========================  ============================================================================================
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from graphlib import CycleError, TopologicalSorter
from math import inf, isfinite, isnan

from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import CHARGE, Charging, Coverage, Problem, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.checking.rules import TOLERANCE, begun


def validate(problem: Problem) -> None:
    """Do nothing if the problem can be planned.

    Raises
    ------
    PlanError
        `plan_problem_*` of the table above; `where` names the object and its key.
    """
    _numbers("", now_s=problem.now_s, travel_weight=problem.travel_weight, change_cost=problem.change_cost)
    if not problem.ageing_s > 0.0:
        raise PlanError("plan_problem_number", f"{problem.ageing_s} s; more than 0 was expected.", "ageing_s")
    _travel(problem)
    _distinct("robot", [robot.robot for robot in problem.robots])
    for robot in problem.robots:
        _robot(robot, problem)
    _distinct("task", [task.task for task in problem.tasks])
    for task in problem.tasks:
        _task(task)
    _cycles(problem.tasks)
    _fixed(problem)
    _distinct("resource", [resource.name for resource in problem.resources])
    for resource in problem.resources:
        if not resource.capacity >= 1:
            raise PlanError("plan_problem_resource", f"{resource.capacity}; at least 1 was expected.", resource.name)
        for spell in resource.busy:
            _spell(spell, f"{resource.name}.busy")
    _tariff(problem.tariff)
    if problem.coverage is not None:
        _coverage(problem.coverage, {robot.robot for robot in problem.robots})


def _key(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _numbers(where: str, **values: float) -> None:
    """Each is finite and not negative."""
    for key, value in values.items():
        if not 0.0 <= value < inf:
            raise PlanError(
                "plan_problem_number", f"{value}; a finite number from 0 up was expected.", _key(where, key)
            )


def _finite(where: str, **values: float) -> None:
    for key, value in values.items():
        if not isfinite(value):
            raise PlanError("plan_problem_number", f"{value}; a finite number was expected.", _key(where, key))


def _distinct(what: str, names: Iterable[str], where: str = "") -> None:
    seen: set[str] = set()
    for name in names:
        if not name:
            raise PlanError("plan_problem_name", f"A {what} has no name.", where)
        if name in seen:
            raise PlanError("plan_problem_duplicate", f"Two {what}s have the same name.", _key(where, name))
        seen.add(name)


def _travel(problem: Problem) -> None:
    for point, classes in problem.starts.items():
        for travel_class, legs in classes.items():
            where = f"starts.{point}.{travel_class}"
            if len(legs) != len(problem.places.get(travel_class, ())):
                raise PlanError("plan_problem_matrix", "One leg for each place of the class was expected.", where)
            if len(legs) and (isnan(sum(legs)) or min(legs) < 0.0):
                raise PlanError("plan_problem_matrix", "A leg is NaN or negative; seconds were expected.", where)
    for travel_class, matrix in problem.travel_s.items():
        where = f"travel_s.{travel_class}"
        names = problem.places.get(travel_class)
        if names is None or len(matrix) != len(names) or any(len(line) != len(names) for line in matrix):
            raise PlanError(
                "plan_problem_matrix",
                "The travel matrix must have one row and one column for each place of its class.",
                where,
            )
        _distinct("place", names, f"places.{travel_class}")
        for name, line in zip(names, matrix, strict=True):
            # A sum with NaN is NaN; a least value is only to be trusted where there is none.
            if isnan(sum(line)) or min(line) < 0.0:
                raise PlanError(
                    "plan_problem_matrix", "A leg is NaN or negative; seconds were expected.", f"{where}.{name}"
                )


def _class(travel_class: str, problem: Problem, where: str) -> None:
    if travel_class not in problem.travel_s:
        raise PlanError("plan_problem_class", f"There is no travel matrix of class {travel_class!r}.", where)


def _robot(robot: RobotNeed, problem: Problem) -> None:
    where = robot.robot
    _class(robot.travel_class, problem, where)
    if robot.loaded_class:
        _class(robot.loaded_class, problem, f"{where}.loaded_class")
    _numbers(
        where,
        free_at_s=robot.free_at_s,
        capacity_kg=robot.capacity_kg,
        load_kg=robot.load_kg,
        driving_w=robot.driving_w,
        standing_w=robot.standing_w,
        loaded_w=robot.loaded_w,
        capacity_units=robot.capacity_units,
        load_units=robot.load_units,
        work_price=robot.work_price,
    )
    if robot.home and robot.rests:
        raise PlanError("plan_problem_home", "A robot that drives home rests nowhere else.", f"{where}.rests")
    if isnan(robot.energy_wh) or robot.energy_wh == -inf:
        raise PlanError("plan_problem_number", f"{robot.energy_wh}; watt hours were expected.", f"{where}.energy_wh")
    worked_until_s = -inf
    for spell in robot.available:
        _spell(spell, f"{where}.available")
        if spell[0] < worked_until_s:
            raise PlanError("plan_problem_window", "Working times must rise and lie apart.", f"{where}.available")
        worked_until_s = spell[1]
    if robot.charging is not None:
        _charging(robot.charging, f"{where}.charging")


def _spell(spell: tuple[float, float], where: str) -> None:
    """A time from begin to end, which may be infinite."""
    if not -inf < spell[0] < spell[1]:
        raise PlanError("plan_problem_window", f"{spell[0]} to {spell[1]}; it must end after it begins.", where)


def _charging(charging: Charging, where: str) -> None:
    _numbers(where, full_wh=charging.full_wh, overhead_s=charging.overhead_s)
    if not charging.chargers or not all(charging.chargers):
        raise PlanError("plan_problem_charging", "At least one charger was expected, each with a name.", where)
    below_wh = 0.0
    for level_wh, watts in charging.curve:
        if not below_wh < level_wh < inf or not 0.0 < watts < inf:
            raise PlanError(
                "plan_problem_charging",
                f"({level_wh}, {watts}); levels must rise from above 0, and each power be above 0 and finite.",
                f"{where}.curve",
            )
        below_wh = level_wh
    if below_wh < charging.full_wh or not charging.curve:
        raise PlanError(
            "plan_problem_charging", f"The curve ends below full ({charging.full_wh} Wh).", f"{where}.curve"
        )


def _task(task: TaskNeed) -> None:
    where = task.task
    _finite(where, due_s=task.due_s)
    _numbers(where, weight=task.weight, drop_penalty=task.drop_penalty)
    numbers = [stop.stop for stop in task.stops]
    if (
        not numbers
        or numbers[0] < 0
        or any(one >= next_one for one, next_one in zip(numbers, numbers[1:], strict=False))
        or not all(stop.places for stop in task.stops)
    ):
        raise PlanError(
            "plan_problem_stops",
            "A task needs at least one stop, rising stop numbers from 0 up and a place for each stop.",
            where,
        )
    for stop in task.stops:
        _stop(stop, where)
    for key in ("after", "same_robot_as", "not_with"):
        if task.task in getattr(task, key):
            raise PlanError("plan_problem_itself", "A task is named by itself.", f"{where}.{key}")
    _pair(task)


def _stop(stop: StopNeed, task: str) -> None:
    if not all(stop.places):
        raise PlanError("plan_problem_name", "A place has no name.", f"{task}.{stop.stop}.places")
    for key, value in (
        ("service_s", stop.service_s),
        ("earliest_s", stop.earliest_s),
        ("counts_offset_s", stop.counts_offset_s),
        *stop.service_by.items(),
    ):
        if not 0.0 <= value < inf:
            raise PlanError(
                "plan_problem_number",
                f"{value}; a finite number from 0 up was expected.",
                f"{task}.{stop.stop}.{key if hasattr(stop, key) else 'service_by.' + key}",
            )
    if not (isfinite(stop.load_kg) and isfinite(stop.load_units)):
        raise PlanError("plan_problem_number", "The change of load must be finite.", f"{task}.{stop.stop}.load_kg")
    if not stop.latest_s >= stop.earliest_s:
        code = "plan_problem_number" if isnan(stop.latest_s) else "plan_problem_window"
        raise PlanError(
            code,
            f"{stop.latest_s}; not before earliest_s ({stop.earliest_s}) was expected.",
            f"{task}.{stop.stop}.latest_s",
        )


def _pair(task: TaskNeed) -> None:
    """What comes on board is put down again; of a begun or pinned task some may be on board already."""
    kg = sum(stop.load_kg for stop in task.stops)
    units = sum(stop.load_units for stop in task.stops)
    if kg > TOLERANCE or units > 0:
        raise PlanError(
            "plan_problem_load", f"{kg} kg and {units} compartments are never put down.", f"{task.task}.stops"
        )
    if (kg < -TOLERANCE or units < 0) and not (begun(task) or task.pinned):
        raise PlanError(
            "plan_problem_load",
            f"{-kg} kg and {-units} compartments are put down that were never taken on board.",
            f"{task.task}.stops",
        )


def _cycles(tasks: Iterable[TaskNeed]) -> None:
    try:
        TopologicalSorter({task.task: task.after for task in tasks}).prepare()
    except CycleError as error:
        circle = error.args[1]
        raise PlanError(
            "plan_problem_cycle",
            f"Tasks wait for each other: {' after '.join(reversed(circle))}.",
            f"{circle[0]}.after",
        ) from None


def _fixed(problem: Problem) -> None:
    """What is fixed is known, and the fixed stops of a task are its next ones, in order, on one robot."""
    left: dict[str, tuple[StopNeed, ...]] = {}
    if any(robot.fixed for robot in problem.robots):
        left = {task.task: task.stops for task in problem.tasks}
    pinned = {task.task: task.pinned for task in problem.tasks if task.pinned}
    for robot in problem.robots:
        for name, number, place in robot.fixed:
            if number == CHARGE and not name:
                known = robot.charging is not None and place in robot.charging.chargers
            else:
                stops = left.get(name, ())
                known = bool(stops) and stops[0].stop == number and place in stops[0].places
                known = known and pinned.setdefault(name, robot.robot) == robot.robot
                left[name] = stops[1:]
            if not known:
                raise PlanError(
                    "plan_problem_fixed",
                    f"Stop {number} of {name or 'a charge'} at {place} is not the next of a task that the problem has.",
                    f"{robot.robot}.fixed",
                )


def _tariff(tariff: tuple[tuple[float, float], ...]) -> None:
    before_s = -inf
    for from_s, price in tariff:
        _finite("tariff", from_s=from_s)
        _numbers("tariff", price=price)
        if from_s <= before_s:
            raise PlanError("plan_problem_tariff", f"{from_s} does not come after {before_s}.", "tariff")
        before_s = from_s


def _coverage(coverage: Coverage, robots: Collection[str]) -> None:
    unknown = [name for name in coverage.robots if name not in robots]
    if unknown:
        raise PlanError("plan_problem_coverage", f"The problem has no robots {unknown}.", "coverage.robots")
    for key in ("within_s", "step_s"):
        value = getattr(coverage, key)
        if not 0.0 < value < inf:
            raise PlanError(
                "plan_problem_coverage", f"{value}; a finite number above 0 was expected.", f"coverage.{key}"
            )
    _distinct("place", coverage.places, "coverage.places")
    _finite("coverage", until_s=coverage.until_s)
    _numbers("coverage", price=coverage.price)
