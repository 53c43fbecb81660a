"""Reads `pages.yaml`, which a site need not have: then nothing may be asked for by pass."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from robot_fleet.core.site import ParamSpec, Service
from robot_fleet.site.models.pages import OfferModel, PagesFile
from robot_fleet.site.reading.draft import findings_of
from robot_fleet.site.reading.findings import Finding
from robot_fleet.site.reading.source import KeyPath, read_yaml

PAGES_FILE = "pages.yaml"


def read_pages(folder: Path, services: Mapping[str, Service], places: Container[str]) -> PagesFile:
    """Return what may be asked for by pass.

    Raises
    ------
    SiteError : the first thing that is wrong with the file, with its line.
    """
    if not (folder / PAGES_FILE).is_file():
        return PagesFile(schema_version=1)
    findings: list[Finding] = []
    file = _checked(folder, services, places, findings)
    if file is None or findings:
        raise findings[0].error()
    return file


def check_pages(folder: Path, services: Mapping[str, Service], places: Container[str]) -> list[Finding]:
    """Return what is wrong with a site's file."""
    findings: list[Finding] = []
    _checked(folder, services, places, findings)
    return findings


def _checked(
    folder: Path, services: Mapping[str, Service], places: Container[str], findings: list[Finding]
) -> PagesFile | None:
    source = read_yaml(folder, PAGES_FILE, findings)
    if source.data is None:
        return None
    try:
        file = PagesFile.model_validate(source.data, context=source.context)
    except ValidationError as error:
        findings.extend(findings_of(error, source))
        return None
    for number, offer in enumerate(file.offers):
        for key, code, expected in _wrong(offer, services, places):
            findings.append(source.finding(code, ("offers", number, *key), expected))
    ids = [offer.id for offer in file.offers]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            findings.append(source.finding("site_bad_value", ("offers", number, "id"), f"expected {name!r} only once"))
    return file


def _wrong(
    offer: OfferModel, services: Mapping[str, Service], places: Container[str]
) -> Iterator[tuple[KeyPath, str, str]]:
    """Give what is wrong with an offer: key in it, code, and what was expected."""
    service = services.get(offer.service)
    if service is None:
        yield ("service",), "site_unknown_service", f"the site has no such service: {offer.service!r}"
        return
    specs = {spec.name: spec for spec in service.params}
    given = dict(offer.params)
    for key, name, sort in (
        ("place", offer.place, "place"),
        ("item", offer.item, "item"),
        ("when", offer.when, "time"),
    ):
        if name and (name not in specs or specs[name].type != sort):
            yield (key,), "site_unknown_param", f"{service.id} has no parameter {name!r} of the type {sort}"
        elif name:
            given[name] = ""
    for number, choice in enumerate(offer.choices):
        yield from _wrong_params(choice.params, specs, service, ("choices", number, "params"))
    yield from _wrong_params(offer.params, specs, service, ("params",))
    for name in offer.places:
        if name not in places:
            yield ("places",), "site_unknown_place", f"the site has no such place: {name!r}"
    common = set(offer.choices[0].params) if offer.choices else set()
    for choice in offer.choices:
        common &= set(choice.params)
    missing = [spec.name for spec in service.params if spec.required and spec.name not in {*given, *common}]
    if missing:
        yield ("params",), "site_missing_key", f"nothing says what {', '.join(missing)} of {service.id} is to be"
    if offer.when and not offer.in_s:
        yield ("in_s",), "site_missing_key", "expected at least one time from now, in seconds"
    if (offer.plate or offer.ticket) and not (offer.item and offer.by == "kiosk"):
        yield ("ticket" if offer.ticket else "plate",), "site_bad_value", "expected only of an item at a kiosk"
    if offer.by == "item" and not offer.item:
        yield ("item",), "site_missing_key", "expected the parameter that is the item of the pass"


def _wrong_params(
    params: Mapping[str, object], specs: Mapping[str, ParamSpec], service: Service, key: KeyPath
) -> Iterator[tuple[KeyPath, str, str]]:
    for name in params:
        if name not in specs or specs[name].hidden:
            yield (*key, name), "site_unknown_param", f"{service.id} has no parameter {name!r}"
