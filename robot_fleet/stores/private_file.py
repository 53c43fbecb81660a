"""A SQLite file for its owner alone, opened by several processes and threads at a time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, MetaData, QueuePool, create_engine
from sqlalchemy.exc import DatabaseError

from robot_fleet.core.errors import StoreError

_PATIENCE_S = 5.0
"""For another process that writes."""
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


class PrivateFile:
    """An open file.

    Parameters
    ----------
    path : the file; it and its folder are made if they are missing, readable by their owner alone.
    tables, layout : what is in it, and the number of that form, kept in SQLite's `user_version`.
    unusable : returns the error of a file that cannot be read or written, from the reason.
    foreign : returns the error of a file with another layout, from its number.
    pragmas : what else every connection is told.

    Raises
    ------
    StoreError : those two; the first from every method too.
    """

    def __init__(
        self,
        path: Path,
        tables: MetaData,
        layout: int,
        unusable: Callable[[str], StoreError],
        foreign: Callable[[int], StoreError],
        pragmas: Sequence[str] = (),
    ) -> None:
        self._path = path
        self._unusable = unusable
        self._pragmas = (*_PRAGMAS, *pragmas)
        with self._translated():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._engine = create_engine("sqlite://", creator=self._connect, poolclass=QueuePool)
        try:
            self._prepare(tables, layout, foreign)
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
        raw = sqlite3.connect(self._path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        for pragma in self._pragmas:
            raw.execute(f"PRAGMA {pragma}")
        return raw

    def _prepare(self, tables: MetaData, layout: int, foreign: Callable[[int], StoreError]) -> None:
        with self.writing() as connection:
            found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if found == 0:
                tables.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version={layout}")
            elif found != layout:
                raise foreign(found)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._unusable(str(error.strerror)) from error
        except (DatabaseError, sqlite3.Error) as error:
            # Only the driver's own words: the statement's values may be digests, or data of people.
            raise self._unusable(str(getattr(error, "orig", error))) from None
