"""What a ledger asks of the database under it: SQLite and PostgreSQL each answer in their own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, insert

from robot_fleet.ledger.address import LedgerAddress
from robot_fleet.ledger.schema import META, METADATA, SCHEMA_VERSION

Fill = Callable[[Connection], None]
"""Makes the tables of a ledger and what is in them, inside the transaction that the caller has begun."""


class Store(Protocol):
    """One database for one ledger, opened by one process.

    Attributes
    ----------
    address : where the ledger is.
    where : the same for people, without passwords.
    """

    address: LedgerAddress
    where: str

    def lock(self) -> None:
        """Become the one writer until `close`.

        Raises
        ------
        LedgerError : `ledger_in_use`, `ledger_write_failed`, `ledger_unreachable`.
        """
        ...

    def is_empty(self) -> bool:
        """Return whether nothing at all is there, so that a ledger may be made."""
        ...

    def make(self, meta: Mapping[str, str]) -> None:
        """Make a ledger without facts, which appears whole: no reader ever meets half of one."""
        ...

    def connect(self) -> Connection:
        """Return the connection, the same at every call."""
        ...

    def settle(self) -> None:
        """Do what a writer does once outside any transaction, when the tables have been found to be right."""
        ...

    def damage(self) -> str:
        """Return what the database itself finds wrong with its pages; empty if nothing."""
        ...

    def size(self) -> int:
        """Return how many bytes the ledger takes."""
        ...

    def compact(self) -> None:
        """Give room that is not used back to the machine. For the one writer."""
        ...

    def replace(self, fill: Fill) -> str:
        """Make a ledger by `fill` in place of what is there, whole or not at all. For the one writer, unconnected.

        Returns where that which it replaced is kept; an empty text if there was nothing.
        """
        ...

    def translated(self, code: str) -> AbstractContextManager[None]:
        """Turn the database's errors inside the block into a LedgerError with `code`, or a more telling one."""
        ...

    def close(self) -> None:
        """Close the connection and give the lock up; a second call does nothing."""
        ...


def make_tables(connection: Connection, meta: Mapping[str, str]) -> None:
    """Make the tables of a ledger without facts, inside the transaction that the caller has begun."""
    METADATA.create_all(connection)
    rows = {"schema_version": str(SCHEMA_VERSION), **meta}
    connection.execute(insert(META), [{"key": key, "value": value} for key, value in rows.items()])
