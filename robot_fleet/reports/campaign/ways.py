"""The ways of robots and people in a picture: lines, which way they go, and when they were where."""

from __future__ import annotations

import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import numpy as np
from shapely import LineString

from robot_fleet.reports.campaign import marks
from robot_fleet.reports.campaign.markup import h
from robot_fleet.reports.campaign.trace import Track
from robot_fleet.reports.campaign.view import Point, View

TOLERANCE = 0.7
"""By so much of the picture's units a line may leave a robot's way: less than its own width."""
ROUGHLY = 2.5
"""The same of people, who only show where it was crowded."""
_ARROWS_EVERY = 85.0
_NICE_S = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0)
_TIMES = 8
STOOD_M = 0.3
"""Who has moved less has stood."""


def line(track: Track, view: View, css: str, tolerance: float = TOLERANCE) -> Element | None:
    """Return a track as a line, None if it stood all the time."""
    xs, ys = view.of(track.x_m, track.y_m)
    points = np.column_stack((xs, ys))
    moved = np.concatenate(([True], np.abs(np.diff(points, axis=0)).sum(axis=1) > 0.02))
    points = points[moved]
    if len(points) < 2:
        return None
    kept = LineString(points).simplify(tolerance, preserve_topology=False).coords
    return h("path", {"class": css, "d": "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept)})


def arrows(track: Track, view: View) -> Iterator[Element]:
    """Yield heads of arrows along a track."""
    xs, ys = view.of(track.x_m, track.y_m)
    far = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(xs), np.diff(ys)))))
    for at in np.arange(_ARROWS_EVERY / 2.0, far[-1], _ARROWS_EVERY):
        row = int(np.searchsorted(far, at))
        ahead = min(int(np.searchsorted(far, at + 4.0)), len(far) - 1)
        dx, dy = xs[ahead] - xs[row], ys[ahead] - ys[row]
        if math.hypot(dx, dy) > 1.0:
            yield marks.arrow(float(xs[row]), float(ys[row]), math.atan2(dy, dx))


def times(track: Track, view: View, begin_s: float, every_s: float) -> Iterator[tuple[float, Point]]:
    """Yield where a track was at even times, those where it had not moved on left out; seconds since the beginning."""
    last: Point | None = None
    for at_s in np.arange(every_s, float(track.t_s[-1]) - begin_s, every_s):
        row = track.row(begin_s + float(at_s))
        point = view.at(float(track.x_m[row]), float(track.y_m[row]))
        if last is None or math.dist(last, point) > 18.0:
            yield float(at_s), point
        last = point


def even_s(lasted_s: float) -> float:
    """Return how far apart marks of time stand in a run of this length."""
    return next((each for each in _NICE_S if lasted_s / each <= _TIMES), _NICE_S[-1])


def stood(track: Track) -> bool:
    """Return whether a track never left its place."""
    return float(np.hypot(track.x_m - track.x_m[0], track.y_m - track.y_m[0]).max()) < STOOD_M
