"""`recipients.yaml`: who lives where, in opaque words, for fleets that have no store of people beside them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from robot_fleet.core.errors import SiteError
from robot_fleet.core.recipient import Recipient
from robot_fleet.site.models.base import ObjectId, SiteModel, Word
from robot_fleet.site.reading.draft import findings_of
from robot_fleet.site.reading.findings import Finding
from robot_fleet.site.reading.source import read_yaml

RECIPIENTS_FILE = "recipients.yaml"


class RecipientModel(SiteModel):
    """Whoever lives at a place; see `robot_fleet.core.recipient.Recipient`."""

    consents: list[Word] = Field([], description="purposes that they have agreed to")
    avoids: list[Word] = Field([], description="opaque tags of what must not be brought to them")


class RecipientsFile(SiteModel):
    """`recipients.yaml`: by place. Whoever is not named has agreed to nothing."""

    schema_version: Literal[1]
    recipients: dict[ObjectId, RecipientModel] = {}


def check_recipients(folder: Path, places: Container[str]) -> list[Finding]:
    """Return what is wrong with a site's file, a place that the site has not among it."""
    findings: list[Finding] = []
    source = read_yaml(folder, RECIPIENTS_FILE, findings)
    if source.data is None:
        return findings
    try:
        told = RecipientsFile.model_validate(source.data)
    except ValidationError as error:
        return findings + findings_of(error, source)
    for place in told.recipients:
        if place not in places:
            expected = f"there is no place {place!r}; expected the id of one that is defined"
            findings.append(source.finding("site_unknown_place", ("recipients", place), expected))
    return findings


def read_recipients(folder: Path) -> Mapping[str, Recipient] | None:
    """Return who lives where at a site, None if its folder does not say.

    Raises
    ------
    SiteError : `site_recipients_malformed`.
    """
    path = folder / RECIPIENTS_FILE
    if not path.is_file():
        return None
    try:
        told = RecipientsFile.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = str(error).replace("\n", " ")
        raise SiteError("site_recipients_malformed", f"expected YAML: {reason}", str(path)) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SiteError("site_recipients_malformed", f"key {key!r}: {first['msg']}", str(path)) from error
    return {place: Recipient(frozenset(who.consents), frozenset(who.avoids)) for place, who in told.recipients.items()}
