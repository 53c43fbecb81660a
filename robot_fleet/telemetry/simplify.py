"""Streams of poses made into polylines of few vertices, for many robots side by side and in constant memory.

The criterion. Between two vertices of a piece a robot is said to be where straight, even motion puts it. For each pose
(t, p) that was taken there is an instant t' within `SLACK_S` of t, inside the same piece, at which that position is
within `ERROR_M` of p. Vertices are rounded to `GRID_M` and `TICK_S`; the criterion holds for what they are rounded to.

How. An open segment is its first vertex and the velocities that will do. Each new pose leaves fewer of them: directions
within a cone that passes the pose within `_ASIDE_M`, and an interval of speeds that bring the robot within `_ALONG_M`
of it at some instant within the slack. When none would be left, the segment ends at the time of the pose before, with a
velocity that did until then, and the next segment begins there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ERROR_M = 0.25
"""Greatest distance of a pose from the polyline ..."""
SLACK_S = 1.0
"""... at some instant within this time of it."""
TICK_S = 0.1
"""Resolution of vertices' times; of poses that come faster, the first in each tick is taken."""
GRID_M = 0.02
"""Resolution of vertices' positions."""
LONGEST_S = 600.0
"""Longest time between two vertices of a piece."""

# What rounding the vertices leaves of the criterion.
_REACH_M = ERROR_M - GRID_M / math.sqrt(2.0) - 1e-6
_REACH_S = SLACK_S - TICK_S / 2.0 - 1e-6
# A pose that is within both is within _REACH_M. Equal shares also see to it that the first pose after a vertex always
# leaves some velocity: that needs _ASIDE_M <= 2 _ALONG_M and 2 _ASIDE_M <= _REACH_M + _ALONG_M.
_ASIDE_M = _ALONG_M = _REACH_M / math.sqrt(2.0)
_TINY = 1e-9

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Vertices:
    """Vertices of several tracks, those of one track in the order of their times.

    All arrays have the shape (vertices,).

    Parameters
    ----------
    track : whose.
    at_s : fleet time, a multiple of TICK_S.
    x_m, y_m : multiples of GRID_M.
    yaw_rad : heading.
    map_number : the map that the position is on.
    begins : whether a new piece begins with it.
    """

    track: Ints
    at_s: Floats
    x_m: Floats
    y_m: Floats
    yaw_rad: Floats
    map_number: Ints
    begins: Flags

    def __len__(self) -> int:
        return len(self.track)

    def of(self, chosen: Flags | Ints | slice) -> Vertices:
        """Return some of the vertices."""
        return Vertices(
            self.track[chosen],
            self.at_s[chosen],
            self.x_m[chosen],
            self.y_m[chosen],
            self.yaw_rad[chosen],
            self.map_number[chosen],
            self.begins[chosen],
        )


def together(parts: Sequence[Vertices]) -> Vertices:
    """Return the vertices of several parts, sorted by track."""
    if not parts:
        return _NOTHING
    joined = Vertices(
        np.concatenate([part.track for part in parts]),
        np.concatenate([part.at_s for part in parts]),
        np.concatenate([part.x_m for part in parts]),
        np.concatenate([part.y_m for part in parts]),
        np.concatenate([part.yaw_rad for part in parts]),
        np.concatenate([part.map_number for part in parts]),
        np.concatenate([part.begins for part in parts]),
    )
    return joined.of(np.argsort(joined.track, kind="stable"))


# Rows of the table of open segments, which has one column per track.
# The vertex that the segment begins with. The map is -1 where there is no segment yet.
_FROM_TICK, _FROM_X, _FROM_Y, _FROM_YAW, _MAP = range(5)
# The cone of directions: the unit vectors along its right and left edge, less than half a turn apart; all 0 while any
# direction will do.
_RIGHT_X, _RIGHT_Y, _LEFT_X, _LEFT_Y = range(5, 9)
# The interval of speeds, and the greatest distance of a pose from the vertex: so far a segment must get before it ends.
_SLOWEST, _FASTEST, _FARTHEST = range(9, 12)
# The newest pose; that of the vertex while there is none since.
_TICK, _X, _Y, _YAW = range(12, 16)
_ROWS = 16


class Simplifier:
    """Takes poses of any number of tracks in and says which vertices their polylines have.

    Parameters
    ----------
    gap_s : where poses are farther apart than this, a new piece begins; at most LONGEST_S.

    Raises
    ------
    ValueError : `gap_s` is out of range.
    """

    def __init__(self, gap_s: float) -> None:
        if not 0.0 < gap_s <= LONGEST_S:
            raise ValueError(f"a gap is above 0 and at most {LONGEST_S:g} s, got {gap_s}")
        self._gap_s = gap_s
        self._open = np.zeros((_ROWS, 0))

    def add(self, track: Ints, at_s: Floats, x_m: Floats, y_m: Floats, yaw_rad: Floats, map_number: Ints) -> Vertices:
        """Take a pose of each of some tracks in, and return the vertices that are settled by them, sorted by track.

        Parameters
        ----------
        track : small whole numbers from 0 on, each at most once.
        at_s, x_m, y_m, yaw_rad, map_number : of the poses, finite. A pose that is not later than the newest of its
            track by a tick at least is left out.
        """
        self._make_room(int(track.max(initial=-1)) + 1)
        tick = np.round(at_s / TICK_S)
        known = self._open[_MAP, track] >= 0
        taken = ~known | (tick > self._open[_TICK, track])
        if not taken.all():
            return self.add(*(each[taken] for each in (track, at_s, x_m, y_m, yaw_rad, map_number)))
        before = self._open[:, track]
        pose = np.array((tick, x_m, y_m, yaw_rad))
        after, fits = _narrowed(before, pose)
        begins = (before[_MAP] != map_number) | ((tick - before[_TICK]) * TICK_S > self._gap_s)
        closes = ~fits & ~begins
        ends = closes | (begins & known & (before[_TICK] > before[_FROM_TICK]))
        settled = []
        if ends.any():
            ended = _ended(before[:, ends])
            settled.append(_vertices(track[ends], ended))
            after[:, closes], _ = _narrowed(ended[:, closes[ends]], pose[:, closes])
        if begins.any():
            after[:, begins] = _begun(pose[:, begins], map_number[begins])
            settled.append(_vertices(track[begins], after[:, begins], begins=True))
        self._open[:, track] = after
        return together(settled)

    def newest(self, track: Ints) -> tuple[Vertices, Vertices]:
        """Return, of those of some tracks that have poses, the newest settled vertex and where the polyline ends now.

        The two are the same where no pose has been taken since that vertex.
        """
        track = track[track < self._open.shape[1]]
        track = track[self._open[_MAP, track] >= 0]
        table = self._open[:, track]
        return _vertices(track, table), _vertices(track, _ended(table))

    def _make_room(self, tracks: int) -> None:
        more = tracks - self._open.shape[1]
        if more > 0:
            unused = np.zeros((_ROWS, max(more, self._open.shape[1])))
            unused[_MAP] = -1.0
            self._open = np.concatenate((self._open, unused), axis=1)


def _narrowed(before: Floats, pose: Floats) -> tuple[Floats, Flags]:
    """Return segments with the velocities that poses leave, and whether they leave any."""
    passed_s = np.maximum((pose[0] - before[_FROM_TICK]) * TICK_S, TICK_S)
    x, y = pose[1] - before[_FROM_X], pose[2] - before[_FROM_Y]
    away_m = np.hypot(x, y)
    # The cone of directions that pass the pose within _ASIDE_M; of a pose closer than that it is no cone.
    far = away_m > _ASIDE_M
    edge_m = np.maximum(away_m, _ASIDE_M)
    sine = _ASIDE_M / edge_m
    ahead_m = np.sqrt(edge_m**2 - _ASIDE_M**2)
    cosine = ahead_m / edge_m
    x, y = x / edge_m, y / edge_m
    cone = np.array((x * cosine + y * sine, y * cosine - x * sine, x * cosine - y * sine, y * cosine + x * sine))
    old = before[_RIGHT_X : _LEFT_Y + 1]
    right = far & _inside(old, cone[0], cone[1])
    left = far & _inside(old, cone[2], cone[3])
    fits = ~far | right | left | _inside(cone, old[0], old[1])
    # Along a direction of the cone the pose is between ahead_m and away_m from the vertex; if it is no cone, a robot
    # that goes less than the rest of the reach is within reach of it, whatever its direction.
    least_m, most_m = away_m - _ALONG_M, np.where(far, ahead_m + _ALONG_M, _REACH_M - away_m)
    late_s = passed_s - _REACH_S
    after = before.copy()
    after[_RIGHT_X:_LEFT_X] = np.where(right, cone[:2], old[:2])
    after[_LEFT_X : _LEFT_Y + 1] = np.where(left, cone[2:], old[2:])
    after[_SLOWEST] = np.maximum(before[_SLOWEST], least_m / (passed_s + _REACH_S))
    after[_FASTEST] = np.minimum(before[_FASTEST], np.where(late_s > 0.0, most_m / np.maximum(late_s, _TINY), np.inf))
    after[_FARTHEST] = np.maximum(before[_FARTHEST], away_m)
    after[_TICK : _YAW + 1] = pose
    fits &= _slowest(after, passed_s) <= after[_FASTEST]
    return after, fits & (passed_s <= LONGEST_S)


def _slowest(table: Floats, passed_s: Floats) -> Floats:
    """Return the least speed of segments that last for some time: within it they must get to every pose."""
    slowest_mps: Floats = np.maximum(table[_SLOWEST], (table[_FARTHEST] - _ALONG_M) / passed_s)
    return slowest_mps


def _inside(cone: Floats, x: Floats, y: Floats) -> Flags:
    """Return whether directions lie in cones, given by the unit vectors along the right and left edges."""
    inside: Flags = (cone[0] * y >= cone[1] * x) & (x * cone[3] >= y * cone[2])
    return inside


def _ended(table: Floats) -> Floats:
    """Return the segments that begin where these end if their newest poses are their last ones."""
    passed_s = np.maximum((table[_TICK] - table[_FROM_TICK]) * TICK_S, TICK_S)
    x, y = table[_X] - table[_FROM_X], table[_Y] - table[_FROM_Y]
    away_m = np.hypot(x, y)
    # Towards the newest pose if that will do, else along the middle of the cone, else (no pose is far) anywhere.
    cone = table[_RIGHT_X : _LEFT_Y + 1]
    towards = (away_m > _TINY) & _inside(cone, x, y)
    middle_x, middle_y = cone[0] + cone[2], cone[1] + cone[3]
    any_way = np.hypot(middle_x, middle_y) < _TINY
    x = np.where(towards, x, np.where(any_way, 1.0, middle_x))
    y = np.where(towards, y, np.where(any_way, 0.0, middle_y))
    length = np.hypot(x, y)
    x, y = x / length, y / length
    along_m = (table[_X] - table[_FROM_X]) * x + (table[_Y] - table[_FROM_Y]) * y
    gone_m = passed_s * np.clip(along_m / passed_s, _slowest(table, passed_s), table[_FASTEST])
    end = np.array((table[_TICK], table[_FROM_X] + gone_m * x, table[_FROM_Y] + gone_m * y, table[_YAW]))
    return _begun(end, table[_MAP])


def _begun(pose: Floats, map_number: Floats | Ints) -> Floats:
    """Return segments that begin at poses, rounded, and may go on anyhow."""
    table = np.zeros((_ROWS, pose.shape[1]))
    vertex = np.array((pose[0], np.round(pose[1] / GRID_M) * GRID_M, np.round(pose[2] / GRID_M) * GRID_M, pose[3]))
    table[:_MAP] = table[_TICK:] = vertex
    table[_MAP] = map_number
    table[_FASTEST] = np.inf
    return table


def _vertices(track: Ints, table: Floats, *, begins: bool = False) -> Vertices:
    """Return the vertices that segments begin with."""
    return Vertices(
        track,
        table[_FROM_TICK] * TICK_S,
        table[_FROM_X],
        table[_FROM_Y],
        table[_FROM_YAW],
        table[_MAP].astype(np.int64),
        np.full(len(track), begins),
    )


_NOTHING = _vertices(np.empty(0, np.int64), np.empty((_ROWS, 0)))
