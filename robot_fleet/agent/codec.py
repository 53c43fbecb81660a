"""Orders, steps and results as JSON objects, and back: the one form in which journals keep them and links carry them.

Every order carries the version of this form under `v`. Fields at their default are left out. Reading is strict: an
unknown key, a missing one, a wrong type or a number that is not finite is refused, because an agent that ignores what
it does not understand may ignore a limit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from robot_fleet.core.errors import OrderError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order, Step, StepKind, StepResult, StepState

VERSION = 1

Json = dict[str, Any]
E = TypeVar("E", bound=StrEnum)

_TEXTS = ("lane", "place", "act", "act_id")
_FLAGS = ("keep_yaw", "last", "interruptible", "repeatable")
_NUMBERS = ("corridor_m", "speed_mps", "duration_s")
_STEP_KEYS = frozenset(("id", "kind", "target", "params", *_TEXTS, *_FLAGS, *_NUMBERS))
_ORDER_KEYS = frozenset(("v", "robot", "id", "update", "steps", "released", "hold", "cancel", "consents"))
_RESULT_KEYS = frozenset(("step", "state", "code", "detail", "at_s"))


def order_to_dict(order: Order) -> Json:
    """Return an order as a JSON object."""
    data: Json = {
        "v": VERSION,
        "robot": order.robot,
        "id": order.id,
        "update": order.update,
        "steps": [step_to_dict(step) for step in order.steps],
        "released": order.released,
    }
    if order.hold:
        data["hold"] = True
    if order.cancel:
        data["cancel"] = True
    if order.consents:
        data["consents"] = order.consents
    return data


def order_from_dict(data: object) -> Order:
    """Return the order that a JSON object stands for.

    Raises
    ------
    OrderError : `order_version` for another version of the form, else `order_malformed`; `where` leads to the key.
    """
    fields = _object(data, "order")
    version = fields.get("v")
    if version != VERSION:
        raise OrderError("order_version", f"expected an order of version {VERSION}, got {version!r}", "order.v")
    _known(fields, _ORDER_KEYS, "order")
    steps = _need(fields, "steps", "order")
    if not isinstance(steps, list | tuple):
        _refuse("order.steps", "a list of steps", steps)
    return Order(
        robot=_text(fields, "robot", "order"),
        id=_text(fields, "id", "order"),
        update=_count(fields, "update", "order"),
        steps=tuple(step_from_dict(step, f"order.steps[{index}]") for index, step in enumerate(steps)),
        released=_count(fields, "released", "order"),
        hold=_flag(fields, "hold", "order"),
        cancel=_flag(fields, "cancel", "order"),
        consents=_count(fields, "consents", "order") if "consents" in fields else 0,
    )


def step_to_dict(step: Step) -> Json:
    """Return a step as a JSON object."""
    data: Json = {"id": step.id, "kind": step.kind.value, "target": pose_to_list(step.target)}
    for key in (*_TEXTS, *_FLAGS, *_NUMBERS):
        value = getattr(step, key)
        if value:
            data[key] = value
    if step.params:
        data["params"] = _plain(step.params)
    return data


def step_from_dict(data: object, where: str = "step") -> Step:
    """Return the step that a JSON object stands for.

    Raises
    ------
    OrderError : `order_malformed`; `where` leads to the key.
    """
    fields = _object(data, where)
    _known(fields, _STEP_KEYS, where)
    return Step(
        id=_text(fields, "id", where),
        kind=_word(StepKind, fields, "kind", where),
        target=pose_from_list(_need(fields, "target", where), f"{where}.target"),
        lane=_text(fields, "lane", where, ""),
        keep_yaw=_flag(fields, "keep_yaw", where),
        last=_flag(fields, "last", where),
        corridor_m=_number(fields, "corridor_m", where, 0.0),
        speed_mps=_number(fields, "speed_mps", where, 0.0),
        place=_text(fields, "place", where, ""),
        act=_text(fields, "act", where, ""),
        act_id=_text(fields, "act_id", where, ""),
        params=_object(fields.get("params", {}), f"{where}.params"),
        duration_s=_number(fields, "duration_s", where, 0.0),
        interruptible=_flag(fields, "interruptible", where),
        repeatable=_flag(fields, "repeatable", where),
    )


def result_to_dict(result: StepResult) -> Json:
    """Return the end of a step as a JSON object."""
    data: Json = {"step": result.step, "state": result.state.value, "at_s": result.at_s}
    if result.code:
        data["code"] = result.code
    if result.detail:
        data["detail"] = _plain(result.detail)
    return data


def result_from_dict(data: object, where: str = "result") -> StepResult:
    """Return the end of a step that a JSON object stands for.

    Raises
    ------
    OrderError : `order_malformed`; `where` leads to the key.
    """
    fields = _object(data, where)
    _known(fields, _RESULT_KEYS, where)
    return StepResult(
        step=_text(fields, "step", where),
        state=_word(StepState, fields, "state", where),
        code=_text(fields, "code", where, ""),
        detail=_object(fields.get("detail", {}), f"{where}.detail"),
        at_s=_number(fields, "at_s", where, 0.0),
    )


def pose_to_list(pose: Pose) -> list[object]:
    """Return a pose as `[x_m, y_m, yaw_rad, map_id]`."""
    return [pose.x_m, pose.y_m, pose.yaw_rad, pose.map_id]


def pose_from_list(data: object, where: str = "pose") -> Pose:
    """Return the pose that `[x_m, y_m, yaw_rad, map_id]` stands for.

    Raises
    ------
    OrderError : `order_malformed`.
    """
    if not isinstance(data, list | tuple) or len(data) != 4 or not isinstance(data[3], str):
        _refuse(where, "[x_m, y_m, yaw_rad, map_id]", data)
    x_m, y_m, yaw_rad = (_finite(value, where) for value in data[:3])
    return Pose(x_m, y_m, yaw_rad, data[3])


def _plain(value: object) -> Any:
    """Return a value as JSON will give it back: tuples are lists there."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _refuse(where: str, expected: str, got: object) -> NoReturn:
    raise OrderError("order_malformed", f"expected {expected}, got {got!r}", where)


def _object(data: object, where: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        _refuse(where, "a JSON object", data)
    return data


def _known(fields: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    unknown = sorted(str(key) for key in fields if key not in keys)
    if unknown:
        _refuse(where, f"no keys but {', '.join(sorted(keys))}", ", ".join(unknown))


def _need(fields: Mapping[str, Any], key: str, where: str) -> Any:
    if key not in fields:
        _refuse(f"{where}.{key}", "a value", "nothing")
    return fields[key]


def _text(fields: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = _need(fields, key, where) if default is None else fields.get(key, default)
    if not isinstance(value, str):
        _refuse(f"{where}.{key}", "text", value)
    return value


def _word(words: type[E], fields: Mapping[str, Any], key: str, where: str) -> E:
    value = _text(fields, key, where)
    try:
        return words(value)
    except ValueError as error:
        expected = ", ".join(word.value for word in words)
        raise OrderError("order_malformed", f"expected one of {expected}, got {value!r}", f"{where}.{key}") from error


def _flag(fields: Mapping[str, Any], key: str, where: str) -> bool:
    value = fields.get(key, False)
    if not isinstance(value, bool):
        _refuse(f"{where}.{key}", "true or false", value)
    return value


def _count(fields: Mapping[str, Any], key: str, where: str) -> int:
    value = _need(fields, key, where)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        _refuse(f"{where}.{key}", "a whole number of at least 0", value)
    return value


def _number(fields: Mapping[str, Any], key: str, where: str, default: float) -> float:
    return _finite(fields.get(key, default), f"{where}.{key}")


def _finite(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        _refuse(where, "a finite number", value)
    return float(value)
