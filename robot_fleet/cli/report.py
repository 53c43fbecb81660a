"""`./fleet report`: utilisation, service and alarms out of a ledger."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from robot_fleet.cli.languages import Lang, Language
from robot_fleet.cli.tables import print_table


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("report")(report)


def report(
    ledger: Annotated[
        str | None, typer.Option(metavar="PATH|URL", help="The ledger; that of the fleet by default.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The fleet whose ledger it is. Default: main.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Report how services were carried out, how the robots' time was spent and what alarms asked of people.

    Out of the ledger alone; works on that of a running fleet, too.

    Example: ./fleet report --lang ko
    """
    from robot_fleet.cli.ledgers import read_report

    made, site = read_report(ledger, name, None)
    if as_json:
        typer.echo(json.dumps({**made.to_dict(), "site": site}, ensure_ascii=False, indent=1))
        return

    from robot_fleet.reports.words import span, tables, word

    if not made.services and not made.alarm_load.alarms:
        typer.echo(word("nothing", lang.value))
        return
    typer.echo(f"{site}: {span(made, lang.value)}")
    for text in tables(made, lang.value):
        print_table(text.columns, text.rows, title=text.title, numbers=True)
