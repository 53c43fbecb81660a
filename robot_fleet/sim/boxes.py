"""Oriented rectangles: whether two overlap, and how far one may move before it touches another.

Both use the separating axis theorem (Gottschalk 1996): two convex shapes are apart exactly when their projections on
some edge normal are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_PARALLEL = 1e-9


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the map frame: centre, direction of its length (unit vector) and half extents."""

    x_m: float
    y_m: float
    cos: float
    sin: float
    half_length_m: float
    half_width_m: float


def box(x_m: float, y_m: float, yaw_rad: float, length_m: float, width_m: float) -> Box:
    """Return the rectangle with its length along `yaw_rad`."""
    return Box(x_m, y_m, math.cos(yaw_rad), math.sin(yaw_rad), length_m / 2.0, width_m / 2.0)


def overlap(a: Box, b: Box) -> bool:
    """Return whether the interiors of two rectangles meet."""
    dx = b.x_m - a.x_m
    dy = b.y_m - a.y_m
    along = abs(a.cos * b.cos + a.sin * b.sin)
    across = abs(a.cos * b.sin - a.sin * b.cos)
    if abs(dx * a.cos + dy * a.sin) >= a.half_length_m + b.half_length_m * along + b.half_width_m * across:
        return False
    if abs(dy * a.cos - dx * a.sin) >= a.half_width_m + b.half_length_m * across + b.half_width_m * along:
        return False
    if abs(dx * b.cos + dy * b.sin) >= b.half_length_m + a.half_length_m * along + a.half_width_m * across:
        return False
    return abs(dy * b.cos - dx * b.sin) < b.half_width_m + a.half_length_m * across + a.half_width_m * along


def free_way_m(a: Box, b: Box, ux: float, uy: float) -> float:
    """Return how far `a` can move along the unit vector (ux, uy) until it touches `b`; `inf` if it never does.

    Negative when they overlap already and the motion leads further in; `inf` when it leads out.
    """
    dx = b.x_m - a.x_m
    dy = b.y_m - a.y_m
    along = abs(a.cos * b.cos + a.sin * b.sin)
    across = abs(a.cos * b.sin - a.sin * b.cos)
    enter = -math.inf
    leave = math.inf
    for nx, ny, reach in (
        (a.cos, a.sin, a.half_length_m + b.half_length_m * along + b.half_width_m * across),
        (-a.sin, a.cos, a.half_width_m + b.half_length_m * across + b.half_width_m * along),
        (b.cos, b.sin, b.half_length_m + a.half_length_m * along + a.half_width_m * across),
        (-b.sin, b.cos, b.half_width_m + a.half_length_m * across + a.half_width_m * along),
    ):
        gap = dx * nx + dy * ny
        rate = ux * nx + uy * ny
        if -_PARALLEL < rate < _PARALLEL:
            if abs(gap) >= reach:
                return math.inf
            continue
        first = (gap - reach) / rate
        last = (gap + reach) / rate
        if first > last:
            first, last = last, first
        if first > enter:
            enter = first
        if last < leave:
            leave = last
        if enter >= leave:
            return math.inf
    if leave <= 0.0:
        return math.inf
    if enter < 0.0 and dx * ux + dy * uy <= 0.0:
        return math.inf
    return enter
