"""Makes reports of a ledger that grows: facts are read once, and a report that was made is made again only after more.

A desk may be asked by several threads; one works at a time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from robot_fleet.core.errors import RequestError, StoreError
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.reports.calendar import DAY_S, Length, Period, name_of, period_of
from robot_fleet.reports.folds.measured import Measured, measured
from robot_fleet.reports.folds.past import Ground, Past
from robot_fleet.reports.periodic.csv_file import csv_bytes
from robot_fleet.reports.periodic.json_file import report_json
from robot_fleet.reports.periodic.pdf_file import pdf_bytes
from robot_fleet.reports.periodic.periodic import PeriodReport, period_report
from robot_fleet.reports.periodic.residents import shielded
from robot_fleet.runtime.history import registry
from robot_fleet.stores.history.database import Target
from robot_fleet.stores.history.store import TelemetryStore

Language = Literal["ko", "en"]
_KEPT = 12
"""Reports that are kept, those asked for last."""


class ReportDesk:
    """Makes the reports of a fleet.

    Parameters
    ----------
    ground : what reports know of the site.
    ledger : the ledger, read beside its writer.
    telemetry : the history of telemetry; a report does without where there is none.
    began : the date of the fleet's first day, where whoever asks does not say; empty if it is not known.
    """

    def __init__(self, ground: Ground, ledger: LedgerTarget, telemetry: Target | None, began: str = "") -> None:
        self._ground = ground
        self._target = ledger
        self._telemetry = telemetry
        self._began = began
        self._past = Past(ground)
        self._made: OrderedDict[tuple[Period, int], PeriodReport] = OrderedDict()
        self._working = threading.Lock()

    def report(self, length: str, of: str, began: str) -> PeriodReport:
        """Return the report of a period.

        Parameters
        ----------
        length, of : see `period_of`; an empty `of` stands for the newest period that the ledger reaches.
        began : the date of the fleet's first day, empty where it is not known.

        Raises
        ------
        RequestError : as `period_of`; `request_date_malformed`.
        LedgerError : as `Ledger.open` and `Ledger.read`.
        """
        with self._working:
            self._catch_up()
            period = self._period(Length(length), of, _date(began or self._began))
            key = (period, self._past.seq)
            if key not in self._made:
                made = period_report(self._past, self._ground, self._heard(period), period)
                self._made[key] = shielded(made, self._ground.rooms)
            self._made.move_to_end(key)
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
            return self._made[key]

    def json(self, length: str, of: str, began: str) -> Mapping[str, Any]:
        """Return a report as JSON. Raises as `report`."""
        return report_json(self.report(length, of, began))

    def file(self, form: str, length: str, of: str, began: str, language: Language) -> bytes:
        """Return a report as a file, `csv` or `pdf`. Raises as `report`."""
        makers: Mapping[str, Callable[[PeriodReport, str], bytes]] = {"csv": csv_bytes, "pdf": pdf_bytes}
        return makers[form](self.report(length, of, began), language)

    def _catch_up(self) -> None:
        with Ledger.open(self._target, registry(), site_id=None, read_only=True) as ledger:
            past = self._past
            if ledger.last_seq < past.seq:  # a backup was put in its place
                past = Past(self._ground)
            self._past = Past(self._ground)  # if reading fails half-way, the next one begins anew
            for seq, at_s, fact in ledger.read(after_seq=past.seq):
                past.take(seq, at_s, fact)
            self._past = past

    def _period(self, length: Length, of: str, began: date | None) -> Period:
        if of:
            return period_of(length, of, began)
        newest_s = self._past.states.newest_s or 0.0
        day = int(newest_s // DAY_S)
        if began is None:
            return period_of(length, str(day // 7 + 1 if length is Length.WEEK else day + 1), None)
        at = period_of(Length.DAY, str(day + 1), began).date_of(day) or began
        return period_of(length, name_of(length, at), began)

    def _heard(self, period: Period) -> Measured | None:
        target = self._telemetry
        if target is None or (isinstance(target, Path) and not target.is_file()):
            return None
        robots = sorted({*self._ground.robots, *self._past.states.robots})
        try:
            with TelemetryStore.open(target) as store:
                return measured(store, robots, max(period.from_s, 0.0), max(period.to_s, 1.0))
        except StoreError:  # the report says that there is no telemetry
            return None


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"expected the date of the fleet's first day as 2026-11-01, got {text!r}"
        raise RequestError("request_date_malformed", message, "--from") from None
