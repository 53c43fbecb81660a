"""The instant at which fleet time is 0, as people write it."""

from __future__ import annotations

import time
from datetime import datetime

from robot_fleet.core.errors import RuntimeFailure


def parse_midnight(text: str) -> datetime:
    """Return the instant.

    Raises
    ------
    RuntimeFailure : `runtime_midnight_malformed`; also for one that is yet to come.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.utcoffset() is None:
        message = f"expected a date and time with their offset from UTC, such as 2026-11-26T00:00+09:00, got {text!r}"
        raise RuntimeFailure("runtime_midnight_malformed", message, "midnight")
    if instant.timestamp() > time.time():
        message = f"{text} is yet to come; expected the midnight with which the fleet's day began"
        raise RuntimeFailure("runtime_midnight_malformed", message, "midnight")
    return instant
