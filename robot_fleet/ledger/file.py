"""The SQLite file under a ledger: how it is opened, checked, made, and how SQLite's errors become ours."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, insert, inspect, select
from sqlalchemy.exc import DatabaseError

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.schema import META, METADATA, SCHEMA_VERSION, migrate, require_current

_FOREIGN = ("file is not a database", "file is encrypted", "malformed database schema")


def make_engine(path: Path, read_only: bool) -> Engine:
    """Return an engine on the file whose transactions are begun by SQLAlchemy alone, so that tables are made in one."""
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"

    def connect() -> sqlite3.Connection:
        raw = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        raw.execute("PRAGMA synchronous=FULL")
        return raw

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def is_there(path: Path) -> bool:
    """Return whether a path holds anything; an empty file is as good as none."""
    return path.exists() and (not path.is_file() or path.stat().st_size > 0)


def make_new(path: Path, site_id: str, created: str) -> None:
    """Make a ledger without facts, which appears whole: no reader ever meets half of one."""
    aside = path.with_name(path.name + ".new")
    for leftover in ("", "-journal", "-wal", "-shm"):
        aside.with_name(aside.name + leftover).unlink(missing_ok=True)
    engine = make_engine(aside, read_only=False)
    try:
        with engine.begin() as connection:
            METADATA.create_all(connection)
            rows = {"schema_version": str(SCHEMA_VERSION), "site": site_id, "created": created}
            connection.execute(insert(META), [{"key": key, "value": value} for key, value in rows.items()])
    finally:
        engine.dispose()
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)  # the name is to survive a power cut too
    finally:
        os.close(folder)


def prepare(connection: Connection, path: Path, site_id: str | None, read_only: bool) -> str:
    """Check the tables, migrate them for a writer, and return the ledger's site.

    Raises
    ------
    LedgerError : `ledger_not_a_ledger`, `ledger_other_site`, `ledger_newer_version`, `ledger_older_version`.
    """
    with connection.begin():
        if not frozenset(inspect(connection).get_table_names()) >= {"meta", "facts"}:
            raise LedgerError(
                "ledger_not_a_ledger", "an SQLite file without a ledger's tables; give another path", str(path)
            )
        found = connection.execute(select(META.c.value).where(META.c.key == "site")).scalar_one_or_none()
        if found is None:
            raise LedgerError("ledger_not_a_ledger", "its meta table names no site; give another path", str(path))
        if site_id is not None and found != site_id:
            message = f"holds the facts of site {found!r}, not of {site_id!r}; give another ledger"
            raise LedgerError("ledger_other_site", message, str(path))
        if read_only:
            require_current(connection, str(path))
        else:
            migrate(connection, str(path))
    if not read_only:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA journal_mode=WAL")  # kept in the file; impossible inside a transaction
    return str(found)


@contextmanager
def translated(path: Path, code: str) -> Iterator[None]:
    """Turn SQLite's errors inside the block into a LedgerError with `code`, or `ledger_not_a_ledger`."""
    try:
        yield
    except OSError as error:
        raise LedgerError(code, f"the ledger cannot be made: {error.strerror}", str(path)) from error
    except DatabaseError as error:
        reason = str(error.orig)
        if reason.startswith(_FOREIGN):
            raise LedgerError("ledger_not_a_ledger", "not an SQLite file; give another path", str(path)) from error
        hint = "; make room and start again, nothing is half written" if "full" in reason else ""
        verb = "read" if code == "ledger_read_failed" else "written"
        raise LedgerError(code, f"the ledger cannot be {verb}: {reason}{hint}", str(path)) from error
