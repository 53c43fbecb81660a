"""The evidence log: who was in zones with a law, when, how heavy, how fast, by which papers and under whose watch."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from robot_fleet.core.clock import format_clock
from robot_fleet.core.facts import Fact, KeptOut, PaperRestored, PaperWithdrawn, ZoneEntered, ZoneLeft
from robot_fleet.core.text import Text
from robot_fleet.reports.periodic.csv_file import BOM

COLUMNS = {
    "robot": Text("로봇", "robot"),
    "zone": Text("구역", "zone"),
    "law": Text("법규", "law"),
    "entered_s": Text("진입", "entered"),
    "left_s": Text("이탈", "left"),
    "mass_kg": Text("총중량 (kg)", "mass (kg)"),
    "limit_mps": Text("제한 속도 (m/s)", "limit (m/s)"),
    "max_mps": Text("최고 속도 (m/s)", "highest (m/s)"),
    "certificate": Text("안전인증", "certificate"),
    "insurance": Text("보험", "insurance"),
    "permit": Text("허가", "permit"),
    "supervisor": Text("관제자", "watch"),
}
EVENTS = {
    "kept_out": Text("진입 금지", "kept out"),
    "let_in": Text("진입 금지 해제", "let in again"),
    "withdrawn": Text("효력 정지", "withdrawn"),
    "restored": Text("효력 회복", "restored"),
}
EVENT_HEADINGS = {
    "ko": ("시각", "내용", "대상", "상세", "처리자"),
    "en": ("at", "what", "of", "detail", "by"),
}


@dataclass(frozen=True, slots=True)
class Stay:
    """A robot's time in a zone under the same conditions; `left_s` and `max_mps` are None while it is there.

    Times are fleet seconds. `max_mps` is the highest speed that the robot reported, about once a second.
    """

    robot: str
    zone: str
    law: str
    entered_s: float
    left_s: float | None
    mass_kg: float
    limit_mps: float
    max_mps: float | None
    certificate: str
    insurance: str
    permit: str
    supervisor: str


@dataclass(frozen=True, slots=True)
class Event:
    """What happened besides: a robot was kept out of zones or let in again, a paper was withdrawn or restored."""

    at_s: float
    event: str
    subject: str
    detail: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class LawLog:
    """Stays by the time of entry, and what happened besides."""

    stays: tuple[Stay, ...]
    events: tuple[Event, ...]


def law_log(facts: Iterable[Fact]) -> LawLog:
    """Return the evidence log of a ledger's facts."""
    inside: dict[tuple[str, str], ZoneEntered] = {}
    stays: list[Stay] = []
    events: list[Event] = []
    for fact in facts:
        match fact:
            case ZoneEntered():
                inside[fact.robot, fact.zone] = fact
            case ZoneLeft():
                entry = inside.pop((fact.robot, fact.zone), None)
                if entry is not None:
                    stays.append(_stay(entry, fact.at_s, fact.max_mps))
            case KeptOut():
                detail = ", ".join(f"{zone}: {why}" for zone, why in fact.zones.items())
                events.append(Event(fact.at_s, "kept_out" if detail else "let_in", fact.robot, detail))
            case PaperWithdrawn():
                events.append(Event(fact.at_s, "withdrawn", fact.paper, fact.reason, fact.by))
            case PaperRestored():
                events.append(Event(fact.at_s, "restored", fact.paper, fact.reason, fact.by))
            case _:
                pass
    stays += [_stay(entry, None, None) for entry in inside.values()]
    return LawLog(tuple(sorted(stays, key=lambda stay: (stay.entered_s, stay.robot, stay.zone))), tuple(events))


def log_json(log: LawLog, site: str) -> dict[str, Any]:
    """Return the log as a JSON object."""
    return {
        "schema_version": 1,
        "site": site,
        "stays": [asdict(stay) for stay in log.stays],
        "events": [asdict(event) for event in log.events],
    }


def headings(language: str) -> tuple[str, ...]:
    """Return what the columns are called in `ko` or `en`."""
    return tuple(text.ko if language == "ko" else text.en for text in COLUMNS.values())


def cells(stay: Stay) -> tuple[str, ...]:
    """Return a stay as texts, its times as clocks."""
    return tuple(_cell(name, value) for name, value in asdict(stay).items())


def event_cells(event: Event, language: str) -> tuple[str, ...]:
    """Return an event as texts."""
    word = EVENTS[event.event]
    return format_clock(event.at_s), word.ko if language == "ko" else word.en, event.subject, event.detail, event.by


def log_csv(log: LawLog, at: Callable[[float | None], str] | None = None) -> bytes:
    """Return the stays as CSV that a Korean Excel opens as it is; the header is the same in all languages.

    Parameters
    ----------
    at : writes a fleet time as a local date and clock, for two more columns; without it there are none.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *(() if at is None else ("entered_at", "left_at"))))
    for stay in log.stays:
        clocks = () if at is None else (at(stay.entered_s), at(stay.left_s))
        writer.writerow(("" if value is None else value) for value in (*asdict(stay).values(), *clocks))
    return BOM + out.getvalue().encode("utf-8")


def _stay(entry: ZoneEntered, left_s: float | None, max_mps: float | None) -> Stay:
    papers = entry.papers
    return Stay(
        robot=entry.robot,
        zone=entry.zone,
        law=entry.law,
        entered_s=entry.at_s,
        left_s=left_s,
        mass_kg=entry.mass_kg,
        limit_mps=entry.limit_mps,
        max_mps=max_mps,
        certificate=papers.get("certificate", ""),
        insurance=papers.get("insurance", ""),
        permit=papers.get("permit", ""),
        supervisor=entry.supervisor,
    )


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return format_clock(value) if name.endswith("_s") else f"{value:g}"
    return str(value)
