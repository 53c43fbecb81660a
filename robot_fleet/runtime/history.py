"""The fleet's state out of its ledger: for the one writer at start-up."""

from __future__ import annotations

from typing import Any

from robot_fleet.core.facts import FACT_TYPES
from robot_fleet.core.fleet import FleetState, apply, initial_state
from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.codec import CodecMismatch, value_codec
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.registry import FactRegistry

STATE_VERSION = 1
"""Form of a snapshot's body. A new one makes older snapshots unused; the facts are read from the first then."""
SNAPSHOT_EVERY = 2_000
"""Facts between two snapshots."""


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
    state, seq = _newest_snapshot(ledger, site)
    for _, _, fact in ledger.read(after_seq=seq):
        apply(state, fact)
    return ledger, state


def _newest_snapshot(ledger: Ledger, site: Site) -> tuple[FleetState, int]:
    found = ledger.latest_snapshot(STATE_VERSION)
    if found is None:
        return initial_state(site), 0
    seq, body = found
    try:
        state: FleetState = value_codec(FleetState).decode(body)
    except CodecMismatch:  # written by code that saw the state differently: the facts know it all
        return initial_state(site), 0
    return state, seq


def take_snapshot(ledger: Ledger, state: FleetState) -> None:
    """Keep the state as of the ledger's newest fact."""
    body: dict[str, Any] = value_codec(FleetState).encode(state)
    ledger.snapshot(ledger.last_seq, body, STATE_VERSION)
