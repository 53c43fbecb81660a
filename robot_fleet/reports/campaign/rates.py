"""The section of pass rates: one row a scenario, those that went otherwise than expected first."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from robot_fleet.reports.campaign.changes import Changes
from robot_fleet.reports.campaign.chart import rate_chart
from robot_fleet.reports.campaign.markup import Child, anchor, h
from robot_fleet.reports.campaign.model import Campaign, Rate, Scenario
from robot_fleet.reports.campaign.tables import table
from robot_fleet.reports.campaign.words import named, say


def rates_section(campaign: Campaign, last: Campaign | None, found: Changes | None, language: str) -> Element:
    """Return the section."""
    title = h("h2", {}, say("rates_title", language))
    if not campaign.scenarios:
        return h("section", {"id": "rates"}, title, h("p", {}, say("empty", language)))
    columns = [say(word, language) for word in ("scenario", "result", "runs", "rate", "interval")]
    columns += [] if last is None else [say("last", language)]
    ordered = sorted(campaign.scenarios, key=lambda each: each.as_expected)
    rows = [_row(each, last, found, language) for each in ordered]
    made = table(say("rates_caption", language), columns, rows, numbers=(2,))
    return h("section", {"id": "rates"}, title, made)


def percent(share: float) -> str:
    """Return a share as a percentage."""
    return f"{100.0 * share:.0f}"


def interval(rate: Rate) -> str:
    """Return between which percentages a rate lies."""
    return f"{percent(rate.low)} – {percent(rate.high)} %"


def _row(scenario: Scenario, last: Campaign | None, found: Changes | None, language: str) -> list[Child | list[Child]]:
    rate = scenario.rate
    before = None if last is None else last.scenario(scenario.id)
    label = say("interval_of", language).format(
        name=named(scenario.name, language), share=percent(rate.share), low=percent(rate.low), high=percent(rate.high)
    )
    name = h("a", {"href": "#" + anchor("s", scenario.id)}, named(scenario.name, language))
    row: list[Child | list[Child]] = [
        [name, h("br"), h("span", {"class": "soft"}, scenario.id)],
        _result(scenario, found, language),
        f"{rate.passed}/{rate.runs}",
        [f"{percent(rate.share)} %", h("br"), h("span", {"class": "soft"}, interval(rate))],
        rate_chart(rate, None if before is None else before.rate, label, scenario.as_expected),
    ]
    if last is not None:
        row.append(say("new_word", language) if before is None else f"{before.rate.passed}/{before.rate.runs}")
    return row


def _result(scenario: Scenario, found: Changes | None, language: str) -> list[Child]:
    good = scenario.as_expected
    key = ("as_must" if good else "must_fail") if scenario.expected_to_fail else ("passed" if good else "failed")
    parts: list[Child] = [h("span", {"class": "tag good" if good else "tag ill"}, say(key, language))]
    if found is not None:
        for word, ids in (
            ("newly_broken_word", {each.now.id for each in found.broken}),
            ("mended_word", {each.now.id for each in found.mended}),
            ("edited_word", {each.now.id for each in found.edited}),
        ):
            if scenario.id in ids:
                parts += [h("br"), h("span", {"class": "soft"}, say(word, language))]
    return parts
