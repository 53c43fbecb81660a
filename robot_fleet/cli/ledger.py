"""`./fleet ledger`: the facts, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.registry import FactRegistry
from robot_fleet.runtime.run_directory import DEFAULT_NAME, run_directory

app = typer.Typer(help="The ledger of facts.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="ledger")


@app.callback()
def _group() -> None:
    """Keep `export` a verb of its own: a group of one command would swallow its name."""


@app.command()
def export(
    out: Annotated[Path, typer.Option("--json", metavar="FILE", help="Write every fact, in order, to this file.")],
    ledger: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The ledger; that of the fleet by default.")
    ] = None,
    name: Annotated[str, typer.Option(help="The fleet whose ledger it is.")] = DEFAULT_NAME,
) -> None:
    """Write every fact with its sequence number and time.

    Example: ./fleet ledger export --json facts.json
    """
    with Ledger.open(ledger or run_directory(name).ledger, FactRegistry([]), site_id=None, read_only=True) as opened:
        count = opened.export(out)
    typer.echo(f"{count} facts written to {out}")
