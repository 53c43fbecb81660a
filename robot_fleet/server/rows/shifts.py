"""Shifts as rows: what is open now, and what was signed and taken over. Pure."""

from __future__ import annotations

from dataclasses import asdict

from robot_fleet.core.fleet.commands import shifts
from robot_fleet.core.fleet.state import FleetState, ShiftRecord
from robot_fleet.server.ports import Row


def open_row(state: FleetState) -> Row:
    """Return what whoever signs a shift has to look at: `{"items": [{kind, id, key, about, since_s}], "digest"}`."""
    items = shifts.open_items(state)
    return {"items": [asdict(item) | {"key": item.key} for item in items], "digest": shifts.digest_of_items(items)}


def shift_rows(state: FleetState) -> list[Row]:
    """Return the shifts that were handed over last, newest first.

    `state` is `signed` (waits for somebody), `taken`, or `superseded` where another one was signed before anybody took
    it over. `intact` says whether the digest is still that of the content.
    """
    waiting = shifts.waiting(state)
    return [_row(record, record is waiting) for record in reversed(state.shifts.values())]


def waiting_row(state: FleetState) -> Row | None:
    """Return which shift waits for somebody to take it over, None if none does."""
    record = shifts.waiting(state)
    return None if record is None else {"id": record.signed.shift, "by": record.signed.by, "at_s": record.signed.at_s}


def _row(record: ShiftRecord, waits: bool) -> Row:
    signed = record.signed
    return {
        "id": signed.shift,
        "state": "taken" if record.taken_s is not None else "signed" if waits else "superseded",
        "signed_by": signed.by,
        "signed_s": signed.at_s,
        "taken_by": record.taken_by,
        "taken_s": record.taken_s,
        "open": [asdict(item) | {"key": item.key} for item in signed.open],
        "note": signed.note,
        "notes": dict(signed.notes),
        "digest": signed.digest,
        "intact": shifts.digest_of(signed) == signed.digest,
    }
