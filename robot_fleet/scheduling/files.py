"""Planning problems and plans as JSON files, `schema_version` 1; an infinite number is written as null.

Their forms stand in `file_models`; whether a problem contradicts itself is `validate`'s affair.

Codes of errors: `plan_file_missing` (cannot be read), `plan_file_json` (no JSON), `plan_file_version` (another
`schema_version`), `plan_file_key` (a key is missing, unknown or of a wrong type or range), `plan_file_write` (cannot be
written).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from math import inf
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import (
    Charging,
    Coverage,
    LeftOut,
    Plan,
    PlannedStop,
    Problem,
    Resource,
    RobotNeed,
    StopNeed,
    TaskNeed,
)
from robot_fleet.scheduling.file_models import (
    PlanModel,
    ProblemModel,
    RobotModel,
    TaskModel,
)
from robot_fleet.scheduling.validate import validate

SCHEMA_VERSION = 1

ModelT = TypeVar("ModelT", bound=BaseModel)


def problem_from_json(text: str, where: str = "problem") -> Problem:
    """Return the problem that a JSON text describes.

    Raises
    ------
    PlanError
        `plan_file_json`, `plan_file_version` or `plan_file_key`, with the file and key; `plan_problem_*` where the
        problem contradicts itself.
    """
    model = _parse(ProblemModel, text, where)
    resources = [{**_inner(resource), "busy": _spells(resource.busy)} for resource in model.resources]
    problem = Problem(
        **{
            **_inner(model, but="schema_version"),
            "robots": tuple(_robot(robot) for robot in model.robots),
            "tasks": tuple(_task(task) for task in model.tasks),
            "travel_s": {
                name: tuple(tuple(_endless(leg) for leg in line) for line in matrix)
                for name, matrix in model.travel_s.items()
            },
            "exclusive": frozenset(model.exclusive),
            "taken": frozenset(model.taken),
            "ageing_s": _endless(model.ageing_s),
            "resources": tuple(Resource(**resource) for resource in resources),
            "starts": {
                point: {name: tuple(_endless(leg) for leg in legs) for name, legs in classes.items()}
                for point, classes in model.starts.items()
            },
            "coverage": None if model.coverage is None else Coverage(**_inner(model.coverage)),
        }
    )
    try:
        validate(problem)
    except PlanError as error:
        raise PlanError(error.code, error.message, f"{where}:{error.where}") from error
    return problem


def problem_to_json(problem: Problem) -> str:
    """Return the problem as JSON, the same text for equal problems."""
    content = {"schema_version": SCHEMA_VERSION, **_plain(problem)}
    for robot, need in zip(content["robots"], problem.robots, strict=True):
        robot["fixed"] = [{"task": task, "stop": stop, "place": place} for task, stop, place in need.fixed]
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
        routes={robot: tuple(PlannedStop(**_inner(stop)) for stop in stops) for robot, stops in model.routes.items()},
        left_out=tuple(LeftOut(left.task, left.reason, left.about) for left in model.left_out),
        cost=model.cost,
        by=model.by,
    )


def plan_to_json(plan: Plan) -> str:
    """Return the plan as JSON, the same text for equal plans."""
    content = {"schema_version": SCHEMA_VERSION, **_plain(plan)}
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


def _schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    schema = model.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _parse(model: type[ModelT], text: str, where: str) -> ModelT:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise PlanError(
            "plan_file_json", f"Line {error.lineno}, column {error.colno}: {error.msg}; JSON was expected.", where
        ) from error
    except RecursionError:
        raise PlanError("plan_file_json", "The brackets are nested too deeply.", where) from None
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


def _inner(model: BaseModel, but: str = "") -> dict[str, Any]:
    """Return the fields of a model as they are."""
    return {name: getattr(model, name) for name in type(model).model_fields if name != but}


def _endless(value: float | None) -> float:
    return inf if value is None else value


def _spells(spells: tuple[tuple[float, float | None], ...]) -> tuple[tuple[float, float], ...]:
    return tuple((from_s, _endless(to_s)) for from_s, to_s in spells)


def _robot(model: RobotModel) -> RobotNeed:
    return RobotNeed(
        **{
            **_inner(model),
            "energy_wh": _endless(model.energy_wh),
            "available": _spells(model.available),
            "fixed": tuple((fixed.task, fixed.stop, fixed.place) for fixed in model.fixed),
            "charging": None if model.charging is None else Charging(**_inner(model.charging)),
        }
    )


def _task(model: TaskModel) -> TaskNeed:
    stops = tuple(StopNeed(**{**_inner(stop), "latest_s": _endless(stop.latest_s)}) for stop in model.stops)
    return TaskNeed(**{**_inner(model), "stops": stops})


def _plain(value: Any) -> Any:
    """Return a value of the vocabulary as JSON has it: objects, lists in a fixed order, null for what is infinite."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {name: _plain(value[name]) for name in sorted(value)}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | np.ndarray):
        return [_plain(each) for each in value]
    if isinstance(value, np.floating):
        value = float(value)
    return None if value == inf else value


__all__ = [
    "plan_from_json",
    "plan_to_json",
    "problem_from_json",
    "problem_to_json",
    "read_plan",
    "read_problem",
    "schemas",
    "write_plan",
]
