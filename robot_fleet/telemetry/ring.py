"""The last 75 s of one robot's topics, as bytes: what a black box holds until something happens.

Each topic has its own bounds in time, in rate and in bytes, so that a flood on one of them pushes nothing else out. Of
a topic whose last word holds until the next one (an order, a load) that word stays, however old it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

KEPT_S = 75.0
"""Steady seconds that a ring reaches back: the minute before something happens, and the time until one hears of it."""
MOST_TOPIC_BYTES = 384 * 1024
"""Of all messages of one topic that are kept: odometry with its covariances, five times a second, needs 0.27 MB."""
MOST_PARTS = 32
"""Of one topic that are thinned apart; the others are thinned together."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a topic is kept.

    Parameters
    ----------
    every_s : steady seconds from one message that is kept to the next, at least.
    lasting : whether a message holds until the next one comes.
    """

    every_s: float = 0.0
    lasting: bool = False


class Heard(NamedTuple):
    """A message as it came.

    Parameters
    ----------
    steady_s : when it came, by this machine's clock.
    fleet_ns : the same in fleet time, 0 where there was none yet.
    wall_ns : the same as time since 1970.
    topic : its full name.
    data : as it was on the wire.
    """

    steady_s: float
    fleet_ns: int
    wall_ns: int
    topic: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """What a ring has of a span of time.

    Parameters
    ----------
    held : messages that came before and still held at its begin, by topic.
    heard : messages that came in it, in order.
    short : topics of which older messages had to go for want of room.
    """

    held: tuple[Heard, ...]
    heard: tuple[Heard, ...]
    short: tuple[str, ...]


class Ring:
    """The newest messages of some topics.

    Parameters
    ----------
    topics : by name; what comes on others is not kept.
    kept_s : steady seconds that it reaches back.
    most_topic_bytes : of the messages of one topic together; a larger one is not kept at all.
    """

    def __init__(
        self, topics: Mapping[str, Keeping], kept_s: float = KEPT_S, most_topic_bytes: int = MOST_TOPIC_BYTES
    ) -> None:
        self._topics = {name: _Topic(keeping, kept_s, most_topic_bytes) for name, keeping in topics.items()}

    @property
    def size_bytes(self) -> int:
        """Of all messages that are kept."""
        return sum(topic.size_bytes for topic in self._topics.values())

    def add(self, heard: Heard, part: bytes = b"") -> None:
        """Keep a message, unless its topic is unknown or it comes too soon.

        Parameters
        ----------
        heard : not older than the one before.
        part : what of the topic it speaks of, where several take turns; thinning looks at each by itself.
        """
        topic = self._topics.get(heard.topic)
        if topic is not None:
            topic.add(heard, part)

    def between(self, from_s: float, until_s: float) -> Span:
        """Return what came at or after `from_s` and before `until_s` (steady)."""
        return merged([topic.between(name, from_s, until_s) for name, topic in self._topics.items()])


def merged(spans: Sequence[Span]) -> Span:
    """Return what several rings have of one span of time."""
    return Span(
        tuple(each for span in spans for each in span.held),
        tuple(sorted((each for span in spans for each in span.heard), key=lambda each: each.steady_s)),
        tuple(name for span in spans for name in span.short),
    )


class _Topic:
    """The newest messages of one topic, and one that is older than that."""

    def __init__(self, keeping: Keeping, kept_s: float, most_bytes: int) -> None:
        self._keeping = keeping
        self._kept_s = kept_s
        self._most_bytes = most_bytes
        self._kept: deque[Heard] = deque()
        self._part_s: dict[bytes, float] = {}
        self.size_bytes = 0
        self._short_s = float("-inf")  # when the newest message came that had to go for want of room

    def add(self, heard: Heard, part: bytes) -> None:
        """Keep a message, and let those go that are too old or too much."""
        if self._keeping.every_s:
            part = part if part in self._part_s or len(self._part_s) < MOST_PARTS else b""
            if heard.steady_s - self._part_s.get(part, float("-inf")) < self._keeping.every_s:
                return
            self._part_s[part] = heard.steady_s
        size_bytes = len(heard.data)
        if size_bytes > self._most_bytes:
            self._short_s = heard.steady_s
            return
        kept = self._kept
        kept.append(heard)
        self.size_bytes += size_bytes
        while self.size_bytes > self._most_bytes:
            self._short_s = max(self._short_s, self._drop().steady_s)
        oldest_s = heard.steady_s - self._kept_s
        while len(kept) > 1 and kept[1].steady_s <= oldest_s:
            self._drop()

    def between(self, name: str, from_s: float, until_s: float) -> Span:
        """Return what this topic has of a span of time (see Ring)."""
        held: tuple[Heard, ...] = ()
        heard: list[Heard] = []
        for each in reversed(self._kept):
            if each.steady_s < from_s:
                held = (each,) if self._keeping.lasting else ()
                break
            if each.steady_s < until_s:
                heard.append(each)
        # what held at the begin may be what had to go
        is_short = self._short_s >= from_s or (self._keeping.lasting and not held and self._short_s > float("-inf"))
        return Span(held, tuple(reversed(heard)), (name,) if is_short else ())

    def _drop(self) -> Heard:
        dropped = self._kept.popleft()
        self.size_bytes -= len(dropped.data)
        return dropped
