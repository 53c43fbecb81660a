"""How long history is kept, and in which resolutions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Tier:
    """History in one resolution.

    Parameters
    ----------
    width_s : of a bucket; 0 for trajectories, which have none.
    span_s : of a block, a multiple of the width. Blocks go as a whole, so up to one span more is kept.
    kept_s : how long it is kept, in fleet time.
    """

    width_s: int
    span_s: int
    kept_s: int

    def __post_init__(self) -> None:
        if self.width_s < 0 or self.span_s < 1 or self.span_s % max(self.width_s, 1) or self.kept_s < 1:
            raise ValueError(f"a span is a multiple of the width, and nothing is below 1 s; got {self}")

    def begin_s(self, at_s: float) -> int:
        """Return the time at which the block begins that a time lies in."""
        return int(at_s // self.span_s) * self.span_s

    def oldest_s(self, now_s: float) -> int:
        """Return the time at which the oldest block that is kept begins."""
        return self.begin_s(now_s - self.kept_s)


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept of each robot.

    Parameters
    ----------
    buckets : from fine to coarse, the first one 1 s wide, each a multiple of the one before.
    trajectory : where the robot was.
    """

    buckets: tuple[Tier, ...] = (
        Tier(1, HOUR_S, 6 * HOUR_S),
        Tier(MINUTE_S, DAY_S, 31 * DAY_S),
        Tier(HOUR_S, 30 * DAY_S, 730 * DAY_S),
    )
    trajectory: Tier = Tier(0, DAY_S, 31 * DAY_S)

    def __post_init__(self) -> None:
        widths = [tier.width_s for tier in self.buckets]
        if widths[:1] != [1] or any(wide <= fine or wide % fine for fine, wide in pairwise(widths)):
            raise ValueError(f"widths begin with 1 s and each is a multiple of the one before; got {widths}")
        if self.trajectory.width_s:
            raise ValueError(f"a trajectory has no buckets; got {self.trajectory}")


DEFAULT_RETENTION = Retention()
"""Seconds for six hours, minutes and trajectories for a month, hours for two years."""
