"""Many streams of stamped reports, and which of the reports are let in."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

AHEAD_S = 60.0
"""How far a stamp may lie ahead of fleet time: clocks differ, and messages overtake a clock that is fast. For so long
one wrong stamp keeps out what follows in its stream."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Gate:
    """Lets reports in that are sound, not from the future, and later than all before them in their streams.

    Streams go by small whole numbers from 0 on.

    Attributes
    ----------
    refused : how many were not let in, by reason: `malformed`, `ahead`, `out_of_order`.
    """

    def __init__(self) -> None:
        self._newest_s = np.empty(0)
        self.refused: Counter[str] = Counter()

    def admitted(self, stream: Ints, at_s: Floats, sound: Flags, now_s: float) -> Ints:
        """Return the numbers of the reports that are let in, sorted by stream and then by time.

        Parameters
        ----------
        stream, at_s, sound : of the reports, in the order in which they came; stamps are finite where sound.
        now_s : fleet time.
        """
        in_time = sound & (at_s <= now_s + AHEAD_S)
        chosen = np.flatnonzero(in_time)
        chosen = chosen[self._later(stream[chosen], at_s[chosen])]
        left = (len(stream), int(sound.sum()), int(in_time.sum()), len(chosen))
        refused = (before - after for before, after in pairwise(left))
        self.refused += Counter(dict(zip(("malformed", "ahead", "out_of_order"), refused, strict=True)))
        return chosen

    def _later(self, stream: Ints, at_s: Floats) -> Ints:
        """Return which reports are later than all before them in their streams, and keep the newest in mind."""
        order = np.argsort(stream, kind="stable")
        streams, stamps_s = stream[order], at_s[order]
        self._make_room(int(stream.max(initial=-1)) + 1)
        earlier_s = np.concatenate(([-np.inf], stamps_s))[:-1]
        first = np.concatenate(([True], streams[1:] != streams[:-1]))[: len(order)]
        earlier_s[first] = self._newest_s[streams[first]]
        later = stamps_s > earlier_s
        for each in np.unique(streams[~later]):
            begin, end = np.searchsorted(streams, (each, each + 1))
            earlier_s[begin:end] = np.maximum.accumulate(earlier_s[begin:end])
            later[begin:end] = stamps_s[begin:end] > earlier_s[begin:end]
        self._newest_s[streams[later]] = stamps_s[later]  # where a stream occurs more than once, the last one stays
        return order[later]

    def _make_room(self, streams: int) -> None:
        more = streams - len(self._newest_s)
        if more > 0:
            self._newest_s = np.concatenate((self._newest_s, np.full(max(more, len(self._newest_s)), -np.inf)))
