"""What comes from the robots, counted: how much is taken, how much is refused and why, and never more than is due.

A robot that floods one of its topics loses what is too much of it, and nobody else loses anything. A refused message
leaves no trace but its count, so that a signal of which only nonsense comes grows old like one of which nothing comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from robot_fleet.telemetry.plausible import Reason

UNKNOWN = "unknown"
"""Under this name goes what no robot of the site has sent."""
LONGEST = 80
"""Letters of an unknown robot's name that are kept."""
QUIET_S = 10.0
"""Steady seconds without a refusal after which a robot's messages count as good again."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How much is taken of one source of one robot: so many messages a second (wall), and at once."""

    per_s: float
    burst: float


RATES = {
    "state": Rate(20.0, 40.0),
    "report": Rate(20.0, 40.0),
    "battery": Rate(20.0, 40.0),
    "pose": Rate(30.0, 60.0),
    "diagnostics": Rate(30.0, 60.0),  # each node of a robot may send its own
}


@dataclass(slots=True)
class _Channel:
    """One source of one robot."""

    tokens: float
    filled_s: float
    accepted_s: float = float("-inf")


@dataclass(slots=True)
class _Trouble:
    last_s: float
    said: str
    count: int = 1
    told: bool = False


@dataclass(frozen=True, slots=True)
class IntakeNews:
    """That a robot's messages have begun to be refused for a reason, or have been good again for a while.

    Parameters
    ----------
    count : refused since it began.
    said : the name under which an unknown robot came first; empty otherwise.
    """

    robot: str
    source: str
    reason: Reason
    refused: bool
    count: int
    said: str


class Intake:
    """Counts and limits messages; not thread-safe.

    Parameters
    ----------
    robots : those of the site.

    Attributes
    ----------
    accepted : messages by source.
    refused : messages by robot, source and reason; bounded, since unknown robots share one name.
    """

    def __init__(self, robots: Iterable[str]) -> None:
        self.accepted = dict.fromkeys(RATES, 0)
        self.refused: dict[tuple[str, str, Reason], int] = {}
        self._channels = {
            (robot, source): _Channel(rate.burst, 0.0) for robot in robots for source, rate in RATES.items()
        }
        self._troubles: dict[tuple[str, str, Reason], _Trouble] = {}

    def admit(self, robot: str, source: str, steady_s: float) -> bool:
        """Return whether a message may be looked at; what is refused is counted."""
        channel = self._channels.get((robot, source))
        if channel is None:
            self.refuse(robot, source, Reason.UNKNOWN_ROBOT, steady_s)
            return False
        rate = RATES[source]
        channel.tokens = min(channel.tokens + (steady_s - channel.filled_s) * rate.per_s, rate.burst)
        channel.filled_s = steady_s
        if channel.tokens < 1.0:
            self.refuse(robot, source, Reason.FLOOD, steady_s)
            return False
        channel.tokens -= 1.0
        return True

    def accept(self, robot: str, source: str, steady_s: float) -> None:
        """Count a message that was admitted and found plausible."""
        self.accepted[source] += 1
        self._channels[robot, source].accepted_s = steady_s

    def refuse(self, robot: str, source: str, reason: Reason, steady_s: float) -> None:
        """Count a message that is not taken."""
        known = (robot, source) in self._channels
        key = (robot if known else UNKNOWN, source, reason)
        self.refused[key] = self.refused.get(key, 0) + 1
        trouble = self._troubles.get(key)
        if trouble is None:
            self._troubles[key] = _Trouble(steady_s, "" if known else robot[:LONGEST])
        else:
            trouble.last_s = steady_s
            trouble.count += 1

    def news(self, steady_s: float) -> list[IntakeNews]:
        """Return what has become bad or good since the last call: each once.

        Messages are good again when some have been taken and none refused for QUIET_S; silence is not good.
        """
        told = []
        for key, trouble in list(self._troubles.items()):
            robot, source, reason = key
            channel = self._channels.get((robot, source))
            again = channel is not None and channel.accepted_s > trouble.last_s
            good = trouble.told and again and steady_s - trouble.last_s > QUIET_S
            if good:
                del self._troubles[key]
            elif trouble.told:
                continue
            trouble.told = True
            told.append(IntakeNews(robot, source, reason, not good, trouble.count, trouble.said))
        return told
