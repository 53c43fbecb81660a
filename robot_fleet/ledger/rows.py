"""Facts as they stand in their table, each held against its seal as it is read."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.schema import CHUNK, FACTS
from robot_fleet.ledger.seal import fact_seal, genesis
from robot_fleet.ledger.store import Store


def sealed_rows(store: Store, site_id: str, after_seq: int = 0, chunk: int = CHUNK) -> Iterator[Any]:
    """Yield the rows of all facts after a sequence number, oldest first, in a transaction for each chunk.

    Raises
    ------
    LedgerError : `ledger_damaged` at the first fact that is missing or does not fit its seal; `ledger_read_failed`.
    """
    connection = store.connect()
    newest, seal = after_seq, genesis(site_id)
    first = after_seq > 0  # then the row before is read, too, for its seal
    while True:
        after = FACTS.c.seq >= newest if first else FACTS.c.seq > newest
        with store.translated("ledger_read_failed"), connection.begin():
            rows = connection.execute(select(FACTS).where(after).order_by(FACTS.c.seq).limit(chunk + first)).all()
        if not rows:
            return
        if first:
            first = False
            if rows[0].seq != newest:
                raise damaged(store.where, newest, "it is missing")
            seal = rows[0].seal
            rows = rows[1:]
        for row in rows:
            seq, turn, at_s, kind, version, body, found = row  # names of columns would take as long as all the rest
            if seq != newest + 1:
                raise damaged(store.where, newest + 1, "it is missing")
            try:
                seal = fact_seal(seal, seq, turn, at_s, kind, version, body)
            except (AttributeError, TypeError, struct.error):  # SQLite keeps anything in any column
                seal = b""
            if found != seal:
                raise damaged(store.where, seq, "it does not fit its seal")
            newest = seq
            yield row
        if len(rows) < chunk:
            return


def damaged(where: str, seq: int, what: str) -> LedgerError:
    """Return the error of a damaged fact, which says what to do."""
    message = f"{what}; those before it are whole. Put a backup back with ./fleet ledger restore FILE"
    return LedgerError("ledger_damaged", message, f"{where}: fact {seq}")
