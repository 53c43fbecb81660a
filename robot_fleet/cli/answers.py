"""What the verbs that answer alarms and incidents share."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Annotated, Any

import typer

By = Annotated[str, typer.Option("--by", metavar="ID", help="Opaque id of who answers, for the record.")]


def give(name: str | None, parts: tuple[str, ...], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a command to the running fleet and return its answer.

    Parameters
    ----------
    parts : of the address; ids in it may have any sign in them.
    """
    from urllib.parse import quote

    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        path = "/" + "/".join(quote(part, safe="") for part in parts)
        answer: Mapping[str, Any] = gateway.post(path, body, f"{parts[0]}-{secrets.token_hex(4)}")
        return answer


def tell(answer: Mapping[str, Any], as_json: bool, sentence: str) -> None:
    """Print what came of a command."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1) if as_json else sentence)
