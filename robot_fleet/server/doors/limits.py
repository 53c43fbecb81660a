"""How often somebody may ask. Pure: the caller brings the clock, and all times are steady seconds."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from robot_fleet.core.errors import RequestError

_MOST_KEYS = 10_000
"""So many addresses or users are remembered; of more, those that were heard of longest ago are forgotten."""


class TooManyRequests(RequestError):
    """Somebody asks too often.

    Parameters
    ----------
    after_s : when to ask again, from now.
    """

    def __init__(self, code: str, message: str, after_s: float) -> None:
        super().__init__(code, message)
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Rate:
    """How much at once, and how much in the long run."""

    burst: float
    per_s: float


class Buckets:
    """A token bucket for each key.

    Parameters
    ----------
    clock_s : returns steady time.
    """

    def __init__(self, rate: Rate, clock_s: Callable[[], float]) -> None:
        self._rate = rate
        self._clock_s = clock_s
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one and return 0, or return after how many seconds there will be one."""
        now_s = self._clock_s()
        level, at_s = self._levels.pop(key, (self._rate.burst, now_s))
        level = min(self._rate.burst, level + (now_s - at_s) * self._rate.per_s)
        missing = max(0.0, 1.0 - level)
        self._levels[key] = (level if missing else level - 1.0, now_s)
        if len(self._levels) > _MOST_KEYS:
            self._levels.popitem(last=False)
        return missing / self._rate.per_s


@dataclass(frozen=True, slots=True)
class Patience:
    """How failures at the same door slow it down.

    Parameters
    ----------
    free : so many failures cost nothing.
    first_s, longest_s : the pause after the next one; each further one doubles it, up to the longest.
    forgotten_s : after so long without a failure all is forgotten.
    """

    free: int
    first_s: float
    longest_s: float
    forgotten_s: float = 900.0


class Pauses:
    """The pauses that failures have brought about, by key."""

    def __init__(self, patience: Patience, clock_s: Callable[[], float]) -> None:
        self._patience = patience
        self._clock_s = clock_s
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def left_s(self, key: str) -> float:
        """Return for how long the door stays shut, 0 if it does not."""
        count, at_s = self._failed.get(key, (0, -math.inf))
        over = count - self._patience.free
        if over <= 0:
            return 0.0
        pause_s = min(self._patience.first_s * 2.0 ** min(over - 1, 30), self._patience.longest_s)
        return max(0.0, at_s + pause_s - self._clock_s())

    def failed(self, key: str) -> None:
        """Note a failure."""
        now_s = self._clock_s()
        count, at_s = self._failed.pop(key, (0, now_s))
        self._failed[key] = (1 if now_s - at_s > self._patience.forgotten_s else count + 1, now_s)
        if len(self._failed) > _MOST_KEYS:
            self._failed.popitem(last=False)

    def forget(self, key: str) -> None:
        """Forget the failures of a key."""
        self._failed.pop(key, None)
