"""A ledger written anew elsewhere: backups, their return, and the way from one database to another."""

from __future__ import annotations

from itertools import islice, takewhile
from pathlib import Path

from sqlalchemy import Connection, insert, select

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.opening import open_store, store_at
from robot_fleet.ledger.registry import FactRegistry
from robot_fleet.ledger.rows import sealed_rows
from robot_fleet.ledger.schema import CHUNK, FACTS, META, SNAPSHOTS, Progress, nothing_shown
from robot_fleet.ledger.sqlite import SqliteStore, build, remove, sync_folder
from robot_fleet.ledger.store import Store, make_tables
from robot_fleet.ledger.verify import Soundness, verify

_NO_FACTS = FactRegistry([])


def backup(source: LedgerTarget, path: Path, progress: Progress = nothing_shown) -> Soundness:
    """Write a ledger to an SQLite file, which appears whole and verified or not at all.

    The fleet may run meanwhile; facts written after the beginning are left out. A file that is there is replaced.

    Raises
    ------
    LedgerError : `ledger_damaged`, `ledger_backup_failed`; as `Ledger.open` for a reader.
    """
    if path.with_name(path.name + "-wal").exists():
        message = "a ledger that is in use, or was not closed well; give another file"
        raise LedgerError("ledger_backup_failed", message, str(path))
    aside = path.with_name(path.name + ".part")
    with (
        Ledger.open(source, _NO_FACTS, site_id=None, read_only=True) as ledger,
        SqliteStore(path, read_only=False).translated("ledger_backup_failed"),
    ):
        try:
            build(aside, lambda connection: _fill(connection, ledger, progress))
            made = _same(ledger, verify(aside), str(path))
            aside.replace(path)
            sync_folder(path)
        finally:
            remove(aside)
    return made


def restore(path: Path, target: LedgerTarget, progress: Progress = nothing_shown) -> tuple[Soundness, str]:
    """Put a backup in a ledger's place, whole or not at all, and keep what was there.

    Returns what the ledger holds now, and where that which was replaced is kept; an empty text if there was nothing.

    Raises
    ------
    LedgerError : `ledger_in_use`, `ledger_other_site`, `ledger_damaged`, `ledger_write_failed`; as `Ledger.open`.
    """
    with Ledger.open(path, _NO_FACTS, site_id=None, read_only=True) as ledger:
        store = store_at(target, read_only=False)
        try:
            store.lock()
            found = site_of(target)
            if found not in (None, ledger.site_id):
                message = f"holds the facts of site {ledger.site_id!r}, the ledger is of {found!r}; give another backup"
                raise LedgerError("ledger_other_site", message, str(path))
            return _put_in_place(ledger, store, progress)
        finally:
            store.close()


def move(source: LedgerTarget, target: LedgerTarget, progress: Progress = nothing_shown) -> Soundness:
    """Copy a ledger that nobody writes to an empty place, and verify the copy; the source stays as it is.

    Raises
    ------
    LedgerError : `ledger_in_use`, `ledger_not_empty`, `ledger_damaged`, `ledger_write_failed`; as `Ledger.open`.
    """
    with Ledger.open(source, _NO_FACTS, site_id=None) as ledger:
        store = store_at(target, read_only=False)
        try:
            store.lock()
            with store.translated("ledger_write_failed"):
                if not store.is_empty():
                    raise not_empty(store.where)
            return _put_in_place(ledger, store, progress)[0]
        finally:
            store.close()


def not_empty(where: str) -> LedgerError:
    """Return the error of a place that holds something already."""
    message = "there is something already; give a file that is not there, or an empty database"
    return LedgerError("ledger_not_empty", message, where)


def site_of(target: LedgerTarget) -> str | None:
    """Return the site of a ledger; None if there is none, or it is too damaged to tell.

    Raises
    ------
    LedgerError : `ledger_unreachable`, `ledger_bad_url`.
    """
    try:
        store, site = open_store(target, site_id=None, read_only=True)
    except LedgerError as error:
        if error.code in ("ledger_unreachable", "ledger_bad_url"):
            raise
        return None
    store.close()
    return site


def _put_in_place(ledger: Ledger, store: Store, progress: Progress) -> tuple[Soundness, str]:
    with store.translated("ledger_write_failed"):
        kept = store.replace(lambda connection: _fill(connection, ledger, progress))
    return _same(ledger, verify(store.address), store.where), kept


def _fill(connection: Connection, source: Ledger, progress: Progress) -> None:
    """Make the tables of another ledger and all that is in them, inside the transaction that the caller has begun."""
    store, last = source.store, source.last_seq
    with store.translated("ledger_read_failed"), store.connect().begin():
        meta = {row.key: row.value for row in store.connect().execute(select(META))}
        snapshots = store.connect().execute(select(SNAPSHOTS).where(SNAPSHOTS.c.seq <= last)).all()
    make_tables(connection, meta)
    rows = (row._asdict() for row in takewhile(lambda row: row.seq <= last, sealed_rows(store, source.site_id)))
    while chunk := list(islice(rows, CHUNK)):
        connection.execute(insert(FACTS), chunk)
        progress(chunk[-1]["seq"], last)
    if snapshots:
        connection.execute(insert(SNAPSHOTS), [row._asdict() for row in snapshots])


def _same(source: Ledger, made: Soundness, where: str) -> Soundness:
    if (made.facts, made.seal) != (source.last_seq, source.last_seal.hex()):
        message = f"{made.facts} facts were written of {source.last_seq}, or not the same ones; see to the disk"
        raise LedgerError("ledger_damaged", message, where)
    return made
