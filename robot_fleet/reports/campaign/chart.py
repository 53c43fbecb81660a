"""Charts of a campaign: how sure a pass rate is, and how the runs' values of a figure are spread."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from robot_fleet.reports.campaign.figures import shown
from robot_fleet.reports.campaign.labels import width_of
from robot_fleet.reports.campaign.markup import h, svg
from robot_fleet.reports.campaign.model import Rate

_RATE_WIDTH, _RATE_HEIGHT = 180.0, 26.0
_EDGE = 8.0
_WIDTH = 900.0
_LABEL = 230.0
_VALUE = 84.0
_ROW = 30.0
_TOP = 8.0
_FOOT = 24.0
_FAR = 0.6


@dataclass(frozen=True, slots=True)
class Row:
    """Values of one scenario, in this campaign and in the last."""

    name: str
    now: Sequence[float]
    before: Sequence[float]


def rate_chart(now: Rate, before: Rate | None, label: str, good: bool) -> Element:
    """Return an interval of a pass rate from 0 to 100 %, above it that of the last campaign.

    Parameters
    ----------
    good : whether it is as it should be.
    """

    def x(share: float) -> float:
        return _EDGE + share * (_RATE_WIDTH - 2.0 * _EDGE)

    parts = [h("path", {"class": "axis", "d": f"M{x(0.0)} 20H{x(1.0)}M{x(0.0)} 16v8M{x(0.5)} 17v6M{x(1.0)} 16v8"})]
    if before is not None:
        parts.append(h("path", {"class": "was", "d": f"M{x(before.low):.1f} 5H{x(before.high):.1f}"}))
        parts.append(h("circle", {"class": "was", "cx": x(before.share), "cy": 5.0, "r": 3.0}))
    css = "is" if good else "is short"
    parts.append(h("path", {"class": css, "d": f"M{x(now.low):.1f} 14H{x(now.high):.1f}"}))
    parts.append(h("circle", {"class": css, "cx": x(now.share), "cy": 14.0, "r": 4.5}))
    chart = svg(_RATE_WIDTH, _RATE_HEIGHT, label, *parts, css="rate")
    chart.attrib |= {"width": "180", "height": "26"}
    return chart


def spread_chart(figure: str, rows: Sequence[Row], label: str) -> Element:
    """Return a strip of dots for each scenario, one dot a run, with medians; the last campaign's hollow below."""
    values = [value for row in rows for value in (*row.now, *row.before)]
    low, high = _ends(values)
    span = high - low

    def x(value: float) -> float:
        return _LABEL + (value - low) / span * (_WIDTH - _LABEL - _VALUE)

    bottom = _TOP + _ROW * len(rows)
    parts = [h("path", {"class": "axis", "d": f"M{x(low):.1f} {_TOP}V{bottom}M{x(low + span):.1f} {_TOP}V{bottom}"})]
    for index, row in enumerate(rows):
        y = _TOP + _ROW * index
        parts.append(h("text", {"x": 0.0, "y": y + 18.0}, _cut(row.name)))
        parts.append(h("path", {"class": "rule", "d": f"M{_LABEL} {y + _ROW:.1f}H{_WIDTH - _VALUE}"}))
        for css, values_of, level in (("was", row.before, y + 22.0), ("is", row.now, y + 11.0)):
            parts += [h("circle", {"class": css, "cx": x(value), "cy": level, "r": 4.0}) for value in values_of]
            if values_of:
                middle = x(statistics.median(values_of))
                parts.append(h("path", {"class": f"middle {css}", "d": f"M{middle:.1f} {level - 6.0:.1f}v12"}))
        if row.now:
            text = shown(figure, statistics.median(row.now))
            parts.append(h("text", {"class": "soft", "x": _WIDTH, "y": y + 18.0, "text-anchor": "end"}, text))
    for value, anchor in ((low, "start"), (low + span, "end")):
        text = shown(figure, value)
        parts.append(h("text", {"class": "soft", "x": x(value), "y": bottom + 16.0, "text-anchor": anchor}, text))
    return svg(_WIDTH, bottom + _FOOT, label, *parts, css="spread")


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """Return the ends of an axis: from 0, unless all values lie so far from it that it would hide their differences."""
    low, high = min(values), max(values)
    if 0.0 <= low < _FAR * high:
        return 0.0, high
    room = 0.1 * (high - low) or 1.0
    return low - room, high + room


def _cut(name: str) -> str:
    """Return a name that has room beside its row."""
    if width_of(name) <= _LABEL - 12.0:
        return name
    while width_of(name) > _LABEL - 24.0:
        name = name[:-1]
    return f"{name}…"
