"""What drives take against what the roads say: learnt per travel class and lane, from drives that nobody hindered.

A drive of a lane lasts from passing the end of the lane before it to passing its own: the turn into it, the start and
the stop that bends ask for, and the way itself. What is kept of it is its ratio, seconds taken / seconds expected, as
counts on a logarithmic grid:

- Counts give quantiles, and a quantile is not moved by the one drive in which a child stood in the way.
- Counts of several lanes can be added, so that lanes which nobody has driven yet learn from the others of their class.
- Each drive makes all that came before it on its lane weigh a little less, so that about the last fifty count: a lane
  that is dug up becomes slow within a day's work, and fast again after it.

What plans reckon with is the quantile `PLANNED`, drawn towards that of the whole class where drives are few, and that
towards 1. Where a robot's own planner has found a lane to be longer than it is drawn, the lane begins from there, and
drives soon outweigh it. It changes seldom and by steps that matter, since each change costs new travel matrices.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PLANNED = 0.5
"""Plans reckon with the median: over a way of many lanes too long and too short cancel out, and a plan that adds a
reserve to each lane would leave robots standing idle. What a late task costs is the plan's business."""
KEEP = 0.98
"""How much of its weight a drive keeps with each later one on its lane: the last 1 / (1 - KEEP) = 50 count."""
DOUBT = 8.0
"""So many drives draw an estimate half the way from what was believed before to what they say."""
REVISE_EVERY_S = 600.0
"""Factors change at most this often (fleet time)."""
REVISE_BY = 0.05
"""A factor changes only if it is off by more than this share."""
PLAUSIBLE = (0.25, 4.0)
"""A ratio outside was no drive of that lane: an agent that was away, a robot that was carried, clocks that disagree."""
DETOUR = (1.1, 4.0)
"""A robot's planner that finds a lane longer by a factor within these is believed before any drive. Planners on grids
draw a straight way up to 8 % longer (octile distance), so less says nothing; more is another way, not this lane."""
ALL_LANES = ""
"""In place of a lane's id: the lanes of the class that have no factor of their own."""

_STEP = math.log(1.05)
_FAINT = 0.005


@dataclass(frozen=True, slots=True)
class Ratios:
    """Ratios seen, as (number of the grid's cell, weight), cells ascending; cell `n` is around `1.05 ** n`."""

    counts: tuple[tuple[int, float], ...] = ()

    @property
    def weight(self) -> float:
        """How many drives this stands for, older ones counted less."""
        return math.fsum(weight for _, weight in self.counts)

    def with_one(self, ratio: float) -> Ratios:
        """Return these ratios faded a little, and one more."""
        faded = [(cell, weight * KEEP) for cell, weight in self.counts if weight * KEEP > _FAINT]
        cell = round(math.log(ratio) / _STEP)
        at = bisect_left(faded, (cell,))
        if at < len(faded) and faded[at][0] == cell:
            faded[at] = cell, faded[at][1] + 1.0
        else:
            faded.insert(at, (cell, 1.0))
        return Ratios(tuple(faded))

    def quantile(self, share: float) -> float:
        """Return the ratio that a share (0 to 1) of the weight lies under; 1 if nothing was seen."""
        before, sought = 0.0, share * self.weight
        for cell, weight in self.counts:
            if before + weight >= sought:
                return math.exp((cell - 0.5 + (sought - before) / weight) * _STEP)
            before += weight
        return 1.0


def together(many: Iterable[Ratios], less: Iterable[Ratios] = ()) -> Ratios:
    """Return all ratios as one, without those that are among them no longer (`less`)."""
    counts: dict[int, float] = {}
    for ratios in many:
        for cell, weight in ratios.counts:
            counts[cell] = counts.get(cell, 0.0) + weight
    for ratios in less:
        for cell, weight in ratios.counts:
            counts[cell] = counts.get(cell, 0.0) - weight
    return Ratios(tuple(sorted((cell, weight) for cell, weight in counts.items() if weight > _FAINT)))


def factors(
    seen: Mapping[str, Ratios],
    in_force: Mapping[str, float],
    stretches: Mapping[str, float],
    total: Ratios | None = None,
    news: Iterable[str] | None = None,
) -> dict[str, float]:
    """Return lane -> factor on the expected seconds, of one travel class.

    Parameters
    ----------
    seen : per lane the ratios.
    in_force : the factors so far; one that is still good enough is kept as it is.
    stretches : per lane its length as robots' planners find it, by its length as it is drawn; infinite for no way.
    total : all of `seen` together, where that is known.
    news : the lanes for which something has changed since `in_force`; None if that is not known.
    """
    of_all = in_force.get(ALL_LANES, 1.0)
    of_class = _kept(of_all, _drawn(together(seen.values()) if total is None else total, 1.0))
    revised = {} if of_class == 1.0 else {ALL_LANES: of_class}
    if news is None or of_class != of_all:
        news = dict.fromkeys((*seen, *stretches))
    else:
        revised = dict(in_force)
    for lane in news:
        revised.pop(lane, None)
        stretch = stretches.get(lane, 1.0)
        believed = of_class * stretch if DETOUR[0] < stretch <= DETOUR[1] else of_class
        factor = _kept(in_force.get(lane, of_all), _drawn(seen.get(lane, Ratios()), believed))
        if factor != of_class:
            revised[lane] = factor
    return revised


def _kept(before: float, factor: float) -> float:
    return before if abs(factor / before - 1.0) <= REVISE_BY else factor


def _drawn(ratios: Ratios, believed: float) -> float:
    """Return the planned quantile, drawn towards what was believed before as far as drives are few."""
    weight = ratios.weight
    return math.exp((weight * math.log(ratios.quantile(PLANNED)) + DOUBT * math.log(believed)) / (weight + DOUBT))
