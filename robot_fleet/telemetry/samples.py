"""Samples of signals on their way into history: taken in as they come, judged and folded in portions."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from robot_fleet.telemetry.buckets import Buckets, merged
from robot_fleet.telemetry.kept import KeptSignal
from robot_fleet.telemetry.streams import Gate

_STEPS = 2**31
"""Values lie within this many steps of their signal's resolution from 0."""
_SECONDS = 2**40
"""More than any fleet time: seconds of many streams are told apart as `stream * _SECONDS + second`."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Samples:
    """Folds samples of many robots and signals into buckets of 1 s.

    One thread may call `add` while another one calls `fold` and `take`.

    Parameters
    ----------
    signals : the signals that are kept, by name.
    """

    def __init__(self, signals: Mapping[str, KeptSignal]) -> None:
        self._signals = signals
        self._come: deque[tuple[str, float, Mapping[str, float]]] = deque()
        self._runs: deque[tuple[str, str, Floats, Floats]] = deque()
        self._streams: dict[str, dict[str, int]] = {}
        self._limits: list[float] = []
        self._gate = Gate()
        self._folded: list[Buckets] = []

    @property
    def refused(self) -> Counter[str]:
        """How many samples were refused, by reason.

        `malformed`: no finite number, too large, or from before the first midnight; `out_of_order`: not later than the
        newest of its robot and signal; `ahead`: more than AHEAD_S before its time; `unknown_signal`.
        """
        return self._gate.refused

    @property
    def robots(self) -> Iterable[str]:
        """The robots that samples were folded of."""
        return self._streams.keys()

    def add(self, robot: str, at_s: float, values: Mapping[str, float]) -> None:
        """Take in what a robot reports at an instant of fleet time, by signal."""
        self._come.append((robot, at_s, dict(values)))

    def add_run(self, robot: str, signal: str, at_s: Floats, values: Floats) -> None:
        """Take in a whole run of one signal; both arrays have the shape (samples,)."""
        self._runs.append((robot, signal, at_s, values))

    def fold(self, now_s: float) -> None:
        """Judge and fold what has come in until now, in fleet time."""
        stream, at_s, value = self._taken_in()
        if not len(stream):
            return
        limit = np.array(self._limits)[stream]
        sound = np.isfinite(at_s) & (at_s >= 0.0) & (np.abs(value) < limit)
        chosen = self._gate.admitted(stream, at_s, sound, now_s)
        number = stream[chosen] * _SECONDS + at_s[chosen].astype(np.int64)
        value = value[chosen]
        self._folded.append(Buckets(1, number, np.ones_like(number), value, value, value, value).folded(1))

    def take(self, robots: Iterable[str]) -> dict[str, dict[str, Buckets]]:
        """Return what has been folded of some robots since it was taken last: robot -> signal -> buckets of 1 s."""
        folded = merged(self._folded, 1)
        streams = folded.number // _SECONDS
        rest = np.ones(len(folded), np.bool_)
        taken: dict[str, dict[str, Buckets]] = {}
        for robot in robots:
            for signal, stream in self._streams.get(robot, {}).items():
                begin, end = np.searchsorted(streams, (stream, stream + 1))
                if begin < end:
                    rest[begin:end] = False
                    part = folded.of(slice(begin, end))
                    taken.setdefault(robot, {})[signal] = replace(part, number=part.number % _SECONDS)
        self._folded = [folded.of(rest)]
        return taken

    def _taken_in(self) -> tuple[Ints, Floats, Floats]:
        """Return the streams, stamps and values of what has come in."""
        streams: list[int] = []
        stamps_s: list[float] = []
        values: list[float] = []
        for _ in range(len(self._come)):
            robot, at_s, figures = self._come.popleft()
            known = self._streams.setdefault(robot, {})
            for signal, value in figures.items():
                stream = known.get(signal)
                if stream is None:
                    stream = self._stream(robot, signal)
                if stream is not None:
                    streams.append(stream)
                    stamps_s.append(at_s)
                    values.append(value)
        parts = [(np.array(streams, np.int64), np.array(stamps_s, np.float64), np.array(values, np.float64))]
        for _ in range(len(self._runs)):
            robot, signal, run_s, run = self._runs.popleft()
            stream = self._stream(robot, signal)
            if stream is not None:
                parts.append((np.full(len(run), stream), run_s, run))
        stream_parts, stamp_parts, value_parts = zip(*parts, strict=True)
        return np.concatenate(stream_parts), np.concatenate(stamp_parts), np.concatenate(value_parts)

    def _stream(self, robot: str, signal: str) -> int | None:
        """Return the number of a stream, a new one if need be; None, and count it, if there is no such signal."""
        if signal not in self._signals:
            self._gate.refused["unknown_signal"] += 1
            return None
        known = self._streams.setdefault(robot, {})
        if signal not in known:
            known[signal] = len(self._limits)
            self._limits.append(_STEPS * self._signals[signal].resolution)
        return known[signal]
