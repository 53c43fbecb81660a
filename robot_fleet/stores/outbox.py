"""The outbox: every event on its way to a webhook, kept until the receiver has it or is given up.

It never grows without bound: of what waits for one receiver only so much is kept, the oldest that is not critical goes
first, and what has ended is forgotten after a while. Times are Unix seconds; the caller brings the clock.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    NullPool,
    Table,
    Text,
    UniqueConstraint,
    and_,
    case,
    create_engine,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import DatabaseError

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.lifecycles import advance
from robot_fleet.core.lifecycles.delivery import ENDED, TRANSITIONS, DeliveryEvent, DeliveryState

LAYOUT = 1
"""Of the tables, kept in SQLite's `user_version`."""

CRITICAL = 0
"""The rank of what is dropped last; larger numbers are less urgent."""

_METADATA = MetaData()
_ROWS = Table(
    "deliveries",
    _METADATA,
    Column("id", Integer, primary_key=True),
    Column("event", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_s", Float, nullable=False),
    Column("due_s", Float, nullable=False),
    Column("changed_s", Float, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("event", "endpoint"),
)
Index("deliveries_due", _ROWS.c.endpoint, _ROWS.c.state, _ROWS.c.due_s)
_WAITING = _ROWS.c.state == DeliveryState.WAITING
_ENDED = _ROWS.c.state.in_(ENDED)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept.

    Parameters
    ----------
    waiting : most deliveries that wait for one endpoint.
    ended : most deliveries that have ended, of all endpoints.
    ended_for_s : how long one that has ended is remembered; an event offered again after that is sent again.
    """

    waiting: int = 1_000
    ended: int = 10_000
    ended_for_s: float = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event to be taken in.

    Parameters
    ----------
    event : its id.
    rank : 0 is critical.
    body : what is sent.
    endpoints : where to.
    """

    event: str
    rank: int
    body: str
    endpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint.

    Parameters
    ----------
    event : the event's id, the same for every endpoint and every try.
    rank : 0 is critical.
    body : what is sent.
    attempts : tries so far, the one under way included.
    created_s, due_s : when it was taken in, and when it is to be tried next.
    reason : why the last try failed, or why it ended without being delivered.
    """

    event: str
    endpoint: str
    rank: int
    body: str
    state: DeliveryState
    attempts: int
    created_s: float
    due_s: float
    reason: str


class Outbox:
    """Deliveries in one SQLite file. Belongs to one thread and one process.

    Parameters
    ----------
    path : the file, made if it is missing; None keeps everything in memory.
    limits : how much is kept.

    Raises
    ------
    RuntimeFailure : `runtime_outbox_unusable`, from every method too, when the file cannot be read or written.
    """

    def __init__(self, path: Path | None, limits: Limits | None = None) -> None:
        self._where = "memory" if path is None else str(path)
        self._limits = limits or Limits()
        with self._translated():
            raw = sqlite3.connect(path or ":memory:", isolation_level=None)
            self._engine = create_engine("sqlite://", creator=lambda: raw, poolclass=NullPool)
            self._connection = self._engine.connect()
        try:
            self._prepare(raw)
        except RuntimeFailure:
            self.close()
            raise

    def add(self, events: Collection[Outgoing], now_s: float) -> None:
        """Take events in, due at once; one that is known for an endpoint stays as it is there.

        Where more than the limit wait for an endpoint then, the oldest that are not critical are dropped, and if all
        are, the oldest.
        """
        new: dict[str, object] = {"state": DeliveryState.WAITING, "attempts": 0, "reason": ""}
        times = {"created_s": now_s, "due_s": now_s, "changed_s": now_s}
        rows = [
            {"event": each.event, "rank": each.rank, "body": each.body, "endpoint": endpoint, **new, **times}
            for each in events
            for endpoint in each.endpoints
        ]
        with self._turn() as connection:
            for row in rows:
                connection.execute(insert(_ROWS).prefix_with("OR IGNORE"), row)
            for endpoint in dict.fromkeys(endpoint for each in events for endpoint in each.endpoints):
                self._drop_surplus(connection, endpoint, now_s)

    def take(self, endpoint: str, now_s: float) -> Delivery | None:
        """Return the delivery to try now, most urgent and oldest first, as being sent; None if none is due."""
        due = select(_ROWS).where(_WAITING, _ROWS.c.endpoint == endpoint, _ROWS.c.due_s <= now_s)
        with self._turn() as connection:
            row = connection.execute(due.order_by(_ROWS.c.rank, _ROWS.c.due_s, _ROWS.c.id).limit(1)).first()
            return None if row is None else self._move(connection, _delivery(row), DeliveryEvent.SEND, now_s)

    def next_due_s(self, endpoint: str) -> float | None:
        """Return when the next delivery to an endpoint is due, None if none waits."""
        with self._turn() as connection:
            due = select(func.min(_ROWS.c.due_s)).where(_WAITING, _ROWS.c.endpoint == endpoint)
            found: float | None = connection.execute(due).scalar_one()
            return found

    def settle(
        self, delivery: Delivery, event: DeliveryEvent, now_s: float, due_s: float = 0.0, reason: str = ""
    ) -> Delivery:
        """Note how a try ended; after `FAIL` the next is due at `due_s`."""
        with self._turn() as connection:
            changed = replace(delivery, due_s=due_s or delivery.due_s, reason=reason)
            return self._move(connection, changed, event, now_s)

    def give_up(self, endpoint: str, since_s: float, now_s: float, reason: str) -> int:
        """Give up what was taken in before a time and still waits for an endpoint; return how much that was."""
        old = select(_ROWS).where(_WAITING, _ROWS.c.endpoint == endpoint, _ROWS.c.created_s <= since_s)
        with self._turn() as connection:
            rows = connection.execute(old).all()
            for row in rows:
                self._move(connection, replace(_delivery(row), reason=reason), DeliveryEvent.GIVE_UP, now_s)
            return len(rows)

    def resume(self, endpoints: Collection[str], now_s: float, latest_s: float) -> None:
        """Begin where another process stopped: what was being sent waits again, what has no receiver is dropped.

        Parameters
        ----------
        latest_s : nothing waits longer than until then, whatever the clock said when it was put off.
        """
        still_open = select(_ROWS).where(_ROWS.c.state.not_in(ENDED))
        with self._turn() as connection:
            for row in connection.execute(still_open).all():
                found = _delivery(row)
                found = replace(found, due_s=min(found.due_s, latest_s), created_s=min(found.created_s, now_s))
                waiting = self._move(connection, found, DeliveryEvent.RESTART, now_s)
                if waiting.endpoint not in endpoints:
                    gone = replace(waiting, reason="endpoint_removed")
                    self._move(connection, gone, DeliveryEvent.DROP, now_s)

    def open_deliveries(self) -> list[Delivery]:
        """Return whatever has not ended, oldest first."""
        with self._turn() as connection:
            rows = connection.execute(select(_ROWS).where(_ROWS.c.state.not_in(ENDED)).order_by(_ROWS.c.id))
            return [_delivery(row) for row in rows]

    def restore(self, deliveries: Collection[Delivery], now_s: float) -> None:
        """Take deliveries over from another outbox as they are."""
        with self._turn() as connection:
            for delivery in deliveries:
                row = {name: getattr(delivery, name) for name in Delivery.__dataclass_fields__}
                connection.execute(insert(_ROWS), {**row, "changed_s": now_s})

    def tally(self) -> Mapping[str, Mapping[DeliveryState, int]]:
        """Return how many deliveries of each endpoint are in each state."""
        counted = select(_ROWS.c.endpoint, _ROWS.c.state, func.count()).group_by(_ROWS.c.endpoint, _ROWS.c.state)
        found: dict[str, dict[DeliveryState, int]] = {}
        with self._turn() as connection:
            for endpoint, state, count in connection.execute(counted):
                found.setdefault(endpoint, {})[DeliveryState(state)] = count
        return found

    def forget(self, now_s: float) -> None:
        """Remove what ended long ago, and the oldest of what has ended beyond the limit."""
        newest = select(_ROWS.c.id).where(_ENDED).order_by(_ROWS.c.changed_s.desc()).limit(self._limits.ended)
        old = or_(_ROWS.c.changed_s < now_s - self._limits.ended_for_s, _ROWS.c.id.not_in(newest))
        with self._turn() as connection:
            connection.execute(delete(_ROWS).where(and_(_ENDED, old)))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
        self._engine.dispose()

    def _prepare(self, raw: sqlite3.Connection) -> None:
        with self._translated():
            raw.execute("PRAGMA journal_mode=WAL")
            raw.execute("PRAGMA synchronous=FULL")
            (layout,) = raw.execute("PRAGMA user_version").fetchone()
            if layout not in (0, LAYOUT):
                raise self._unusable(f"written with layout {layout}, this robot_fleet knows {LAYOUT}")
            with self._turn() as connection:
                _METADATA.create_all(connection)
            raw.execute(f"PRAGMA user_version={LAYOUT}")

    def _drop_surplus(self, connection: Connection, endpoint: str, now_s: float) -> None:
        waiting = select(_ROWS).where(_WAITING, _ROWS.c.endpoint == endpoint)
        count = connection.execute(select(func.count()).select_from(waiting.subquery())).scalar_one()
        if count > self._limits.waiting:
            least = waiting.order_by(case((_ROWS.c.rank == CRITICAL, 1), else_=0), _ROWS.c.id)
            for row in connection.execute(least.limit(count - self._limits.waiting)).all():
                self._move(connection, replace(_delivery(row), reason="too_many"), DeliveryEvent.DROP, now_s)

    def _move(self, connection: Connection, delivery: Delivery, event: DeliveryEvent, now_s: float) -> Delivery:
        """Let something happen to a delivery, and write it down as it is then."""
        state = advance(TRANSITIONS, delivery.state, event, f"{delivery.event} to {delivery.endpoint}")
        moved = replace(delivery, state=state, attempts=delivery.attempts + (event is DeliveryEvent.SEND))
        kept = {name: getattr(moved, name) for name in ("state", "attempts", "created_s", "due_s", "reason")}
        same = and_(_ROWS.c.event == moved.event, _ROWS.c.endpoint == moved.endpoint)
        connection.execute(update(_ROWS).where(same).values(**kept, changed_s=now_s))
        return moved

    @contextmanager
    def _turn(self) -> Iterator[Connection]:
        with self._translated():
            self._connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (DatabaseError, sqlite3.Error) as error:
            raise self._unusable(str(getattr(error, "orig", error))) from error

    def _unusable(self, reason: str) -> RuntimeFailure:
        message = f"the outbox of webhooks cannot be used ({reason}); make room, or move the file away"
        return RuntimeFailure("runtime_outbox_unusable", message, self._where)


def _delivery(row: Any) -> Delivery:
    values = {name: getattr(row, name) for name in Delivery.__dataclass_fields__}
    return Delivery(**{**values, "state": DeliveryState(row.state)})
