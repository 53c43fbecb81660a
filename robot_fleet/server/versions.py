"""Versions of what people change: whoever has looked at an old one is told, instead of undoing what another has done.

A version is made of what people and lifecycles decide. What changes by itself, as the time when a robot is expected, is
no part of it. Whoever sends none commands as if there were no versions.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any
from weakref import WeakValueDictionary

from fastapi import Header, Request
from fastapi.params import Depends as Dependency
from fastapi.responses import JSONResponse

from robot_fleet.core.errors import RequestError
from robot_fleet.server.answers import Key
from robot_fleet.server.ports import FleetPort, Row

VERSIONED = {
    "task_id": ("state", "priority", "held", "after", "only_on", "not_on", "asks", "stop"),
    "incident": ("state", "alarms", "notes"),
    "zone": ("closed", "speed_mps", "reason"),
    "robot": ("maintenance", "maintenance_s", "hold", "stopped"),
    "schedule": ("name", "state", "reason", "service", "params", "rule", "later", "grace_s"),
}
"""By the name that an id has in an address: the keys of the row that its version is made of."""

_KEYS_KEPT = 1_000

TAGGED: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"description": "Its version; for `If-Match`.", "schema": {"type": "string"}}}}
}

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=400,
        description="The `ETag` of what was looked at: if it has changed since, nothing is done (412).",
    ),
]


def version(sort: str, row: Row) -> str:
    """Return the version of a row, as an `ETag` says it."""
    text = json.dumps([row["id"], [row.get(key) for key in VERSIONED[sort]]], ensure_ascii=False)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def tagged(sort: str, row: Row, shown: Mapping[str, Any] | None = None) -> JSONResponse:
    """Return the answer that shows a row (or more of it) with its version."""
    return JSONResponse(row if shown is None else shown, headers={"etag": version(sort, row)})


def row_of(fleet: FleetPort, sort: str, name: str) -> Row | None:
    """Return the row of a task, incident, zone, robot or schedule, None if there is none."""
    if sort == "task_id":
        return fleet.task(name)
    rows: list[Row] = fleet.snapshot()[f"{sort}s"]
    return next((row for row in rows if row["id"] == name), None)


def unchanged_since(fleet: FleetPort) -> Dependency:
    """Return the dependency of commands which refuses those that were given about what has changed since.

    Commands about one thing that name its version wait for one another, and what the manager has written down by then
    is looked at first: of two that name the same version the second is refused. One that was carried out and is sent
    again with its key is answered again, though the version is another one by then.

    Raises
    ------
    RequestError : `request_version_stale`.
    """
    turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
    carried_out: deque[tuple[str, str, str]] = deque(maxlen=_KEYS_KEPT)

    async def check(request: Request, if_match: IfMatch = None, key: Key = None) -> AsyncIterator[None]:
        sort = next((each for each in VERSIONED if each in request.path_params), None)
        if if_match is None or sort is None:
            yield
            return
        name = str(request.path_params[sort])
        turn = turns.setdefault((sort, name), asyncio.Lock())
        async with turn:
            fleet.refresh()
            row = row_of(fleet, sort, name)
            again = key is not None and (key, sort, name) in carried_out
            if row is not None and not again and if_match.strip() != "*" and version(sort, row) not in _named(if_match):
                message = "it has changed since you looked; look again, then decide"
                raise RequestError("request_version_stale", message, name)
            yield
            if key is not None:
                carried_out.append((key, sort, name))

    return Dependency(check, scope="function")


def _named(if_match: str) -> list[str]:
    return [each.strip() for each in if_match.split(",")]
