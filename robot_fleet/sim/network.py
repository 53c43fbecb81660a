"""A bad network for a robot under test: messages come late, twice, or not at all. No ROS inside.

Written as words: `delay_s=0.2 jitter_s=0.1 drop=0.05 duplicate=0.05 cut_s=3`. What is not named is as it should be, so
an empty text mends everything.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import count

from robot_fleet.core.errors import RequestError

_MOST_S = 3600.0


@dataclass(frozen=True, slots=True)
class NetworkFaults:
    """How bad a network is.

    Parameters
    ----------
    delay_s : how much later everything comes.
    jitter_s : by how much more at most, evenly drawn; messages may overtake one another.
    drop : part of the messages that are lost, 0 to 1.
    duplicate : part of the messages that come twice, 0 to 1; requests never do.
    cut_s : for how long from now nothing comes through at all.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    drop: float = 0.0
    duplicate: float = 0.0
    cut_s: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value, most = getattr(self, field.name), _MOST_S if field.name.endswith("_s") else 1.0
            if not 0.0 <= value <= most:
                raise RequestError("request_network_faults", f"expected 0 to {most:g}, got {value:g}", field.name)


def parse_faults(text: str) -> NetworkFaults:
    """Return the faults that words name.

    Raises
    ------
    RequestError : `request_network_faults` for an unknown name and for what is no number or out of range.
    """
    known = [field.name for field in fields(NetworkFaults)]
    given: dict[str, float] = {}
    for word in text.split():
        name, _, number = word.partition("=")
        try:
            given[name] = float(number)
        except ValueError:
            given[name] = float("nan")
        if name not in known:
            expected = f"expected words such as delay_s=0.2, of {', '.join(known)}, got {word!r}"
            raise RequestError("request_network_faults", expected, word)
    return NetworkFaults(**given)


class BadNetwork:
    """Brings messages as a bad network would; each is a function that is called when it arrives.

    Parameters
    ----------
    seed : of what is lost, late and doubled.
    """

    def __init__(self, seed: int) -> None:
        self.faults = NetworkFaults()
        self._random = random.Random(seed)
        self._cut_until_s = float("-inf")
        self._waiting: list[tuple[float, int, Callable[[], object]]] = []
        self._number = count()

    def set(self, faults: NetworkFaults, now_s: float) -> None:
        """Have other faults from now on; what is on its way stays there."""
        self.faults = faults
        self._cut_until_s = now_s + faults.cut_s

    def send(self, now_s: float, arrive: Callable[[], object], *, once: bool = False) -> None:
        """Take a message on; `once` for requests, which nothing doubles."""
        faults = self.faults
        if now_s < self._cut_until_s or (faults.drop and self._random.random() < faults.drop):
            return
        times = 2 if not once and faults.duplicate and self._random.random() < faults.duplicate else 1
        for _ in range(times):
            late_s = faults.delay_s + (faults.jitter_s * self._random.random() if faults.jitter_s else 0.0)
            if late_s == 0.0:
                arrive()
            else:
                heapq.heappush(self._waiting, (now_s + late_s, next(self._number), arrive))

    def deliver(self, now_s: float) -> None:
        """Let arrive what is due; a cut loses it."""
        while self._waiting and self._waiting[0][0] <= now_s:
            _, _, arrive = heapq.heappop(self._waiting)
            if now_s >= self._cut_until_s:
                arrive()
