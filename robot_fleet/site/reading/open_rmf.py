"""Reads `open_rmf.yaml`, which a site need not have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from robot_fleet.core.site import Service
from robot_fleet.site.models.open_rmf import OpenRmfFile
from robot_fleet.site.reading.draft import findings_of
from robot_fleet.site.reading.findings import Finding
from robot_fleet.site.reading.source import KeyPath, read_yaml

OPEN_RMF_FILE = "open_rmf.yaml"


def read_open_rmf(folder: Path, services: Mapping[str, Service]) -> OpenRmfFile | None:
    """Return which of a site's services do what Open-RMF's clients ask for, None where the site does not say.

    Raises
    ------
    SiteError : the first thing that is wrong with the file, with its line.
    """
    if not (folder / OPEN_RMF_FILE).is_file():
        return None
    findings = check_open_rmf(folder, services)
    if findings:
        raise findings[0].error()
    return _parse(folder, findings)


def check_open_rmf(folder: Path, services: Mapping[str, Service]) -> list[Finding]:
    """Return what is wrong with a site's file; the services are those that the site has."""
    findings: list[Finding] = []
    file = _parse(folder, findings)
    if file is None:
        return findings
    wanted: list[tuple[KeyPath, str, dict[str, str], list[str]]] = []
    if file.patrol is not None:
        wanted.append((("patrol",), file.patrol.service, {"route": file.patrol.route}, []))
    for number, rule in enumerate(file.delivery):
        named = {"pickup": rule.pickup, "dropoff": rule.dropoff, "sku": rule.sku}
        wanted.append((("delivery", number), rule.service, named, list(rule.params)))
    source = read_yaml(folder, OPEN_RMF_FILE, findings)
    types = {"route": "route", "pickup": "place", "dropoff": "place", "sku": "item"}
    for path, service, named, others in wanted:
        if service not in services:
            expected = f"the site has no such service: {service!r}; expected one of its own"
            findings.append(source.finding("site_unknown_service", (*path, "service"), expected))
            continue
        known = {param.name: param.type for param in services[service].params}
        for key, name in named.items():
            if known.get(name) != types[key]:
                expected = f"{service} has no parameter {name!r} of the type {types[key]}"
                findings.append(source.finding("site_unknown_param", (*path, key), expected))
        for name in others:
            if name not in known:
                expected = f"{service} has no parameter {name!r}"
                findings.append(source.finding("site_unknown_param", (*path, "params", name), expected))
    return findings


def _parse(folder: Path, findings: list[Finding]) -> OpenRmfFile | None:
    source = read_yaml(folder, OPEN_RMF_FILE, findings)
    if source.data is None:
        return None
    try:
        return OpenRmfFile.model_validate(source.data)
    except ValidationError as error:
        findings.extend(findings_of(error, source))
        return None
