"""The section that says what has changed since the last campaign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from robot_fleet.reports.campaign.changes import Changes, Shift
from robot_fleet.reports.campaign.comparison import Comparison, Finding
from robot_fleet.reports.campaign.figures import figure, shown
from robot_fleet.reports.campaign.markup import anchor, h
from robot_fleet.reports.campaign.model import Campaign, Scenario
from robot_fleet.reports.campaign.tables import table
from robot_fleet.reports.campaign.words import named, say

_SAID = {
    Finding.SAME: "said_same",
    Finding.FEW: "said_few",
    Finding.UNCLEAR: "said_unclear",
    Finding.BETTER: "said_better",
    Finding.WORSE: "said_worse",
    Finding.OTHER: "said_other",
}


def changes_section(
    now: Campaign, last: Campaign | None, found: Changes | None, last_said: str, language: str
) -> Element:
    """Return the section; `last_said` tells which campaign the last one is."""
    title = h("h2", {}, say("changes_title", language))
    parts = [h("p", {"class": "soft"}, last_said)]
    if last is not None and found is not None:
        parts += [h("p", {"class": "note"}, text) for text in _warnings(now, last, found, language)]
        if now.program.commit is not None and now.program == last.program and not now.program.changed:
            parts.append(h("p", {}, say("same_commit", language)))
        parts.append(h("p", {}, _pairs(found, language)))
        parts += list(_lists(found, language))
        parts += list(_clear(found, language))
    return h("section", {"id": "against"}, title, *parts)


def said(compared: Comparison, language: str) -> str:
    """Return in words how a figure stands beside the last campaign's."""
    finding = compared.finding
    if finding is None:
        return say("said_unpaired" if compared.before else "said_new", language)
    ends = compared.interval or (compared.differences[0], compared.differences[-1])
    text = say(_SAID[finding], language).format(
        n=len(compared.differences),
        middle=shown(compared.name, compared.middle, signed=True),
        low=shown(compared.name, ends[0], unit=False, signed=True),
        high=shown(compared.name, ends[1], unit=False, signed=True),
    )
    return text if compared.same_work or finding is not Finding.OTHER else f"{text} {say('said_work', language)}"


def counted(scenario: Scenario, language: str) -> str:
    """Return how many runs failed; of a control, how many passed."""
    bad = sum(run.passed is scenario.expected_to_fail for run in scenario.runs)
    text = say("runs_passed_of" if scenario.expected_to_fail else "runs_of", language)
    return text.format(of=len(scenario.runs), failed=bad, passed=bad)


def _warnings(now: Campaign, last: Campaign, found: Changes, language: str) -> Iterator[str]:
    if found.unlike:
        what = ", ".join(f"{say(word, language)}: {_of(last, word)} \u2192 {_of(now, word)}" for word in found.unlike)
        yield say("unlike", language).format(what=what)


def _of(campaign: Campaign, word: str) -> str:
    value = getattr(campaign, word)
    return value if isinstance(value, str) else ", ".join(value) or "–"


def _pairs(found: Changes, language: str) -> str:
    if not found.paired:
        return say("no_pairs", language)
    return say("identical", language).format(paired=found.paired, identical=found.identical)


def _lists(found: Changes, language: str) -> Iterator[Element]:
    for key, shifts in (("broken_title", found.broken), ("mended_title", found.mended), ("still_title", found.still)):
        if shifts:
            yield h("h3", {}, say(key, language))
            yield h("ul", {}, *(h("li", {}, *_shift(each, language)) for each in shifts))
    for key, scenarios in (
        ("added_title", found.added),
        ("removed_title", found.removed),
        ("edited_title", tuple(shift.now for shift in found.edited)),
    ):
        if scenarios:
            yield h("h3", {}, say(key, language))
            yield h("ul", {}, *(h("li", {}, _name(each, language)) for each in scenarios))


def _shift(shift: Shift, language: str) -> Iterator[Element | str]:
    yield h("a", {"href": "#" + anchor("s", shift.now.id)}, _name(shift.now, language))
    words = [counted(shift.now, language), say("was", language).format(what=counted(shift.before, language))]
    if shift.newly_broken:
        words.append(say("newly_broken", language).format(names=", ".join(shift.newly_broken)))
    if shift.newly_kept:
        words.append(say("newly_kept", language).format(names=", ".join(shift.newly_kept)))
    yield f": {'; '.join(words)}"


def _name(scenario: Scenario, language: str) -> str:
    return f"{named(scenario.name, language)} ({scenario.id})"


def _clear(found: Changes, language: str) -> Iterator[Element]:
    if not found.paired:
        return
    yield h("h3", {}, say("clear_title", language))
    if found.clear:
        yield _clear_table(found.clear, language)
        chance = max(round(0.05 * found.looked_at), 1)
        yield h("p", {"class": "soft"}, say("clear_by_chance", language).format(looked=found.looked_at, chance=chance))
    else:
        yield h("p", {}, say("clear_none", language).format(looked=found.looked_at))
    if found.few:
        yield h("p", {"class": "soft"}, say("few_pairs", language))


def _clear_table(clear: Sequence[tuple[Scenario, Comparison]], language: str) -> Element:
    columns = [say(word, language) for word in ("scenario", "figure", "difference")]
    css = {Finding.BETTER: "good", Finding.WORSE: "ill"}
    rows = [
        (
            _name(scenario, language),
            named(figure(each.name).name, language),
            h("span", {"class": css.get(each.finding) if each.finding else None}, said(each, language)),
        )
        for scenario, each in clear
    ]
    return table(say("clear_title", language), columns, rows)
