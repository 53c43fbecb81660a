"""Reads `reports.yaml`, which a site need not have."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from robot_fleet.core.errors import SiteError
from robot_fleet.site.models.reports import ReportsFile
from robot_fleet.site.reading.draft import CALENDAR_FILE, findings_of
from robot_fleet.site.reading.findings import Finding
from robot_fleet.site.reading.source import read_yaml
from robot_fleet.site.reading.webhooks import Endpoint, endpoint_of

REPORTS_FILE = "reports.yaml"
REPORT_MADE = "report.made"
"""What receivers are told."""


def read_reports(folder: Path) -> ReportsFile | None:
    """Return which reports a site has sent, None where it says nothing of it.

    Raises
    ------
    SiteError : the first thing that is wrong with the file, with its line.
    """
    if not (folder / REPORTS_FILE).is_file():
        return None
    findings: list[Finding] = []
    file = _parse(folder, findings)
    if file is None or findings:
        raise findings[0].error()
    return file


def check_reports(folder: Path) -> list[Finding]:
    """Return what is wrong with a site's file; the secrets are not looked at."""
    findings: list[Finding] = []
    _parse(folder, findings)
    return findings


def report_receivers(
    file: ReportsFile, folder: Path, environ: Mapping[str, str] = os.environ, *, without: list[SiteError] | None = None
) -> tuple[Endpoint, ...]:
    """Return the receivers of reports with their keys, called as their schedules.

    Parameters
    ----------
    without : takes the errors of receivers whose secret is missing, which are left out then; None raises the first.

    Raises
    ------
    SiteError : `site_webhook_secret`.
    """
    found = []
    for schedule in file.schedules:
        if schedule.webhook is None:
            continue
        try:
            found.append(endpoint_of(schedule.id, schedule.webhook, folder / REPORTS_FILE, environ, (REPORT_MADE,)))
        except SiteError as error:
            if without is None:
                raise
            without.append(error)
    return tuple(found)


def _parse(folder: Path, findings: list[Finding]) -> ReportsFile | None:
    source = read_yaml(folder, REPORTS_FILE, findings)
    if source.data is None:
        return None
    if not (folder / CALENDAR_FILE).is_file():
        expected = f"reports are made by the site's days; expected a {CALENDAR_FILE} that says which they are"
        findings.append(Finding("site_reports_undated", REPORTS_FILE, "", expected))
    try:
        return ReportsFile.model_validate(source.data)
    except ValidationError as error:
        findings.extend(findings_of(error, source))
        return None
