"""Portions put into blocks: whole spans of time, in every resolution.

Folding is associative, so no portion needs to end where a bucket or a block does: what a block has already is folded
together with what comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
from sqlalchemy import Connection, and_, or_, select

from robot_fleet.stores.history import blocks
from robot_fleet.stores.history.blocks import TRAJECTORY
from robot_fleet.stores.history.portions import Portion
from robot_fleet.stores.history.retention import Retention, Tier
from robot_fleet.stores.history.rows import StoredSeries, series_of
from robot_fleet.stores.history.schema import BLOCKS
from robot_fleet.telemetry.buckets import Buckets, merged
from robot_fleet.telemetry.trajectory import Trajectory, joined, spans

Row = dict[str, Any]
Key = tuple[int, int, int]
"""Series, width and beginning of a block."""


def merged_rows(
    connection: Connection, portions: Sequence[Portion], retention: Retention, now_s: float, where: str
) -> list[Row]:
    """Return the blocks that some portions of one robot belong to, as they are with them.

    Parameters
    ----------
    portions : oldest first; their series have their numbers.
    now_s : fleet time. What would be purged at once is left out.

    Raises
    ------
    StoreError : `store_newer_version`, `store_block_malformed`.
    """
    series = series_of(connection, portions[0].robot)
    from_s = min(portion.first_s for portion in portions)
    known = _known(connection, series.values(), retention, from_s)
    rows: list[Row] = []
    for name in dict.fromkeys(name for portion in portions for name in portion.buckets):
        seconds = merged([portion.buckets[name] for portion in portions if name in portion.buckets], 1)
        for tier in retention.buckets:
            rows += _bucket_rows(series[name], tier, seconds, known, now_s, where)
    trajectory = reduce(joined, (portion.trajectory for portion in portions))
    if trajectory:
        rows += _trajectory_rows(series[TRAJECTORY], retention.trajectory, trajectory, known, from_s, now_s, where)
    return rows


def _known(
    connection: Connection, series: Iterable[StoredSeries], retention: Retention, from_s: float
) -> Mapping[Key, Any]:
    """Return the blocks of some series from those on that a time lies in."""
    on = [
        and_(BLOCKS.c.width_s == tier.width_s, BLOCKS.c.begin_s >= tier.begin_s(from_s))
        for tier in (*retention.buckets, retention.trajectory)
    ]
    its_own = BLOCKS.c.series.in_([each.number for each in series])
    rows = connection.execute(select(BLOCKS).where(its_own, or_(*on)).order_by(BLOCKS.c.begin_s))
    return {(row.series, row.width_s, row.begin_s): row for row in rows}


def _bucket_rows(
    series: StoredSeries, tier: Tier, seconds: Buckets, known: Mapping[Key, Any], now_s: float, where: str
) -> Iterator[Row]:
    folded = seconds.of(slice(int(np.searchsorted(seconds.number, tier.oldest_s(now_s))), None)).folded(tier.width_s)
    span = folded.start_s // tier.span_s
    edges = [0, *(np.flatnonzero(np.diff(span)) + 1).tolist(), len(folded)] if len(folded) else []
    for begin, end in pairwise(edges):
        begin_s = int(span[begin]) * tier.span_s
        part = folded.of(slice(begin, end))
        # In seconds, so that readers know how far back a width goes and not only in which of its buckets that is.
        first_s = max(int(part.start_s[0]), int(seconds.number[0]))
        last_s = min(int(part.start_s[-1]) + tier.width_s, int(seconds.number[-1]) + 1)
        before = known.get((series.number, tier.width_s, begin_s))
        if before is not None:
            part = merged([blocks.buckets_read(blocks.unpacked(before.block, where), tier.width_s), part], tier.width_s)
            first_s, last_s = min(first_s, before.first_s), max(last_s, before.last_s)
        block = blocks.packed(blocks.buckets_written(part, series.signal.resolution))
        yield _row(series, tier, begin_s, first_s, last_s, block)


def _trajectory_rows(
    series: StoredSeries,
    tier: Tier,
    trajectory: Trajectory,
    known: Mapping[Key, Any],
    from_s: float,
    now_s: float,
    where: str,
) -> Iterator[Row]:
    stored = (
        blocks.trajectory_read(blocks.unpacked(row.block, where))
        for (number, _, _), row in known.items()
        if number == series.number
    )
    for span, part in spans(reduce(joined, (*stored, trajectory)), tier.span_s):
        begin_s = span * tier.span_s
        # The vertex that a block begins with may lie in the one before, which was not read.
        if begin_s >= max(tier.begin_s(from_s), tier.oldest_s(now_s)):
            block = blocks.packed(blocks.trajectory_written(part))
            yield _row(series, tier, begin_s, float(part[0].at_s[0]), float(part[-1].at_s[-1]), block)


def _row(series: StoredSeries, tier: Tier, begin_s: int, first_s: float, last_s: float, block: bytes) -> Row:
    return {
        "series": series.number,
        "width_s": tier.width_s,
        "begin_s": begin_s,
        "first_s": first_s,
        "last_s": last_s,
        "block": block,
    }
