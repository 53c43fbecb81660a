"""`./fleet report`: utilisation and service out of a ledger."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from robot_fleet.cli.tables import print_table


class Language(StrEnum):
    """What people read."""

    EN = "en"
    KO = "ko"


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("report")(report)


def report(
    ledger: Annotated[
        str | None, typer.Option(metavar="PATH|URL", help="The ledger; that of the fleet by default.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The fleet whose ledger it is. Default: main.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Annotated[Language, typer.Option("--lang", help="Of the words.")] = Language.EN,
) -> None:
    """Report how services were carried out and how the robots' time was spent, out of the ledger alone.

    Works on the ledger of a running fleet, too.

    Example: ./fleet report --lang ko
    """
    from robot_fleet.cli.fresh import ledger_of
    from robot_fleet.ledger.ledger import Ledger
    from robot_fleet.reports.report import build_report
    from robot_fleet.runtime.history import STATE_VERSION, registry
    from robot_fleet.runtime.run_directory import DEFAULT_NAME, run_directory

    which = ledger or ledger_of(run_directory(name or DEFAULT_NAME))
    with Ledger.open(which, registry(), site_id=None, read_only=True) as opened:
        site = opened.site_id
        kinds = _kinds(opened.latest_snapshot(STATE_VERSION))
        made = build_report(((at_s, fact) for _, at_s, fact in opened.read()), kinds)
    if as_json:
        typer.echo(json.dumps({**made.to_dict(), "site": site}, ensure_ascii=False, indent=1))
        return

    from robot_fleet.reports.words import span, tables, word

    if not made.services:
        typer.echo(word("nothing", lang.value))
        return
    typer.echo(f"{site}: {span(made, lang.value)}")
    for text in tables(made, lang.value):
        print_table(text.columns, text.rows, title=text.title, numbers=True)


def _kinds(snapshot: tuple[int, dict[str, Any]] | None) -> dict[str, str]:
    """Return each robot's kind as a snapshot of the fleet's state names it."""
    return {robot: row["kind"] for robot, row in snapshot[1]["robots"].items()} if snapshot is not None else {}
