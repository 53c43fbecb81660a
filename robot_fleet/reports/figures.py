"""Shares and percentiles as the reports round them."""

from __future__ import annotations

from collections.abc import Sequence


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Return the nearest-rank percentile of values in ascending order, None without any."""
    return rounded(ordered[max(-(-percent * len(ordered) // 100) - 1, 0)]) if ordered else None


def share_pct(part: float, of: float) -> float | None:
    """Return a share in percent, None of nothing."""
    return round(100.0 * part / of, 1) if of else None


def rounded(value: float) -> float:
    """Return a value to the millisecond or millimetre."""
    return round(value, 3)
