"""An incident's story out of the ledger, read beside the manager who writes it."""

from __future__ import annotations

from typing import Any

from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import Fact
from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.reports.incidents.story import BEFORE_S, build_incident
from robot_fleet.runtime.history import registry


def incident_told(site: Site, ledger: LedgerTarget, incident: str, since_s: float, until_s: float) -> dict[str, Any]:
    """Return an incident with its timeline as a JSON object.

    Parameters
    ----------
    since_s : when the first of its alarms was raised (fleet time).
    until_s : when it was closed or last written about; `inf` while it is open.

    Raises
    ------
    RequestError : `request_unknown_incident`.
    LedgerError : as `Ledger.open` and `Ledger.read`.
    """
    facts: list[tuple[float, Fact]] = []
    with Ledger.open(ledger, registry(), site_id=site.id, read_only=True) as opened:
        for _, at_s, fact in opened.read(opened.seq_before(since_s - BEFORE_S)):
            if at_s > until_s:
                break
            facts.append((at_s, fact))
    report = build_incident(site, facts, incident)
    if report is None:
        raise RequestError("request_unknown_incident", f"the ledger knows no incident {incident!r}", incident)
    return report.to_dict()
