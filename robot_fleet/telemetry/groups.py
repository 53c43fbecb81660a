"""Signals in groups, as people look for them."""

from __future__ import annotations

from functools import cache

LINK, BATTERY, DRIVING, PARTS = GROUPS = ("link", "battery", "driving", "parts")

_GROUP_OF = {
    **dict.fromkeys(("skew_s", "loss_pct"), LINK),
    **dict.fromkeys(
        ("soc_pct", "drain_ratio", "temperature_c", "voltage_v", "current_a", "uncharged_s", "capacity_pct"), BATTERY
    ),
    **dict.fromkeys(("position_sigma_m", "still_s", "reversals", "recoveries"), DRIVING),
}


@cache
def of(signal: str) -> str:
    """Return the group of a signal; what a robot's diagnostics tell is of its parts."""
    if signal.startswith("age_s."):
        return LINK
    return DRIVING if signal.startswith("said.") else _GROUP_OF.get(signal, PARTS)
