"""The section of distributions: each figure as dots by scenario, beside the last campaign, and in numbers and words."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from robot_fleet.reports.campaign.against import said
from robot_fleet.reports.campaign.chart import Row, spread_chart
from robot_fleet.reports.campaign.comparison import Comparison, compare
from robot_fleet.reports.campaign.figures import NONE, Better, figure, names, shown
from robot_fleet.reports.campaign.markup import h
from robot_fleet.reports.campaign.model import Campaign, Scenario
from robot_fleet.reports.campaign.tables import folded, table
from robot_fleet.reports.campaign.words import named, say

_BETTER = {Better.LESS: "lower_better", Better.MORE: "more_better"}


def spread_section(campaign: Campaign, last: Campaign | None, language: str) -> Element:
    """Return the section."""
    drawn = [name for name in names(campaign) if figure(name).drawn]
    parts = [part for name in drawn for part in _figure(name, campaign, last, language)]
    nothing = [] if parts else [h("p", {}, say("no_figures", language))]
    return h("section", {"id": "figures"}, h("h2", {}, say("figures_title", language)), *nothing, *parts)


def _figure(name: str, campaign: Campaign, last: Campaign | None, language: str) -> list[Element]:
    about = figure(name)
    compared = [
        (scenario, compare(name, scenario, None if last is None else last.scenario(scenario.id)))
        for scenario in campaign.scenarios
    ]
    rows = [(scenario, each) for scenario, each in compared if each.now or each.before]
    title = named(about.name, language)
    unit = f" ({about.unit})" if about.unit else ""
    better = say(_BETTER[about.better], language) if about.better in _BETTER else ""
    bars = [Row(named(scenario.name, language), each.now, each.before) for scenario, each in rows]
    values = {value for _, each in rows for value in (*each.now, *each.before)}
    if len(values) == 1:
        same = say("one_value", language).format(value=shown(name, values.pop()))
        return [h("h3", {}, f"{title}{unit}"), h("p", {}, same)]
    return [
        h("h3", {}, f"{title}{unit}"),
        h("p", {"class": "soft"}, better),
        spread_chart(name, bars, say("chart_of", language).format(figure=title)),
        folded(say("in_numbers", language), _numbers(name, rows, last is not None, language)),
    ]


def _numbers(name: str, rows: Sequence[tuple[Scenario, Comparison]], compared: bool, language: str) -> Element:
    now = [say(word, language) for word in ("scenario", "median", "range")]
    before = [f"{say('last', language)}: {say(word, language)}" for word in ("median", "range")]
    columns = [*now, *before, say("difference", language)] if compared else now
    caption = say("figure_caption", language).format(figure=named(figure(name).name, language))
    cells = []
    for scenario, each in rows:
        row = [named(scenario.name, language), *_values(name, each.now)]
        cells.append([*row, *_values(name, each.before), said(each, language)] if compared else row)
    return table(caption, columns, cells, numbers=(1, 2, 3, 4))


def _values(name: str, values: Sequence[float]) -> tuple[str, str]:
    if not values:
        return NONE, NONE
    ends = f"{shown(name, min(values), unit=False)} – {shown(name, max(values), unit=False)} ({len(values)})"
    return shown(name, statistics.median(values)), ends
