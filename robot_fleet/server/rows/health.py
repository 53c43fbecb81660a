"""How a robot fares, as keys of its row in the console's view. Pure.

Ages and remaining times are told roughly, since every change sends the robot's whole row to every console.
"""

from __future__ import annotations

import math
from typing import Any

from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.telemetry.board import RobotHealth

_AGE_STEPS_S = ((60.0, 1.0), (600.0, 10.0), (math.inf, 60.0))
"""Up to which age it is told in which steps."""
_REMAINING_STEP_S = 300.0
OBSTACLES = ("protective_stop", "nav_blocked", "stuck", "oscillating")
"""What tells of something in a robot's way, the most certain first."""

UNHEARD: dict[str, Any] = {
    "freshness": "never",
    "age_s": None,
    "health": "unknown",
    "conditions": [],
    "control": "",
    "obstacle": None,
    "remaining_s": None,
}
"""What is known of a robot before its first message."""


def health_values(robot: RobotHealth) -> dict[str, Any]:
    """Return what `FleetView.put_robot` takes of a robot's health; `age_s` is 0 while it is live."""
    if robot.freshness is LinkState.NEVER:
        return UNHEARD
    return {
        "freshness": robot.freshness.value,
        "age_s": 0.0 if robot.freshness is LinkState.LIVE else _age_s(robot.age_s),
        "health": robot.health,
        "conditions": [condition.code for condition in robot.conditions],
        "control": robot.control,
        "obstacle": _obstacle(robot),
        "remaining_s": _remaining_s(robot.remaining_s),
    }


def _obstacle(robot: RobotHealth) -> dict[str, Any] | None:
    """Return what a robot that is heard reports of something in its way: `code` and `since_s`; None if it does not.

    Where that something is nobody knows better than that the robot does not get on where it is.
    """
    if robot.freshness is not LinkState.LIVE:
        return None
    since_s = {condition.code: condition.since_s for condition in robot.conditions}
    if robot.control == "protective_stop":
        since_s["protective_stop"] = robot.control_s
    code = next((code for code in OBSTACLES if code in since_s), None)
    return None if code is None else {"code": code, "since_s": round(since_s[code], 1)}


def _age_s(age_s: float) -> float:
    step_s = next(step_s for most_s, step_s in _AGE_STEPS_S if age_s < most_s)
    return age_s // step_s * step_s


def _remaining_s(remaining_s: float) -> float | None:
    """Return the time to the reserve; None where it is not known or there is none, as while it charges."""
    return remaining_s // _REMAINING_STEP_S * _REMAINING_STEP_S if math.isfinite(remaining_s) else None
