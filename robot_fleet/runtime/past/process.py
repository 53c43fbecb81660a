"""Tells of the past in a process of its own."""

from __future__ import annotations

from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.runtime.past.desk import ReplayDesk
from robot_fleet.runtime.processes.desk_process import DeskProcess
from robot_fleet.stores.history.database import Target


class ReplayProcess:
    """The desk of replays, asked by threads (see `DeskProcess`).

    Parameters
    ----------
    site, ledger, telemetry : see `ReplayDesk`.
    """

    def __init__(self, site: Site, ledger: LedgerTarget, telemetry: Target | None) -> None:
        self._desk = DeskProcess("replay", "runtime_replay_failed", ReplayDesk, site, ledger, telemetry)

    @property
    def pid(self) -> int | None:
        """The process's id, None while there is none."""
        return self._desk.pid

    def overview(self, from_s: float | None, to_s: float | None) -> str:
        """Return what there is of a period. Raises as `ReplayDesk.overview`; RuntimeFailure `runtime_replay_failed`."""
        found: str = self._desk.ask("overview", from_s, to_s)
        return found

    def frames(self, from_s: float, to_s: float) -> str:
        """Return a period. Raises as `ReplayDesk.frames`; RuntimeFailure `runtime_replay_failed`."""
        found: str = self._desk.ask("frames", from_s, to_s)
        return found

    def close(self) -> None:
        """End the process without waiting for an answer."""
        self._desk.close()
