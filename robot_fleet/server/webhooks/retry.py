"""When a receiver is tried again: pure, the caller brings clock and chance."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.lifecycles.delivery import DeliveryEvent


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended.

    Parameters
    ----------
    delivered : whether the receiver has taken the event.
    reason : why not: `http_500`, `timeout`, or the name of what broke.
    retry_after_s : for how long the receiver asks to be left alone, None if it does not say.
    gone : whether the receiver says that it wants no such events any more.
    """

    delivered: bool
    reason: str = ""
    retry_after_s: float | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon a receiver is tried again.

    Parameters
    ----------
    first_s : mean pause after the first try; each further one is twice as long.
    longest_s : the longest pause of our own choice.
    longest_asked_s : the longest that a receiver is left alone at its own wish.
    try_s : after so long without an answer a try has failed.
    """

    first_s: float = 1.0
    longest_s: float = 300.0
    longest_asked_s: float = 3_600.0
    try_s: float = 15.0

    def asked_s(self, outcome: Outcome) -> float:
        """Return for how long a receiver is left alone at its own wish."""
        return min(outcome.retry_after_s or 0.0, self.longest_asked_s)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a try: what happens to the delivery, and after which pause it is tried again if it waits."""

    event: DeliveryEvent
    pause_s: float = 0.0


def judge(outcome: Outcome, attempts: int, pace: Pace, chance: float) -> Verdict:
    """Return what follows from a try.

    Parameters
    ----------
    attempts : tries so far, this one included.
    chance : a number from [0, 1) that spreads the pauses, so that receivers are not tried in step.
    """
    if outcome.delivered:
        return Verdict(DeliveryEvent.SUCCEED)
    if outcome.gone:
        return Verdict(DeliveryEvent.GIVE_UP)
    return Verdict(DeliveryEvent.FAIL, max(pause_s(attempts, pace, chance), pace.asked_s(outcome)))


def pause_s(tries: int, pace: Pace, chance: float) -> float:
    """Return the pause after so many tries in vain (1 or more), spread by a quarter both ways."""
    mean_s = min(pace.first_s * 2.0 ** min(tries - 1, 30), pace.longest_s)
    return mean_s * (0.75 + 0.5 * chance)
