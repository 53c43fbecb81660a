"""Keeps a view up to date from the ledger, read beside the manager who writes it."""

from __future__ import annotations

from collections.abc import Callable

from robot_fleet.core.errors import LedgerError
from robot_fleet.core.facts import Fact
from robot_fleet.core.fleet.apply import apply, initial_state
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.site import Site
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.server.state_rows import StateRows
from robot_fleet.server.view import FleetView


class LedgerFeed:
    """Applies new facts to a state of its own and puts what follows into the view.

    Parameters
    ----------
    site : the site whose ledger it is.
    view : brought up to date by `refresh`.
    open_ledger : opens the ledger read-only; tried again at each `refresh` while there is none yet.
    """

    def __init__(self, site: Site, view: FleetView, open_ledger: Callable[[], Ledger]) -> None:
        self.state: FleetState = initial_state(site)
        self._view = view
        self._open_ledger = open_ledger
        self._ledger: Ledger | None = None
        self._rows = StateRows(site)
        self._seq = 0

    def refresh(self) -> bool:
        """Take in the facts written since the last call; return whether there were any.

        Raises
        ------
        LedgerError : as `Ledger.open` and `Ledger.read`, but for `ledger_missing`, which is waited out.
        """
        if self._ledger is None:
            try:
                self._ledger = self._open_ledger()
            except LedgerError as error:
                if error.code != "ledger_missing":
                    raise
                return False
            self._rows.update(self._view, self.state)
        before = self._seq
        for seq, _, fact in self._ledger.read(self._seq):
            assert isinstance(fact, Fact)
            apply(self.state, fact)
            self._seq = seq
        if self._seq == before:
            return False
        self._rows.update(self._view, self.state)
        return True

    def close(self) -> None:
        """Close the ledger, if it was opened."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None
