"""One stream of frames, many consoles: each frame is written out once, and a slow console never slows the others."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence

from robot_fleet.server.ports import FleetPort, Frame

_log = logging.getLogger("robot_fleet.server")

QUEUE_FRAMES = 50
"""Frames that wait for one console at most (10 s of poses); beyond that it gets a fresh snapshot instead."""


class Subscription:
    """The frames waiting for one console, as JSON text."""

    def __init__(self, fleet: FleetPort) -> None:
        self._fleet = fleet
        self._queue: asyncio.Queue[str] = asyncio.Queue(QUEUE_FRAMES)
        self._behind = True  # the first frame is a snapshot

    async def next(self) -> str:
        """Return the next frame to send."""
        if self._behind:
            while not self._queue.empty():
                self._queue.get_nowait()
            self._behind = False
            return encode(self._fleet.snapshot())
        return await self._queue.get()

    def offer(self, text: str) -> None:
        """Queue a frame, or note that this console has fallen behind."""
        if self._behind:
            return
        try:
            self._queue.put_nowait(text)
        except asyncio.QueueFull:
            self._behind = True


class Hub:
    """Reads the fleet's frames once and hands them to every console."""

    def __init__(self, fleet: FleetPort) -> None:
        self._fleet = fleet
        self._subscriptions: dict[int, Subscription] = {}
        self._shown: dict[str, None] = {}
        self._next = 0

    @property
    def consoles(self) -> int:
        """How many consoles are connected."""
        return len(self._subscriptions)

    def join(self) -> tuple[int, Subscription]:
        """Return a new console's number and its frames."""
        self._next += 1
        self._subscriptions[self._next] = Subscription(self._fleet)
        return self._next, self._subscriptions[self._next]

    def leave(self, number: int) -> None:
        """Forget a console."""
        self._subscriptions.pop(number, None)

    async def run(self) -> None:
        """Hand out frames until cancelled."""
        async for frame in self._fleet.frames():
            text = encode(frame)
            for subscription in self._subscriptions.values():
                subscription.offer(text)
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
