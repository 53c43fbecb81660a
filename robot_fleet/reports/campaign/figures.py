"""The figures of a run by which campaigns are compared: what they are called, and which way is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from robot_fleet.core.text import Text
from robot_fleet.reports.campaign.model import Campaign

NONE = "–"


class Better(Enum):
    """Which way of a figure is good."""

    LESS = "less"
    MORE = "more"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure.

    Parameters
    ----------
    decimals : with which it is shown.
    drawn : whether it has a chart; counts have none, nor means where there is the largest.
    effort : whether it tells of the work done: who does less is less late and drives less, and is no better for it.
    """

    name: Text
    unit: str
    better: Better
    decimals: int = 1
    drawn: bool = True
    effort: bool = False


_LESS, _MORE, _NEITHER = Better.LESS, Better.MORE, Better.NEITHER
FIGURES: Mapping[str, Figure] = {
    "on_site_max_s": Figure(
        Text("도움 호출 후 로봇 도착까지, 최장", "Call for help to robot on site, longest"), "s", _LESS
    ),
    "on_site_mean_s": Figure(
        Text("도움 호출 후 로봇 도착까지, 평균", "Call for help to robot on site, mean"), "s", _LESS, drawn=False
    ),
    "late_max_s": Figure(Text("지연, 최대", "Lateness, largest"), "s", _LESS, effort=True),
    "late_mean_s": Figure(Text("지연, 평균", "Lateness, mean"), "s", _LESS, 2, drawn=False, effort=True),
    "recovery_max_s": Figure(
        Text("고장이 끝난 뒤 회복까지, 최장", "Recovery after a fault's end, longest"), "s", _LESS
    ),
    "contacts": Figure(Text("접촉", "Contacts"), "", _LESS, 0),
    "nearest_m": Figure(Text("두 로봇 사이 최소 거리", "Nearest that two robots came"), "m", _MORE, 3),
    "waiting_s": Figure(Text("주행 중 멈춰 서 있던 시간", "Standing in the middle of drives"), "s", _LESS, effort=True),
    "distance_m": Figure(Text("주행 거리, 모든 로봇", "Distance, all robots"), "m", _LESS, effort=True),
    "energy_wh": Figure(Text("에너지, 모든 로봇", "Energy, all robots"), "Wh", _LESS, 2, effort=True),
    "soc_min_pct": Figure(Text("가장 낮은 배터리 잔량", "Emptiest battery"), "%", _MORE, 2, effort=True),
    "lasted_s": Figure(Text("걸린 시간", "Duration"), "s", _LESS, effort=True),
    "requests": Figure(Text("요청", "Requests"), "", _NEITHER, 0, drawn=False),
    "done": Figure(Text("완료", "Done"), "", _MORE, 0, drawn=False),
    "failed": Figure(Text("실패", "Failed"), "", _LESS, 0, drawn=False),
    "open": Figure(Text("끝나지 않음", "Not ended"), "", _LESS, 0, drawn=False),
}


def figure(name: str) -> Figure:
    """Return the figure of a name; of one that this program does not know, what its name says."""
    if name in FIGURES:
        return FIGURES[name]
    unit = name.rpartition("_")[2]
    return Figure(Text(name, name), unit if unit in ("s", "m", "pct", "wh") else "", Better.NEITHER, 3)


def names(campaign: Campaign) -> tuple[str, ...]:
    """Return the figures that any run has a value of, in the order of FIGURES, unknown ones last."""
    runs = [run for scenario in campaign.scenarios for run in scenario.runs]
    found = {name for run in runs for name, value in run.figures.items() if value is not None}
    return (*(name for name in FIGURES if name in found), *sorted(found - FIGURES.keys()))


def shown(name: str, value: float | None, *, unit: bool = True, signed: bool = False) -> str:
    """Return a value as people are shown it."""
    if value is None:
        return NONE
    about = figure(name)
    text = f"{value:{'+' if signed else ''},.{about.decimals}f}".replace("-", "\u2212")
    return f"{text} {about.unit}" if unit and about.unit else text
