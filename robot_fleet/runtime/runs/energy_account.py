"""What charging came to in a run or a whole ledger, out of its facts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from robot_fleet.core.facts import Fact
from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.reports.folds.charging import ChargeLog
from robot_fleet.reports.folds.energy import EnergyReport, energy_report
from robot_fleet.reports.periodic.currency import KRW
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.ports import calendar_for
from robot_fleet.site.reading.costs import read_costs


def energy_of(site: Site, facts: Iterable[tuple[float, Fact]], to_s: float | None = None) -> EnergyReport | None:
    """Return what charging came to from the first of the facts until `to_s` (their last); None where nothing is known.

    Parameters
    ----------
    facts : (fleet time, fact) in the ledger's order.
    """
    log = ChargeLog()
    from_s, last_s = None, 0.0
    for at_s, fact in facts:
        from_s = at_s if from_s is None else from_s
        last_s = max(last_s, at_s)
        log.take(fact)
    if from_s is None or log.empty:
        return None
    return energy_report(site, log, from_s, last_s if to_s is None else to_s, calendar_for(site))


def energy_of_ledger(site: Site, ledger: LedgerTarget) -> EnergyReport | None:
    """Return what charging came to in a ledger, read beside its writer. Raises LedgerError as `Ledger.open`."""
    with Ledger.open(ledger, registry(), site_id=None, read_only=True) as opened:
        return energy_of(site, ((at_s, fact) for _, at_s, fact in opened.read()))


def energy_json(made: EnergyReport | None, folder: Path) -> dict[str, Any] | None:
    """Return it as JSON, with the currency of its prices.

    Parameters
    ----------
    folder : of the site, which says what prices are in.
    """
    if made is None:
        return None
    costs = read_costs(folder)
    return {**made.to_dict(), "currency": KRW if costs is None else costs.currency}
