"""A ledger in an SQLite file: how it is opened, locked, made, and how SQLite's errors become ours."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DatabaseError

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.address import LedgerAddress
from robot_fleet.ledger.lock import FileLock, holder
from robot_fleet.ledger.store import Fill, make_tables

_BESIDE = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside its own."""

_FOREIGN = ("file is not a database", "file is encrypted", "malformed database schema")
_DAMAGED = ("database disk image is malformed", "Could not decode to UTF-8")
_HINTS = {
    sqlite3.SQLITE_FULL: "; make room and start again, nothing is half written",
    sqlite3.SQLITE_IOERR: "; see that the disk is sound and has room, nothing is half written",
}


class SqliteStore:
    """An SQLite file; `<file>.lock` beside it is the writer's lock.

    Parameters
    ----------
    path : the file.
    read_only : take no lock and write nothing; works beside the writer.
    """

    def __init__(self, path: Path, read_only: bool) -> None:
        self.path = path
        self.address = LedgerAddress(path)
        self.where = str(path)
        self._engine = make_engine(path, read_only)
        self._connection: Connection | None = None
        self._lock: FileLock | None = None

    def lock(self) -> None:
        """Take the lock. Raises as `Store.lock` does."""
        beside = self.path.with_name(self.path.name + ".lock")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(beside)
        except BlockingIOError:
            pid = holder(beside)
            by = f"process {pid}" if pid is not None else "another process"
            message = f"{by} writes to this ledger; stop that fleet or give another ledger"
            raise LedgerError("ledger_in_use", message, self.where) from None
        except OSError as error:
            message = f"the ledger cannot be written: {error.strerror}"
            raise LedgerError("ledger_write_failed", message, self.where) from error

    def is_empty(self) -> bool:
        """Return whether there is no file; an empty one is as good as none."""
        return not (self.path.exists() and (not self.path.is_file() or self.path.stat().st_size > 0))

    def make(self, meta: Mapping[str, str]) -> None:
        """Make the file aside and give it its name when it is whole."""
        self.replace(lambda connection: make_tables(connection, meta))

    def connect(self) -> Connection:
        """Return the connection."""
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def settle(self) -> None:
        """Keep a write-ahead log, so that readers and the writer do not wait for each other."""
        self._raw().execute("PRAGMA journal_mode=WAL")  # kept in the file; impossible inside a transaction

    def damage(self) -> str:
        """Ask SQLite to check every page."""
        found = [str(line) for (line,) in self._raw().execute("PRAGMA integrity_check(3)")]
        return "" if found == ["ok"] else "; ".join(found)

    def size(self) -> int:
        """Return the bytes of the file and of those beside it."""
        files = (self.path.with_name(self.path.name + ending) for ending in ("", *_BESIDE))
        return sum(file.stat().st_size for file in files if file.exists())

    def compact(self) -> None:
        """Write the file anew without gaps, and empty the write-ahead log."""
        self._raw().execute("VACUUM")
        self._raw().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def replace(self, fill: Fill) -> str:
        """Make a file aside and give it this one's name; at no moment is there none."""
        aside = self.path.with_name(self.path.name + ".new")
        build(aside, fill)
        kept = None if self.is_empty() else self._set_aside()
        aside.replace(self.path)
        sync_folder(self.path)
        return str(kept or "")

    def _set_aside(self) -> Path:
        """Give the file a second name. A log that SQLite cannot take in goes along: it must not meet the new file."""
        kept = self.path.with_name(f"{self.path.name}.replaced-{time.strftime('%Y%m%d-%H%M%S')}")
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(self.path)) as raw:
            raw.execute("PRAGMA journal_mode=DELETE")
        os.link(self.path, kept)
        for ending in _BESIDE:
            beside = self.path.with_name(self.path.name + ending)
            if beside.exists():
                beside.replace(kept.with_name(kept.name + ending))
        return kept

    @contextmanager
    def translated(self, code: str) -> Iterator[None]:
        """Turn SQLite's errors inside the block into a LedgerError with `code`, or a more telling one."""
        try:
            yield
        except OSError as error:
            raise LedgerError(code, f"the ledger cannot be made: {error.strerror}", self.where) from error
        except (DatabaseError, sqlite3.DatabaseError) as error:
            cause = error.orig if isinstance(error, DatabaseError) else error
            reason = str(cause)
            if reason.startswith(_FOREIGN):
                raise LedgerError("ledger_not_a_ledger", "not an SQLite file; give another path", self.where) from error
            if reason.startswith(_DAMAGED):
                message = f"the file is damaged ({reason}); see how far it can be read with ./fleet ledger verify"
                raise LedgerError("ledger_damaged", message, self.where) from error
            hint = _HINTS.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF, "")
            verb = "read" if code == "ledger_read_failed" else "written"
            raise LedgerError(code, f"the ledger cannot be {verb}: {reason}{hint}", self.where) from error

    def close(self) -> None:
        """Close the file and give the lock up."""
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _raw(self) -> sqlite3.Connection:
        raw = self.connect().connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        return raw


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


def build(path: Path, fill: Fill) -> None:
    """Make an SQLite file by `fill`, anew and whole by itself: without a write-ahead log."""
    remove(path)
    engine = make_engine(path, read_only=False)
    try:
        with engine.begin() as connection:
            fill(connection)
    finally:
        engine.dispose()


def remove(path: Path) -> None:
    """Remove an SQLite file and what stands beside it; the lock stays."""
    for ending in ("", *_BESIDE):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """See that a file's name survives a power cut too."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
