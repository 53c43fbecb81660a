"""The description of the API (OpenAPI): what FastAPI makes of the addresses, and what holds for all of them.

Whatever address is added gets its permission, its ways to sign in and its errors in here by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from robot_fleet.server.answers import codes_of
from robot_fleet.server.doors.permissions import ADDRESSES, OF_GUESTS, Permission
from robot_fleet.server.versions import VERSIONED

_ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}
_EVERYWHERE = {
    "401": "Nobody is signed in.",
    "403": "The role does not allow it, or the page or host is a foreign one.",
    "503": "The manager does not answer, or users cannot be read.",
}
_OF_COMMANDS = {
    "408": "The body came too slowly.",
    "413": "The body is too large.",
    "429": "Too many commands; `Retry-After` says for how many seconds to wait.",
}
_SIGN_IN: dict[str, dict[str, Any]] = {
    "token": {"type": "http", "scheme": "bearer", "description": "Of `./fleet user token new`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "fleet_session_PORT",
        "description": "Of `POST /api/v1/session`; a command by it needs the header `Origin`.",
    },
}

_PASS = "pass"  # noqa: S105, no secret: the name of a way to come in
_OF_PASS = {"type": "http", "scheme": "bearer", "description": "Of `./fleet pass new`, or of `POST /api/v1/passes`."}


def description_of(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return what makes an app's description; give it to `app.openapi`."""
    plain = app.openapi

    def describe() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        told = plain()
        components = told.setdefault("components", {})
        components["securitySchemes"] = {**_SIGN_IN, _PASS: _OF_PASS}
        for method, path, operation in _operations(told):
            _complete(method, path, operation)
        for unused in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(unused, None)
        return told

    return describe


def _operations(told: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _complete(method: str, path: str, operation: dict[str, Any]) -> None:
    permission = ADDRESSES.get(f"{method} {path}")
    operation["x-permission"] = permission
    ways = (_PASS,) if permission in OF_GUESTS else () if permission is Permission.OPEN else tuple(_SIGN_IN)
    operation["security"] = [{name: []} for name in ways]
    params, answers = operation.get("parameters", []), operation["responses"]
    if not any(f"{{{name}}}" in path for name in VERSIONED):
        operation["parameters"] = params = [each for each in params if each["name"] != "If-Match"]
        answers.pop("412", None)
    if not params:
        operation.pop("parameters", None)
    told = _EVERYWHERE | ({} if method == "GET" else _OF_COMMANDS)
    if params or "requestBody" in operation:
        told = told | {"422": "The request is wrong."}
    if "requestBody" in operation:
        told = told | {"400": "The body is no text."}
    for status, means in told.items():
        if status not in answers or "HTTPValidationError" in str(answers[status].get("content")):
            answers[status] = {"content": _ERROR, "description": means}
    for status, answer in answers.items():
        codes = codes_of(int(status)) if status.isdecimal() and int(status) >= 400 else ()
        if codes:
            answer["description"] = f"{told.get(status, 'Refused.')} Codes: {', '.join(f'`{code}`' for code in codes)}."
