"""What the lines and marks of a picture mean, and how long a metre is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

import numpy as np

from robot_fleet.core.clock import format_clock
from robot_fleet.reports.campaign import marks
from robot_fleet.reports.campaign.labels import width_of
from robot_fleet.reports.campaign.markup import h
from robot_fleet.reports.campaign.model import Evidence, Run, Scenario
from robot_fleet.reports.campaign.trace import Motion, Track
from robot_fleet.reports.campaign.view import WIDTH, View
from robot_fleet.reports.campaign.words import elapsed, fault_word, named, say

SCALE_BOX = (190.0, 40.0)
_STEP = 20.0
_LEFT = 14.0
_NICE_M = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
_MARKS: dict[str, Callable[[float, float], list[Element]]] = {
    **{sort: lambda x, y, sort=sort: [marks.act(sort, x, y)] for sort in marks.ACTS},  # type: ignore[misc]
    "alarm": marks.alarm,
    "bolt": lambda x, y: [marks.bolt(x, y)],
    "fault": lambda x, y: [h("rect", {"class": "fault", "x": x - 8.0, "y": y - 5.0, "width": 16.0, "height": 10.0})],
    "person": lambda x, y: [h("path", {"class": "person", "d": f"M{x - 9.0:.1f} {y:.1f}h18"})],
    "cross": lambda x, y: [marks.cross(x, y)],
}


def legend(scenario: Scenario, run: Run, motion: Motion, used: set[str], language: str) -> tuple[list[Element], float]:
    """Return the legend below a picture, and how high it is."""
    found: list[Element] = []
    pen = _Pen()
    for index, (name, track) in enumerate(motion.robots.items()):
        found += _robot(pen, index, f"{name} {_driven_m(track):,.0f} m")
    pen.break_row()
    for sort in ("start", *(sort for sort in ("tick", *_MARKS) if sort in used)):
        text = say(f"mark_{sort}", language)
        x, y = pen.room(24.0 + width_of(text))
        found += [*_mark(sort, x + 8.0, y), h("text", {"class": "soft", "x": x + 24.0, "y": y + 4.0}, text)]
    pen.break_row()
    for piece in broken_places(run):
        at = "" if piece.at_s is None else elapsed(piece.at_s - run.begin_s)
        text = f"{at} {piece.what}".strip()
        x, y = pen.room(24.0 + width_of(text))
        found += [marks.cross(x + 8.0, y), h("text", {"class": "soft small", "x": x + 24.0, "y": y + 4.0}, text)]
    for text in _said(scenario, run, language):
        pen.break_row()
        x, y = pen.room(0.0)
        found.append(h("text", {"class": "soft small", "x": x, "y": y + 4.0}, text))
    return found, pen.below


def scale_corner(view: View, motion: Motion) -> tuple[float, float, float, float]:
    """Return the corner of a picture that the scale has: left, top, right, low; where no robot came, if any."""
    wide, high = SCALE_BOX
    right, low = view.width - wide, view.height - high
    corners = [(left, top, left + wide, top + high) for top in (low, 0.0) for left in (right, 0.0)]
    for corner in corners:
        if not any(_in_corner(view, track, corner) for track in motion.robots.values()):
            return corner
    return corners[0]


def scale_bar(view: View, corner: tuple[float, float, float, float]) -> Element:
    """Return a bar of a round length in a corner."""
    left, _, right, low = corner
    length_m = next((each for each in reversed(_NICE_M) if each * view.scale <= right - left - 30.0), _NICE_M[0])
    wide = length_m * view.scale
    x, y = (left + right - wide) / 2.0, low - 12.0
    bar = h("path", {"class": "scale", "d": f"M{x:.1f} {y - 5.0:.1f}v5h{wide:.1f}v-5"})
    return h("g", {}, bar, h("text", {"class": "halo", "x": x, "y": y - 9.0}, f"{length_m:g} m"))


def _in_corner(view: View, track: Track, corner: tuple[float, float, float, float]) -> bool:
    left, top, right, low = corner
    xs, ys = view.of(track.x_m, track.y_m)
    return bool(((xs > left) & (xs < right) & (ys > top) & (ys < low)).any())


class _Pen:
    """Goes on from left to right and from row to row."""

    def __init__(self) -> None:
        self._x, self._y = _LEFT, 16.0

    def room(self, width: float) -> tuple[float, float]:
        """Return where so much begins."""
        if self._x > _LEFT and self._x + width > WIDTH - _LEFT:
            self.break_row()
        found = self._x, self._y
        self._x += width + 20.0
        return found

    def break_row(self) -> None:
        """Go to the next row."""
        if self._x > _LEFT:
            self._x, self._y = _LEFT, self._y + _STEP

    @property
    def below(self) -> float:
        """Where what was written ends."""
        return self._y + (14.0 if self._x > _LEFT else 14.0 - _STEP)


def _robot(pen: _Pen, index: int, text: str) -> Iterator[Element]:
    x, y = pen.room(34.0 + width_of(text))
    way = h("path", {"class": f"way {marks.dashes(index)}".strip(), "d": f"M{x:.1f} {y:.1f}h26"})
    yield h("g", {"class": marks.colour(index)}, way, marks.arrow(x + 14.0, y, 0.0))
    yield h("text", {"x": x + 34.0, "y": y + 4.0}, text)


def _mark(sort: str, x: float, y: float) -> list[Element]:
    if sort == "start":
        drawn = [
            h("circle", {"class": "start", "cx": x - 6.0, "cy": y, "r": 4.5}),
            *marks.body(x + 7.0, y, 0.0, 10.0, 9.0),
        ]
        return [h("g", {"class": "r5"}, *drawn)]
    if sort == "tick":
        return [h("g", {"class": "r5"}, h("circle", {"class": "tick", "cx": x, "cy": y, "r": 3.6}))]
    return _MARKS[sort](x, y)


def _said(scenario: Scenario, run: Run, language: str) -> Iterator[str]:
    span = f"{format_clock(run.begin_s)} – {format_clock(run.end_s)}"
    yield f"{named(scenario.site_name, language)} · {span}"
    placeless = [
        fault_word(fault.fault, language) for fault in run.faults if fault.struck and not (fault.shape or fault.robots)
    ]
    if placeless:
        yield f"{say('faults_without_place', language)}: {', '.join(placeless)}"


def _driven_m(track: Track) -> float:
    return float(np.hypot(np.diff(track.x_m), np.diff(track.y_m)).sum())


def broken_places(run: Run) -> list[Evidence]:
    """Return what broke expectations at a place that is known."""
    pieces = [piece for verdict in run.expectations if not verdict.passed for piece in verdict.evidence]
    return [piece for piece in pieces if piece.x_m is not None and piece.y_m is not None]
