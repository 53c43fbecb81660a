"""The SQLite file of users: made for its owner alone, opened by several processes at a time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, QueuePool, create_engine
from sqlalchemy.exc import DatabaseError

from robot_fleet.core.errors import StoreError
from robot_fleet.stores.users.schema import LAYOUT, METADATA

_PATIENCE_S = 5.0
"""For another process that writes."""


class Database:
    """An open file; may be used by several threads.

    Parameters
    ----------
    path : the file; it and its folder are made if they are missing, readable by their owner alone.

    Raises
    ------
    StoreError : `store_users_unusable`, from every method too.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._translated():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
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

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    def _connect(self) -> sqlite3.Connection:
        raw = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA foreign_keys=ON")
        return raw

    def _prepare(self) -> None:
        with self.writing() as connection:
            layout = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if layout == 0:
                METADATA.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version={LAYOUT}")
            elif layout != LAYOUT:
                raise self._unusable(f"written with layout {layout}, this robot_fleet knows {LAYOUT}")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._unusable(str(error.strerror)) from error
        except (DatabaseError, sqlite3.Error) as error:
            # Only the driver's own words: the statement's values may be digests.
            raise self._unusable(str(getattr(error, "orig", error))) from None

    def _unusable(self, reason: str) -> StoreError:
        message = f"the users of this fleet cannot be read or written ({reason}); make room, or give the file back"
        return StoreError("store_users_unusable", message, str(self.path))
