"""Whether a ledger is whole: every fact, every snapshot, and the database's own pages."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.opening import open_store
from robot_fleet.ledger.registry import FactRegistry
from robot_fleet.ledger.rows import damaged, sealed_rows
from robot_fleet.ledger.schema import FACTS, SNAPSHOTS, Progress, nothing_shown
from robot_fleet.ledger.seal import genesis, snapshot_seal
from robot_fleet.ledger.store import Store


@dataclass(frozen=True, slots=True)
class Soundness:
    """What a whole ledger holds.

    Parameters
    ----------
    seal : of the newest fact; two ledgers with the same one hold the same facts.
    """

    site: str
    facts: int
    turns: int
    snapshots: int
    seal: str


def verify(target: LedgerTarget, registry: FactRegistry | None = None, progress: Progress = nothing_shown) -> Soundness:
    """Read a whole ledger and hold it against its seals; works beside the writer.

    Parameters
    ----------
    registry : the kinds of facts, to see that each can be understood; None looks at the seals alone.

    Raises
    ------
    LedgerError : `ledger_damaged`, which names the first damaged fact or snapshot; `ledger_unknown_fact`,
        `ledger_fact_malformed` for a fact that is whole and still not understood; as `Ledger.open` for a reader.
    """
    store, site = open_store(target, site_id=None, read_only=True)
    try:
        return _Check(store, site, registry, progress).whole()
    finally:
        store.close()


class _Check:
    def __init__(self, store: Store, site: str, registry: FactRegistry | None, progress: Progress) -> None:
        self._store = store
        self._site = site
        self._registry = registry
        self._progress = progress
        self._good = self._turns = 0
        self._seal = genesis(site)

    def whole(self) -> Soundness:
        """Check everything, in the order in which it is most telling."""
        try:
            self._facts()
        except LedgerError as error:
            if error.code not in ("ledger_damaged", "ledger_read_failed"):
                raise
            self._one_by_one()
            raise
        snapshots = self._snapshots()
        with self._store.translated("ledger_read_failed"):
            pages = self._store.damage()
        if pages:
            message = f"all facts are whole, but the database is not ({pages}). Make a backup and put it back"
            raise LedgerError("ledger_damaged", message, self._store.where)
        return Soundness(self._site, self._good, self._turns, snapshots, self._seal.hex())

    def _facts(self) -> None:
        with self._store.translated("ledger_read_failed"), self._store.connect().begin():
            count = self._store.connect().execute(select(func.count()).select_from(FACTS)).scalar_one()
        for row in sealed_rows(self._store, self._site):
            if self._registry is not None:
                self._understood(self._registry, row.seq, row.kind, row.version, row.body)
            self._good, self._turns, self._seal = row.seq, row.turn, row.seal
            if self._good % 1000 == 0:
                self._progress(self._good, count)
        self._progress(self._good, max(count, self._good))

    def _understood(self, registry: FactRegistry, seq: int, kind: str, version: int, body: str) -> None:
        try:
            registry.decode(kind, version, body)
        except LedgerError as error:
            raise LedgerError(error.code, error.message, f"{self._store.where}: fact {seq}, {kind}") from error

    def _one_by_one(self) -> None:
        """Go on from the last fact known to be whole, to name the first that is not: a page holds many facts."""
        try:
            for row in sealed_rows(self._store, self._site, self._good, chunk=1):
                self._good = row.seq
        except LedgerError as error:
            what = error.message.partition(";")[0]
            raise damaged(self._store.where, self._good + 1, what) from error

    def _snapshots(self) -> int:
        connection, count = self._store.connect(), 0
        with self._store.translated("ledger_read_failed"), connection.begin():
            of = select(SNAPSHOTS, FACTS.c.seal.label("newest")).outerjoin(FACTS, FACTS.c.seq == SNAPSHOTS.c.seq)
            for row in connection.execute(of.order_by(SNAPSHOTS.c.seq)):
                newest = row.newest if row.newest is not None else genesis(self._site)
                if row.seal != snapshot_seal(newest, row.version, row.body):
                    message = (
                        "it does not fit its seal, and will not be used; all facts are whole. A fleet takes a new one"
                    )
                    raise LedgerError("ledger_damaged", message, f"{self._store.where}: snapshot {row.seq}")
                count += row.version > 0  # else it is a part of some
        return count
