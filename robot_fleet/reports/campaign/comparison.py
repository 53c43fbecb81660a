"""Figures of two campaigns beside each other: run by run of one seed, and no more certain than so few runs allow."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from robot_fleet.reports.campaign.figures import Better, figure
from robot_fleet.reports.campaign.model import Scenario

_DONE = "done"
FEWEST = 6
"""With fewer pairs no interval reaches 95 %: all differences have one sign by chance in 2 of 2^5 cases already."""


class Finding(Enum):
    """What can be said of a figure."""

    SAME = "same"
    FEW = "few"
    UNCLEAR = "unclear"
    BETTER = "better"
    WORSE = "worse"
    OTHER = "other"
    """Clear, and neither way of the figure is good, or not for so much work."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure of one scenario, now and in the last campaign.

    Parameters
    ----------
    now, before : values of all runs that have one.
    differences : now less before, of each seed that both have a value of; sorted.
    same_work : whether as many requests were carried out in each of these pairs, for figures of effort.
    """

    name: str
    now: tuple[float, ...]
    before: tuple[float, ...]
    differences: tuple[float, ...]
    same_work: bool = True

    @property
    def middle(self) -> float:
        """The median of the differences."""
        return statistics.median(self.differences)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the median difference lies over all seeds, at 95 %; None for too few pairs.

        Of order statistics alone (the sign test turned around; Conover, Practical Nonparametric Statistics, 3.2): it
        supposes nothing of how figures are spread.
        """
        rank = sure_rank(len(self.differences))
        return None if rank == 0 else (self.differences[rank - 1], self.differences[-rank])

    @property
    def finding(self) -> Finding | None:
        """What the pairs show; None without pairs."""
        if not self.differences:
            return None
        if self.differences[0] == self.differences[-1] == 0.0:
            return Finding.SAME
        interval = self.interval
        if interval is None:
            return Finding.FEW
        if interval[0] <= 0.0 <= interval[1]:
            return Finding.UNCLEAR
        better = figure(self.name).better
        if better is Better.NEITHER or not self.same_work:
            return Finding.OTHER
        return Finding.BETTER if (self.middle < 0.0) is (better is Better.LESS) else Finding.WORSE


def sure_rank(pairs: int) -> int:
    """Return how far from both ends the differences stand that enclose the median at 95 %; 0 if none do."""
    rank, tail = 0, 0.0
    for below in range(pairs // 2):
        tail += math.comb(pairs, below) / 2.0**pairs
        if 2.0 * tail > 0.05:
            break
        rank = below + 1
    return rank


def compare(name: str, now: Scenario, before: Scenario | None) -> Comparison:
    """Return how a figure of a scenario stands beside the last campaign's."""
    mine = {run.seed: run.figures for run in now.runs}
    theirs = {} if before is None else {run.seed: run.figures for run in before.runs}
    pairs = []
    same_work = True
    for seed in mine.keys() & theirs.keys():
        value, last = mine[seed].get(name), theirs[seed].get(name)
        if value is not None and last is not None:
            pairs.append(round(value - last, 6))
            same_work &= mine[seed].get(_DONE) == theirs[seed].get(_DONE)
    known = same_work or not figure(name).effort
    return Comparison(name, _values(name, mine.values()), _values(name, theirs.values()), tuple(sorted(pairs)), known)


def _values(name: str, runs: Iterable[Mapping[str, float | None]]) -> tuple[float, ...]:
    return tuple(value for run in runs if (value := run.get(name)) is not None)
