"""The fleet's state out of its ledger: for the one writer at start-up, and for those who read beside it."""

from __future__ import annotations

from robot_fleet.core.errors import LedgerError
from robot_fleet.core.facts import FACT_TYPES
from robot_fleet.core.fleet import FleetState, apply, initial_state
from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.registry import FactRegistry
from robot_fleet.runtime import snapshots

_PASSING = ("ledger_missing", "ledger_older_version", "ledger_read_failed", "ledger_unreachable")


def registry() -> FactRegistry:
    """Return how each kind of fact is written."""
    return FactRegistry(FACT_TYPES)


def open_for_writing(site: Site, target: LedgerTarget, created: str = "") -> tuple[Ledger, FleetState]:
    """Open the site's ledger as its one writer, and return it with the state that its facts amount to.

    Raises
    ------
    LedgerError : see `Ledger.open`.
    """
    ledger = Ledger.open(target, registry(), site_id=site.id, created=created)
    state, seq = snapshots.newest(ledger) or (initial_state(site), 0)
    for _, _, fact in ledger.read(after_seq=seq):
        apply(state, fact)
    return ledger, state


class Follower:
    """A fleet's state, read beside the manager who writes its ledger.

    Parameters
    ----------
    site, target : of the ledger, which need not be there yet.

    Attributes
    ----------
    state : as of the last `refresh`.
    """

    def __init__(self, site: Site, target: LedgerTarget) -> None:
        self.state: FleetState = initial_state(site)
        self._site = site
        self._target = target
        self._ledger: Ledger | None = None
        self._seq = 0

    def refresh(self) -> bool:
        """Take in the facts written since the last call; return whether there were any.

        A ledger that is not there yet, or cannot be read for a while, is waited out.

        Raises
        ------
        LedgerError : as `Ledger.open` and `Ledger.read`, but for what may pass.
        """
        before = self._seq
        try:
            if self._ledger is None:
                self._ledger = Ledger.open(self._target, registry(), site_id=self._site.id, read_only=True)
                self.state, self._seq = snapshots.newest(self._ledger) or (self.state, 0)
            for seq, _, fact in self._ledger.read(after_seq=self._seq):
                apply(self.state, fact)
                self._seq = seq
        except LedgerError as error:
            if error.code not in _PASSING:
                raise
        return self._seq != before

    def close(self) -> None:
        """Close the ledger, if it was opened."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None
