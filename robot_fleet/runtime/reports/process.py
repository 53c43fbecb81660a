"""Makes reports in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.reports.folds.past import Ground
from robot_fleet.runtime.processes.desk_process import DeskProcess
from robot_fleet.runtime.reports.desk import Language, ReportDesk
from robot_fleet.stores.history.database import Target


class ReportProcess:
    """The desk of reports, asked by threads (see `DeskProcess`).

    Parameters
    ----------
    ground, ledger, telemetry, began : see `ReportDesk`.
    """

    def __init__(self, ground: Ground, ledger: LedgerTarget, telemetry: Target | None, began: str = "") -> None:
        self._desk = DeskProcess("reports", "runtime_report_failed", ReportDesk, ground, ledger, telemetry, began)

    @property
    def pid(self) -> int | None:
        """The process's id, None while there is none."""
        return self._desk.pid

    def json(self, length: str, of: str, began: str) -> Mapping[str, Any]:
        """Return a report as JSON. Raises as `ReportDesk.report`; RuntimeFailure `runtime_report_failed`."""
        found: Mapping[str, Any] = self._desk.ask("json", length, of, began)
        return found

    def file(self, form: str, length: str, of: str, began: str, language: Language) -> bytes:
        """Return a report as a file, `csv` or `pdf`. Raises as `json`."""
        found: bytes = self._desk.ask("file", form, length, of, began, language)
        return found

    def close(self) -> None:
        """End the process without waiting for a report; who waits for one is told that it failed."""
        self._desk.close()
