"""Samples folded into buckets of time: how many there were, and their lowest, mean, highest and last value.

A bucket without samples does not exist. Folding is associative: seconds may be folded into minutes and these into
hours, and a bucket that came in two parts is put together again, in whatever portions the samples arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """Buckets of one width, in the order of their times. All arrays have the shape (buckets,).

    Parameters
    ----------
    width_s : whole seconds of fleet time.
    number : which bucket: it spans fleet times from `number * width_s` on. Rising.
    count : samples in it, 1 or more.
    low, mean, high, last : of its samples, in the unit of the signal.
    """

    width_s: int
    number: Ints
    count: Ints
    low: Floats
    mean: Floats
    high: Floats
    last: Floats

    def __len__(self) -> int:
        return len(self.number)

    @property
    def start_s(self) -> Ints:
        """Fleet times at which the buckets begin."""
        return self.number * self.width_s

    def between(self, from_s: float, to_s: float) -> Buckets:
        """Return the buckets that share any time with a period; its end is not part of it."""
        first = int(np.searchsorted(self.number, from_s // self.width_s))
        last = int(np.searchsorted(self.start_s, to_s))
        return self.of(slice(first, max(first, last)))

    def folded(self, width_s: int) -> Buckets:
        """Return the same samples in buckets of a multiple of the width.

        Raises
        ------
        ValueError : the new width is no multiple of the old one.
        """
        times, rest = divmod(width_s, self.width_s)
        if rest or times < 1:
            raise ValueError(f"{width_s} s is no multiple of {self.width_s} s")
        number = self.number // times
        starts = np.flatnonzero(np.concatenate(([True], number[1:] != number[:-1]))) if len(number) else number
        if len(starts) == len(number):
            return Buckets(width_s, number, self.count, self.low, self.mean, self.high, self.last)
        count = np.add.reduceat(self.count, starts)
        return Buckets(
            width_s,
            number[starts],
            count,
            np.minimum.reduceat(self.low, starts),
            np.add.reduceat(self.mean * self.count, starts) / count,
            np.maximum.reduceat(self.high, starts),
            self.last[np.concatenate((starts[1:], [len(number)])) - 1],
        )

    def of(self, chosen: slice | Ints | NDArray[np.bool_]) -> Buckets:
        """Return some of the buckets."""
        return Buckets(
            self.width_s,
            self.number[chosen],
            self.count[chosen],
            self.low[chosen],
            self.mean[chosen],
            self.high[chosen],
            self.last[chosen],
        )


def no_buckets(width_s: int) -> Buckets:
    """Return no buckets of a width."""
    none = np.empty(0)
    return Buckets(width_s, none.astype(np.int64), none.astype(np.int64), none, none, none, none)


def merged(parts: Sequence[Buckets], width_s: int) -> Buckets:
    """Return parts of one signal, later ones last, as one sequence of buckets of a width.

    Raises
    ------
    ValueError : the width is no multiple of a part's.
    """
    folded = [part.folded(width_s) for part in parts if len(part)]
    if not folded:
        return no_buckets(width_s)
    if len(folded) == 1:
        return folded[0]
    joined = Buckets(
        width_s,
        np.concatenate([part.number for part in folded]),
        np.concatenate([part.count for part in folded]),
        np.concatenate([part.low for part in folded]),
        np.concatenate([part.mean for part in folded]),
        np.concatenate([part.high for part in folded]),
        np.concatenate([part.last for part in folded]),
    )
    if np.any(joined.number[1:] < joined.number[:-1]):
        joined = joined.of(np.argsort(joined.number, kind="stable"))
    return joined.folded(width_s)
