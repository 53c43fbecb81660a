"""The marks of a picture of trajectories: small shapes around a point, and their rows in the legend."""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element

from robot_fleet.reports.campaign.markup import h

COLOURS = 6
_DASHES = 3
ACTS = ("take", "give", "dock", "act")


def colour(index: int) -> str:
    """Return the class of a robot's colour."""
    return f"r{index % COLOURS}"


def dashes(index: int) -> str:
    """Return the class of how a robot's line is dashed, so that more can be told apart than there are colours."""
    dash = index // COLOURS % _DASHES
    return f"d{dash}" if dash else ""


def arrow(x: float, y: float, angle: float, size: float = 5.0) -> Element:
    """Return the head of an arrow that points along an angle of the picture (radians, y downwards)."""
    corners = ((size, 0.0), (-0.7 * size, 0.75 * size), (-0.7 * size, -0.75 * size))
    return h("path", {"class": "arrow", "d": _closed(_turned(corners, x, y, angle))})


def body(x: float, y: float, angle: float, length: float, width: float) -> list[Element]:
    """Return a robot as it stands: its rectangle, and an arrow for its heading."""
    long, wide = max(length, 9.0) / 2.0, max(width, 8.0) / 2.0
    corners = ((long, wide), (-long, wide), (-long, -wide), (long, -wide))
    return [
        h("path", {"class": "body", "d": _closed(_turned(corners, x, y, angle))}),
        arrow(x, y, angle, min(long, 5.0)),
    ]


def act(sort: str, x: float, y: float) -> Element:
    """Return the mark of an act: up for taking, down for giving, a square for docking, a diamond for all others."""
    shapes = {
        "take": ((0.0, -6.0), (5.5, 4.0), (-5.5, 4.0)),
        "give": ((0.0, 6.0), (5.5, -4.0), (-5.5, -4.0)),
        "dock": ((4.5, 4.5), (-4.5, 4.5), (-4.5, -4.5), (4.5, -4.5)),
        "act": ((0.0, 5.5), (5.5, 0.0), (0.0, -5.5), (-5.5, 0.0)),
    }
    return h("path", {"class": "act", "d": _closed(_turned(shapes[sort], x, y, 0.0))})


def bolt(x: float, y: float) -> Element:
    """Return the mark of a fault."""
    corners = ((2.0, -9.0), (-6.0, 1.5), (-1.0, 1.5), (-2.5, 9.0), (6.0, -2.0), (0.8, -2.0))
    return h("path", {"class": "bolt", "d": _closed(_turned(corners, x, y, 0.0))})


def cross(x: float, y: float) -> Element:
    """Return the mark of a contact, or of another place where an expectation was broken."""
    arm, thick = 7.0, 2.0
    corners = (
        (arm, thick),
        (thick, thick),
        (thick, arm),
        (-thick, arm),
        (-thick, thick),
        (-arm, thick),
        (-arm, -thick),
        (-thick, -thick),
        (-thick, -arm),
        (thick, -arm),
        (thick, -thick),
        (arm, -thick),
    )
    return h("path", {"class": "bad", "d": _closed(_turned(corners, x, y, math.pi / 4.0))})


def alarm(x: float, y: float) -> list[Element]:
    """Return the mark of a call for help that a robot has come to."""
    sign = h("text", {"class": "on-alarm", "x": x, "y": y + 4.0, "text-anchor": "middle"}, "!")
    return [h("circle", {"class": "alarm", "cx": x, "cy": y, "r": 7.5}), sign]


def _turned(
    corners: tuple[tuple[float, float], ...], x: float, y: float, angle: float
) -> tuple[tuple[float, float], ...]:
    c, s = math.cos(angle), math.sin(angle)
    return tuple((x + c * a - s * b, y + s * a + c * b) for a, b in corners)


def _closed(points: tuple[tuple[float, float], ...]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z"
