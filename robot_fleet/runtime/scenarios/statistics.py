"""How sure a pass rate is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_Z95 = 1.959963984540054
"""Quantile of the normal distribution for 95 %, two-sided."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many runs passed; the true rate lies between `low` and `high` at 95 %."""

    passed: int
    runs: int
    low: float
    high: float

    def as_json(self) -> dict[str, float | int]:
        """Return it as the result has it."""
        share = self.passed / self.runs if self.runs else 0.0
        return {
            "passed": self.passed,
            "runs": self.runs,
            "share": round(share, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
        }


def rate(passes: Sequence[bool]) -> Rate:
    """Return the rate with Wilson's score interval (1927), which is honest for few runs and for rates of 0 and 1."""
    runs, passed = len(passes), sum(passes)
    if not runs:
        return Rate(0, 0, 0.0, 1.0)
    share, z2 = passed / runs, _Z95 * _Z95
    middle = (share + z2 / (2.0 * runs)) / (1.0 + z2 / runs)
    half = _Z95 / (1.0 + z2 / runs) * math.sqrt(share * (1.0 - share) / runs + z2 / (4.0 * runs * runs))
    low = 0.0 if passed == 0 else max(middle - half, 0.0)
    high = 1.0 if passed == runs else min(middle + half, 1.0)
    return Rate(passed, runs, low, high)
