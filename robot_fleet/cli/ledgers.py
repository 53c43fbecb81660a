"""The report of a ledger, wherever it lies, with what is known of its site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from robot_fleet.cli.fresh import last_run, ledger_of
from robot_fleet.core.health import Health
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.reports.report import FleetReport, build_report
from robot_fleet.runtime import snapshots
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME, run_directory
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.draft import default_health


def read_report(ledger: str | None, name: str | None, site: Path | None, operators: int = 1) -> tuple[FleetReport, str]:
    """Return the report of a ledger, and the id of its site.

    Parameters
    ----------
    ledger : path or URL of any ledger; None for that of the fleet.
    name : the fleet; None for the one that has no other name.
    site : folder of the site whose health.yaml says how fast alarms should be answered; None for the one that the
        fleet ran on last, and for what all sites have in common where that is not known.
    operators : among whom the alarms are shared.

    Raises
    ------
    LedgerError : as `Ledger.open` and `Ledger.read`.
    SiteError : the site is wrong.
    """
    run = run_directory(name or DEFAULT_NAME)
    if site is None and ledger is None:
        folder = (last_run(run) or {}).get("site_dir")
        site = Path(folder) if folder and Path(folder).is_dir() else None
    health = default_health() if site is None else load_site(site).health
    with Ledger.open(ledger or ledger_of(run), registry(), site_id=None, read_only=True) as opened:
        known = snapshots.newest(opened)
        kinds = {robot.id: robot.kind for robot in known[0].robots.values()} if known is not None else {}
        facts = ((at_s, fact) for _, at_s, fact in opened.read())
        return build_report(facts, kinds, _respond_s(health), operators), opened.site_id


def _respond_s(health: Health) -> Mapping[str, float]:
    return {code: template.respond_s for code, template in health.alarms.items()}
