"""The section of what went otherwise than expected: what broke, by what it is shown, and how to see it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from robot_fleet.reports.campaign.against import counted
from robot_fleet.reports.campaign.markup import Child, anchor, h
from robot_fleet.reports.campaign.model import Campaign, Evidence, Run, Scenario, Verdict
from robot_fleet.reports.campaign.pictures import Gallery
from robot_fleet.reports.campaign.tables import english, facts, folded, table
from robot_fleet.reports.campaign.words import elapsed, expectation_word, named, say

_SHOWN_RUNS = 3
_OF_WHOM = ("robot", "other", "request", "fault", "place", "zone", "item")


def failures_section(campaign: Campaign, gallery: Gallery, language: str) -> Element:
    """Return the section."""
    bad = [scenario for scenario in campaign.scenarios if not scenario.as_expected]
    articles = [_article(scenario, gallery, language) for scenario in bad]
    nothing = [] if bad else [h("p", {}, say("none_failed", language))]
    return h("section", {"id": "failures"}, h("h2", {}, say("failures_title", language)), *nothing, *articles)


def _article(scenario: Scenario, gallery: Gallery, language: str) -> Element:
    shown, more = scenario.unexpected[:_SHOWN_RUNS], scenario.unexpected[_SHOWN_RUNS:]
    parts: list[Child] = [
        h("h3", {}, f"{named(scenario.name, language)} ({scenario.id})"),
        h("p", {}, named(scenario.shows, language)),
        h("p", {"class": "ill"}, _summary(scenario, language)),
        gallery.of(scenario),
    ]
    for index, run in enumerate(shown):
        parts.append(_run(scenario, run, language, first=index == 0))
    if more:
        summary = say("and_more", language).format(n=len(more))
        parts.append(folded(summary, *(_run(scenario, run, language, first=False) for run in more)))
    return h("article", {"id": anchor("f", scenario.id)}, *parts)


def _summary(scenario: Scenario, language: str) -> str:
    words = [say("must_fail", language)] if scenario.expected_to_fail else []
    words.append(counted(scenario, language))
    if not scenario.expected_to_fail:
        for each in scenario.expectations:
            if each.rate.passed < each.rate.runs:
                times = say("broke_in", language).format(n=each.rate.runs - each.rate.passed, of=each.rate.runs)
                words.append(f"{expectation_word(each.expect, language)} ({each.id}): {times}")
    return "; ".join(words)


def _run(scenario: Scenario, run: Run, language: str, first: bool) -> Element:
    parts: list[Child] = []
    for verdict in run.expectations:
        if verdict.passed:
            continue
        name = f"{expectation_word(verdict.expect, language)} ({verdict.id})"
        parts += [h("h4", {}, name), h("p", {}, english(verdict.sentence, language))]
        if verdict.evidence:
            parts.append(evidence_table(run, verdict, language))
    parts.append(facts(again(run, language)))
    summary = f"{say('seed', language)} {run.seed}: {say('passed' if run.passed else 'failed', language)}"
    return folded(summary, *parts, shown=first)


def again(run: Run, language: str) -> Iterator[tuple[str, Sequence[Child]]]:
    """Yield how a run is had again, and what was kept of it."""
    yield say("again", language), (h("pre", {}, run.again),)
    if run.replay is not None:
        yield say("replay", language), (h("pre", {}, run.replay),)
    if run.recordings:
        yield say("recordings", language), (h("pre", {}, "\n".join(run.recordings)),)
    if run.trace.file is not None:
        kept = run.trace.file if run.trace.bodies is None else f"{run.trace.file}\n{run.trace.bodies}"
        yield say("trace", language), (h("pre", {}, kept),)


def evidence_table(run: Run, verdict: Verdict, language: str) -> Element:
    """Return what shows that an expectation held or broke: when, who, by how much, where."""
    name = f"{verdict.id}, {say('seed', language)} {run.seed}"
    columns = [say(word, language) for word in ("what", "at", "who", "value", "limit", "place")]
    rows = [
        (
            english(piece.what, language),
            "–" if piece.at_s is None else elapsed(piece.at_s - run.begin_s),
            ", ".join(text for key in _OF_WHOM if (text := getattr(piece, key))) or "–",
            _number(piece.value, piece.unit),
            _number(piece.limit, piece.unit),
            _where(piece),
        )
        for piece in verdict.evidence
    ]
    return table(say("evidence_caption", language).format(name=name), columns, rows, numbers=(1, 3, 4, 5))


def _number(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.10g} {unit}".strip()


def _where(piece: Evidence) -> str:
    return "–" if piece.x_m is None or piece.y_m is None else f"({piece.x_m:.2f}, {piece.y_m:.2f}) m"
