"""Events of a city's platform, as the facts so far tell them. Part of the fleet's state."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.facts.city import CityEventTaken
from robot_fleet.core.lifecycles.city_event import CityEventState

BY = "event:"
"""How the name begins in which an event holds robots, closes zones and puts tasks off."""


@dataclass(slots=True)
class CityEventRecord:
    """An event so far; times are fleet times.

    Attributes
    ----------
    led : what it has led to, as (to, what) of `CityEventLed`.
    overruled : robots that a person has let go since: they are not held again.
    shown_s : when a console was sent its alarm first.
    on_site_s, on_site : when a robot first came to where one of its tasks is, and which.
    ended, ended_by, ended_s : how it ended, who said so, and when.
    """

    taken: CityEventTaken
    state: CityEventState = CityEventState.OPEN
    led: tuple[tuple[str, str], ...] = ()
    overruled: tuple[str, ...] = ()
    shown_s: float | None = None
    on_site_s: float | None = None
    on_site: str = ""
    ended: str = ""
    ended_by: str = ""
    ended_s: float | None = None

    @property
    def id(self) -> str:
        """Return the event's id."""
        return self.taken.event

    @property
    def by(self) -> str:
        """Return the name in which it acts."""
        return BY + self.taken.event

    @property
    def open(self) -> bool:
        """Return whether it is not over."""
        return self.state is CityEventState.OPEN

    @property
    def closed(self) -> tuple[str, ...]:
        """Return the zones that robots keep out of for it."""
        return (*self.taken.close, *self.taken.keep_free)

    def led_to(self, to: str) -> tuple[str, ...]:
        """Return the ids of what it has led to of one sort."""
        return tuple(what for sort, what in self.led if sort == to)


def is_person(by: str) -> bool:
    """Return whether a person gave a command, no event and no time that was up."""
    return bool(by) and not by.startswith(BY)
