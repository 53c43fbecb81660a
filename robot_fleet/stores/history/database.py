"""The database under a store: opened by URL, made, checked, locked, and its errors told as ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    QueuePool,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from robot_fleet.core.errors import StoreError
from robot_fleet.ledger.lock import FileLock
from robot_fleet.stores.history.schema import META, METADATA, SCHEMA_VERSION

_ADVISORY_LOCK = 0x7E1E_3E72
"""The lock of PostgreSQL that the one writer of telemetry holds."""
_PAGE_BYTES = 2048
"""Of new SQLite files. Blocks of 200 to 5,000 bytes leave less room unused than on the usual 4,096."""
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_FOREIGN = ("file is not a database", "file is encrypted", "malformed database schema")


Target = Path | str
"""Where history is: a path, `sqlite:///PATH` or `postgresql://USER@HOST/DATABASE`."""


class Database:
    """An open database; may be used by several threads.

    Parameters
    ----------
    target : where it is; a file is one of SQLite.
    read_only : read beside the writer; otherwise be the one writer, and make what is not there yet.

    Attributes
    ----------
    where : the target as text, without a password.

    Raises
    ------
    StoreError : `store_bad_url`, `store_missing` (readers only), `store_in_use` (writers only), `store_foreign`,
        `store_newer_version`, `store_read_failed`, `store_write_failed`, `store_full`.
    """

    def __init__(self, target: Target, *, read_only: bool) -> None:
        made = _url(target)
        self._file = Path(made.database) if made.get_backend_name() == "sqlite" and made.database else None
        self.where = str(self._file or made.difference_update_query(["password"]).render_as_string(hide_password=True))
        self._lock: FileLock | Connection | None = None
        if read_only and self._file is not None and not self._file.is_file():
            raise StoreError("store_missing", "no telemetry is kept here yet; start a fleet first", self.where)
        if self._file is None:
            self._engine = create_engine(made, isolation_level="REPEATABLE READ")
        else:
            self._engine = _sqlite_engine(self._file, read_only)
        try:
            if read_only:
                self._check()
            else:
                self._make()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection whose reads see one and the same instant.

        Raises
        ------
        StoreError : `store_read_failed`, `store_foreign`.
        """
        with self._translated("store_read_failed"), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction, which is committed at the end of the block.

        Raises
        ------
        StoreError : `store_write_failed`, `store_full`. Nothing of the transaction is kept then.
        """
        with self._translated("store_write_failed"), self._engine.begin() as connection:
            yield connection

    def upsert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Put rows into a table; those whose primary keys are there already take their places."""
        made = (postgresql.insert if self._file is None else sqlite.insert)(table)
        keys = [column.name for column in table.primary_key]
        rest = {column.name: made.excluded[column.name] for column in table.columns if column.name not in keys}
        connection.execute(made.on_conflict_do_update(index_elements=keys, set_=rest), rows)

    def close(self) -> None:
        """Close the database and give the writer's lock up; a second call does nothing."""
        if isinstance(self._lock, Connection):
            with suppress(SQLAlchemyError):  # said, as the server sees only a while later that nobody is there
                self._lock.execute(text("SELECT pg_advisory_unlock_all()"))
            self._lock.close()
        elif self._lock is not None:
            self._lock.release()
        self._lock = None
        self._engine.dispose()

    def _make(self) -> None:
        with self._translated("store_write_failed"):
            self._take_lock()
        with self.writing() as connection:
            if not inspect(connection).has_table(META.name):
                METADATA.create_all(connection)
                connection.execute(insert(META), {"key": "schema_version", "value": str(SCHEMA_VERSION)})
        self._check()

    def _check(self) -> None:
        with self.reading() as connection:
            if not inspect(connection).has_table(META.name):
                raise StoreError("store_missing", "no telemetry is kept here yet; start a fleet first", self.where)
            version = connection.execute(select(META.c.value).where(META.c.key == "schema_version")).scalar_one()
        if int(version) > SCHEMA_VERSION:
            message = f"of layout {version}, this robot_fleet reads {SCHEMA_VERSION}; install the newer version"
            raise StoreError("store_newer_version", message, self.where)

    def _take_lock(self) -> None:
        """Become the one writer, by a lock that ends with this process, however that ends."""
        if self._file is None:
            self._lock = self._engine.connect()
            free = self._lock.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": _ADVISORY_LOCK}).scalar()
            self._lock.commit()
        else:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock = FileLock(self._file.with_name(f"{self._file.name}.lock"))
                free = True
            except BlockingIOError:
                free = False
        if not free:
            raise StoreError(
                "store_in_use", "another process keeps telemetry here; stop it, or give another", self.where
            )

    @contextmanager
    def _translated(self, code: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(code, f"telemetry cannot be kept: {error.strerror}", self.where) from error
        except DBAPIError as error:
            raise self._told(error, code) from error

    def _told(self, error: DBAPIError, code: str) -> StoreError:
        reason = " ".join(str(error.orig).split())
        if reason.startswith(_FOREIGN):
            return StoreError("store_foreign", "not an SQLite file; give another path", self.where)
        if "disk is full" in reason or getattr(error.orig, "sqlstate", "") == "53100":
            return StoreError("store_full", "no room for telemetry; it is kept again once there is", self.where)
        verb = "read" if code == "store_read_failed" else "kept"
        return StoreError(code, f"telemetry cannot be {verb}: {reason}", self.where)


def _url(target: Target) -> URL:
    if isinstance(target, Path) or (target and "://" not in target):
        return URL.create("sqlite", database=str(target))
    try:
        made = make_url(target)
    except (ArgumentError, ValueError):
        made = None
    if made is None or made.drivername not in _DRIVERS or not made.database:
        # What was given is not repeated, since it may hold a password.
        raise StoreError("store_bad_url", "expected a path, sqlite:///PATH or postgresql://USER@HOST/DATABASE")
    return made.set(drivername=_DRIVERS[made.drivername])


def _sqlite_engine(path: Path, read_only: bool) -> Engine:
    """Return an engine whose transactions SQLAlchemy alone begins, so that tables too are made in one."""
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"

    def connect() -> sqlite3.Connection:
        raw = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        if not read_only:
            raw.execute(f"PRAGMA page_size={_PAGE_BYTES}")
            raw.execute("PRAGMA journal_mode=WAL")
            raw.execute("PRAGMA synchronous=FULL")
        return raw

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine
