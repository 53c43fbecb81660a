"""Where a robot was over time: pieces of a time-stamped polyline, each on one map and without a gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A polyline without a gap. All arrays have the shape (vertices,), with one vertex at least.

    Parameters
    ----------
    map_id : the map that the positions are on.
    at_s : fleet times, rising.
    x_m, y_m : positions at these times; in between straight, even motion is meant.
    yaw_rad : headings at these times. Nothing is said of those in between.
    """

    map_id: str
    at_s: Floats
    x_m: Floats
    y_m: Floats
    yaw_rad: Floats

    def __len__(self) -> int:
        return len(self.at_s)

    def part(self, begin: int, end: int) -> Piece:
        """Return the vertices from one number up to another as a piece."""
        cut = slice(begin, end)
        return Piece(self.map_id, self.at_s[cut], self.x_m[cut], self.y_m[cut], self.yaw_rad[cut])

    def then(self, later: Piece) -> Piece:
        """Return this piece with the vertices of another one after its own."""
        return Piece(
            self.map_id,
            np.concatenate((self.at_s, later.at_s)),
            np.concatenate((self.x_m, later.x_m)),
            np.concatenate((self.y_m, later.y_m)),
            np.concatenate((self.yaw_rad, later.yaw_rad)),
        )


Trajectory = tuple[Piece, ...]
"""Pieces in the order of their times."""


def joined(earlier: Trajectory, later: Trajectory) -> Trajectory:
    """Return two parts of a trajectory as one.

    From its first vertex on the later part counts. Where the earlier one has a vertex at that very time and on the same
    map, they are one piece: an end that was only for the time being gives way to what came of it.
    """
    if not later or not earlier:
        return earlier or later
    first, at_s = later[0], later[0].at_s[0]
    kept: list[Piece] = []
    for piece in earlier:
        count = int(np.searchsorted(piece.at_s, at_s))
        meets = count < len(piece) and piece.at_s[count] == at_s and piece.map_id == first.map_id
        if meets and count:
            first = piece.part(0, count).then(first)
        elif count:
            kept.append(piece.part(0, count))
    return (*kept, first, *later[1:])


def between(trajectory: Trajectory, from_s: float, to_s: float) -> Trajectory:
    """Return what is needed to know the positions in a period: its vertices, and those just before and after it."""
    found = []
    for piece in trajectory:
        first = int(np.searchsorted(piece.at_s, from_s, side="right")) - 1
        last = int(np.searchsorted(piece.at_s, to_s))
        if piece.at_s[-1] >= from_s and piece.at_s[0] <= to_s:
            found.append(piece.part(max(0, first), last + 1))
    return tuple(found)


def spans(trajectory: Trajectory, span_s: int) -> Iterator[tuple[int, Trajectory]]:
    """Yield the parts of a trajectory that begin in each span of time, with the span's number.

    A part that goes on from the span before begins with that one's last vertex, so that `joined` makes them one again.
    """
    parts: dict[int, list[Piece]] = {}
    for piece in trajectory:
        number = (piece.at_s // span_s).astype(np.int64)
        edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(piece)]
        for begin, end in pairwise(edges):
            parts.setdefault(int(number[begin]), []).append(piece.part(max(0, begin - 1), end))
    for each, pieces in sorted(parts.items()):
        yield each, tuple(pieces)
