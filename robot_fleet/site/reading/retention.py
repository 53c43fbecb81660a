"""Reads `retention.yaml`, which a site need not have."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from robot_fleet.site.models.retention import RetentionFile
from robot_fleet.site.reading.draft import findings_of
from robot_fleet.site.reading.findings import Finding
from robot_fleet.site.reading.source import read_yaml

RETENTION_FILE = "retention.yaml"


def read_retention(folder: Path) -> RetentionFile:
    """Return how long a site keeps data of people; what holds without a word of its own where it has no file.

    Raises
    ------
    SiteError : the first thing that is wrong with the file, with its line.
    """
    if not (folder / RETENTION_FILE).is_file():
        return RetentionFile(schema_version=1)
    findings: list[Finding] = []
    file = _parse(folder, findings)
    if file is None:
        raise findings[0].error()
    return file


def check_retention(folder: Path) -> list[Finding]:
    """Return what is wrong with a site's file."""
    findings: list[Finding] = []
    _parse(folder, findings)
    return findings


def _parse(folder: Path, findings: list[Finding]) -> RetentionFile | None:
    source = read_yaml(folder, RETENTION_FILE, findings)
    if source.data is None:
        return None
    try:
        return RetentionFile.model_validate(source.data)
    except ValidationError as error:
        findings.extend(findings_of(error, source))
        return None
