"""`./fleet incident`: what people have to deal with."""

from __future__ import annotations

import typer

from robot_fleet.cli import incident_export

app = typer.Typer(help="Incidents: alarms, people's actions and robots.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    incident_export.register(app)
    parent.add_typer(app, name="incident")


@app.callback()
def _group() -> None:
    """Keep `export` a verb of its own: a group of one command would swallow its name."""
