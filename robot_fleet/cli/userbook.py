"""The users of a fleet as the verbs open them: its file, whether it runs or not. What they change is recorded."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robot_fleet.core.errors import FleetError, RuntimeFailure
from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME, RunDirectory, run_directory
from robot_fleet.runtime.processes.running import running_fleets

if TYPE_CHECKING:
    from robot_fleet.stores.users.store import UserStore

Fleet = Annotated[str | None, typer.Option("--name", help="The fleet's name, if another than the running one or main.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def chosen(name: str | None) -> RunDirectory:
    """Return the fleet that is meant: the named one, else the one that runs, else `main`."""
    running = running_fleets() if name is None else ()
    return running[0] if len(running) == 1 else run_directory(name or DEFAULT_NAME)


@contextmanager
def users(name: str | None) -> Iterator[UserStore]:
    """Give the users of a fleet. Raises StoreError."""
    from robot_fleet.stores.users.store import UserStore

    with UserStore(chosen(name).users) as store:
        yield store


@contextmanager
def recorded(store: UserStore, verb: str, target: str = "") -> Iterator[list[str]]:
    """Record a change in the audit, done or refused; put the ids of what it was done to into the list."""
    from robot_fleet.stores.users.people import AuditEntry

    targets, outcome = [target] if target else [], "ok"
    try:
        yield targets
    except BaseException as error:
        outcome = error.code if isinstance(error, FleetError) else "internal_error"
        raise
    finally:
        who = f"os:{os.getuid()}"
        store.audit.append(AuditEntry(time.time(), who, "local", verb, " ".join(targets), outcome))


def password_of(*, from_stdin: bool) -> str:
    """Return a password that is typed in twice, or the first line of the standard input."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def save_token(path: Path, secret: str) -> None:
    """Keep a token for this user's own verbs, in a file that nobody else may read.

    Raises
    ------
    RuntimeFailure : `runtime_file_unwritable`.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            out.write(f"{secret}\n")
        partial.replace(path)
    except OSError as error:
        raise RuntimeFailure("runtime_file_unwritable", f"cannot be written: {error.strerror}", str(path)) from error
