"""The SQLite file of people: for its owner alone, and what is deleted is overwritten."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, QueuePool, create_engine
from sqlalchemy.exc import DatabaseError

from robot_fleet.core.errors import StoreError
from robot_fleet.stores.people.schema import LAYOUT, METADATA
from robot_fleet.stores.people.sealing import unusable

_PATIENCE_S = 5.0
"""For another process that writes."""


class Database:
    """An open file; may be used by several threads and processes.

    Raises
    ------
    StoreError : `store_people_unusable`, from every method too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._translated():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._engine = create_engine("sqlite://", creator=self._connect, poolclass=QueuePool)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with."""
        with self._translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction, which is committed at the end of the block."""
        with self._translated(), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def forget_deleted(self) -> None:
        """Empty the write-ahead log, which still holds what was deleted; a reader may put that off to the next time."""
        with self._translated(), self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    def _connect(self) -> sqlite3.Connection:
        raw = sqlite3.connect(self._path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("PRAGMA secure_delete=ON")
        return raw

    def _prepare(self) -> None:
        with self.writing() as connection:
            layout = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if layout == 0:
                METADATA.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version={LAYOUT}")
            elif layout != LAYOUT:
                message = f"written with layout {layout}, this robot_fleet knows {LAYOUT}; install the newer one"
                raise StoreError("store_people_newer_version", message, str(self._path))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise unusable(error, self._path) from error
        except (DatabaseError, sqlite3.Error) as error:
            # Only the driver's own words, never the statement's values.
            reason = OSError(0, str(getattr(error, "orig", error)))
            raise unusable(reason, self._path) from None
