"""The measures of a run with real robots, each over a window, so that one hiccup of a busy machine is no verdict."""

from __future__ import annotations

import math
from collections import deque
from statistics import median

FACTOR_WINDOW_S = 10.0
"""Wall seconds over which the real-time factor is taken."""
BUCKET_S, BUCKETS = 1.0, 5
"""A difference of clocks is the median of the least delays of so many seconds."""
LONGEST_LOOK_S = 0.3
"""Of a longer time between two looks only so much counts as silence: the watch itself was away, not the robot."""


class Factor:
    """The real-time factor: how much of the wall's time a world has lived, over the window."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def note(self, steady_s: float, world_s: float) -> None:
        """Take in how far a world is at a steady time."""
        self._seen.append((steady_s, world_s))
        while len(self._seen) > 2 and self._seen[1][0] <= steady_s - FACTOR_WINDOW_S:
            self._seen.popleft()

    @property
    def value(self) -> float | None:
        """The factor, None before the window is full."""
        if not self._seen or self._seen[-1][0] - self._seen[0][0] < FACTOR_WINDOW_S:
            return None
        (from_s, world_from_s), (to_s, world_to_s) = self._seen[0], self._seen[-1]
        return (world_to_s - world_from_s) / (to_s - from_s)


class Skew:
    """How far another clock is behind the own one, from the stamps of its messages.

    A message's stamp is the other clock when it was made; it comes after a delay that is never negative. Of each second
    the least difference is kept, which is the skew and the least delay; of the newest seconds the median, so that
    neither a burst of late messages nor one odd stamp decides.
    """

    def __init__(self) -> None:
        self._least_s: deque[float] = deque(maxlen=BUCKETS)
        self._bucket: tuple[int, float] | None = None

    def note(self, wall_s: float, stamp_s: float) -> None:
        """Take in a message's stamp, and the own clock when it came."""
        number, behind_s = math.floor(wall_s / BUCKET_S), wall_s - stamp_s
        if self._bucket is None or self._bucket[0] == number:
            behind_s = behind_s if self._bucket is None else min(self._bucket[1], behind_s)
        else:
            self._least_s.append(self._bucket[1])
        self._bucket = number, behind_s

    @property
    def behind_s(self) -> float | None:
        """How far the other clock is behind (negative: ahead), None before the window is full."""
        return median(self._least_s) if len(self._least_s) == BUCKETS else None

    def forget(self) -> None:
        """Begin anew: the own clock was away, or set."""
        self._least_s.clear()
        self._bucket = None


class Silence:
    """How long nothing was heard, as far as somebody listened."""

    def __init__(self) -> None:
        self.silent_s = 0.0
        self.heard = False

    def note(self) -> None:
        """Take in that something was heard."""
        self.silent_s, self.heard = 0.0, True

    def pass_time(self, seconds: float) -> None:
        """Let time pass between two looks."""
        self.silent_s += min(seconds, LONGEST_LOOK_S)
