"""Poses of robots on their way into history: taken in as they come, judged and made into polylines in portions."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from robot_fleet.telemetry.simplify import Simplifier, Vertices, together
from robot_fleet.telemetry.streams import Gate
from robot_fleet.telemetry.trajectory import Piece, Trajectory

GAP_S = 5.0
"""Silence after which a trajectory begins anew, where the fleet runs at real speed."""
_FAR_M = 1e6


class Tracks:
    """Makes the poses of many robots into trajectories.

    One thread may call `add` while another one calls `fold` and `take`.

    Parameters
    ----------
    gap_s : see `Simplifier`.
    """

    def __init__(self, gap_s: float = GAP_S) -> None:
        self._come: deque[tuple[str, float, float, float, float, str]] = deque()
        self._tracks: dict[str, int] = {}
        self._maps: dict[str, int] = {}
        self._gate = Gate()
        self._simplifier = Simplifier(gap_s)
        self._settled: list[Vertices] = []
        # What was told last of each track: the vertex that was the newest settled one, and the time of its end.
        self._told: dict[int, tuple[Vertices, float]] = {}

    @property
    def refused(self) -> Counter[str]:
        """How many poses were refused, by reason.

        `malformed`: no finite number, farther away than 1,000 km, or from before the first midnight; `out_of_order`:
        not later than the newest of its robot; `ahead`: more than AHEAD_S before its time.
        """
        return self._gate.refused

    @property
    def robots(self) -> Iterable[str]:
        """The robots that poses were taken in of."""
        return self._tracks.keys()

    def add(self, robot: str, at_s: float, x_m: float, y_m: float, yaw_rad: float, map_id: str) -> None:
        """Take in where a robot is at an instant of fleet time."""
        self._come.append((robot, at_s, x_m, y_m, yaw_rad, map_id))

    def fold(self, now_s: float) -> None:
        """Judge and simplify what has come in until now, in fleet time."""
        come = [self._come.popleft() for _ in range(len(self._come))]
        if not come:
            return
        robots, stamps_s, xs_m, ys_m, yaws_rad, maps = zip(*come, strict=True)
        track = np.array([self._tracks.setdefault(robot, len(self._tracks)) for robot in robots])
        map_number = np.array([self._maps.setdefault(map_id, len(self._maps)) for map_id in maps])
        at_s, x_m, y_m, yaw_rad = pose = np.array((stamps_s, xs_m, ys_m, yaws_rad), np.float64)
        sound = np.isfinite(pose).all(axis=0) & (at_s >= 0.0) & (np.abs(x_m) < _FAR_M) & (np.abs(y_m) < _FAR_M)
        chosen = self._gate.admitted(track, at_s, sound, now_s)
        for turn in _turns(track[chosen]):
            now = chosen[turn]
            settled = self._simplifier.add(track[now], at_s[now], x_m[now], y_m[now], yaw_rad[now], map_number[now])
            if len(settled):
                self._settled.append(settled)

    def take(self, robots: Iterable[str]) -> dict[str, Trajectory]:
        """Return the trajectories of those of some robots that have had poses since theirs was taken last.

        Each begins with the last vertex that was settled then and ends where the robot is now; `joined` makes them one.
        """
        asked = np.array([self._tracks[robot] for robot in robots if robot in self._tracks], np.int64)
        anchors, ends = self._simplifier.newest(asked)
        settled = together(self._settled)
        rest = np.ones(len(settled), np.bool_)
        names, maps, taken = list(self._tracks), list(self._maps), {}
        for row, track in enumerate(anchors.track.tolist()):
            anchor, end = anchors.of(slice(row, row + 1)), ends.of(slice(row, row + 1))
            told, until_s = self._told.get(track, (None, -1.0))
            if end.at_s[0] > until_s:
                begin, stop = np.searchsorted(settled.track, (track, track + 1))
                rest[begin:stop] = False
                last = end if end.at_s[0] > anchor.at_s[0] else None
                parts = (told, settled.of(slice(begin, stop)), last)
                taken[names[track]] = pieces(together([part for part in parts if part is not None]), maps)
                self._told[track] = anchor, float(end.at_s[0])
        self._settled = [settled.of(rest)]
        return taken


def pieces(vertices: Vertices, maps: Sequence[str]) -> Trajectory:
    """Return the vertices of one track as a trajectory.

    Parameters
    ----------
    maps : the maps by their numbers.
    """
    edges = [0, *(np.flatnonzero(vertices.begins[1:]) + 1).tolist(), len(vertices)]
    return tuple(
        Piece(
            maps[vertices.map_number[begin]],
            vertices.at_s[begin:end],
            vertices.x_m[begin:end],
            vertices.y_m[begin:end],
            vertices.yaw_rad[begin:end],
        )
        for begin, end in pairwise(edges)
    )


def _turns(track: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield which elements of sorted tracks are the first, the second ... of theirs."""
    starts = np.flatnonzero(np.concatenate(([True], track[1:] != track[:-1]))[: len(track)])
    ends = np.concatenate((starts[1:], [len(track)]))[: len(starts)]
    while len(starts):
        yield starts
        starts = starts + 1
        going_on = starts < ends
        starts, ends = starts[going_on], ends[going_on]
