"""Reads `costs.yaml`, which a site need not have."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pydantic import ValidationError

from robot_fleet.site.models.costs import CostsFile
from robot_fleet.site.reading.draft import findings_of
from robot_fleet.site.reading.findings import Finding
from robot_fleet.site.reading.source import read_yaml

COSTS_FILE = "costs.yaml"


def read_costs(folder: Path) -> CostsFile | None:
    """Return what a site's fleet costs, None where the site does not say.

    Raises
    ------
    SiteError : the first thing that is wrong with the file, with its line.
    """
    if not (folder / COSTS_FILE).is_file():
        return None
    findings: list[Finding] = []
    file = _parse(folder, findings)
    if file is None:
        raise findings[0].error()
    return file


def check_costs(folder: Path, kinds: Collection[str], services: Collection[str]) -> list[Finding]:
    """Return what is wrong with a site's file; kinds and services are those that the site has."""
    findings: list[Finding] = []
    file = _parse(folder, findings)
    if file is None:
        return findings
    source = read_yaml(folder, COSTS_FILE, findings)
    for key, code, named, known in (
        ("kinds", "site_unknown_kind", file.kinds, kinds),
        ("saved", "site_unknown_service", file.saved, services),
    ):
        for name in named:
            if name not in known:
                expected = f"the site has no such {key.removesuffix('s')}: {name!r}; expected one of its own"
                findings.append(source.finding(code, (key, name), expected))
    return findings


def _parse(folder: Path, findings: list[Finding]) -> CostsFile | None:
    source = read_yaml(folder, COSTS_FILE, findings)
    if source.data is None:
        return None
    try:
        return CostsFile.model_validate(source.data, context=source.context)
    except ValidationError as error:
        findings.extend(findings_of(error, source))
        return None
