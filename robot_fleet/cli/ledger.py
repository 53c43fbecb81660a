"""`./fleet ledger`: the facts for other programs, and what keeps them safe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from robot_fleet.cli.counting import counting
from robot_fleet.cli.fresh import last_run, ledger_of
from robot_fleet.cli.tasks import confirm
from robot_fleet.core.errors import LedgerError, RuntimeFailure
from robot_fleet.ledger import transfer
from robot_fleet.ledger.address import LedgerTarget, ledger_address
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.opening import bring_up_to_date, is_there
from robot_fleet.ledger.registry import FactRegistry
from robot_fleet.ledger.schema import SCHEMA_VERSION
from robot_fleet.ledger.verify import verify as verify_whole
from robot_fleet.runtime import history
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME, run_directory

app = typer.Typer(help="The ledger of facts: look at it, keep it safe, move it.", no_args_is_help=True)

LedgerPlace = Annotated[
    str | None,
    typer.Option(
        "--ledger", metavar="PATH|URL", help="A file or postgresql://USER@HOST/DATABASE; the fleet's own by default."
    ),
]
Name = Annotated[str, typer.Option("--name", help="The fleet whose ledger it is.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="ledger")


@app.command()
def export(
    out: Annotated[Path, typer.Option("--json", metavar="FILE", help="Write every fact, in order, to this file.")],
    ledger: LedgerPlace = None,
    name: Name = DEFAULT_NAME,
) -> None:
    """Write every fact with its sequence number and time. The fleet may run meanwhile.

    Example: ./fleet ledger export --json facts.json
    """
    with Ledger.open(_which(ledger, name), FactRegistry([]), site_id=None, read_only=True) as opened:
        count = opened.export(out)
    typer.echo(f"{count} facts written to {out}")


@app.command()
def verify(
    place: Annotated[str | None, typer.Argument(metavar="[PATH|URL]", help="The ledger, or a backup.")] = None,
    ledger: LedgerPlace = None,
    name: Name = DEFAULT_NAME,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read everything and see that it is whole: each fact by its seal, the snapshots, the database itself.

    The fleet may run meanwhile. The first damaged fact is named by its number; all those before it are whole.
    The exit code is 1 if anything is damaged.

    Example: ./fleet ledger verify backups/monday.sqlite
    """
    which = _which(place or ledger, name)
    shown = str(ledger_address(which))
    try:
        with counting("verifying") as progress:
            sound = verify_whole(which, history.registry(), progress)
    except LedgerError as error:
        if not as_json:
            raise
        found = {"code": error.code, "where": error.where, "message": error.message}
        typer.echo(json.dumps({"schema_version": 1, "ledger": shown, "whole": False, "error": found}, indent=1))
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps({"schema_version": 1, "ledger": shown, "whole": True, **asdict(sound)}, indent=1))
    else:
        held = f"{sound.facts} facts of site {sound.site} in {sound.turns} turns, snapshots: {sound.snapshots}"
        typer.echo(f"{shown}: whole; {held}")


@app.command()
def compact(
    ledger: LedgerPlace = None,
    name: Name = DEFAULT_NAME,
    site: Annotated[
        Path | None, typer.Option("--site", metavar="DIR", help="The site's folder; that of the last run by default.")
    ] = None,
) -> None:
    """Give unused room back to the disk, and take a snapshot so that the next start is quick. No fact is lost.

    Refuses while the fleet runs. A file needs as much room again while it is written anew.

    Example: ./fleet ledger compact
    """
    with _alone(ledger, name) as which:
        noted = (last_run(run_directory(name)) or {}).get("site_dir") if ledger is None else None
        folder = site or (Path(noted) if noted else None)
        taken = "no snapshot taken, since the site is not known (--site)"
        if folder is not None:
            taken = _snapshot(which, folder)
        with Ledger.open(which, FactRegistry([]), site_id=None) as opened:
            before = opened.store.size()
            opened.compact()
            after = opened.store.size()
    typer.echo(f"{after / 1e6:.1f} MB, {before / 1e6:.1f} MB before; {taken}")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    ledger: LedgerPlace = None,
    name: Name = DEFAULT_NAME,
    yes: Yes = False,
) -> None:
    """Write all facts to one file that can be carried elsewhere. The fleet may run meanwhile.

    The file appears only when it is whole and has been read back. What is written after the backup began is not in it.

    Example: ./fleet ledger backup backups/monday.sqlite
    """
    which = _which(ledger, name)
    if file.exists():
        place = ledger_address(which).place
        if isinstance(place, Path) and place.exists() and file.samefile(place):
            raise LedgerError("ledger_backup_failed", "this is the ledger itself; give another file", str(file))
        before = transfer.site_of(file)
        if before is None:
            raise LedgerError("ledger_backup_failed", "it is there and is no ledger; give another file", str(file))
        if not yes:
            confirm(f"{file} is there, a ledger of site {before}. Replace it?")
    with counting("copying") as progress:
        sound = transfer.backup(which, file, progress)
    typer.echo(f"{sound.facts} facts of site {sound.site} written to {file} and read back")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` wrote.")],
    ledger: LedgerPlace = None,
    name: Name = DEFAULT_NAME,
    yes: Yes = False,
) -> None:
    """Put a backup in the ledger's place. What was there is kept beside it.

    Refuses while the fleet runs, and a backup that is damaged or of another site. What was decided after the backup is
    not known any more: see where robots and goods are before you start the fleet again.

    Example: ./fleet ledger restore backups/monday.sqlite
    """
    with _alone(ledger, name) as which:
        with counting("verifying") as progress:
            sound = verify_whole(file, history.registry(), progress)
        if not yes:
            there = "what it holds now is kept" if is_there(which) else "there is none now"
            confirm(f"Put {sound.facts} facts of site {sound.site} in the place of {ledger_address(which)} ({there})?")
        with counting("copying") as progress:
            sound, kept = transfer.restore(file, which, progress)
    typer.echo(
        f"{sound.facts} facts of site {sound.site} restored" + (f"; what was there is kept in {kept}" if kept else "")
    )


@app.command()
def migrate(
    to: Annotated[
        str | None, typer.Argument(metavar="[PATH|URL]", help="Copy it there; without, bring it up to date.")
    ] = None,
    ledger: LedgerPlace = None,
    name: Name = DEFAULT_NAME,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and see that it can be.")] = False,
) -> None:
    """Bring an older ledger up to date, or copy one to another place: from a file to PostgreSQL, or back.

    Refuses while the fleet runs. A copy goes to an empty place only and is read back, fact by fact; the original stays.
    Starting a fleet brings its ledger up to date, too.

    Example: ./fleet ledger migrate postgresql://fleet@db.example.org/ledger
    """
    with _alone(ledger, name) as which:
        if to is None:
            with counting("sealing") as progress:
                was = bring_up_to_date(which, progress, dry_run=dry_run)
            would = "would be brought" if dry_run else "brought"
            done = "up to date" if was == SCHEMA_VERSION else f"{would} from layout {was} to {SCHEMA_VERSION}"
            typer.echo(f"{ledger_address(which)}: {done}")
            return
        target = ledger_address(to)
        if dry_run:
            if is_there(target):
                raise transfer.not_empty(str(target))
            with counting("verifying") as progress:
                sound = verify_whole(which, history.registry(), progress)
            typer.echo(f"{sound.facts} facts of site {sound.site} would be copied to {target}")
            return
        with counting("copying") as progress:
            sound = transfer.move(which, target, progress)
    typer.echo(f"{sound.facts} facts of site {sound.site} copied to {target} and read back. Use it with --ledger")


def _which(ledger: str | None, name: str) -> LedgerTarget:
    return ledger or ledger_of(run_directory(name))


@contextmanager
def _alone(ledger: str | None, name: str) -> Iterator[LedgerTarget]:
    """Yield the ledger for writing; while it is the fleet's own, the fleet cannot be started."""
    run = run_directory(name)
    if ledger is not None or not run.path.is_dir():
        yield _which(ledger, name)
        return
    try:
        claim = FleetClaim(name)
    except RuntimeFailure as failure:
        if failure.code != "runtime_fleet_running":
            raise
        message = f"the fleet that writes to this ledger runs; end it first with `./fleet down --name {name}`"
        raise RuntimeFailure(failure.code, message, name) from failure
    with claim:
        yield ledger_of(run)


def _snapshot(which: LedgerTarget, folder: Path) -> str:
    """Take a snapshot if the newest is not of the newest fact, and return what was done in words."""
    from robot_fleet.runtime.snapshots import STATE_VERSION, Snapshots
    from robot_fleet.site.load import load_site

    opened, state = history.open_for_writing(load_site(folder), which)
    with opened:
        newest = opened.latest_snapshot(STATE_VERSION)
        if newest is not None and newest[0] == opened.last_seq:
            return "its newest fact has a snapshot"
        Snapshots(opened).take(state)
        return f"snapshot taken at fact {opened.last_seq}"
