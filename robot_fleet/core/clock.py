"""The two times of the fleet and the way people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from robot_fleet.core.errors import RequestError

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")


@dataclass(frozen=True, slots=True)
class Now:
    """One instant on both clocks.

    Parameters
    ----------
    fleet_s : fleet time, seconds since midnight of the site's day (due times, windows, durations, travel).
    steady_s : steady time, seconds of a monotonic clock that is never scaled (freshness, retries, supervision).
    """

    fleet_s: float
    steady_s: float


def parse_clock(text: str) -> float:
    """Return the seconds since midnight of `HH:MM` or `HH:MM:SS` (hours may pass 23 for the day after).

    Raises
    ------
    RequestError : `request_time_malformed`.
    """
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        raise RequestError("request_time_malformed", f"expected a time as HH:MM or HH:MM:SS, got {text!r}")
    hours, minutes, seconds = match.groups()
    return int(hours) * 3600.0 + int(minutes) * 60.0 + int(seconds or 0)


def format_clock(at_s: float) -> str:
    """Return `HH:MM:SS` for a fleet time in seconds since midnight, rounded down."""
    whole = int(at_s)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
