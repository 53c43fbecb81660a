"""What a robot says is taken only if it can be true. Each function returns the reason against it, or None.

They are joined by `or`: the first reason is the one that counts.
"""

from __future__ import annotations

import math
from collections.abc import Container
from enum import StrEnum

FARTHEST_M = 1e5
"""No site reaches farther from the origin of its map."""
FASTEST_MPS = 50.0
FUTURE_S = 30.0
"""Fleet seconds by which a stamp may be ahead; a run at ten times real time may hear of the time three seconds late."""
UNIT_WITHIN = 0.01
"""By how much a rotation's length may differ from one; that of `robot_fleet.ros.convert`."""
MAP_FRAME = "map"
ACTIVITIES = frozenset(["idle", "driving", "docking", "undocking", "acting", "waiting", "holding", "charging", "fault"])
CONTROLS = frozenset(["", "automatic", "manual", "protective_stop", "emergency_stop"])
"""Who may move a robot; empty where its agent does not say."""


class Reason(StrEnum):
    """Why a message is refused."""

    FLOOD = "flood"
    UNKNOWN_ROBOT = "unknown_robot"
    OTHER_ROBOT = "other_robot"
    FRAME = "frame"
    MAP = "map"
    FUTURE = "future_stamp"
    POSE = "pose"
    QUATERNION = "quaternion"
    COVARIANCE = "covariance"
    SPEED = "speed"
    CHARGE = "charge"
    NUMBER = "number"
    WORD = "word"
    PARTS = "parts"
    MALFORMED = "malformed"


def sender(said: str, robot: str) -> Reason | None:
    """Judge whether a message on a robot's topic is that robot's."""
    return None if said == robot else Reason.OTHER_ROBOT


def frame(frame_id: str) -> Reason | None:
    """Judge the frame of a pose."""
    return None if frame_id == MAP_FRAME else Reason.FRAME


def on_map(map_id: str, maps: Container[str]) -> Reason | None:
    """Judge whether a map is one of the site's."""
    return None if map_id in maps else Reason.MAP


def stamp(stamp_s: float, now_s: float) -> Reason | None:
    """Judge when a message says that it was made (fleet seconds); an old one is no reason, clocks have a rule."""
    return None if stamp_s <= now_s + FUTURE_S else Reason.FUTURE


def pose(x_m: float, y_m: float, yaw_rad: float = 0.0) -> Reason | None:
    """Judge a pose: finite, and on this earth."""
    near = abs(x_m) <= FARTHEST_M and abs(y_m) <= FARTHEST_M  # false for NaN
    return None if near and math.isfinite(yaw_rad) else Reason.POSE


def quaternion(x: float, y: float, z: float, w: float) -> Reason | None:
    """Judge a rotation: of unit length."""
    return None if abs(math.hypot(x, y, z, w) - 1.0) <= UNIT_WITHIN else Reason.QUATERNION


def covariance(xx_m2: float, xy_m2: float, yy_m2: float) -> Reason | None:
    """Judge how uncertain a position is said to be."""
    possible = xx_m2 >= 0.0 and yy_m2 >= 0.0 and math.isfinite(xx_m2 + yy_m2 + xy_m2)
    return None if possible else Reason.COVARIANCE


def speed(speed_mps: float) -> Reason | None:
    """Judge a speed."""
    return None if abs(speed_mps) <= FASTEST_MPS else Reason.SPEED


def charge(soc_pct: float) -> Reason | None:
    """Judge a state of charge in per cent."""
    return None if 0.0 <= soc_pct <= 100.0 else Reason.CHARGE


def measured(*values: float) -> Reason | None:
    """Judge numbers that may be unknown (NaN) and must otherwise be finite."""
    return Reason.NUMBER if any(map(math.isinf, values)) else None


def words(activity: str, control: str) -> Reason | None:
    """Judge what a robot says that it does, and who moves it."""
    return None if activity in ACTIVITIES and control in CONTROLS else Reason.WORD


def sigma_m(xx_m2: float, xy_m2: float, yy_m2: float) -> float:
    """Return the larger standard deviation of a position: of the longer axis of its covariance."""
    half_m2 = 0.5 * (xx_m2 + yy_m2)
    return math.sqrt(half_m2 + math.hypot(0.5 * (xx_m2 - yy_m2), xy_m2))
