"""Counts of people by group, such that nobody can be made out in a small one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEAST = 5
"""A group of fewer people is not told, nor that there is nobody in it."""


@dataclass(frozen=True, slots=True)
class Told:
    """Counts that may be shown.

    Parameters
    ----------
    groups : None where the count is suppressed.
    total : of all; None where it would give a suppressed one away.
    """

    groups: Mapping[str, int | None]
    total: int | None


def suppress_small(counts: Mapping[str, int], least: int = LEAST) -> Told:
    """Return counts without those of groups under `least`.

    One suppressed group could be worked out from the total, and so could several of nobody but a few. Larger groups are
    suppressed with them, the smallest first, until there are two at least and `least` people in them; if there are no
    such groups, the total is suppressed as well.
    """
    ascending = sorted(counts, key=lambda group: (counts[group], group))
    hidden: list[str] = []
    for group in ascending:
        enough = len(hidden) >= 2 and sum(counts[each] for each in hidden) >= least
        if counts[group] >= least and (enough or not hidden):
            break
        hidden.append(group)
    telling = not hidden or (len(hidden) >= 2 and sum(counts[each] for each in hidden) >= least)
    groups = {group: None if group in hidden else count for group, count in counts.items()}
    return Told(groups, sum(counts.values()) if telling else None)
