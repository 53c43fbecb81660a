"""How fast events of the city were answered, and what they led to. Folded from facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from robot_fleet.core.facts import AlarmShown, Fact
from robot_fleet.core.facts.city import CityEventEnded, CityEventLed, CityEventTaken
from robot_fleet.reports.figures import rounded
from robot_fleet.reports.folds.tasks import TaskStory


@dataclass(frozen=True, slots=True)
class EventFigures:
    """How an event went; seconds after it happened, None for what did not happen.

    Parameters
    ----------
    shown_s : its alarm was sent to a console.
    on_site_s : a robot came to where one of its tasks begins.
    end : `resolved`, `expired` or `closed`; empty while it is open.
    led : how much it led to, by sort (see `CityEventLed`).
    """

    event: str
    type: str
    subject: str
    exercise: bool
    happened_s: float
    taken_s: float
    shown_s: float | None
    on_site_s: float | None
    ended_s: float | None
    end: str
    led: dict[str, int]


@dataclass(slots=True)
class _Story:
    taken: CityEventTaken
    shown_s: float | None = None
    ended_s: float | None = None
    end: str = ""
    led: dict[str, int] = field(default_factory=dict)
    tasks: list[str] = field(default_factory=list)


class EventStories:
    """Folds facts, in the ledger's order, into what became of each event."""

    def __init__(self) -> None:
        self._stories: dict[str, _Story] = {}
        self._alarms: dict[str, str] = {}

    def take(self, fact: Fact) -> None:
        """Take the next fact in."""
        match fact:
            case CityEventTaken():
                self._stories[fact.event] = _Story(fact)
                self._alarms[fact.alarm] = fact.event
            case CityEventLed():
                story = self._stories[fact.event]
                story.led[fact.to] = story.led.get(fact.to, 0) + 1
                if fact.to == "task":
                    story.tasks.append(fact.what)
            case CityEventEnded():
                story = self._stories[fact.event]
                story.ended_s, story.end = fact.at_s, fact.how
            case AlarmShown() if fact.task in self._alarms:
                story = self._stories[self._alarms[fact.task]]
                story.shown_s = fact.at_s if story.shown_s is None else story.shown_s
            case _:
                pass

    def figures(self, tasks: Mapping[str, TaskStory]) -> tuple[EventFigures, ...]:
        """Return the figures of every event, in the order in which they were taken.

        Parameters
        ----------
        tasks : what became of all tasks.
        """
        return tuple(_figures(story, tasks) for story in self._stories.values())


def _figures(story: _Story, tasks: Mapping[str, TaskStory]) -> EventFigures:
    taken = story.taken
    came_s = [tasks[name].on_site_s for name in story.tasks if name in tasks]

    def after(at_s: float | None) -> float | None:
        return None if at_s is None else rounded(at_s - taken.happened_s)

    return EventFigures(
        taken.event,
        taken.type,
        taken.subject,
        taken.exercise,
        rounded(taken.happened_s),
        rounded(taken.at_s - taken.happened_s),
        after(story.shown_s),
        after(min((at_s for at_s in came_s if at_s is not None), default=None)),
        after(story.ended_s),
        story.end,
        story.led,
    )
