"""Keeps a view up to date from the ledger, read beside the manager who writes it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from robot_fleet.core.errors import LedgerError
from robot_fleet.core.facts import Fact
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.site import Site
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.server.reducer import Reducer
from robot_fleet.server.rows.schedules import ScheduleRows
from robot_fleet.server.view import FleetView

LOG = logging.getLogger("robot_fleet")
_PASSING = ("ledger_missing", "ledger_older_version", "ledger_read_failed", "ledger_unreachable")
AGAIN_S = 2.0
"""A ledger that cannot be read is tried again after this time (steady)."""


class LedgerFeed:
    """Applies new facts to a state of its own and puts what follows into the view.

    Parameters
    ----------
    site : the site whose ledger it is.
    view : brought up to date by `refresh`.
    open_ledger : opens the ledger read-only; tried again while there is none yet.
    steady_s : returns the steady time.
    schedules : makes the rows of schedules.
    """

    def __init__(
        self,
        site: Site,
        view: FleetView,
        open_ledger: Callable[[], Ledger],
        steady_s: Callable[[], float] = time.monotonic,
        schedules: ScheduleRows | None = None,
    ) -> None:
        self._reducer = Reducer(site, view, schedules)
        self._open_ledger = open_ledger
        self._ledger: Ledger | None = None
        self._seq = self._seen_seq = 0
        self._steady_s = steady_s
        self._failing = False
        self._again_s = float("-inf")

    @property
    def state(self) -> FleetState:
        """What the facts that were read amount to."""
        return self._reducer.state

    def refresh(self) -> bool:
        """Take in the facts written since the last call; return whether there were any.

        A ledger that is not there yet, or cannot be read for a while, is waited out.

        Raises
        ------
        LedgerError : as `Ledger.open` and `Ledger.read`, but for what may pass.
        """
        if self._failing and self._steady_s() < self._again_s:
            return False
        try:
            grown = self._take_in()
        except LedgerError as error:
            if error.code not in _PASSING:
                raise
            if error.code != "ledger_missing":
                self._wait(error)
            return False
        if self._failing:
            self._failing = False
            LOG.info("event=ledger_read_again")
        return grown

    def _wait(self, error: LedgerError) -> None:
        if not self._failing:
            LOG.warning("event=ledger_unreadable error=%s", error)
        self._failing, self._again_s = True, self._steady_s() + AGAIN_S

    def _take_in(self) -> bool:
        if self._ledger is None:
            self._ledger = self._open_ledger()
            self._reducer.show()
        for seq, at_s, fact in self._ledger.read(self._seq):
            assert isinstance(fact, Fact)
            self._reducer.take(at_s, fact)
            self._seq = seq
        if self._seq == self._seen_seq:
            return False
        self._seen_seq = self._seq
        self._reducer.show()
        return True

    def close(self) -> None:
        """Close the ledger, if it was opened."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None
