"""How a ledger is opened, whatever database it is in: locked, made where there is none, and checked."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.ledger.address import LedgerTarget, ledger_address
from robot_fleet.ledger.schema import Progress, check_tables, layout, migrate, missing, nothing_shown, prepare
from robot_fleet.ledger.sqlite import SqliteStore
from robot_fleet.ledger.store import Store


def store_at(target: LedgerTarget, *, read_only: bool) -> Store:
    """Return the store at a path or URL; nothing is opened yet.

    Raises
    ------
    LedgerError : `ledger_bad_url`.
    """
    address = ledger_address(target)
    if isinstance(address.place, Path):
        return SqliteStore(address.place, read_only)
    from robot_fleet.ledger.postgresql import PostgresqlStore  # its driver is slow to load, and most have none

    return PostgresqlStore(address, read_only)


def open_store(
    target: LedgerTarget,
    *,
    site_id: str | None,
    read_only: bool,
    created: str = "",
    progress: Progress = nothing_shown,
) -> tuple[Store, str]:
    """Open the store at a path or URL; return it with its site. Parameters and errors are those of `Ledger.open`."""
    store = store_at(target, read_only=read_only)
    try:
        if not read_only:
            store.lock()
        with store.translated("ledger_read_failed" if read_only else "ledger_write_failed"):
            if store.is_empty():
                if read_only or site_id is None:
                    raise missing(store.where)
                store.make({"site": site_id, "created": created})
            connection = store.connect()
            with connection.begin():
                found = prepare(connection, store.where, site_id, read_only=read_only, progress=progress)
            if not read_only:
                store.settle()
        return store, found
    except BaseException:
        store.close()
        raise


def is_there(target: LedgerTarget) -> bool:
    """Return whether a path or URL leads to anything, be it a ledger or not.

    Raises
    ------
    LedgerError : `ledger_bad_url`, `ledger_unreachable`.
    """
    store = store_at(target, read_only=True)
    try:
        with store.translated("ledger_read_failed"):
            return not store.is_empty()
    finally:
        store.close()


def bring_up_to_date(target: LedgerTarget, progress: Progress = nothing_shown, *, dry_run: bool = False) -> int:
    """Bring the tables of a ledger that nobody writes to today's layout, and return the one they had.

    Parameters
    ----------
    dry_run : do it all, and take it back.

    Raises
    ------
    LedgerError : `ledger_in_use`, `ledger_missing`, `ledger_not_a_ledger`, `ledger_newer_version`,
        `ledger_write_failed`; then the ledger is as it was.
    """
    store = store_at(target, read_only=False)
    try:
        store.lock()
        with store.translated("ledger_write_failed"):
            if store.is_empty():
                raise missing(store.where)
            with store.connect().begin() as transaction:
                check_tables(store.connect(), store.where)
                was = layout(store.connect(), store.where)
                migrate(store.connect(), store.where, progress=progress)
                if dry_run:
                    transaction.rollback()
        return was
    finally:
        store.close()
