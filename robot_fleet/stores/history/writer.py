"""Telemetry history for its one writer: portions as they come, made into blocks once an hour, and old blocks purged."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from robot_fleet.stores.history.blocks import TRAJECTORY
from robot_fleet.stores.history.database import Database
from robot_fleet.stores.history.merging import merged_rows
from robot_fleet.stores.history.portions import Portion, portion_read
from robot_fleet.stores.history.retention import HOUR_S, Retention
from robot_fleet.stores.history.rows import series_of
from robot_fleet.stores.history.schema import BLOCKS, FRESH, SERIES
from robot_fleet.telemetry.kept import KeptSignal
from robot_fleet.telemetry.simplify import GRID_M

WAIT_S = HOUR_S
"""Fleet time after which a robot's portions go into blocks; a portion that is longer goes there at once."""
PURGE_EVERY_S = HOUR_S
_POSITION = KeptSignal(TRAJECTORY, "m", GRID_M)


class TelemetryWriter:
    """Writes history. Belongs to one thread at a time.

    Parameters
    ----------
    database : opened for writing.
    signals : those that portions speak of, by name.
    retention : what is kept, and for how long.

    Raises
    ------
    StoreError : `store_read_failed`.
    """

    def __init__(self, database: Database, signals: Mapping[str, KeptSignal], retention: Retention) -> None:
        self._database = database
        self._signals = {**signals, TRAJECTORY: _POSITION}
        self._retention = retention
        self._resolutions: dict[str, dict[str, float]] = {}
        self._purge_s = -math.inf
        with database.reading() as connection:
            waiting = connection.execute(select(FRESH.c.robot, func.min(FRESH.c.first_s)).group_by(FRESH.c.robot))
            self._waiting_s = {robot: float(first_s) for robot, first_s in waiting}

    def write(self, portions: Sequence[Portion], now_s: float) -> None:
        """Write portions; they are durable when this returns.

        Parameters
        ----------
        now_s : fleet time.

        Raises
        ------
        StoreError : `store_write_failed`, `store_full`; `store_newer_version` and `store_block_malformed` of what a
            portion is put together with. Nothing is written then.
        """
        rows: list[dict[str, Any]] = []
        long: list[Portion] = []
        self._make_known(portions)
        for portion in portions:
            if portion.last_s - portion.first_s > WAIT_S:
                long.append(portion)
            else:
                block = portion.written(self._resolutions[portion.robot])
                times = {"first_s": portion.first_s, "last_s": portion.last_s}
                rows.append({"robot": portion.robot, **times, "block": block})
        with self._database.writing() as connection:
            if rows:
                connection.execute(insert(FRESH), rows)
            for portion in long:
                self._into_blocks(connection, portion.robot, [portion], now_s)
        for row in rows:
            self._waiting_s.setdefault(row["robot"], row["first_s"])

    def tidy(self, now_s: float, robots: int) -> None:
        """Put into blocks what has waited for long, of so many robots at most, and purge what is too old.

        Raises
        ------
        StoreError : as `write` does.
        """
        due = sorted((first_s, robot) for robot, first_s in self._waiting_s.items() if first_s <= now_s - WAIT_S)
        for _, robot in due[:robots]:
            # Before it is tried: should it fail, others have their turns, and it has another one later.
            del self._waiting_s[robot]
            with self._database.writing() as connection:
                self._into_blocks(connection, robot, [], now_s)
        if now_s >= self._purge_s:
            with self._database.writing() as connection:
                for tier in (*self._retention.buckets, self._retention.trajectory):
                    old = (BLOCKS.c.width_s == tier.width_s, BLOCKS.c.begin_s < tier.oldest_s(now_s))
                    connection.execute(delete(BLOCKS).where(*old))
                connection.execute(delete(FRESH).where(FRESH.c.last_s < self._retention.trajectory.oldest_s(now_s)))
            self._purge_s = now_s + PURGE_EVERY_S

    def close(self) -> None:
        """Close the database and give the writer's lock up."""
        self._database.close()

    def _make_known(self, portions: Sequence[Portion]) -> None:
        """Give the series of portions their numbers and resolutions, which stay as they are first."""
        known = self._resolutions
        missing = [each for each in portions if not known.get(each.robot, {}).keys() >= set(each.names)]
        if not missing:
            return
        with self._database.writing() as connection:
            found = {portion.robot: series_of(connection, portion.robot) for portion in missing}
            rows = [
                {"robot": portion.robot, "signal": name, "unit": signal.unit, "resolution": signal.resolution}
                for portion in missing
                for name, signal in self._signals.items()
                if name in portion.names and name not in found[portion.robot]
            ]
            if rows:
                connection.execute(insert(SERIES), rows)
            found = {portion.robot: series_of(connection, portion.robot) for portion in missing}
        for robot, series in found.items():
            known[robot] = {name: each.signal.resolution for name, each in series.items()}

    def _into_blocks(self, connection: Connection, robot: str, newest: Sequence[Portion], now_s: float) -> None:
        """Put the portions of a robot that wait, and some that come after them, into its blocks."""
        where = self._database.where
        waiting = connection.execute(select(FRESH.c.block).where(FRESH.c.robot == robot).order_by(FRESH.c.id))
        portions = [*(portion_read(robot, block, where) for block in waiting.scalars()), *newest]
        rows = merged_rows(connection, portions, self._retention, now_s, where)
        if rows:
            self._database.upsert(connection, BLOCKS, rows)
        connection.execute(delete(FRESH).where(FRESH.c.robot == robot))
