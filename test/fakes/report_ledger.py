"""A ledger file that holds facts made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from robot_fleet.core.facts import Fact
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry


def write_ledger(path: Path, site: str, facts: Sequence[tuple[float, Fact]]) -> Path:
    """Append facts to a ledger, which is made where there is none, and return its path."""
    with Ledger.open(path, registry(), site_id=site) as ledger:
        for at_s, fact in facts:
            ledger.append([fact], at_s)
    return path
