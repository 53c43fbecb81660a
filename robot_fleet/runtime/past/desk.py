"""Tells what was: which past there is, and any period of it, merged of the ledger and the history of telemetry.

A desk belongs to one thread; the ledger and the history are read beside their writers.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from robot_fleet.core.errors import RequestError, RuntimeFailure, StoreError
from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.past.motion import coverage, motion
from robot_fleet.runtime.past.states import PastStates
from robot_fleet.stores.history.database import Target
from robot_fleet.stores.history.retention import DEFAULT_RETENTION
from robot_fleet.stores.history.store import TelemetryStore

LONGEST_S = 172_800.0
"""A bar of two days; of more nobody can tell one minute from the next."""
LONGEST_FRAMES_S = 3_600.0
MOST_MARKS = 2_000
_SPANS = 240
_READING_S = 0.5
"""So long one question may read facts that are not known yet: who asks is told how far it is, and asks again."""


class ReplayDesk:
    """The past of a fleet.

    Parameters
    ----------
    site : the fleet's site.
    ledger : the ledger, read beside its writer.
    telemetry : the history of telemetry; without it nobody knows where robots were.
    """

    def __init__(self, site: Site, ledger: LedgerTarget, telemetry: Target | None) -> None:
        self._site = site
        self._target = ledger
        self._telemetry = telemetry
        self._past = PastStates(site)

    def overview(self, from_s: float | None, to_s: float | None) -> str:
        """Return as JSON what there is of a period, the newest hour where it is not said (see `docs/reference/api.md`).

        Raises
        ------
        RequestError : `request_replay_period`.
        LedgerError : as `Ledger.open` and `Ledger.read`.
        """
        with self._ledger() as ledger:
            read = self._past.read_on(ledger, _READING_S)
            read_pct = 100 if read else math.floor(100.0 * self._past.seq / max(ledger.last_seq, 1))
        past, store = self._past, self._store()
        try:
            heard_s = _heard_until_s(store)
            first_s, until_s = past.first_s or 0.0, max(past.newest_s or 0.0, heard_s or 0.0)
            to_s = max(until_s, first_s + 1.0) if to_s is None else to_s
            from_s = max(first_s, to_s - LONGEST_FRAMES_S) if from_s is None else from_s
            _check(from_s, to_s, LONGEST_S)
            marks = [mark for mark in past.marks if from_s <= mark.at_s <= to_s]
            edges_s = np.linspace(from_s, to_s, _SPANS + 1)
            told: dict[str, Any] = {
                "from_s": from_s,
                "to_s": to_s,
                "first_s": first_s,
                "until_s": until_s,
                "read_pct": read_pct,
                "motion_days": DEFAULT_RETENTION.trajectory.kept_s // 86_400,
                "motion_until_s": heard_s,
                "motion": coverage(store, list(self._site.robots), edges_s) if store is not None else [0.0] * _SPANS,
                "marks": [mark._asdict() for mark in marks[:MOST_MARKS]],
                "marks_left_out": max(len(marks) - MOST_MARKS, 0),
            }
        finally:
            if store is not None:
                store.close()
        return json.dumps(told, allow_nan=False, separators=(",", ":"))

    def frames(self, from_s: float, to_s: float) -> str:
        """Return a period as JSON: `frames` as the stream sends them, and where robots were (see `past_motion.motion`).

        Raises
        ------
        RequestError : `request_replay_period`.
        RuntimeFailure : `runtime_replay_reading` while facts of the period were not read yet.
        LedgerError : as `Ledger.open` and `Ledger.read`.
        """
        _check(from_s, to_s, LONGEST_FRAMES_S)
        with self._ledger() as ledger:
            read = self._past.read_on(ledger, _READING_S)
            if not read and (self._past.newest_s or 0.0) <= to_s:
                part = math.floor(100.0 * self._past.seq / max(ledger.last_seq, 1))
                raise RuntimeFailure("runtime_replay_reading", f"{part} % of the ledger is read; ask again in a second")
            frames = ",".join(self._past.frames(ledger, from_s, to_s))
        store = self._store()
        moved: dict[str, Any] = {}
        if store is not None:
            with store:
                moved = motion(store, list(self._site.robots), from_s, to_s)
        head = json.dumps({"from_s": from_s, "to_s": to_s, "motion": moved}, allow_nan=False, separators=(",", ":"))
        return f'{head[:-1]},"frames":[{frames}]}}'

    def _ledger(self) -> Ledger:
        ledger = Ledger.open(self._target, registry(), site_id=self._site.id, read_only=True)
        if ledger.last_seq < self._past.seq:  # a backup was put in its place
            self._past = PastStates(self._site)
        return ledger

    def _store(self) -> TelemetryStore | None:
        """Return the history; None where there is none that can be read: the replay says that motion is missing."""
        target = self._telemetry
        if target is None or (isinstance(target, Path) and not target.is_file()):
            return None
        try:
            return TelemetryStore.open(target)
        except StoreError:
            return None


def _check(from_s: float, to_s: float, longest_s: float) -> None:
    if not (math.isfinite(from_s) and math.isfinite(to_s) and 0.0 <= from_s < to_s <= from_s + longest_s):
        message = f"a period begins at 0 or later, ends after that, and is no longer than {longest_s:.0f} s"
        raise RequestError("request_replay_period", message, f"{from_s:g}-{to_s:g}")


def _heard_until_s(store: TelemetryStore | None) -> float | None:
    if store is None:
        return None
    return max((store.span(robot)[1] for robot in store.robots()), default=None)
