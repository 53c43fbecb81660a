"""The report of a campaign: one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from robot_fleet.reports.campaign.against import changes_section
from robot_fleet.reports.campaign.changes import changes
from robot_fleet.reports.campaign.details import details_section
from robot_fleet.reports.campaign.failures import failures_section
from robot_fleet.reports.campaign.markup import h, html_text
from robot_fleet.reports.campaign.model import Campaign, Program
from robot_fleet.reports.campaign.picture import style
from robot_fleet.reports.campaign.pictures import Gallery
from robot_fleet.reports.campaign.rates import rates_section
from robot_fleet.reports.campaign.spread import spread_section
from robot_fleet.reports.campaign.tables import facts
from robot_fleet.reports.campaign.words import named, part_word, say

_SHORT = 12


@dataclass(frozen=True)
class Told:
    """What is reported.

    Parameters
    ----------
    file : the result's name.
    last, last_file : the last campaign and its file's name, if it is compared with one.
    """

    campaign: Campaign
    file: str
    last: Campaign | None
    last_file: str
    gallery: Gallery

    @property
    def language(self) -> str:
        """Of the page."""
        return self.gallery.language


def page_text(told: Told) -> str:
    """Return the whole file.

    Raises
    ------
    RequestError : as `read_motion` does, of a trace that is not there or is none.
    """
    language, campaign = told.language, told.campaign
    found = None if told.last is None else changes(campaign, told.last)
    sections = [
        changes_section(campaign, told.last, found, _last_said(told), language),
        failures_section(campaign, told.gallery, language),
        rates_section(campaign, told.last, found, language),
        spread_section(campaign, told.last, language),
        details_section(campaign, told.gallery, language),
        _how(told),
    ]
    head = h(
        "head",
        {},
        h("meta", {"charset": "utf-8"}),
        h("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        h("title", {}, f"{say('title', language)} · {told.file}"),
        h("style", {}, Path(__file__).with_name("page.css").read_text(encoding="utf-8") + style()),
    )
    main = h("main", {}, _head(told), _contents(sections, language), *sections)
    return html_text(h("html", {"lang": language}, head, h("body", {}, *told.gallery.store(), main)))


def _head(told: Told) -> Element:
    language, campaign = told.language, told.campaign
    return h(
        "header",
        {},
        h("h1", {}, say("title", language)),
        _verdict(campaign, language),
        facts(
            [
                (say("result", language), told.file),
                (say("program", language), f"robot_fleet {campaign.program.version}"),
                (say("commit", language), _commit(campaign.program, language)),
                (say("sites", language), ", ".join(_sites(campaign, language)) or say("nothing", language)),
                (say("scenarios", language), str(len(campaign.scenarios))),
                (say("runs", language), str(campaign.runs)),
                (say("seeds", language), seeds(campaign.seeds)),
                (say("link", language), campaign.link + _speed(campaign)),
                (say("backend", language), campaign.backend),
                (
                    say("without", language),
                    ", ".join(part_word(part, language) for part in campaign.without) or say("nothing", language),
                ),
            ]
        ),
    )


def _verdict(campaign: Campaign, language: str) -> Element:
    if not campaign.scenarios:
        return h("p", {"class": "verdict ill"}, say("empty", language))
    bad = [each for each in campaign.scenarios if not each.as_expected]
    said = say("some_ill" if bad else "all_well", language).format(
        scenarios=len(campaign.scenarios),
        bad=len(bad),
        bad_runs=sum(len(each.unexpected) for each in bad),
        runs=campaign.runs,
    )
    return h("p", {"class": "verdict ill" if bad else "verdict good"}, said)


def _commit(program: Program, language: str) -> str:
    if program.commit is None:
        return say("no_commit", language)
    return program.commit + (f" ({say('changed', language)})" if program.changed else "")


def _last_said(told: Told) -> str:
    if told.last is None:
        return say("no_last", told.language)
    program = told.last.program
    version = f"robot_fleet {program.version}"
    if program.commit is not None:
        version += f", {program.commit[:_SHORT]}"
        version += f" ({say('changed', told.language)})" if program.changed else ""
    return say("last_is", told.language).format(file=told.last_file, program=version)


def _sites(campaign: Campaign, language: str) -> list[str]:
    return list(dict.fromkeys(f"{named(each.site_name, language)} ({each.site})" for each in campaign.scenarios))


def seeds(numbers: tuple[int, ...]) -> str:
    """Return seeds as people write them: a row of numbers by its ends."""
    if len(numbers) > 2 and numbers == tuple(range(numbers[0], numbers[0] + len(numbers))):
        return f"{numbers[0]} – {numbers[-1]} ({len(numbers)})"
    return ", ".join(map(str, numbers))


def _speed(campaign: Campaign) -> str:
    return "" if campaign.speed is None else f", \u00d7{campaign.speed:g}"


def _contents(sections: list[Element], language: str) -> Element:
    def links() -> Iterator[Element]:
        for section in sections:
            title = section.findtext("h2") or ""
            yield h("li", {}, h("a", {"href": f"#{section.get('id')}"}, title))

    return h("nav", {"aria-label": say("contents", language)}, h("ul", {}, *links()))


def _how(told: Told) -> Element:
    language = told.language
    words = ["how_rate", "how_pairs", "how_virtual", "how_control", "how_times", "how_english"]
    notes = [h("p", {}, say(word, language)) for word in words]
    without_walls = dict.fromkeys(each.site for each in told.campaign.scenarios if each.site not in told.gallery.walls)
    if told.gallery.folder is None:
        notes.append(h("p", {}, say("no_traces", language)))
    elif without_walls:
        notes.append(h("p", {}, say("no_walls", language).format(sites=", ".join(without_walls))))
    return h("section", {"id": "how"}, h("h2", {}, say("how_title", language)), *notes)
