"""The line to one receiver: what is sent to it next, and when it is left alone.

A receiver that fails is tried with one event at a time, ever more rarely, however many wait for it. Anything new is
reason to try once more at once, unless the receiver itself has asked for a rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass

from robot_fleet.core.lifecycles.delivery import DeliveryEvent
from robot_fleet.server.webhooks.fallback import SafeOutbox
from robot_fleet.server.webhooks.retry import Outcome, Pace, judge, pause_s
from robot_fleet.server.webhooks.sender import client_for, send
from robot_fleet.site.reading.webhooks import Endpoint
from robot_fleet.stores.outbox import Delivery

LOG = logging.getLogger("robot_fleet.webhooks")


@dataclass(frozen=True, slots=True)
class Failing:
    """Since when (Unix time) and how many tries in a row nothing got through, and why not."""

    since_s: float
    tries: int
    reason: str


class Line:
    """Sends what the outbox holds for one endpoint, one event after the other.

    Parameters
    ----------
    endpoint : the receiver.
    outbox : what waits for it.
    pace : how soon it is tried again.
    seed : of the pauses.
    now_s : returns Unix time.
    changed : called after each try.

    Attributes
    ----------
    failing : None while events get through.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        outbox: SafeOutbox,
        pace: Pace,
        seed: int,
        now_s: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self.failing: Failing | None = None
        self._endpoint = endpoint
        self._outbox = outbox
        self._pace = pace
        self._chance = random.Random(f"{seed} {endpoint.id}")
        self._now_s = now_s
        self._changed = changed
        self._news = asyncio.Event()
        self._rests_until_s = self._asked_until_s = 0.0

    def wake(self) -> None:
        """Tell that something new waits."""
        self._news.set()

    async def run(self) -> None:
        """Send until cancelled."""
        async with client_for(self._endpoint, self._pace.try_s) as client:
            while True:
                if self._news.is_set():  # also if it came during a try that failed
                    self._news.clear()
                    self._rests_until_s = 0.0
                rest_s = max(self._rests_until_s, self._asked_until_s) - self._now_s()
                delivery = None if rest_s > 0.0 else self._take()
                if delivery is not None:
                    self._settle(delivery, await send(client, self._endpoint, delivery, self._pace.try_s))
                    continue
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), rest_s if rest_s > 0.0 else self._until_due_s())

    def _take(self) -> Delivery | None:
        return self._outbox.do(lambda box: box.take(self._endpoint.id, self._now_s()))

    def _until_due_s(self) -> float | None:
        due_s = self._outbox.do(lambda box: box.next_due_s(self._endpoint.id))
        return None if due_s is None else due_s - self._now_s()

    def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        now_s, chance = self._now_s(), self._chance.random()
        verdict = judge(outcome, delivery.attempts, self._pace, chance)
        due_s = now_s + verdict.pause_s
        self._outbox.do(lambda box: box.settle(delivery, verdict.event, now_s, due_s, outcome.reason))
        if outcome.delivered:
            self._works(now_s)
        else:
            self._fails(outcome, now_s, chance)
            self._give_up(now_s, outcome.reason, at_once=verdict.event is DeliveryEvent.GIVE_UP)
        self._changed()

    def _works(self, now_s: float) -> None:
        if self.failing is not None:
            LOG.info("webhook=%s event=recovered down_s=%.0f", self._endpoint.id, now_s - self.failing.since_s)
        self.failing = None

    def _fails(self, outcome: Outcome, now_s: float, chance: float) -> None:
        before = self.failing
        if before is None:
            LOG.warning("webhook=%s event=failing reason=%s it is tried again", self._endpoint.id, outcome.reason)
            before = Failing(now_s, 0, "")
        self.failing = Failing(before.since_s, before.tries + 1, outcome.reason)
        self._rests_until_s = now_s + pause_s(self.failing.tries, self._pace, chance)
        self._asked_until_s = now_s + self._pace.asked_s(outcome)

    def _give_up(self, now_s: float, reason: str, *, at_once: bool) -> None:
        """Give up what the receiver has not taken for too long, and tell of it and of what it does not want."""
        since_s = now_s - self._endpoint.give_up_after_s
        count = self._outbox.do(lambda box: box.give_up(self._endpoint.id, since_s, now_s, reason)) + at_once
        if count:
            LOG.error("webhook=%s event=given_up count=%d reason=%s", self._endpoint.id, count, reason)
