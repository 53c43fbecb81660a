"""Brings events to their receivers, in a thread of its own: whoever offers one never waits for anybody.

Each endpoint has a line of its own, so one that is dead, slow or failing delays no other. What was offered is in the
outbox before it is sent and leaves it when the receiver has it: after a kill it is sent again, with the same id.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from robot_fleet.core.lifecycles.delivery import ENDED, DeliveryState
from robot_fleet.server.webhooks.event import Event
from robot_fleet.server.webhooks.fallback import SafeOutbox
from robot_fleet.server.webhooks.line import Line
from robot_fleet.server.webhooks.retry import Pace
from robot_fleet.site.reading.webhooks import Endpoint
from robot_fleet.stores.outbox import Limits, Outgoing

LOG = logging.getLogger("robot_fleet.webhooks")
MOST_OFFERED = 10_000
"""Events that may wait for the outbox; more are turned away, and welcome when they are offered again."""
REMEMBERED = 10_000
"""Ids of events that are known without asking the outbox."""
_AT_ONCE = 100
_FORGET_EVERY_S = 3_600.0
_AFTER_BUG_S = 5.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one endpoint.

    Parameters
    ----------
    open : events that it has not taken yet.
    delivered, given_up, dropped : events of the last days that ended so.
    failing_since_s : Unix time since which no try has succeeded, None if the last one did.
    reason : why the last try failed, empty if it did not.
    """

    open: int = 0
    delivered: int = 0
    given_up: int = 0
    dropped: int = 0
    failing_since_s: float | None = None
    reason: str = ""


class Deliveries:
    """Delivers events to endpoints until `close`; every method may be called from any thread.

    Parameters
    ----------
    endpoints : the receivers; without any, nothing is kept or sent.
    outbox : file of what is on its way; no two of these may have the same.
    seed : of the pauses between tries.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        outbox: Path,
        *,
        seed: int = 1,
        pace: Pace | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._endpoints = {endpoint.id: endpoint for endpoint in endpoints}
        self._file, self._limits = outbox, limits
        self._pace, self._seed = pace or Pace(), seed
        self._unix_s = time.time() - time.monotonic()  # a clock that is set anew moves no pause
        self._lock = threading.Lock()
        self._offered: deque[Event] = deque()
        self._known: dict[str, None] = {}
        self._kept = threading.Event()
        self._kept.set()
        self._closed = not endpoints
        self._durable = True
        self._unknown = len(endpoints) > 0
        self._standing: Mapping[str, Standing] = {name: Standing() for name in self._endpoints}
        self._lines: dict[str, Line] = {}
        self._news, self._ending = asyncio.Event(), asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        if endpoints:
            self._thread.start()
        else:
            self._loop.close()

    @property
    def standing(self) -> Mapping[str, Standing]:
        """How it stands with each endpoint, by id."""
        return self._standing

    @property
    def open(self) -> int:
        """How many events some endpoint has not taken yet, each once per endpoint; 1 more until that is known."""
        return self._unknown + len(self._offered) + sum(standing.open for standing in self._standing.values())

    @property
    def durable(self) -> bool:
        """Whether what is open survives the end of the process."""
        return self._durable

    def offer(self, event: Event) -> None:
        """Have an event delivered to every endpoint that wants it. One that was offered before is the same event."""
        with self._lock:
            if self._closed or event.id in self._known or len(self._offered) >= MOST_OFFERED:
                return
            self._known[event.id] = None
            if len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]
            self._offered.append(event)
            self._kept.clear()
        self._call(self._news.set)

    def wait_kept(self, within_s: float) -> bool:
        """Wait until all that was offered is in the outbox; return whether it is."""
        return self._kept.wait(within_s)

    def close(self, within_s: float = 2.0) -> None:
        """Stop delivering; what is open is gone on with by the next to be made on the outbox. A second call is nothing.

        Parameters
        ----------
        within_s : how long to wait for the thread; it ends with the process in any case.
        """
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._call(self._ending.set)
        self._thread.join(within_s)

    def _call(self, action: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nothing is delivered any more
            self._loop.call_soon_threadsafe(action)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        outbox = SafeOutbox(self._file, self._limits, self._now_s)
        for name, endpoint in self._endpoints.items():
            self._lines[name] = Line(endpoint, outbox, self._pace, self._seed, self._now_s, lambda: self._note(outbox))
        now_s = self._now_s()
        outbox.do(lambda box: box.resume(self._endpoints, now_s, now_s + self._pace.longest_asked_s))
        self._note(outbox)
        self._unknown = False
        work = [lambda: self._take_in(outbox), *(line.run for line in self._lines.values())]
        tasks = [asyncio.create_task(_again_after_bugs(each)) for each in work]
        try:
            await self._ending.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            while self._offered:
                self._store_some(outbox)
            outbox.close()

    async def _take_in(self, outbox: SafeOutbox) -> None:
        while True:
            self._news.clear()
            while self._offered:
                self._store_some(outbox)
                await asyncio.sleep(0.0)  # what is stored may be sent while more is
            outbox.do(lambda box: box.forget(self._now_s()))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _FORGET_EVERY_S)

    def _store_some(self, outbox: SafeOutbox) -> None:
        events = list(islice(self._offered, _AT_ONCE))
        outgoing = [each for event in events if (each := self._outgoing(event)) is not None]
        outbox.do(lambda box: box.add(outgoing, self._now_s()))
        self._note(outbox)
        with self._lock:
            for _ in events:
                self._offered.popleft()
            if not self._offered:
                self._kept.set()
        for name in dict.fromkeys(name for each in outgoing for name in each.endpoints):
            self._lines[name].wake()

    def _outgoing(self, event: Event) -> Outgoing | None:
        wanted = [name for name, each in self._endpoints.items() if each.wants(event.type, event.urgency)]
        try:
            return Outgoing(event.id, event.rank, event.body(), tuple(wanted))
        except (ValueError, OverflowError) as error:
            LOG.error("webhooks event=malformed of=%s error=%s it is not sent", event.of, error)
            return None

    def _note(self, outbox: SafeOutbox) -> None:
        """Make known how it stands, and tell of what was dropped."""
        tally = outbox.do(lambda box: box.tally())
        self._durable = outbox.durable
        standing = {}
        for name, line in self._lines.items():
            counts, failing = tally.get(name, {}), line.failing
            standing[name] = Standing(
                sum(count for state, count in counts.items() if state not in ENDED),
                counts.get(DeliveryState.DELIVERED, 0),
                counts.get(DeliveryState.GIVEN_UP, 0),
                counts.get(DeliveryState.DROPPED, 0),
                failing.since_s if failing else None,
                failing.reason if failing else "",
            )
            before, now = self._standing[name].dropped, standing[name].dropped
            if len(str(now)) > len(str(before)) or before == 0 < now:  # the first, the tenth, the hundredth, …
                LOG.error("webhook=%s event=dropped count=%d too much waits for it", name, now)
        self._standing = standing

    def _now_s(self) -> float:
        return self._unix_s + time.monotonic()


async def _again_after_bugs(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            LOG.exception("webhooks event=failed goes on in %g s", _AFTER_BUG_S)
            await asyncio.sleep(_AFTER_BUG_S)
