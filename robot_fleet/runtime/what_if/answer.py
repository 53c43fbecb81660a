"""From a question to its answer: reads the day, plays it as it was and with the change, and puts them side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from robot_fleet.core.errors import RequestError, StoreError
from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.reports.calendar import DAY_S, Length, Period, period_of
from robot_fleet.reports.folds.past import Ground, ground_of
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.what_if.change import Change, check_change
from robot_fleet.runtime.what_if.compare import Comparison
from robot_fleet.runtime.what_if.past_day import Batteries, read_day
from robot_fleet.runtime.what_if.play import changed_day, play
from robot_fleet.sim.people import read_people
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.costs import read_costs
from robot_fleet.stores.history.database import Target
from robot_fleet.stores.history.store import TelemetryStore
from robot_fleet.stores.people.small_groups import suppress_small

READING, BASELINE, CHANGED = "reading", "baseline", "changed"
"""What is being done, in this order."""
Say = Callable[[str, float], None]
"""Told what is being done, and which share of that is done."""
_BATTERY_WITHIN_S = 600.0


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a fleet's past is.

    Parameters
    ----------
    folder : of the site.
    telemetry : the history of telemetry; without it nobody knows how full batteries were.
    """

    folder: Path
    ledger: LedgerTarget
    telemetry: Target | None


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know.

    Parameters
    ----------
    of : the day: a date, or the number of the fleet's day, 1 the first; the ledger's newest if it is empty.
    began : the date of the fleet's first day as `2026-11-01`, empty where it is not known.
    """

    of: str
    began: str
    change: Change
    seed: int


def answer(question: Question, sources: Sources, say: Say = lambda stage, share: None) -> Comparison:
    """Return the day beside itself; takes as long as it takes to play a day twice.

    Raises
    ------
    RequestError : as `check_question`, `read_day` and `changed_day`.
    SiteError, LedgerError : the site or the ledger cannot be read.
    """
    site, costs = load_site(sources.folder), read_costs(sources.folder)
    check_question(site, question)

    def ground(site: Site) -> Ground:
        return ground_of(site, costs)

    say(READING, 0.0)
    with Ledger.open(sources.ledger, registry(), site_id=site.id, read_only=True) as ledger:
        period = period_for(question, ledger.newest_s())
        batteries = batteries_of(sources.telemetry)
        people = read_people(sources.folder / "people.yaml")
        day = read_day(
            ledger,
            site,
            ground(site),
            period,
            people,
            batteries,
            lambda read, of: say(READING, read / max(of, 1)),
        )
    other = changed_day(day, question.change, question.seed)  # what cannot be is told before anything is played
    as_it_was = changed_day(day, Change(), question.seed)
    baseline = play(day, as_it_was, ground, question.seed, lambda share: say(BASELINE, share))
    changed = None
    if not question.change.nothing:
        changed = play(day, other, ground, question.seed, lambda share: say(CHANGED, share))
    return Comparison(day, question.change, question.seed, baseline, changed)


def check_question(site: Site, question: Question) -> None:
    """See that a question can be asked of a site, before anything long begins.

    Raises
    ------
    RequestError : as `check_change` and `period_of`; `request_date_malformed`; `request_what_if_withheld`.
    """
    rooms = ground_of(site, None).rooms
    if rooms and suppress_small(rooms).total is None:
        message = "the site has so few rooms that any figure might tell of one resident; nothing is shown"
        raise RequestError("request_what_if_withheld", message, site.id)
    check_change(site, question.change)
    period_for(question, 0.0)


def period_for(question: Question, newest_s: float) -> Period:
    """Return the day that is asked about. Raises as `check_question`."""
    of = question.of or str(int(newest_s // DAY_S) + 1)
    return period_of(Length.DAY, of, _date(question.began))


def batteries_of(target: Target | None) -> Batteries:
    """Return who tells how full batteries were, out of the history of telemetry."""

    def soc_pct(robot: str, at_s: float) -> float | None:
        if target is None or (isinstance(target, Path) and not target.is_file()):
            return None
        try:
            with TelemetryStore.open(target) as store:
                told = store.series(robot, "soc_pct", max(at_s - _BATTERY_WITHIN_S, 0.0), at_s + _BATTERY_WITHIN_S, 100)
        except (StoreError, RequestError):  # there is no such history, or it has nothing of this robot
            return None
        known = np.flatnonzero(~np.isnan(told.mean))
        return float(told.mean[known[np.argmin(abs(told.start_s[known] - at_s))]]) if known.size else None

    return soc_pct


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = f"expected the date of the fleet's first day as 2026-11-01, got {text!r}"
        raise RequestError("request_date_malformed", message, "--from") from None
