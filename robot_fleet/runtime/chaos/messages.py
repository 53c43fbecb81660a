"""A robot link on a bad network: orders and reports are lost, doubled, late and out of order, both ways."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from robot_fleet.core.order import Order, RobotReport
from robot_fleet.core.ports import RobotLink

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What a network does to messages.

    Parameters
    ----------
    drop, double : share of the messages that are lost, or come twice; 1 loses all.
    delay_s : steady seconds by which a message is late at most; each draws its own, so that they overtake each other.
    """

    drop: float = 0.0
    double: float = 0.0
    delay_s: float = 0.0


CALM = Disturbance()


class DisturbedLink:
    """Implements `RobotLink` on another one, with a network between that may be disturbed.

    Parameters
    ----------
    inner : the link that works.
    steady_s : returns the steady time.
    seed : of what is drawn for each message.
    now : returns how the network is now.

    Attributes
    ----------
    counts : how many messages were dropped, doubled and delayed.
    """

    def __init__(
        self, inner: RobotLink, steady_s: Callable[[], float], seed: str, now: Callable[[], Disturbance]
    ) -> None:
        self._inner = inner
        self._steady_s = steady_s
        self._random = random.Random(seed)
        self._now = now
        self._orders: list[tuple[float, Order]] = []
        self._reports: list[tuple[float, RobotReport]] = []
        self.counts: Counter[str] = Counter()

    def send(self, order: Order) -> None:
        """Put an order on its way."""
        self._orders += self._disturbed(order)
        self.deliver()

    def deliver(self) -> None:
        """Hand over the orders that arrive by now."""
        due, self._orders = _due(self._orders, self._steady_s())
        for order in due:
            self._inner.send(order)

    def reports(self) -> Sequence[RobotReport]:
        """Return and forget the reports that have arrived by now."""
        self.deliver()
        for report in self._inner.reports():
            self._reports += self._disturbed(report)
        due, self._reports = _due(self._reports, self._steady_s())
        return due

    def forget(self) -> None:
        """Lose what is on its way, as the sender and receiver does that is killed."""
        self._orders.clear()
        self._reports.clear()

    def _disturbed(self, message: M) -> list[tuple[float, M]]:
        """Return when the message arrives, as often as it does."""
        how, now_s = self._now(), self._steady_s()
        if how == CALM:
            return [(now_s, message)]
        if self._random.random() < how.drop:
            self.counts["dropped"] += 1
            return []
        copies = 1
        if self._random.random() < how.double:
            self.counts["doubled"] += 1
            copies = 2
        if how.delay_s > 0.0:
            self.counts["delayed"] += 1
        return [(now_s + self._random.uniform(0.0, how.delay_s), message) for _ in range(copies)]


def _due(waiting: Sequence[tuple[float, M]], now_s: float) -> tuple[list[M], list[tuple[float, M]]]:
    """Return the messages that have arrived, the earliest first, and those still under way."""
    arrived = sorted((each for each in waiting if each[0] <= now_s), key=lambda each: each[0])
    return [message for _, message in arrived], [each for each in waiting if each[0] > now_s]
