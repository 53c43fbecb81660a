"""Telemetry history for readers: any robot, signal and period, in the resolution that fits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from robot_fleet.core.errors import RequestError
from robot_fleet.stores.history import blocks
from robot_fleet.stores.history.blocks import TRAJECTORY
from robot_fleet.stores.history.database import Database, Target
from robot_fleet.stores.history.rows import StoredSeries, fresh_parts, series_of, stored_blocks
from robot_fleet.stores.history.schema import BLOCKS, FRESH, SERIES
from robot_fleet.telemetry.buckets import Buckets, merged
from robot_fleet.telemetry.kept import KeptSignal
from robot_fleet.telemetry.trajectory import Trajectory, between, joined

MOST_POINTS = 50_000
"""All minutes of a month."""
_LISTED = 8

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A signal over a period, in buckets of one width without a hole. All arrays have the shape (buckets,).

    Parameters
    ----------
    signal : what it is, its unit and the resolution of the values.
    width_s : whole seconds of fleet time.
    start_s : fleet times at which the buckets begin.
    count : samples; 0 where there is a gap.
    low, mean, high, last : of the samples; NaN where there is a gap.
    """

    signal: KeptSignal
    width_s: int
    start_s: Ints
    count: Ints
    low: Floats
    mean: Floats
    high: Floats
    last: Floats

    def to_dict(self) -> dict[str, Any]:
        """Return the series as JSON, null where there is a gap."""
        decimals = self.signal.decimals + 1

        def numbers(values: Floats) -> list[float | None]:
            return [None if math.isnan(value) else round(value, decimals) for value in values.tolist()]

        return {
            "signal": self.signal.name,
            "unit": self.signal.unit,
            "resolution": self.signal.resolution,
            "width_s": self.width_s,
            "start_s": self.start_s.tolist(),
            "count": self.count.tolist(),
            "min": numbers(self.low),
            "mean": numbers(self.mean),
            "max": numbers(self.high),
            "last": numbers(self.last),
        }


class TelemetryStore:
    """Reads history, beside its writer or after it. May be used by several threads; make one with `open`.

    Each method raises StoreError `store_read_failed`, `store_newer_version` or `store_block_malformed` where it cannot
    read, and RequestError `request_unknown_robot` if there is nothing of the robot.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, target: Target) -> Self:
        """Open the history at a path or URL. Raises as `Database` does for readers."""
        return cls(Database(target, read_only=True))

    def robots(self) -> tuple[str, ...]:
        """Return the robots that there is anything of."""
        with self._database.reading() as connection:
            return tuple(_robots(connection))

    def signals(self, robot: str) -> tuple[KeptSignal, ...]:
        """Return the signals that there are of a robot."""
        with self._database.reading() as connection:
            return tuple(each.signal for name, each in _series_of(connection, robot).items() if name != TRAJECTORY)

    def span(self, robot: str) -> tuple[float, float]:
        """Return the fleet times between which there is anything of a robot."""
        with self._database.reading() as connection:
            numbers = [each.number for each in _series_of(connection, robot).values()]
            found = [
                connection.execute(select(func.min(table.c.first_s), func.max(table.c.last_s)).where(its_own)).one()
                for table, its_own in ((BLOCKS, BLOCKS.c.series.in_(numbers)), (FRESH, FRESH.c.robot == robot))
            ]
            found = [row for row in found if row[0] is not None]
            if not found:
                raise _unknown(connection, robot)
        return min(first_s for first_s, _ in found), max(last_s for _, last_s in found)

    def series(self, robot: str, signal: str, from_s: float, to_s: float, points: int = 500) -> Series:
        """Return a signal over a period, gaps and all.

        The buckets are of the coarsest kept width that makes `points` of them, several taken together so that there are
        no more than about that many. Where that width is not kept back to the beginning of the period, a coarser one is
        taken that is.

        Parameters
        ----------
        from_s, to_s : the period in fleet time.
        points : how many buckets are wanted, 1 to MOST_POINTS.

        Raises
        ------
        RequestError : `request_unknown_signal`, `request_period_malformed`.
        """
        _check(from_s, to_s, points)
        with self._database.reading() as connection:
            known = _series_of(connection, robot)
            series = known.get(signal)
            if series is None or signal == TRAJECTORY:
                names = ", ".join(name for name in known if name != TRAJECTORY)
                raise RequestError("request_unknown_signal", f"no signal {signal!r}; there are {names}", robot)
            kept_s = _fitting(_oldest_s(connection, robot, series.number), from_s, (to_s - from_s) / points)
            width_s = kept_s * max(1, math.ceil((to_s - from_s) / points / kept_s))
            edges_s = (from_s // width_s * width_s, math.ceil(to_s / width_s) * width_s)
            stored = stored_blocks(connection, series.number, kept_s, *edges_s, self._database.where)
            parts = [blocks.buckets_read(each, kept_s) for each in stored]
            fresh = fresh_parts(connection, robot, signal, *edges_s, self._database.where)
            parts += [blocks.buckets_read(each, 1) for each in fresh]
        return _laid_out(series.signal, merged(parts, kept_s).between(*edges_s).folded(width_s), *edges_s)

    def trajectory(self, robot: str, from_s: float, to_s: float) -> Trajectory:
        """Return where a robot was in a period, with the vertices just before and after it.

        Raises
        ------
        RequestError : `request_period_malformed`.
        """
        _check(from_s, to_s, 1)
        period = (from_s, to_s, self._database.where)
        found: Trajectory = ()
        with self._database.reading() as connection:
            series = _series_of(connection, robot).get(TRAJECTORY)
            if series is not None:
                for each in stored_blocks(connection, series.number, 0, *period):
                    found = joined(found, blocks.trajectory_read(each))
                for each in fresh_parts(connection, robot, TRAJECTORY, *period):
                    found = joined(found, blocks.trajectory_read(each))
        return between(found, from_s, to_s)

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _check(from_s: float, to_s: float, points: int) -> None:
    if not (math.isfinite(from_s) and math.isfinite(to_s) and from_s < to_s):
        message = f"a period ends after it begins; got {from_s:g} to {to_s:g} s"
        raise RequestError("request_period_malformed", message)
    if not 1 <= points <= MOST_POINTS:
        raise RequestError("request_period_malformed", f"expected 1 to {MOST_POINTS} points, got {points}")


def _series_of(connection: Connection, robot: str) -> dict[str, StoredSeries]:
    found = series_of(connection, robot)
    if not found:
        raise _unknown(connection, robot)
    return found


def _unknown(connection: Connection, robot: str) -> RequestError:
    robots = _robots(connection)
    known = ", ".join(robots[:_LISTED]) + (" ..." if len(robots) > _LISTED else "")
    return RequestError(
        "request_unknown_robot", f"nothing is kept of it; there is telemetry of {known or 'none'}", robot
    )


def _robots(connection: Connection) -> list[str]:
    return list(connection.execute(select(SERIES.c.robot).distinct().order_by(SERIES.c.robot)).scalars())


def _oldest_s(connection: Connection, robot: str, series: int) -> dict[int, float]:
    """Return, by width, since when buckets are kept; fine ones first."""
    kept = select(BLOCKS.c.width_s, func.min(BLOCKS.c.first_s)).where(BLOCKS.c.series == series)
    oldest_s = {1: math.inf}
    oldest_s.update((width_s, first_s) for width_s, first_s in connection.execute(kept.group_by(BLOCKS.c.width_s)))
    fresh_s = connection.execute(
        select(FRESH.c.first_s).where(FRESH.c.robot == robot).order_by(FRESH.c.id).limit(1)
    ).scalar_one_or_none()
    oldest_s[1] = min(oldest_s[1], math.inf if fresh_s is None else fresh_s)
    return dict(sorted(oldest_s.items()))


def _fitting(oldest_s: dict[int, float], from_s: float, wanted_s: float) -> int:
    """Return the width in which a period is to be read."""
    widths = list(oldest_s)
    chosen = max((width_s for width_s in widths if width_s <= wanted_s), default=widths[0])
    for coarser in widths[widths.index(chosen) + 1 :]:
        if oldest_s[chosen] > from_s and oldest_s[coarser] <= oldest_s[chosen] - coarser:
            chosen = coarser
    return chosen


def _laid_out(signal: KeptSignal, buckets: Buckets, from_s: float, to_s: float) -> Series:
    """Return the buckets of a period with a place for each that is not there."""
    first = int(from_s // buckets.width_s)
    size = int(to_s // buckets.width_s) - first

    def placed(values: Floats | Ints, gap: float) -> Floats:
        row = np.full(size, gap)
        row[buckets.number - first] = values
        return row

    return Series(
        signal,
        buckets.width_s,
        (first + np.arange(size)) * buckets.width_s,
        placed(buckets.count, 0).astype(np.int64),
        *(placed(values, math.nan) for values in (buckets.low, buckets.mean, buckets.high, buckets.last)),
    )
