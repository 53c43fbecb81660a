"""Rows of telemetry history, as its writer and its readers fetch them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from robot_fleet.stores.history import blocks
from robot_fleet.stores.history.schema import BLOCKS, FRESH, SERIES
from robot_fleet.telemetry.kept import KeptSignal


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """A series of one robot and its number in the database."""

    number: int
    signal: KeptSignal


def series_of(connection: Connection, robot: str) -> dict[str, StoredSeries]:
    """Return a robot's series by name, in the order in which they began."""
    rows = connection.execute(select(SERIES).where(SERIES.c.robot == robot).order_by(SERIES.c.id))
    return {row.signal: StoredSeries(row.id, KeptSignal(row.signal, row.unit, row.resolution)) for row in rows}


def fresh_parts(
    connection: Connection, robot: str, name: str, from_s: float, to_s: float, where: str
) -> Iterator[bytes]:
    """Yield the contents of one series in a robot's portions that touch a period, in the order in which they came.

    Raises
    ------
    StoreError : `store_newer_version`, `store_block_malformed`.
    """
    touching = (FRESH.c.robot == robot, FRESH.c.last_s >= from_s, FRESH.c.first_s <= to_s)
    for block in connection.execute(select(FRESH.c.block).where(*touching).order_by(FRESH.c.id)).scalars():
        part = blocks.portion_read(blocks.unpacked(block, where)).get(name)
        if part is not None:
            yield part


def stored_blocks(
    connection: Connection, series: int, width_s: int, from_s: float, to_s: float, where: str
) -> Iterator[bytes]:
    """Yield the contents of those blocks of a series and a width that touch a period, oldest first.

    Raises
    ------
    StoreError : `store_newer_version`, `store_block_malformed`.
    """
    its_own = (BLOCKS.c.series == series, BLOCKS.c.width_s == width_s)
    touching = (BLOCKS.c.last_s >= from_s, BLOCKS.c.first_s <= to_s)
    wanted = select(BLOCKS.c.block).where(*its_own, *touching).order_by(BLOCKS.c.begin_s)
    for block in connection.execute(wanted).scalars():
        yield blocks.unpacked(block, where)
