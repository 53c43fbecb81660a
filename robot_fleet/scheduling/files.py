"""Planning problems and plans as JSON files, `schema_version` 1; an infinite number is written as null.

The JSON Schemas in `docs/reference/schemas` are generated from the models here.

Codes of errors: `plan_file_missing` (cannot be read), `plan_file_json` (no JSON), `plan_file_version` (another
`schema_version`), `plan_file_key` (a key is missing, unknown or of a wrong type or range), `plan_file_write` (cannot be
written).
"""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import LeftOut, Plan, PlannedStop, Problem, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.instance import Instance

SCHEMA_VERSION = 1

Name = Annotated[str, Field(min_length=1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StopModel(_Model):
    """One stop of a task."""

    stop: Annotated[int, Field(ge=0, description="Number of the stop within its task; rises along the task.")]
    places: Annotated[tuple[Name, ...], Field(min_length=1, description="Alternatives; the plan chooses one.")]
    service_s: Annotated[NotNegative, Field(description="Time spent there, in seconds.")]
    load_kg: Annotated[Finite, Field(description="Change of the load on board; positive at a pick-up.")] = 0.0
    earliest_s: Annotated[Finite, Field(description="The stop may not begin before this fleet time.")] = 0.0
    counts: Annotated[bool, Field(description="Whether the task's lateness is measured here.")] = False
    counts_offset_s: Annotated[Finite, Field(description="How long after the stop's begin it is measured.")] = 0.0


class TaskModel(_Model):
    """A task: its remaining stops in order, all on one robot."""

    task: Name
    stops: Annotated[tuple[StopModel, ...], Field(min_length=1)]
    due_s: Annotated[Finite, Field(description="Fleet time of the due instant.")]
    weight: Annotated[NotNegative, Field(description="Cost of a second of lateness.")]
    drop_penalty: Annotated[NotNegative, Field(description="Cost of leaving the task out.")]
    robots: Annotated[tuple[Name, ...], Field(description="Robots that can do it; empty means none.")]
    pinned: Annotated[str, Field(description="Robot that must do it, or empty.")] = ""
    together: Annotated[bool, Field(description="Nothing else may come between its stops.")] = False


class RobotModel(_Model):
    """A robot: where and when it is free, and what it can carry and drive."""

    robot: Name
    place: Name
    free_at_s: Finite
    travel_class: Annotated[Name, Field(description="Key of `places` and `travel_s`.")]
    capacity_kg: NotNegative
    load_kg: Annotated[NotNegative, Field(description="On board when it becomes free.")] = 0.0
    energy_wh: Annotated[
        Annotated[float, Field(allow_inf_nan=False)] | None,
        Field(description="Energy above the reserve that it may use; null for no limit."),
    ] = None
    driving_w: NotNegative = 0.0
    standing_w: NotNegative = 0.0


class ProblemModel(_Model):
    """All that a planner needs, at one instant."""

    schema_version: Literal[1]
    now_s: Finite
    robots: tuple[RobotModel, ...]
    tasks: tuple[TaskModel, ...]
    places: Annotated[dict[str, tuple[Name, ...]], Field(description="Travel class -> places in the matrix's order.")]
    travel_s: Annotated[
        dict[str, tuple[tuple[NotNegative | None, ...], ...]],
        Field(description="Travel class -> matrix of seconds, from row to column; null where there is no way."),
    ]
    exclusive: Annotated[
        tuple[Name, ...], Field(description="Places that only one task may claim by a stop that is no pick-up.")
    ] = ()
    taken: Annotated[tuple[Name, ...], Field(description="Places that are not free for a new choice.")] = ()
    travel_weight: Annotated[NotNegative, Field(description="Cost of a second of travel.")] = 0.1


class PlannedStopModel(_Model):
    """A stop in a route, with its times."""

    task: Name
    stop: Annotated[int, Field(ge=0)]
    place: Name
    arrive_s: Finite
    begin_s: Finite
    end_s: Finite


class LeftOutModel(_Model):
    """A task in no route, and why."""

    task: Name
    reason: Annotated[
        str,
        Field(
            description="no_robot_kind, no_robot_available, too_heavy, no_place_free, unreachable, no_energy or "
            "dearer_than_penalty"
        ),
    ]


class PlanModel(_Model):
    """Routes by robot, and the tasks left out."""

    schema_version: Literal[1]
    routes: dict[str, tuple[PlannedStopModel, ...]]
    left_out: tuple[LeftOutModel, ...] = ()
    cost: Annotated[Finite, Field(description="Weighted lateness and travel plus penalties, in seconds.")]
    by: Annotated[str, Field(description="insertion, search or cpsat.")] = "insertion"


ModelT = TypeVar("ModelT", bound=_Model)


def problem_from_json(text: str, where: str = "problem") -> Problem:
    """Return the problem that a JSON text describes.

    Raises
    ------
    PlanError
        `plan_file_json`, `plan_file_version` or `plan_file_key`, with the file and key; `plan_problem_*` where the
        problem contradicts itself.
    """
    model = _parse(ProblemModel, text, where)
    problem = Problem(
        now_s=model.now_s,
        robots=tuple(_robot(robot) for robot in model.robots),
        tasks=tuple(_task(task) for task in model.tasks),
        places=dict(model.places),
        travel_s={
            name: tuple(tuple(inf if leg is None else leg for leg in line) for line in matrix)
            for name, matrix in model.travel_s.items()
        },
        exclusive=frozenset(model.exclusive),
        taken=frozenset(model.taken),
        travel_weight=model.travel_weight,
    )
    try:
        Instance(problem)
    except PlanError as error:
        raise PlanError(error.code, error.message, f"{where}:{error.where}") from error
    return problem


def problem_to_json(problem: Problem) -> str:
    """Return the problem as JSON, the same text for equal problems."""
    content: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "now_s": problem.now_s,
        "travel_weight": problem.travel_weight,
        "robots": [{**_fields(robot), "energy_wh": _null(robot.energy_wh)} for robot in problem.robots],
        "tasks": [{**_fields(task), "stops": [_fields(stop) for stop in task.stops]} for task in problem.tasks],
        "places": {name: list(places) for name, places in problem.places.items()},
        "travel_s": {
            name: [[_null(leg) for leg in line] for line in matrix] for name, matrix in problem.travel_s.items()
        },
        "exclusive": sorted(problem.exclusive),
        "taken": sorted(problem.taken),
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


def plan_from_json(text: str, where: str = "plan") -> Plan:
    """Return the plan that a JSON text describes.

    Raises
    ------
    PlanError
        `plan_file_json`, `plan_file_version` or `plan_file_key`, with the file and key.
    """
    model = _parse(PlanModel, text, where)
    return Plan(
        routes={
            robot: tuple(PlannedStop(**stop.model_dump()) for stop in stops) for robot, stops in model.routes.items()
        },
        left_out=tuple(LeftOut(left.task, left.reason) for left in model.left_out),
        cost=model.cost,
        by=model.by,
    )


def plan_to_json(plan: Plan) -> str:
    """Return the plan as JSON, the same text for equal plans."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "by": plan.by,
        "cost": plan.cost,
        "routes": {robot: [_fields(stop) for stop in stops] for robot, stops in plan.routes.items()},
        "left_out": [_fields(left) for left in plan.left_out],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)


def read_problem(path: Path) -> Problem:
    """Return the problem in a file.

    Raises
    ------
    PlanError
        `plan_file_missing` and those of `problem_from_json`.
    """
    return problem_from_json(_read(path), str(path))


def read_plan(path: Path) -> Plan:
    """Return the plan in a file.

    Raises
    ------
    PlanError
        `plan_file_missing` and those of `plan_from_json`.
    """
    return plan_from_json(_read(path), str(path))


def write_plan(path: Path, plan: Plan) -> None:
    """Write a plan to a file.

    Raises
    ------
    PlanError
        `plan_file_write`.
    """
    try:
        path.write_text(plan_to_json(plan) + "\n", encoding="utf-8")
    except OSError as error:
        raise PlanError("plan_file_write", f"The plan cannot be written: {error.strerror}.", str(path)) from error


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schemas by file name, as they are checked in."""
    return {
        "plan_problem.schema.json": _schema(ProblemModel, "Planning problem"),
        "plan.schema.json": _schema(PlanModel, "Plan"),
    }


def _schema(model: type[_Model], title: str) -> dict[str, Any]:
    schema = model.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _parse(model: type[ModelT], text: str, where: str) -> ModelT:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise PlanError(
            "plan_file_json", f"Line {error.lineno}, column {error.colno}: {error.msg}; JSON was expected.", where
        ) from error
    if not isinstance(content, dict):
        raise PlanError("plan_file_json", "A JSON object was expected.", where)
    version = content.get("schema_version")
    if version != SCHEMA_VERSION:
        raise PlanError("plan_file_version", f"schema_version is {version!r}; {SCHEMA_VERSION} was expected.", where)
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise PlanError("plan_file_key", f"{first['msg']}.", f"{where}:{key}") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PlanError("plan_file_missing", f"The file cannot be read: {error.strerror}.", str(path)) from error
    except UnicodeDecodeError as error:
        raise PlanError("plan_file_json", "The file is not UTF-8 text.", str(path)) from error


def _robot(model: RobotModel) -> RobotNeed:
    fields = model.model_dump()
    return RobotNeed(**{**fields, "energy_wh": inf if model.energy_wh is None else model.energy_wh})


def _task(model: TaskModel) -> TaskNeed:
    fields = {**model.model_dump(), "stops": tuple(StopNeed(**stop.model_dump()) for stop in model.stops)}
    return TaskNeed(**fields)


def _fields(value: StopNeed | TaskNeed | RobotNeed | PlannedStop | LeftOut) -> dict[str, Any]:
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__}


def _null(value: float) -> float | None:
    return None if value == inf else value


__all__ = [
    "PlanModel",
    "ProblemModel",
    "plan_from_json",
    "plan_to_json",
    "problem_from_json",
    "problem_to_json",
    "read_plan",
    "read_problem",
    "schemas",
    "write_plan",
]
