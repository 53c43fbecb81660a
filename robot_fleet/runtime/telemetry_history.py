"""Keeps what robots report, in a thread of its own: who listens to robots never waits for a disk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from robot_fleet.core.errors import StoreError
from robot_fleet.stores.history.recorder import TelemetryRecorder

LOG = logging.getLogger("robot_fleet")
FLUSH_EVERY_S = 1.0
LONGEST_GAP_S = 60.0
"""Fleet seconds without a pose after which a trajectory begins anew: at tenfold speed a robot at rest tells of itself
every ten."""


class TelemetryHistory:
    """The history of a run; the fleet goes on without it where it cannot be kept.

    Parameters
    ----------
    path : its file.
    fleet_s : returns the fleet time; called by another thread.
    """

    def __init__(self, path: Path, fleet_s: Callable[[], float]) -> None:
        self._fleet_s = fleet_s
        self._recorder: TelemetryRecorder | None = None
        self._ending = threading.Event()
        try:
            self._recorder = TelemetryRecorder.open(path, gap_s=LONGEST_GAP_S)
        except StoreError as error:
            LOG.error("event=no_history error=%s the fleet goes on without", error)
        self._thread = threading.Thread(target=self._keep, name="history", daemon=True)
        self._thread.start()

    def add(self, robot: str, at_s: float, values: Mapping[str, float]) -> None:
        """Keep what a robot reports; takes microseconds."""
        if self._recorder is not None:
            self._recorder.add(robot, at_s, values)

    def add_pose(self, robot: str, at_s: float, x_m: float, y_m: float, yaw_rad: float, map_id: str) -> None:
        """Keep where a robot is; takes microseconds."""
        if self._recorder is not None:
            self._recorder.add_pose(robot, at_s, x_m, y_m, yaw_rad, map_id)

    def close(self) -> None:
        """Write what is left."""
        self._ending.set()
        self._thread.join()

    def _keep(self) -> None:
        recorder = self._recorder
        if recorder is None:
            return
        while not self._ending.wait(FLUSH_EVERY_S):
            recorder.flush(self._fleet_s())
        recorder.close(self._fleet_s())
