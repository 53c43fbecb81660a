"""A ledger in a PostgreSQL database: the tables of one schema, and a lock that ends with the writer's connection.

The lock belongs to the session at the server. A writer that loses its connection has lost the lock with it, so it never
connects a second time: its next write fails, its process ends, and a new start reads what is durable.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.address import LedgerAddress
from robot_fleet.ledger.schema import METADATA
from robot_fleet.ledger.store import Fill, make_tables

_LOCK_CLASS = 0x4C656467
"""First half of the advisory lock's key, `Ledg`; the second is the schema."""
_LATEST_S = 10
"""A server that has not answered for so long is gone; the writer's place is free for another after the same time."""
_CONNECT_S = 2
"""A server that is not reached within this time is not there; the least that libpq knows."""
_SESSION = {
    "synchronous_commit": "on",  # whatever the role's own setting: facts are on disk before effects leave
    "tcp_keepalives_idle": str(_LATEST_S // 2),
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": str(_LATEST_S // 2),
}


class PostgresqlStore:
    """A schema of a PostgreSQL database: the first one of the search path, `public` where nothing else is said.

    Parameters
    ----------
    address : the URL.
    read_only : take no lock and write nothing; works beside the writer.
    """

    def __init__(self, address: LedgerAddress, read_only: bool) -> None:
        self.address = address
        self.where = str(address)
        self._read_only = read_only
        self._engine = _make_engine(address, read_only)
        self._connection: Connection | None = None

    def lock(self) -> None:
        """Take the lock. Raises as `Store.lock` does."""
        connection = self.connect()
        with self.translated("ledger_write_failed"), connection.begin():
            key = connection.execute(text("SELECT hashtext(current_schema())")).scalar_one()
            half = {"class": _LOCK_CLASS, "key": key}
            if connection.execute(text("SELECT pg_try_advisory_lock(:class, :key)"), half).scalar_one():
                return
            held = text(
                "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'"
                " AND classid = :class AND objid = :key AND objsubid = 2 AND granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            by = connection.execute(held, half | {"key": key & 0xFFFFFFFF}).scalar() or "another process"
        message = f"{by} writes to this ledger; stop that fleet or give another ledger"
        raise LedgerError("ledger_in_use", message, self.where)

    def is_empty(self) -> bool:
        """Return whether the schema has no tables."""
        connection = self.connect()
        with connection.begin():
            return not inspect(connection).get_table_names()

    def make(self, meta: Mapping[str, str]) -> None:
        """Make the tables in one transaction."""
        connection = self.connect()
        with connection.begin():
            make_tables(connection, meta)

    def connect(self) -> Connection:
        """Return the connection.

        Raises
        ------
        LedgerError : `ledger_unreachable`, `ledger_bad_url`.
        """
        if self._connection is None:
            try:
                connection = self._engine.connect()
            except DBAPIError as error:
                code = "ledger_unreachable" if isinstance(error, OperationalError) else "ledger_bad_url"
                raise LedgerError(code, self._reason(error), self.where) from None
            with connection.begin():
                schema = connection.execute(text("SELECT current_schema()")).scalar()
            if schema is None:
                connection.close()
                message = "the database has no schema of the search path that it names; create it, or name another"
                raise LedgerError("ledger_bad_url", message, self.where)
            self._connection = connection
        return self._connection

    def settle(self) -> None:
        """Do nothing: the server is set up by its owner."""

    def damage(self) -> str:
        """Return nothing: the server checks its pages as they are read, if it keeps checksums."""
        return ""

    def size(self) -> int:
        """Return the bytes of the tables with their indexes."""
        connection = self.connect()
        of = text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
        with connection.begin():
            return sum(connection.execute(of, {"name": name}).scalar_one() for name in METADATA.tables)

    def compact(self) -> None:
        """Have the tables written anew without gaps."""
        raw: psycopg.Connection[Any] = self.connect().connection.driver_connection  # type: ignore[assignment]
        raw.autocommit = True
        try:
            raw.execute("VACUUM (FULL, ANALYZE) facts, snapshots")
        finally:
            raw.autocommit = False

    def replace(self, fill: Fill) -> str:
        """Move the tables to a schema of their own and make new ones, in one transaction."""
        connection = self.connect()
        with connection.begin():
            names = inspect(connection).get_table_names()
            kept = f"replaced_{time.strftime('%Y%m%d_%H%M%S')}" if names else ""
            if kept:
                connection.execute(text(f"CREATE SCHEMA {kept}"))
            for name in names:
                if name in METADATA.tables:
                    connection.execute(text(f"ALTER TABLE {name} SET SCHEMA {kept}"))
            fill(connection)
        return f"schema {kept}" if kept else ""

    @contextmanager
    def translated(self, code: str) -> Iterator[None]:
        """Turn PostgreSQL's errors inside the block into a LedgerError with `code`."""
        try:
            yield
        except (DBAPIError, psycopg.Error) as error:
            lost = not self._read_only and isinstance(error, DBAPIError) and error.connection_invalidated
            hint = "; the connection is lost, and the right to write with it: start again" if lost else ""
            verb = "read" if code == "ledger_read_failed" else "written"
            message = f"the ledger cannot be {verb}: {self._reason(error)}{hint}"
            raise LedgerError(code, message, self.where) from error

    def close(self) -> None:
        """Give the lock up and close the connection."""
        if self._connection is not None:
            if not self._read_only:
                with suppress(SQLAlchemyError):  # said, as the server sees only a while later that nobody is there
                    self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
            self._connection.close()
        self._engine.dispose()

    def _reason(self, error: DBAPIError | psycopg.Error) -> str:
        said = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
        return said.replace(self.address.password, "***") if self.address.password else said


def _make_engine(address: LedgerAddress, read_only: bool) -> Engine:
    url = address.place
    assert not isinstance(url, os.PathLike)
    session = _SESSION | ({"default_transaction_read_only": "on"} if read_only else {})
    asked = url.query.get("options", ())
    options = [*((asked,) if isinstance(asked, str) else asked), *(f"-c {name}={to}" for name, to in session.items())]
    arguments = {
        "application_name": f"process {os.getpid()} of {socket.gethostname()}",
        "connect_timeout": _CONNECT_S,
        "keepalives_idle": _LATEST_S // 2,
        "keepalives_interval": 1,
        "keepalives_count": _LATEST_S // 2,
        "tcp_user_timeout": 1000 * _LATEST_S,
        "options": " ".join(options),
    }
    if address.password:
        arguments["password"] = address.password
    engine = create_engine(
        url.set(drivername="postgresql+psycopg").difference_update_query(["options"]),
        poolclass=NullPool,
        connect_args=arguments,
        use_native_hstore=False,
    )
    connected = False

    @event.listens_for(engine, "do_connect")
    def connect_once(*_: object) -> None:
        nonlocal connected
        if connected and not read_only:
            raise psycopg.OperationalError("the connection is lost, and the right to write with it")
        connected = True

    return engine
