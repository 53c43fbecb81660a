"""Makes reports when their periods are over, and brings them to folders and webhooks: once, or it says that it fails.

A report counts as made when its files are in the folder and its announcement is in the outbox. Whatever stops the
process before that, it is made again: the files are the same and are left, the receiver knows the id.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any, Protocol

from robot_fleet.core.errors import FleetError, RequestError, RuntimeFailure, SiteError
from robot_fleet.core.health import Condition, Level
from robot_fleet.reports.calendar import Length, Period, period_of
from robot_fleet.reports.periodic.due import before, due_periods, next_period
from robot_fleet.runtime.reports.desk import Language
from robot_fleet.runtime.reports.folder import put
from robot_fleet.runtime.reports.made import MadeReport, ReportsMade
from robot_fleet.server.webhooks.deliveries import Deliveries, Standing
from robot_fleet.server.webhooks.report_event import ReportEvent, ReportFile
from robot_fleet.site.models.reports import ReportScheduleModel, ReportsFile

LOG = logging.getLogger("robot_fleet.reports")
UNSENT = "report_unsent"
"""Code of the condition: reports of a schedule do not get to where they should."""
FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 3_600.0
PATIENCE_S = 600.0
"""Nobody is told of a webhook that fails for a shorter time."""
_KEEPING_S = 10.0
"""How long the outbox has to take an announcement in."""


class Maker(Protocol):
    """Makes reports: `ReportProcess`, or a desk itself."""

    def json(self, length: str, of: str, began: str) -> Mapping[str, Any]:
        """Return a report as JSON."""
        ...

    def file(self, form: str, length: str, of: str, began: str, language: Language) -> bytes:
        """Return a report as a file."""
        ...


@dataclass(frozen=True, slots=True)
class Failing:
    """That a schedule's reports cannot be made or put away.

    Parameters
    ----------
    since_s : fleet time.
    tries : how many in a row.
    again_s : steady time of the next one.
    """

    since_s: float
    tries: int
    again_s: float
    error: FleetError


class ReportSender:
    """Sends the reports of a fleet; `look` and `send` work, one at a time, everything else may be asked meanwhile.

    Parameters
    ----------
    file : what is to be sent.
    reports : makes the reports, off this process.
    run : the fleet's run directory.
    run_id : of the run (see `robot_fleet.runtime.processes.run_id`).
    began : the date of the fleet's first day.
    deliveries : brings announcements to receivers, which are called as their schedules.
    unix_s : returns Unix time.
    """

    def __init__(
        self,
        file: ReportsFile,
        reports: Maker,
        run: Path,
        run_id: str,
        began: date,
        deliveries: Deliveries,
        unix_s: Callable[[], float] = time.time,
    ) -> None:
        self._schedules = {schedule.id: schedule for schedule in file.schedules}
        self._reports = reports
        self._run = run
        self._run_id = run_id
        self._began = began
        self._deliveries = deliveries
        self._unix_s = unix_s
        self._made = ReportsMade(run / "reports_made.json")
        self._failing: dict[str, Failing] = {}
        self._refused_s: dict[str, float] = {}
        self._working = threading.Lock()
        self._ending = threading.Event()

    def look(self, now_s: float, steady_s: float) -> None:
        """Make what is due; what fails is tried again after a pause, ever more rarely.

        Parameters
        ----------
        now_s, steady_s : fleet time and steady time.
        """
        for schedule in self._schedules.values():
            failing = self._failing.get(schedule.id)
            if failing is not None and steady_s < failing.again_s:
                continue
            try:
                for period in self._due(schedule, now_s):
                    with self._working:
                        if self._ending.is_set():
                            return
                        if self._find(schedule, period) is None:
                            self._make(schedule, period, 1)
            except Exception as error:
                self._fails(schedule, now_s, steady_s, error)
                continue
            if self._failing.pop(schedule.id, None) is not None:
                LOG.info("reports=%s event=recovered", schedule.id)

    def send(self, schedule_id: str, length: str, of: str, by: str, command: str, now_s: float) -> MadeReport:
        """Make a report by hand, and send it again if it was sent before, unless by the same command.

        Parameters
        ----------
        length, of : the period; an empty `of` stands for the newest that is over.
        by : opaque id of who wants it.
        command : key of the wish.
        now_s : fleet time.

        Raises
        ------
        RequestError : `request_unknown_report_schedule`, `request_report_not_over`, `request_period_malformed`.
        FleetError : the report cannot be made, or not be put where it should be.
        """
        schedule = self._schedules.get(schedule_id)
        if schedule is None:
            known = ", ".join(self._schedules)
            raise RequestError("request_unknown_report_schedule", f"expected one of {known}", schedule_id)
        newest = before(next_period(Length(length), self._began, now_s, schedule.settle_s), self._began)
        period = period_of(Length(length), of, self._began) if of else newest
        if period.to_s + schedule.settle_s > now_s or period.to_s <= 0.0:
            message = (
                f"expected a {length} of this fleet that has been over for {schedule.settle_s:g} s, got {period.of}"
            )
            raise RequestError("request_report_not_over", message, "of")
        with self._working:
            before_it = self._find(schedule, period)
            if before_it is not None and before_it.command == command:
                return before_it
            return self._make(schedule, period, 1 if before_it is None else before_it.edition + 1, by, command)

    def rows(self, now_s: float) -> list[dict[str, Any]]:
        """Return how it stands with each schedule, for people."""
        return [self._row(schedule, now_s) for schedule in self._schedules.values()]

    def conditions(self, now_s: float) -> tuple[Condition, ...]:
        """Return the schedules whose reports do not get to where they should."""
        since_s = {name: failing.since_s for name, failing in self._failing.copy().items()}
        refused = {name: standing.failing_since_s for name, standing in self._deliveries.standing.items()}
        for name, failing_since_s in refused.items():
            if failing_since_s is None or self._unix_s() - failing_since_s < PATIENCE_S:
                self._refused_s.pop(name, None)
            else:
                since_s.setdefault(name, self._refused_s.setdefault(name, now_s))
        return tuple(
            Condition(UNSENT, name, Level.WARNING, since_s[name]) for name in self._schedules if name in since_s
        )

    def end(self) -> None:
        """Begin with nothing any more."""
        self._ending.set()

    def _due(self, schedule: ReportScheduleModel, now_s: float) -> list[Period]:
        found = []
        for length in schedule.periods:
            found += due_periods(Length(length), self._began, now_s, schedule.settle_s, schedule.catch_up_days)
        return [period for period in found if self._find(schedule, period) is None]

    def _find(self, schedule: ReportScheduleModel, period: Period) -> MadeReport | None:
        return self._made.find(schedule.id, period.length.value, period.of)

    def _make(
        self, schedule: ReportScheduleModel, period: Period, edition: int, by: str = "", command: str = ""
    ) -> MadeReport:
        length, began, at_unix_s = period.length.value, self._began.isoformat(), self._unix_s()
        report = self._reports.json(length, period.of, began)
        stem = f"{report['site'].replace('/', '_')}-{length}-{period.of}"
        files = []
        for language in schedule.languages:
            for form in schedule.formats:
                content = self._reports.file(form, length, period.of, began, language)
                files.append(ReportFile(f"{stem}.{language}.{form}", form, language, content))
        if schedule.folder is not None:
            folder = self._run / schedule.folder  # an absolute one stands for itself
            files = [
                ReportFile(put(folder, each.name, each.content), each.form, each.language, each.content)
                for each in files
            ]
        if schedule.webhook is not None:
            with_files = schedule.webhook.with_files
            self._announce(ReportEvent(schedule.id, self._run_id, edition, report, tuple(files), with_files, at_unix_s))
        names = tuple(each.name for each in files)
        made = MadeReport(schedule.id, length, period.of, edition, at_unix_s, by, command, names)
        self._made.add(made)
        LOG.info("reports=%s event=made period=%s of=%s files=%s", schedule.id, length, period.of, ",".join(names))
        return made

    def _announce(self, event: ReportEvent) -> None:
        if event.schedule not in self._deliveries.standing:
            message = "the secret of its webhook is missing, so nothing can be signed; say it and start again"
            raise SiteError("site_webhook_secret", message, f"reports.yaml {event.schedule}")
        self._deliveries.offer(event)
        if not self._deliveries.wait_kept(_KEEPING_S):
            raise RuntimeFailure("runtime_report_unwritable", "the outbox takes nothing in", str(self._run))

    def _fails(self, schedule: ReportScheduleModel, now_s: float, steady_s: float, error: Exception) -> None:
        if not isinstance(error, FleetError):
            LOG.exception("reports=%s event=failed", schedule.id)
            error = RuntimeFailure("runtime_report_failed", f"{type(error).__name__}; the log says more", schedule.id)
        known = self._failing.get(schedule.id)
        tries = 1 if known is None else known.tries + 1
        pause_s = min(FIRST_PAUSE_S * 2.0 ** (tries - 1), LONGEST_PAUSE_S)
        if known is None or known.error.code != error.code:
            LOG.warning("reports=%s event=failing error=%s it is tried again", schedule.id, error)
        self._failing[schedule.id] = Failing(
            now_s if known is None else known.since_s, tries, steady_s + pause_s, error
        )

    def _row(self, schedule: ReportScheduleModel, now_s: float) -> dict[str, Any]:
        made = [each for each in self._made.all() if each.schedule == schedule.id]
        failing = self._failing.get(schedule.id)
        standing = self._deliveries.standing.get(schedule.id, Standing())
        return {
            "id": schedule.id,
            "periods": list(schedule.periods),
            "formats": list(schedule.formats),
            "languages": list(schedule.languages),
            "folder": schedule.folder,
            "webhook": schedule.webhook is not None,
            "made": [row_of(each) for each in reversed(made)],
            "due": [{"period": each.length.value, "of": each.of} for each in self._due(schedule, now_s)],
            "next": [self._next(schedule, Length(length), now_s) for length in schedule.periods],
            "open": standing.open,
            "given_up": standing.given_up + standing.dropped,
            "error": None if failing is None else {"code": failing.error.code, "message": str(failing.error)},
            "refused": standing.reason,
        }

    def _next(self, schedule: ReportScheduleModel, length: Length, now_s: float) -> dict[str, Any]:
        period = next_period(length, self._began, now_s, schedule.settle_s)
        due_s = period.to_s + schedule.settle_s
        local = datetime.combine(self._began, clock()) + timedelta(seconds=due_s)
        return {"period": length.value, "of": period.of, "due_s": due_s, "local": local.strftime("%Y-%m-%dT%H:%M")}


def row_of(made: MadeReport) -> dict[str, Any]:
    """Return a report that has been made, for people."""
    return {
        "period": made.period,
        "of": made.of,
        "edition": made.edition,
        "at_unix_s": made.at_unix_s,
        "by": made.by,
        "files": list(made.files),
    }
