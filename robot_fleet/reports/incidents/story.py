"""The story of an incident: alarms, people's actions and what its robots did, in one timeline. Pure over facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from robot_fleet.core.facts import Fact, IncidentClosed, IncidentJoined, IncidentOpened
from robot_fleet.core.site import Site
from robot_fleet.reports.incidents.facts import Teller
from robot_fleet.reports.incidents.timeline import Entry, Scope

SCHEMA_VERSION = 1
BEFORE_S = 60.0
"""Fleet seconds before the first alarm that the story goes back."""


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """An incident with its timeline, oldest entry first."""

    scope: Scope
    entries: tuple[Entry, ...]

    def to_dict(self, sorts: Collection[str] = ()) -> dict[str, Any]:
        """Return the report as JSON; with `sorts`, only entries of these sorts."""
        scope = asdict(self.scope)
        return {
            "schema_version": SCHEMA_VERSION,
            "id": scope.pop("incident"),
            "state": "open" if self.scope.closed_s is None else "closed",
            **{name: list(value) if isinstance(value, tuple) else value for name, value in scope.items()},
            "entries": [asdict(entry) for entry in self.entries if not sorts or entry.sort in sorts],
        }


def scope_of(facts: Iterable[tuple[float, Fact]], incident: str) -> Scope | None:
    """Return what an incident is about; None if no fact opens it."""
    opened: IncidentOpened | None = None
    closed: IncidentClosed | None = None
    alarms: dict[str, None] = {}
    robots: dict[str, None] = {}
    for _, fact in facts:
        match fact:
            case IncidentOpened() if fact.incident == incident:
                opened = fact
                alarms[fact.alarm] = None
                robots |= dict.fromkeys(fact.robots)
            case IncidentJoined() if fact.incident == incident:
                alarms |= {fact.alarm: None} if fact.alarm else {}
                robots |= dict.fromkeys(fact.robots)
            case IncidentClosed() if fact.incident == incident:
                closed = fact
            case _:
                pass
    if opened is None:
        return None
    about = tuple(alarms), tuple(robots), opened.at_s, opened.by
    if closed is None:
        return Scope(incident, *about, None, "", "", "")
    return Scope(incident, *about, closed.at_s, closed.by, closed.reason, closed.verdict)


def build_incident(site: Site, facts: Sequence[tuple[float, Fact]], incident: str) -> IncidentReport | None:
    """Return the story of an incident; None if the facts do not open it.

    Parameters
    ----------
    site : names and what alarms tell people.
    facts : (fleet time, fact) in the ledger's order, from BEFORE_S before its first alarm.
    """
    scope = scope_of(facts, incident)
    if scope is None:
        return None
    teller = Teller(site, scope)
    entries = [entry for at_s, fact in facts for entry in teller.tell(at_s, fact)]
    entries.sort(key=lambda entry: entry.at_s)
    if scope.closed_s is not None:  # afterwards only what people write down about it
        entries = [entry for entry in entries if entry.at_s <= scope.closed_s or entry.what == "incident_noted"]
    return IncidentReport(scope, tuple(entries))
