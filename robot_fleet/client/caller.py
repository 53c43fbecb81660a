"""What every part of the client does: ask for rows, and give commands that may be asked for twice."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from robot_fleet.client.connection import Connection
from robot_fleet.core.errors import RequestError
from robot_fleet.server.models.commands import CommandTaken
from robot_fleet.server.models.rows import VersionedRow

_Row = TypeVar("_Row", bound=VersionedRow)


class Caller:
    """Calls the addresses of the API over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _one(self, model: type[_Row], *parts: str) -> _Row:
        shown, version = self._connection.get_versioned(path(*parts))
        row = model.model_validate(shown)
        row.keep_version(version)
        return row

    def _give(
        self, model: type[BaseModel], parts: Sequence[str], key: str, version: str = "", **wish: Any
    ) -> CommandTaken:
        answer = self._connection.post(path(*parts), body(model, **wish), key or new_key(), version=version)
        return CommandTaken.model_validate(answer)


def new_key() -> str:
    """Return a key for a command that nobody has named."""
    return f"py-{secrets.token_hex(8)}"


def path(*parts: str) -> str:
    """Return an address of its parts."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def body(model: type[BaseModel], **wish: Any) -> Mapping[str, Any]:
    """Return a command's body. Raises `request_malformed` where it has a value that cannot be."""
    try:
        return model(**wish).model_dump()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RequestError("request_malformed", str(first["msg"]), where) from error
