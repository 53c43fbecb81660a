"""Puts the verbs together. Only the module of the verb that was asked for is imported, since starting must be quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from robot_fleet import __version__
from robot_fleet.core.errors import FleetError

# Verb -> the module of this package whose `register(app)` adds it.
_MODULES = {
    "demo": "demo",
    "up": "demo",
    "chaos": "chaos",
    "scenario": "scenario",
    "down": "ps",
    "ps": "ps",
    "submit": "tasks",
    "tasks": "tasks",
    "answer": "tasks",
    "cancel": "tasks",
    "task": "task_changes",
    "schedule": "schedules",
    "template": "templates",
    "robots": "robots",
    "items": "items",
    "place": "places",
    "equipment": "equipment",
    "hold": "robots",
    "resume": "robots",
    "zone": "zones",
    "law": "laws",
    "event": "events",
    "alarm": "alarms",
    "incident": "incidents",
    "job": "jobs",
    "shift": "shifts",
    "maintenance": "maintenance",
    "person": "person",
    "history": "history",
    "report": "report",
    "what-if": "what_if",
    "pass": "passes",
    "user": "users",
    "audit": "audit",
    "site": "site",
    "world": "world",
    "conformance": "conformance",
    "plan": "plan",
    "bench": "bench",
    "ledger": "ledger",
}
_EPILOG = "The entry script adds `setup`, `test [--all]` and `clean [--yes]`."
INTERRUPTED = 130


def build(words: Sequence[str]) -> typer.Typer:
    """Return the application with the verb that `words` begin with; with all verbs where they name none."""
    app = typer.Typer(
        help="A fleet of service robots: care, parking and logistics.",
        epilog=_EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    verb = next((word for word in words if not word.startswith("-")), "")
    for module in [_MODULES[verb]] if verb in _MODULES else list(dict.fromkeys(_MODULES.values())):
        import_module(f"robot_fleet.cli.{module}").register(app)
    return app


def main() -> None:
    """Run the verb on the command line and exit with its status.

    A user's mistake is one line with its code and exit status 1, Ctrl-C is exit status 130; neither shows a traceback.
    """
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Run a verb with its arguments and return its exit status."""
    try:
        status = build(words)(words, prog_name="fleet", standalone_mode=False)
    except FleetError as error:
        print(f"fleet: {error}", file=sys.stderr)
        return 1
    except (typer.Abort, KeyboardInterrupt):
        print("fleet: interrupted", file=sys.stderr)
        return INTERRUPTED
    except typer.TyperException as error:
        return _misused(error)
    return status if isinstance(status, int) else 0


def _misused(error: typer.TyperException) -> int:
    """Tell what is wrong with a command line; where there is none, show what could be on it."""
    context = getattr(error, "ctx", None)
    message = " ".join(error.format_message().split())
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()  # type: ignore[attr-defined]
        return 0
    path = context.command_path if context is not None else "fleet"
    print(f"fleet: {message.rstrip('.')}; see ./{path} --help [usage]", file=sys.stderr)
    return 1


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"robot_fleet {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """A fleet of service robots: care, parking and logistics."""
