"""Reads a campaign's result from its file."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from robot_fleet.core.errors import RequestError
from robot_fleet.reports.campaign.model import Campaign

SCHEMA_VERSION = 1


def read_campaign(path: Path) -> Campaign:
    """Return the campaign of a file.

    Raises
    ------
    RequestError : `scenario_result_missing`, `scenario_result_malformed`, `scenario_result_version`.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"the result cannot be read: {error.strerror}; ./fleet scenario run --json {path} writes one"
        raise RequestError("scenario_result_missing", message, str(path)) from error
    except ValueError as error:
        raise _malformed(path, f"it is no JSON: {error}") from error
    version = told.get("schema_version") if isinstance(told, dict) else None
    if isinstance(version, int) and version != SCHEMA_VERSION:
        message = f"its schema_version is {version}; this program reads {SCHEMA_VERSION}: run the scenarios again"
        raise RequestError("scenario_result_version", message, str(path))
    try:
        return Campaign.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(each) for each in first["loc"])
        raise _malformed(path, f"{key or 'the whole'}: {first['msg']}") from error


def _malformed(path: Path, why: str) -> RequestError:
    message = f"this is not what ./fleet scenario run --json writes: {why}"
    return RequestError("scenario_result_malformed", message, str(path))
