"""One stream of frames, many consoles: each frame is written out once, and a slow console never slows the others.

Events (`patch`) are numbered, none is left out, and the newest are kept: a console that was away for a while is sent
only what it has missed. Motion (`poses`) is not: what has not been sent yet is overtaken by what is newer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from robot_fleet.server.ports import FleetPort, Frame
from robot_fleet.server.view import POSE_KEYS

_log = logging.getLogger("robot_fleet.server")

WAITING_EVENTS = 50
"""Events that wait for one console at most; beyond that it gets a fresh snapshot instead."""
KEPT_LETTERS = 1_000_000
"""So much of the events is kept for consoles that come back."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a console that comes back has seen last.

    Parameters
    ----------
    epoch : of whose numbers it speaks; another one after each start of the server.
    seq : number of the last event.
    """

    epoch: str
    seq: int


@dataclass(slots=True)
class Events:
    """The newest events with their numbers, as JSON text."""

    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    number: int = 0
    _kept: deque[str] = field(default_factory=deque)
    _letters: int = 0

    def add(self, frame: Frame) -> str:
        """Number an event and return it as text."""
        self.number += 1
        text = encode({**frame, "seq": self.number})
        self._kept.append(text)
        self._letters += len(text)
        while self._letters > KEPT_LETTERS:
            self._letters -= len(self._kept.popleft())
        return text

    def after(self, seen: Seen) -> list[str] | None:
        """Return the events that came after one; None if they are not kept (any more)."""
        missed = self.number - seen.seq
        if seen.epoch != self.epoch or not 0 <= missed <= len(self._kept):
            return None
        return list(self._kept)[len(self._kept) - missed :]


class Motion:
    """Where robots are that have moved, each as a row of a frame `poses`."""

    def __init__(self, t_s: float, rows: Mapping[int, Sequence[float]]) -> None:
        self._t_s = t_s
        self._rows = rows
        self._text: str | None = None

    @classmethod
    def of(cls, frame: Frame) -> Motion:
        """Return what a frame tells."""
        return cls(frame["t_s"], {row[0]: row for row in frame["r"]})

    @classmethod
    def of_all(cls, snapshot: Frame) -> Motion:
        """Return where all robots are."""
        rows = enumerate(snapshot["robots"])
        return cls(snapshot["t_s"], {index: [index, *(row[key] for key in POSE_KEYS)] for index, row in rows})

    @property
    def text(self) -> str:
        """The frame as text; written out once, however many consoles get it."""
        if self._text is None:
            self._text = encode({"type": "poses", "t_s": self._t_s, "r": list(self._rows.values())})
        return self._text

    def then(self, later: Motion) -> Motion:
        """Return both as one; a row that ends early leaves the rest as it was."""
        rows = dict(self._rows)
        for index, row in later._rows.items():
            rows[index] = [*row, *rows.get(index, ())[len(row) :]]
        return Motion(later._t_s, rows)


class Subscription:
    """The frames waiting for one console, as JSON text.

    Parameters
    ----------
    seen : what it has seen before it was away; None of one that is new.
    """

    def __init__(self, fleet: FleetPort, events: Events, seen: Seen | None = None) -> None:
        self._fleet = fleet
        self._events = events
        self._waiting: deque[str] = deque()
        self._most = WAITING_EVENTS
        self._motion: Motion | None = None
        self._news = asyncio.Event()
        missed = None if seen is None else events.after(seen)
        self._behind = missed is None
        if missed is not None:
            snapshot = fleet.snapshot()
            caught_up = {"type": "resume", "t_s": snapshot["t_s"], "epoch": events.epoch, "seq": events.number}
            self._waiting.extend([*missed, encode(caught_up)])
            self._most += len(self._waiting)
            self._motion = Motion.of_all(snapshot)

    async def next(self) -> str:
        """Return the next frame to send: events first, then where robots are by now."""
        while True:
            if self._behind:
                self._waiting.clear()
                self._behind, self._motion = False, None
                return encode({**self._fleet.snapshot(), "epoch": self._events.epoch, "seq": self._events.number})
            if self._waiting:
                return self._waiting.popleft()
            if self._motion is not None:
                motion, self._motion = self._motion, None
                return motion.text
            self._news.clear()
            await self._news.wait()

    def event(self, text: str) -> None:
        """Queue an event, or note that this console has fallen behind."""
        if not self._behind:
            self._behind = len(self._waiting) >= self._most
            self._waiting.append(text)
            self._news.set()

    def motion(self, motion: Motion) -> None:
        """Take in where robots are; what still waits of it is overtaken."""
        if not self._behind:
            self._motion = motion if self._motion is None else self._motion.then(motion)
            self._news.set()


class Hub:
    """Reads the fleet's frames once and hands them to every console."""

    def __init__(self, fleet: FleetPort) -> None:
        self._fleet = fleet
        self._events = Events()
        self._subscriptions: dict[int, Subscription] = {}
        self._shown: dict[str, None] = {}
        self._next = 0

    @property
    def consoles(self) -> int:
        """How many consoles are connected."""
        return len(self._subscriptions)

    def join(self, seen: Seen | None = None) -> tuple[int, Subscription]:
        """Return a new console's number and its frames."""
        self._next += 1
        self._subscriptions[self._next] = Subscription(self._fleet, self._events, seen)
        return self._next, self._subscriptions[self._next]

    def leave(self, number: int) -> None:
        """Forget a console."""
        self._subscriptions.pop(number, None)

    async def run(self) -> None:
        """Hand out frames until cancelled."""
        async for frame in self._fleet.frames():
            self.hand_out(frame)

    def hand_out(self, frame: Frame) -> None:
        """Give a frame to every console."""
        if frame["type"] == "poses":
            motion = Motion.of(frame)
            for subscription in self._subscriptions.values():
                subscription.motion(motion)
            return
        text = self._events.add(frame)
        for subscription in self._subscriptions.values():
            subscription.event(text)
        if "alarms" in frame:
            self._note_shown([alarm["id"] for alarm in frame["alarms"]])

    def _note_shown(self, alarms: Sequence[str]) -> None:
        fresh = [alarm for alarm in alarms if alarm not in self._shown]
        self._shown = dict.fromkeys(alarms)
        if fresh:
            self._fleet.shown(fresh)
            _log.info("alarms=%s event=queued consoles=%d", ",".join(fresh), self.consoles)


def encode(frame: Frame) -> str:
    """Return a frame as compact JSON text."""
    return json.dumps(frame, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
