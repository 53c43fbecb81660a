"""Snapshots of a fleet's state, taken a bit at a time while the fleet goes on.

Only the mutable part of the state is copied at once, so that what is written later is still the state of that moment;
to write out ten thousand tasks takes a good part of a second, and no turn may wait so long.

Tasks that have retired are by far the most and do not change any more: each is written once, as a line in a part that
belongs to all snapshots after it. All else is JSON. Both are compressed.
"""

from __future__ import annotations

import base64
import time
import typing
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any

from robot_fleet.core.facts import Fact, PlanCommitted
from robot_fleet.core.fleet import FleetState
from robot_fleet.core.fleet.tasks.retired import id_in
from robot_fleet.ledger.codec import CodecMismatch, text_reader, value_codec
from robot_fleet.ledger.ledger import Ledger

STATE_VERSION = 2
"""Form of a snapshot. A new one makes older snapshots unused; the facts are read from the first then."""
SNAPSHOT_EVERY = 10_000
"""Facts between two snapshots: to read so many takes a tenth of a second."""
STOPS_OF_A_FACT = 4
"""So many planned stops take as long to read as another fact; a plan may have thousands."""
SLICE_S = 0.01
"""So long one bit may take (wall time)."""
LINES_AT_ONCE = 2_000
"""Retired tasks that are compressed in one go."""
_LEVEL = 1
"""Of compression: JSON becomes a tenth as large already at the fastest."""


class Snapshots:
    """Takes the snapshots of one ledger.

    The first one is taken soon after the start, so that a manager that is started again and again does not read more
    facts each time.

    Parameters
    ----------
    ledger : the writer's.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._grown = SNAPSHOT_EVERY
        self._work: Iterator[None] | None = None
        parts = ledger.snapshot_parts(STATE_VERSION)
        self._part_seq = parts[-1][0] if parts else 0
        self._lines = sum(_lines_of(text) for _, text in parts)

    @property
    def due(self) -> bool:
        """Whether it is time for another one."""
        return self._grown >= SNAPSHOT_EVERY

    @property
    def begun(self) -> bool:
        """Whether one is being taken."""
        return self._work is not None

    def count(self, facts: Iterable[Fact]) -> None:
        """Count facts that were written."""
        for fact in facts:
            self._grown += 1
            if isinstance(fact, PlanCommitted):
                self._grown += sum(map(len, fact.routes.values())) // STOPS_OF_A_FACT

    def tick(self, state: FleetState) -> None:
        """Begin a snapshot if it is time for one, or do a bit more of the one that is begun.

        Raises
        ------
        LedgerError : `ledger_write_failed`.
        """
        if self._work is None:
            if self.due:
                self._work = self._begin(state)
            return
        until_s = time.perf_counter() + SLICE_S
        for _ in self._work:
            if time.perf_counter() >= until_s:
                return
        self._work = None

    def take(self, state: FleetState) -> None:
        """Keep the state as of the ledger's newest fact. Raises as `tick` does."""
        self._work = None
        for _ in self._begin(state):
            pass

    def _begin(self, state: FleetState) -> Iterator[None]:
        self._grown = 0
        tables = {name: _copy(getattr(state, name)) for name in _hints(FleetState) if name != "retired"}
        fresh = list(islice(state.retired.values(), self._lines, None))
        return self._steps(tables, fresh, self._ledger.last_seq)

    def _steps(self, tables: Mapping[str, Any], fresh: list[str], seq: int) -> Iterator[None]:
        """Write a state out in small steps: all of its fields but the retired tasks, and those that retired lately."""
        body: list[bytes] = []
        for packed in _packed(_pieces(tables)):
            body.append(packed)
            yield
        if fresh:
            part: list[bytes] = []
            for packed in _packed("\n".join(some) + "\n" for some in _in_groups(fresh)):
                part.append(packed)
                yield
            self._ledger.snapshot_part(seq, f"{len(fresh)} {_text(part)}", STATE_VERSION, self._part_seq)
            self._part_seq, self._lines = seq, self._lines + len(fresh)
            yield
        self._ledger.snapshot(seq, {"state": _text(body), "retired": self._lines}, STATE_VERSION)


def newest(ledger: Ledger) -> tuple[FleetState, int] | None:
    """Return the state of the newest snapshot and the number of the last fact in it, None if none can be used.

    Raises
    ------
    LedgerError : `ledger_read_failed`.
    """
    found = ledger.latest_snapshot(STATE_VERSION)
    if found is None:
        return None
    seq, body = found
    try:
        state: FleetState = text_reader(FleetState)(_unpacked(body["state"]))
        for part_seq, part in ledger.snapshot_parts(STATE_VERSION):
            if part_seq <= seq:
                lines = _unpacked(part.partition(" ")[2]).split("\n")[:-1]
                state.retired.update((id_in(line), line) for line in lines)
        return (state, seq) if len(state.retired) == body["retired"] else None
    except (KeyError, TypeError, ValueError, zlib.error, CodecMismatch):
        return None  # damaged, or written by code that saw the state differently: the facts know it all


def _lines_of(part: str) -> int:
    return int(part.partition(" ")[0])


def _in_groups(lines: list[str]) -> Iterator[list[str]]:
    return (lines[first : first + LINES_AT_ONCE] for first in range(0, len(lines), LINES_AT_ONCE))


def _packed(pieces: Iterator[str]) -> Iterator[bytes]:
    packer = zlib.compressobj(_LEVEL)
    for piece in pieces:
        yield packer.compress(piece.encode())
    yield packer.flush()


def _text(packed: list[bytes]) -> str:
    return base64.b64encode(b"".join(packed)).decode("ascii")


def _unpacked(text: str) -> str:
    return zlib.decompress(base64.b64decode(text, validate=True)).decode()


def _pieces(tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield fields of a state as JSON, an entry of a table at a time."""
    before = "{"
    for name, value in tables.items():
        hint = _hints(FleetState)[name]
        yield f'{before}"{name}":'
        before = ","
        if typing.get_origin(hint) is dict:
            dumps, key_dumps = value_codec(typing.get_args(hint)[1]).dumps, value_codec(str).dumps
            begin = "{"
            for key, entry in value.items():
                yield f"{begin}{key_dumps(key)}:{dumps(entry)}"
                begin = ","
            yield "}" if begin == "," else "{}"
        else:
            yield value_codec(hint).dumps(value)
    yield "}"


def _copy(value: Any) -> Any:
    """Return a copy that shares nothing mutable with a state or a part of one."""
    kind: Any = type(value)
    if kind is dict:
        kind = type(next(iter(value.values()), None))
        return {key: _copy(inner) for key, inner in value.items()} if _is_mutable(kind) else dict(value)
    return _copier(kind)(value) if _is_mutable(kind) else value


@cache
def _copier(kind: type) -> Callable[[Any], Any]:
    hints = _hints(kind)
    values = attrgetter(*hints)
    mutable = [name for name, hint in hints.items() if any(map(_is_mutable, (hint, *typing.get_args(hint))))]

    def copy(value: Any) -> Any:
        made = kind(*values(value))
        for name in mutable:
            setattr(made, name, _copy(getattr(made, name)))
        return made

    return copy


@cache
def _hints(kind: type) -> dict[str, Any]:
    """Return the types of the fields that are not worked out from others."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind) if field.init}


@cache
def _is_mutable(hint: Any) -> bool:
    kind = typing.get_origin(hint) or hint
    return kind is dict or (is_dataclass(kind) and not kind.__dataclass_params__.frozen)  # type: ignore[union-attr]


__all__ = ["SNAPSHOT_EVERY", "STATE_VERSION", "Snapshots", "newest"]
