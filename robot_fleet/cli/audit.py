"""`./fleet audit`: who did what."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from robot_fleet.cli.tables import print_table
from robot_fleet.cli.userbook import AsJson, Fleet, users
from robot_fleet.core.errors import RequestError


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("audit")(audit)


def audit(
    who: Annotated[str, typer.Option("--who", metavar="USER", help="Only by this user, by name or id.")] = "",
    verb: Annotated[str, typer.Option("--verb", help="Only with this in the verb, for instance hold.")] = "",
    target: Annotated[str, typer.Option("--target", metavar="ID", help="Only what was done to this.")] = "",
    outcome: Annotated[str, typer.Option("--outcome", help="Only what came to this: ok, or an error's code.")] = "",
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From then on: 2026-11-27 or 2026-11-27T09:00.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Before then.")] = None,
    last: Annotated[int, typer.Option("--last", min=1, help="So many at most, the newest.")] = 50,
    as_json: AsJson = False,
    name: Fleet = None,
) -> None:
    """List the commands that were given, and the readings about people, with who, when, from where and what came of it.

    Example: ./fleet audit --verb hold --from 2026-11-27
    """
    since_s, until_s = _unix_s(since, "--from"), _unix_s(until, "--to")
    with users(name) as store:
        names = {each.id: each.name for each in store.accounts.all()}
        ids = {each: user for user, each in names.items()}
        entries = store.audit.entries(
            who=ids.get(who, who),
            verb=verb,
            target=target,
            outcome=outcome,
            since_s=since_s or 0.0,
            until_s=until_s,
            newest=last,
        )
    if as_json:
        typer.echo(json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=1))
        return
    rows = [
        (
            f"{datetime.fromtimestamp(entry.at_s, UTC).astimezone():%Y-%m-%d %H:%M:%S}",
            names.get(entry.who, entry.who or "-"),
            entry.address,
            entry.verb,
            entry.target,
            entry.outcome,
        )
        for entry in entries
    ]
    print_table(("at", "who", "from", "verb", "target", "outcome"), rows)


def _unix_s(text: str | None, where: str) -> float | None:
    try:
        return None if text is None else datetime.fromisoformat(text).astimezone().timestamp()
    except ValueError:
        message = f"expected a date or time such as 2026-11-27T09:00, got {text!r}"
        raise RequestError("request_time_malformed", message, where) from None
