"""Fleet time as Unix milliseconds, and back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    """How the two belong together.

    Parameters
    ----------
    midnight_s : Unix time at fleet time 0.
    now_s : fleet time.
    """

    midnight_s: float
    now_s: float

    def fleet_s(self, unix_millis: int) -> float:
        """Return fleet time."""
        return unix_millis / 1e3 - self.midnight_s

    def unix_millis(self, fleet_s: float) -> int:
        """Return Unix milliseconds."""
        return round((fleet_s + self.midnight_s) * 1e3)
