"""The fleet at any time of its past, by the reducer that shows the present.

The ledger is read once, from the first fact, and a copy of everything that the reducer knows is kept from time to time.
A past state is the copy before it, and the facts since.
"""

from __future__ import annotations

import io
import pickle
import time
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from robot_fleet.core.facts import Fact, TasksRetired
from robot_fleet.core.fleet.state import RobotRecord
from robot_fleet.core.order import StepKind
from robot_fleet.core.site import Site
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.past.marks import Mark, mark_of
from robot_fleet.server.ports import Row
from robot_fleet.server.reducer import Reducer
from robot_fleet.server.rows.health import UNHEARD
from robot_fleet.server.site_view import site_view
from robot_fleet.server.stream import encode
from robot_fleet.server.view import FleetView

COPY_EVERY = 4_000
"""Facts between two copies: to read so many takes a tenth of a second."""
MOST_COPIES = 256
"""Beyond, every second one goes: what is kept does not grow with the past. Of twelve robots each takes about 0.1 MB."""

UNKNOWN: Row = {
    **UNHEARD,
    **dict.fromkeys(("x_m", "y_m", "yaw_rad", "soc_pct", "speed_mps")),
    "freshness": "unrecorded",
    "control": "unknown",
}
"""What no fact tells of a robot: where it was is for the history of telemetry to say, and nobody guesses the rest."""

_DOING = {
    StepKind.DRIVE: "driving",
    StepKind.DOCK: "docking",
    StepKind.UNDOCK: "undocking",
    StepKind.ACT: "acting",
    StepKind.WAIT: "waiting",
}


@dataclass(frozen=True, slots=True)
class Copy:
    """What a reducer knew after a fact."""

    seq: int
    at_s: float
    packed: bytes


class PastStates:
    """A fleet's past, as far as `read_on` has read it.

    Parameters
    ----------
    site : the ledger's site, as it is now.
    copy_every, most_copies : see COPY_EVERY and MOST_COPIES.

    Attributes
    ----------
    seq : number of the last fact that was read.
    first_s, newest_s : fleet times of the first and the last fact that were read, None before there is any.
    marks : what people may want to look at, oldest first.
    """

    def __init__(self, site: Site, copy_every: int = COPY_EVERY, most_copies: int = MOST_COPIES) -> None:
        fixed = site_view(site)
        self._shared = {"site": site, "row": fixed.row}
        view = FleetView(fixed.row, [{**row, **UNKNOWN} for row in fixed.robots], all_tasks=False)
        self._newest = Reducer(site, view)
        self._every = copy_every
        self._most = most_copies
        self._copies = [Copy(0, float("-inf"), self._packed(self._newest))]
        self.seq = 0
        self.first_s: float | None = None
        self.newest_s: float | None = None
        self.marks: list[Mark] = []

    def read_on(self, ledger: Ledger, budget_s: float) -> bool:
        """Read facts that are not known yet for some time (steady); return whether all are.

        Raises
        ------
        LedgerError : as `Ledger.read`.
        """
        until_s = time.monotonic() + budget_s
        for seq, at_s, fact in ledger.read(after_seq=self.seq):
            if seq - self._copies[-1].seq > self._every and at_s != self.newest_s:
                self._keep_copy()
                if time.monotonic() > until_s:
                    return False
            _take(self._newest, at_s, fact)
            self.first_s = at_s if self.first_s is None else self.first_s
            self.seq, self.newest_s = seq, at_s
            mark = mark_of(at_s, fact)
            if mark is not None:
                self.marks.append(mark)
        return True

    def frames(self, ledger: Ledger, from_s: float, to_s: float) -> Iterator[str]:
        """Yield the stream's frames of a period as JSON: a snapshot without the site, then patches.

        Parameters
        ----------
        from_s, to_s : the period in fleet time; the snapshot has taken in all facts until `from_s`.

        Raises
        ------
        LedgerError : as `Ledger.read`.
        """
        copy = self._copies[bisect_right(self._copies, from_s, key=attrgetter("at_s")) - 1]
        reducer = self._unpacked(copy.packed)
        begun = False
        for at_s, turn in groupby(ledger.read(after_seq=copy.seq), key=itemgetter(1)):
            if at_s > to_s:
                break
            if at_s > from_s and not begun:
                begun = True
                yield _snapshot(reducer, from_s)
            for _, _, fact in turn:
                _take(reducer, at_s, fact)
            patch = _patch(reducer, at_s) if begun else None
            if patch is not None:
                yield encode(patch)
        if not begun:
            yield _snapshot(reducer, from_s)

    def _keep_copy(self) -> None:
        assert self.newest_s is not None
        self._copies.append(Copy(self.seq, self.newest_s, self._packed(self._newest)))
        if len(self._copies) > self._most:
            self._copies = self._copies[::2]
            self._every *= 2

    def _packed(self, reducer: Reducer) -> bytes:
        """Return a copy of a reducer with its view; what is the site's own is not copied."""
        names = {id(value): name for name, value in self._shared.items()}
        body = io.BytesIO()
        pickler = pickle.Pickler(body, pickle.HIGHEST_PROTOCOL)
        pickler.persistent_id = lambda value: names.get(id(value))  # type: ignore[method-assign]
        pickler.dump(reducer)
        return zlib.compress(body.getvalue(), 1)

    def _unpacked(self, packed: bytes) -> Reducer:
        unpickler = pickle.Unpickler(io.BytesIO(zlib.decompress(packed)))  # noqa: S301 - our own, from our own memory
        unpickler.persistent_load = self._shared.__getitem__  # type: ignore[method-assign]
        reducer: Reducer = unpickler.load()
        return reducer


def _take(reducer: Reducer, at_s: float, fact: Fact) -> None:
    reducer.take(at_s, fact)
    if isinstance(fact, TasksRetired):
        reducer.state.retired.clear()  # nobody is shown them, and no fact looks back at them


def _show(reducer: Reducer) -> None:
    reducer.show()
    for robot in reducer.state.robots.values():
        reducer.view.put_robot(robot.id, state=_doing(robot))


def _snapshot(reducer: Reducer, at_s: float) -> str:
    _show(reducer)
    reducer.view.take_patch(at_s)
    return encode({key: value for key, value in reducer.view.snapshot(at_s).items() if key != "site"})


def _patch(reducer: Reducer, at_s: float) -> Any:
    _show(reducer)
    return reducer.view.take_patch(at_s)


def _doing(robot: RobotRecord) -> str:
    """Return what a robot was about by its order: the step that was not done yet. What it did itself, no fact tells."""
    order = robot.busy
    if order is None or order.done >= order.steps:
        return "docked" if robot.docked else "idle"
    if order.done >= order.released:
        return "waiting"
    if order.done >= order.first_tail:
        return _DOING[order.tail[order.done - order.first_tail].kind]
    return "driving" if order.done >= order.first_lane else "undocking"
