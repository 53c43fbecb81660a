"""The section that tells of each scenario: its expectations, its runs with all figures, its faults, its picture."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from robot_fleet.reports.campaign.failures import again
from robot_fleet.reports.campaign.figures import FIGURES, figure, shown
from robot_fleet.reports.campaign.markup import Child, anchor, h
from robot_fleet.reports.campaign.model import Campaign, Fault, Run, Scenario
from robot_fleet.reports.campaign.pictures import Gallery, chosen
from robot_fleet.reports.campaign.rates import interval
from robot_fleet.reports.campaign.tables import english, facts, folded, table
from robot_fleet.reports.campaign.words import elapsed, expectation_word, fault_word, named, say


def details_section(campaign: Campaign, gallery: Gallery, language: str) -> Element:
    """Return the section."""
    articles = [_article(scenario, gallery, language) for scenario in campaign.scenarios]
    nothing = [] if articles else [h("p", {}, say("empty", language))]
    return h("section", {"id": "details"}, h("h2", {}, say("details_title", language)), *nothing, *articles)


def _article(scenario: Scenario, gallery: Gallery, language: str) -> Element:
    name = named(scenario.name, language)
    title = f"{name} ({scenario.id})" + (f" · {say('control', language)}" if scenario.expected_to_fail else "")
    parts: list[Child] = [
        h("h3", {}, title),
        h("p", {}, named(scenario.shows, language)),
        h("p", {"class": "soft"}, f"{scenario.file} · {named(scenario.site_name, language)}"),
    ]
    run = chosen(scenario)
    if run is None:
        return h("article", {"id": anchor("s", scenario.id)}, *parts)
    folds = [_expectations(scenario, name, language), _runs(scenario, name, language)]
    folds += [_faults(run, name, language)] if run.faults else []
    drawn = gallery.of(scenario) if scenario.as_expected else None
    if drawn is not None:
        folds.append(folded(say("picture", language), drawn))
    folds.append(folded(say("again", language), facts(again(run, language))))
    return h("article", {"id": anchor("s", scenario.id)}, *parts, *folds)


def _expectations(scenario: Scenario, name: str, language: str) -> Element:
    said = {verdict.id: verdict for run in scenario.runs[:1] for verdict in run.expectations}
    columns = [say(word, language) for word in ("expectation", "held", "interval", "result")]
    rows: list[Sequence[Child | Sequence[Child]]] = [
        (
            f"{expectation_word(each.expect, language)} ({each.id})",
            f"{each.rate.passed}/{each.rate.runs}",
            interval(each.rate),
            [f"{say('seed', language)} {scenario.runs[0].seed}: ", english(said[each.id].sentence, language)]
            if each.id in said
            else "–",
        )
        for each in scenario.expectations
    ]
    caption = say("expectations_caption", language).format(name=name)
    return folded(say("expectations", language), table(caption, columns, rows, numbers=(1, 2)))


def _runs(scenario: Scenario, name: str, language: str) -> Element:
    """Return all figures of all runs: a row a figure, a column a run, for they are many and their names are long."""
    found = [key for run in scenario.runs for key, value in run.figures.items() if value is not None]
    keys = [key for key in FIGURES if key in found] + sorted(set(found) - FIGURES.keys())
    columns = [say("figure", language), *(f"{say('seed', language)} {run.seed}" for run in scenario.runs)]
    results: list[Child | Sequence[Child]] = [say("result", language)]
    for run in scenario.runs:
        css = "good" if run.passed else "ill"
        results.append(h("span", {"class": css}, say("passed" if run.passed else "failed", language)))
    rows: list[Sequence[Child | Sequence[Child]]] = [results]
    for key in keys:
        about = figure(key)
        label = named(about.name, language) + (f" ({about.unit})" if about.unit else "")
        rows.append([label, *(shown(key, run.figures.get(key), unit=False) for run in scenario.runs)])
    caption = say("runs_caption", language).format(name=name)
    return folded(say("each_run", language), table(caption, columns, rows, numbers=range(1, len(scenario.runs) + 1)))


def _faults(run: Run, name: str, language: str) -> Element:
    columns = [say(word, language) for word in ("fault", "what", "begun", "ended", "robots", "cause")]
    rows = [
        (
            fault.id,
            fault_word(fault.fault, language),
            *_when(run, fault, language),
            ", ".join(fault.robots) or "–",
            english(fault.cause, language) if fault.cause else "–",
        )
        for fault in run.faults
    ]
    caption = say("faults_caption", language).format(name=name, seed=run.seed)
    return folded(say("faults", language), table(caption, columns, rows, numbers=(2, 3)))


def _when(run: Run, fault: Fault, language: str) -> tuple[str, str]:
    if not fault.struck or fault.begin_s is None:
        return say("never", language), "–"
    ended = say("to_the_end", language) if fault.end_s is None else elapsed(fault.end_s - run.begin_s)
    return elapsed(fault.begin_s - run.begin_s), ended
