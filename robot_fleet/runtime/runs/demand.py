"""Which part of a demand is played, and what of a site the simulator senses: shared by every kind of run."""

from __future__ import annotations

from collections.abc import Sequence

from robot_fleet.runtime.runs.city import is_event
from robot_fleet.sim.callers import Request

DAY_BEGINS_S = 7.5 * 3600.0
"""Fleet time at which a run without a demand begins."""
SENSED_KINDS = ("bay_in", "bay_out")
"""Kinds of places with a sensor that tells which car stands there."""


def played_rows(rows: Sequence[Request], requests: int | None, duration_s: float | None) -> list[Request]:
    """Return the first requests by time (all for None), of the first `duration_s` of the run if it is given.

    Events of the city do not count as requests; those up to the last request are among what is returned.
    """
    ordered = sorted(rows, key=lambda row: (row.at_s, row.request_id))
    if requests is not None:
        asked = [row for row in ordered if not is_event(row)][:requests]
        ordered = [row for row in ordered if asked and row.at_s <= asked[-1].at_s and (is_event(row) or row in asked)]
    if duration_s is None or not ordered:
        return ordered
    return [row for row in ordered if row.at_s < ordered[0].at_s + duration_s]
