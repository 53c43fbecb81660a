"""Looks whether reports are due, in a thread of its own, and lets people ask: what is made takes long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from robot_fleet.core.errors import RequestError
from robot_fleet.core.health import Condition
from robot_fleet.runtime.reports.sender import ReportSender, row_of
from robot_fleet.server.webhooks.deliveries import Deliveries

LOOK_EVERY_S = 10.0


class ReportRounds:
    """Has a sender look every ten seconds until `close`.

    Parameters
    ----------
    sender : who knows what is due.
    deliveries : of the sender; closed with it.
    fleet_s : returns the fleet time, None while there is none.
    """

    def __init__(self, sender: ReportSender, deliveries: Deliveries, fleet_s: Callable[[], float | None]) -> None:
        self._sender = sender
        self._deliveries = deliveries
        self._fleet_s = fleet_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="report_rounds", daemon=True)
        self._thread.start()

    def rows(self) -> Sequence[Mapping[str, Any]]:
        """Return how it stands with each schedule."""
        return self._sender.rows(self._fleet_s() or 0.0)

    def send(self, schedule: str, length: str, of: str, by: str, command: str) -> Mapping[str, Any]:
        """Make a report by hand. Raises as `ReportSender.send`."""
        now_s = self._fleet_s()
        if now_s is None:
            raise RequestError("request_report_not_over", "the fleet has no time yet", "of")
        return row_of(self._sender.send(schedule, length, of, by, command, now_s))

    def conditions(self) -> tuple[Condition, ...]:
        """Return the schedules whose reports do not get to where they should."""
        now_s = self._fleet_s()
        return () if now_s is None else self._sender.conditions(now_s)

    def end(self) -> None:
        """Begin with no report any more; one that is being made now fails when its maker is closed."""
        self._sender.end()
        self._ending.set()

    def close(self) -> None:
        """Wait until the work is over, and stop delivering; what was not finished is after the next start."""
        self.end()
        self._thread.join()
        self._deliveries.close()

    def _run(self) -> None:
        while not self._ending.is_set():
            now_s = self._fleet_s()
            if now_s is not None:
                self._sender.look(now_s, time.monotonic())
            self._ending.wait(LOOK_EVERY_S)
