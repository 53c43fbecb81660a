"""How many alarms people had to answer and how they did, counted as EEMUA 191 counts. Folded from facts.

An alarm *rings* when it is raised, when it comes back after it had cleared, and when the time it was put aside for is
over. A flood begins when FLOOD alarms ring within ten minutes per operator, and ends when fewer than FLOOD_OVER do.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from robot_fleet.core.facts import (
    AlarmAcknowledged,
    AlarmRaised,
    AlarmReceded,
    AlarmShelved,
    AlarmSpread,
    AlarmUnshelved,
    Fact,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskRejected,
    TaskRequested,
)
from robot_fleet.core.fleet.applied.alarms import HELP_CALLED
from robot_fleet.core.health import Urgency
from robot_fleet.core.lifecycles import advance, alarm
from robot_fleet.core.lifecycles.alarm import AlarmEvent, AlarmState
from robot_fleet.reports.figures import percentile, share_pct

WINDOW_S = 600.0
FLOOD, FLOOD_OVER = 10, 5
"""Alarms per operator in ten minutes with which a flood begins, and below which it ends (EEMUA 191)."""
STANDING_S = 24 * 3600.0
"""An alarm that is open for longer is standing."""
TARGET_PCT: Mapping[str, float] = {"low": 80.0, "medium": 15.0, "high": 5.0}
"""How alarms should be shared among priorities; `high` takes the critical ones in (EEMUA 191)."""


@dataclass(frozen=True, slots=True)
class AlarmLoad:
    """What the alarms asked of people; `None` where there is nothing to reckon with. Times are fleet seconds.

    Parameters
    ----------
    operators : among whom the alarms are shared.
    alarms, rings : how many alarms there were, and how often they rang.
    per_10_min, worst_10_min : rings per operator and ten minutes: on average, and in the worst ten minutes.
    floods, flood_pct : how many, and their share of the time.
    priority_pct : share of the alarms by priority; `target_pct` is what it should be.
    chattering : alarms that came more than once.
    standing : alarms that were open for more than a day, those that still are included.
    acknowledge_p50_s, acknowledge_p90_s : from ringing to a person's note, nearest rank.
    in_time_pct : share of the rings that were answered within the time that their alarm gives, of those for which that
        time is known and over, or that were answered.
    unanswered : rings whose cause went away before anybody took note, and those that wait.
    """

    operators: int
    alarms: int
    rings: int
    per_10_min: float | None
    worst_10_min: float
    floods: int
    flood_pct: float | None
    priority_pct: Mapping[str, float | None]
    target_pct: Mapping[str, float]
    chattering: int
    standing: int
    acknowledge_p50_s: float | None
    acknowledge_p90_s: float | None
    in_time_pct: float | None
    unanswered: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


@dataclass(slots=True)
class _Ring:
    """Once that an alarm rang: when, how long a person may take, and when somebody took note."""

    at_s: float
    respond_s: float | None
    answered_s: float | None = None


@dataclass(slots=True)
class _Story:
    """An alarm, as far as the count asks."""

    urgency: str
    raised_s: float
    respond_s: float | None
    count: int = 1
    members: dict[str, bool] = field(default_factory=dict)
    state: AlarmState = AlarmState.ACTIVE
    ring: _Ring | None = None
    closed_s: float | None = None

    def open_s(self, to_s: float) -> float:
        return (to_s if self.closed_s is None else self.closed_s) - self.raised_s


class AlarmCount:
    """Folds facts into the load of alarms.

    Parameters
    ----------
    respond_s : per condition the seconds within which a person should act, as far as they are known.
    """

    def __init__(self, respond_s: Mapping[str, float]) -> None:
        self._respond_s = respond_s
        self._stories: dict[str, _Story] = {}
        self._rings: list[_Ring] = []

    def take(self, at_s: float, fact: Fact) -> None:
        """Take a fact in; facts come in order."""
        match fact:
            case TaskRequested() if fact.alarm:
                self._begin(fact.task, HELP_CALLED, Urgency.CRITICAL.value, fact.requested_s)
            case AlarmRaised():
                story = self._begin(fact.alarm, fact.condition, fact.urgency, at_s)
                story.members, story.count = dict.fromkeys(fact.members, True), fact.count
            case AlarmSpread() if fact.alarm in self._stories:
                story = self._stories[fact.alarm]
                story.count += fact.member in story.members
                story.members[fact.member] = True
                self._move(fact.alarm, AlarmEvent.SPREAD, at_s)
            case AlarmReceded() if fact.alarm in self._stories:
                story = self._stories[fact.alarm]
                story.members[fact.member] = False
                if not any(story.members.values()):
                    self._move(fact.alarm, AlarmEvent.CLEAR, at_s)
            case AlarmAcknowledged():
                self._move(fact.alarm, AlarmEvent.ACKNOWLEDGE, at_s)
            case AlarmShelved():
                self._move(fact.alarm, AlarmEvent.SHELVE, at_s)
            case AlarmUnshelved():
                self._move(fact.alarm, AlarmEvent.UNSHELVE, at_s)
            case TaskCompleted() | TaskFailed() | TaskCancelled() | TaskRejected():
                self._move(fact.task, AlarmEvent.CLOSE, at_s)
            case _:
                pass

    def load(self, from_s: float, to_s: float, operators: int = 1) -> AlarmLoad:
        """Return the load of all the facts, which span some fleet time, shared among operators."""
        return _load(list(self._stories.values()), self._rings, to_s - from_s, to_s, operators)

    def load_within(self, from_s: float, to_s: float, known_s: float, operators: int = 1) -> AlarmLoad:
        """Return the load of what was raised and rang within a period, of which facts tell for `known_s`."""
        stories = [story for story in self._stories.values() if from_s <= story.raised_s < to_s]
        rings = [ring for ring in self._rings if from_s <= ring.at_s < to_s]
        return _load(stories, rings, known_s, to_s, operators)

    def _begin(self, name: str, condition: str, urgency: str, at_s: float) -> _Story:
        story = self._stories[name] = _Story(urgency, at_s, self._respond_s.get(condition))
        self._ring(story, at_s)
        return story

    def _ring(self, story: _Story, at_s: float) -> None:
        story.ring = _Ring(at_s, story.respond_s)
        self._rings.append(story.ring)

    def _move(self, name: str, event: AlarmEvent, at_s: float) -> None:
        story = self._stories.get(name)
        if story is None:
            return
        before, story.state = story.state, advance(alarm.TRANSITIONS, story.state, event, name)
        if event in (AlarmEvent.ACKNOWLEDGE, AlarmEvent.SHELVE) and story.ring is not None:
            story.ring.answered_s = at_s if story.ring.answered_s is None else story.ring.answered_s
        if story.state is AlarmState.ACTIVE and before is not AlarmState.ACTIVE:
            self._ring(story, at_s)
        if story.state is AlarmState.CLOSED:
            story.closed_s = at_s


def _load(stories: Sequence[_Story], rings: Sequence[_Ring], span_s: float, to_s: float, operators: int) -> AlarmLoad:
    rings_s = sorted(ring.at_s for ring in rings)  # a call may have been heard of late
    floods = _floods(rings_s, operators, to_s)
    waits_s = sorted(ring.answered_s - ring.at_s for ring in rings if ring.answered_s is not None)
    judged = [ring for ring in rings if _judged(ring, to_s)]
    share = {name: sum(_priority(story.urgency) == name for story in stories) for name in TARGET_PCT}
    return AlarmLoad(
        operators=operators,
        alarms=len(stories),
        rings=len(rings_s),
        per_10_min=round(len(rings_s) / operators / (span_s / WINDOW_S), 2) if span_s > 0.0 else None,
        worst_10_min=round(_worst(rings_s) / operators, 2),
        floods=len(floods),
        flood_pct=share_pct(sum(end_s - begin_s for begin_s, end_s in floods), span_s),
        priority_pct={name: share_pct(count, len(stories)) for name, count in share.items()},
        target_pct=TARGET_PCT,
        chattering=sum(story.count > 1 for story in stories),
        standing=sum(story.open_s(to_s) > STANDING_S for story in stories),
        acknowledge_p50_s=percentile(waits_s, 50),
        acknowledge_p90_s=percentile(waits_s, 90),
        in_time_pct=share_pct(sum(_in_time(ring) for ring in judged), len(judged)),
        unanswered=sum(ring.answered_s is None for ring in rings),
    )


def _priority(urgency: str) -> str:
    return "high" if urgency == Urgency.CRITICAL.value else urgency


def _judged(ring: _Ring, to_s: float) -> bool:
    """Return whether it can be told if an answer came in time."""
    return ring.respond_s is not None and (ring.answered_s is not None or to_s - ring.at_s > ring.respond_s)


def _in_time(ring: _Ring) -> bool:
    return ring.answered_s is not None and ring.respond_s is not None and ring.answered_s - ring.at_s <= ring.respond_s


def _worst(rings_s: Sequence[float]) -> int:
    """Return the most rings within any WINDOW_S, its end not included."""
    return max((bisect_left(rings_s, at_s + WINDOW_S) - index for index, at_s in enumerate(rings_s)), default=0)


def _floods(rings_s: Sequence[float], operators: int, to_s: float) -> list[tuple[float, float]]:
    """Return the floods as (begin, end): from the ring that made it one until fewer than FLOOD_OVER rang."""
    floods: list[tuple[float, float]] = []
    for index, at_s in enumerate(rings_s):
        if floods and at_s < floods[-1][1]:
            continue
        if index + 1 - bisect_right(rings_s, at_s - WINDOW_S) >= FLOOD * operators:
            floods.append((at_s, _ebbed_s(rings_s, index, operators, to_s)))
    return floods


def _ebbed_s(rings_s: Sequence[float], index: int, operators: int, to_s: float) -> float:
    """Return when so many of the rings have grown old that fewer than FLOOD_OVER are left of ten minutes."""
    least = FLOOD_OVER * operators
    for last in range(index, len(rings_s)):
        # with this ring the newest, fewer are left once the `least`-th newest is WINDOW_S old
        over_s = rings_s[last + 1 - least] + WINDOW_S
        if last + 1 == len(rings_s) or rings_s[last + 1] > over_s:
            return min(over_s, to_s)
    return to_s
