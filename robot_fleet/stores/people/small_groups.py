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

    What is left of the total would tell a suppressed count, or several that are as large as they can be. So the
    smallest of the larger groups are suppressed with them, all that are equally large: then any of the suppressed may
    be a small one. Without larger groups the total is suppressed too, if it is that of one group, or small itself.
    """
    small = [group for group, count in counts.items() if count < least]
    next_larger = min((count for count in counts.values() if count >= least), default=None)
    hidden = [*small, *(group for group, count in counts.items() if count == next_larger)] if small else []
    total = sum(counts.values())
    telling = not hidden or (len(hidden) > 1 and total >= least)
    groups = {group: None if group in hidden else count for group, count in counts.items()}
    return Told(groups, total if telling else None)
