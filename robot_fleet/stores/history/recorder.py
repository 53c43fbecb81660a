"""The way of what robots report into history."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Set
from typing import Self

from robot_fleet.core.errors import StoreError
from robot_fleet.stores.history.database import Database, Target
from robot_fleet.stores.history.portions import Portion
from robot_fleet.stores.history.retention import DEFAULT_RETENTION, Retention
from robot_fleet.stores.history.writer import TelemetryWriter
from robot_fleet.telemetry.kept import KEPT, KeptSignal
from robot_fleet.telemetry.samples import Samples
from robot_fleet.telemetry.tracks import GAP_S, Tracks

LOG = logging.getLogger("robot_fleet")

GROUPS = 10
GROUP_S = 5.0
"""Robots are written in groups, one each so many seconds of fleet time: a robot each GROUPS * GROUP_S."""
_TIDIED = 2
"""Robots whose portions may be put into blocks in that time: enough for 1,400 robots."""


class TelemetryRecorder:
    """Records what robots report, and writes it to a store from time to time; make one with `open`.

    `add` and `add_pose` take microseconds and may be called by any thread. `flush`, to be called about once a second,
    waits for the disk and belongs into another thread, and so does `close`. A process that is killed loses what came in
    the last minute of fleet time.

    Nothing depends on history: where it cannot be written, that part is lost and the log says so, once when it begins
    and once when it is over.

    Attributes
    ----------
    failure : why history cannot be written now; None while it can.
    refused : how many samples and poses were refused until the last `flush`, by reason; see `Samples` and `Tracks`.
    """

    def __init__(self, writer: TelemetryWriter, signals: Mapping[str, KeptSignal], gap_s: float) -> None:
        self._writer = writer
        self._samples = Samples(signals)
        self._tracks = Tracks(gap_s)
        self._groups: dict[str, int] = {}
        self._turn: int | None = None
        self.failure: StoreError | None = None
        self.refused: Counter[str] = Counter()

    @classmethod
    def open(
        cls,
        target: Target,
        signals: Mapping[str, KeptSignal] = KEPT,
        retention: Retention = DEFAULT_RETENTION,
        gap_s: float = GAP_S,
    ) -> Self:
        """Open a history as its one writer; it is made if it is not there yet.

        Parameters
        ----------
        target : where it is.
        signals : those that are kept, by name.
        retention : what is kept, and for how long.
        gap_s : fleet time without a pose after which a trajectory begins anew, above 0 and at most 600; GAP_S times the
            speed where fleet time runs faster than poses come.

        Raises
        ------
        StoreError : see `Database`.
        """
        database = Database(target, read_only=False)
        try:
            return cls(TelemetryWriter(database, signals, retention), signals, gap_s)
        except BaseException:
            database.close()
            raise

    def add(self, robot: str, at_s: float, values: Mapping[str, float]) -> None:
        """Record what a robot reports at an instant of fleet time, by signal."""
        self._samples.add(robot, at_s, values)

    def add_pose(self, robot: str, at_s: float, x_m: float, y_m: float, yaw_rad: float, map_id: str) -> None:
        """Record where a robot is at an instant of fleet time."""
        self._tracks.add(robot, at_s, x_m, y_m, yaw_rad, map_id)

    def flush(self, now_s: float) -> None:
        """Take in what has been recorded, and write those robots whose turn it is.

        Parameters
        ----------
        now_s : fleet time.
        """
        turn = int(now_s // GROUP_S)
        passed = turn - self._turn if self._turn is not None else 1
        self._turn = max(turn, self._turn or turn)
        self._write({(turn - back) % GROUPS for back in range(min(passed, GROUPS))}, now_s)

    def close(self, now_s: float) -> None:
        """Write everything and close the store. Nothing may be recorded after it."""
        self._write(set(range(GROUPS)), now_s)
        self._writer.close()

    def _write(self, groups: Set[int], now_s: float) -> None:
        self._samples.fold(now_s)
        self._tracks.fold(now_s)
        self.refused = self._samples.refused + self._tracks.refused
        if not groups:
            return
        for robot in (*self._samples.robots, *self._tracks.robots):
            self._groups.setdefault(robot, len(self._groups) % GROUPS)
        due = [robot for robot, group in self._groups.items() if group in groups]
        buckets, trajectories = self._samples.take(due), self._tracks.take(due)
        portions = [
            Portion(robot, buckets.get(robot, {}), trajectories.get(robot, ()))
            for robot in due
            if robot in buckets or robot in trajectories
        ]
        try:
            if portions:
                self._writer.write(portions, now_s)
            self._writer.tidy(now_s, _TIDIED * len(groups))
        except StoreError as error:
            if self.failure is None:
                LOG.error("store=telemetry event=failing %s", error)
            self.failure = error
        else:
            if portions and self.failure is not None:
                LOG.info("store=telemetry event=recovered")
                self.failure = None
