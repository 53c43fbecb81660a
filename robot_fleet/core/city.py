"""What a site says of events that a city's platform tells of: who may tell, of what, and what follows where.

An area is written as `<sort>:<id>` with one of the sorts `building`, `zone`, `place` and `route`. In rules, `<sort>:*`
stands for every area of a sort, and in what follows `$building`, `$zone` and `$place` for those of the event itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from robot_fleet.core.health import AlarmTemplate, Urgency
from robot_fleet.core.text import Text

if TYPE_CHECKING:
    from robot_fleet.core.site import Site

SORTS = ("building", "zone", "place", "route")
OWN = {"$building": "building", "$zone": "zone", "$place": "place"}
"""Words of a rule that stand for the areas of the event itself, and their sorts."""
DRILL = Text("[훈련] ", "[Drill] ")
"""How everything begins that people read of an exercise, where the site does not say."""


@dataclass(frozen=True, slots=True)
class Building:
    """A building: its ground is a polygon in the map frame, (x_m, y_m)."""

    id: str
    name: Text
    outline: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class EventType:
    """Something that can happen in the city.

    Parameters
    ----------
    urgency, respond_s, cause, consequence, action : as in an alarm's template, which is made from them.
    lasts_s : fleet seconds after which such an event is over, if nobody says so before.
    """

    id: str
    name: Text
    urgency: Urgency
    respond_s: float
    lasts_s: float
    cause: Text
    consequence: Text
    action: Text


@dataclass(frozen=True, slots=True)
class EventTask:
    """A task that an event leads to; a parameter may be one of the words of `OWN`."""

    service: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class EventRule:
    """What follows from an event of a type in some areas, for as long as it lasts.

    Parameters
    ----------
    at : areas that it is for; an event in a place or zone of a building is also one in the building.
    tasks : asked for once, as soon as the event is taken.
    hold : buildings and zones in which robots come to rest where they may stand, and to which no task sets out.
    close : zones that robots keep out of, and leave.
    keep_free : the same, since people need the ground: ways of escape, lanes of those who come to help.
    open_for : services whose calls come through: as long as such a call in a held area waits for its robot, that robot
        is not held and the zones are open.
    tell : what people with whom a held robot is are told.
    """

    id: str
    type: str
    at: tuple[str, ...]
    tasks: tuple[EventTask, ...] = ()
    hold: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    keep_free: tuple[str, ...] = ()
    open_for: tuple[str, ...] = ()
    tell: Text | None = None


@dataclass(frozen=True, slots=True)
class EventSource:
    """Who may tell of events, and of which types; empty for all."""

    id: str
    types: tuple[str, ...] = ()


LOCAL = EventSource("local")
"""In whose name exercises are sent from the fleet's own machine; a site's file cannot have a source of this name."""


@dataclass(frozen=True, slots=True)
class CityRules:
    """All that a site says of such events, by id in the order of its file, and how whatever is an exercise begins."""

    sources: Mapping[str, EventSource] = field(default_factory=dict)
    types: Mapping[str, EventType] = field(default_factory=dict)
    rules: Mapping[str, EventRule] = field(default_factory=dict)
    drill: Text = DRILL

    def rule_for(self, kind: str, areas: tuple[str, ...]) -> EventRule | None:
        """Return the first rule for a type of event in one of these areas, the closest first; None without one."""
        for rule in self.rules.values():
            if rule.type == kind and any(fits(pattern, area) for area in areas for pattern in rule.at):
                return rule
        return None

    def alarm_templates(self) -> dict[str, AlarmTemplate]:
        """Return what people are told when such an event is taken, by the alarm's condition."""
        templates = {}
        for kind in self.types.values():
            for exercise in (False, True):
                cause = kind.cause.after(self.drill) if exercise else kind.cause
                templates[condition_of(kind.id, exercise)] = AlarmTemplate(
                    kind.urgency, kind.respond_s, cause, kind.consequence, kind.action
                )
        return templates


def condition_of(kind: str, exercise: bool) -> str:
    """Return the condition of the alarm that an event of a type rings."""
    return f"city_{kind}_drill" if exercise else f"city_{kind}"


def fits(pattern: str, area: str) -> bool:
    """Return whether a rule's pattern names an area."""
    return pattern == area or (pattern.endswith(":*") and area.startswith(pattern[:-1]))


def areas_of(site: Site, subject: str) -> tuple[str, ...]:
    """Return an event's areas: that which it names and the buildings around it; empty where the site has none such."""
    sort, _, name = subject.partition(":")
    if sort == "building" and name in site.buildings:
        return (subject,)
    if sort == "route" and name in site.routes:
        return (subject,)
    if sort == "place" and name in site.places:
        pose = site.places[name].pose
        corners: tuple[tuple[float, float], ...] = ((pose.x_m, pose.y_m),)
    elif sort == "zone" and name in site.zones:
        corners = site.zones[name].outline
    else:
        return ()
    around = (each for each in site.buildings.values() if all(contains(each.outline, *corner) for corner in corners))
    return (subject, *(f"building:{each.id}" for each in around))


def meant(words: tuple[str, ...], areas: tuple[str, ...]) -> tuple[str, ...]:
    """Return the areas that a rule's words mean for an event in these areas, each once."""
    return tuple(dict.fromkeys(area for word in words for area in _meant(word, areas)))


def _meant(word: str, areas: tuple[str, ...]) -> Iterator[str]:
    sort = OWN.get(word)
    if sort is None:
        yield word
        return
    yield from (area for area in areas if area.startswith(f"{sort}:"))


def is_in(site: Site, areas: tuple[str, ...], x_m: float, y_m: float) -> bool:
    """Return whether a point of the map lies in a building or a zone among these areas."""
    for area in areas:
        sort, _, name = area.partition(":")
        ground = site.buildings if sort == "building" else site.zones if sort == "zone" else {}
        if name in ground and contains(ground[name].outline, x_m, y_m):
            return True
    return False


def contains(outline: tuple[tuple[float, float], ...], x_m: float, y_m: float) -> bool:
    """Return whether a point lies in a polygon, by how often a ray to the right crosses its border."""
    inside = False
    before_x_m, before_y_m = outline[-1]
    for corner_x_m, corner_y_m in outline:
        if (corner_y_m > y_m) != (before_y_m > y_m):
            share = (y_m - corner_y_m) / (before_y_m - corner_y_m)
            if x_m < corner_x_m + share * (before_x_m - corner_x_m):
                inside = not inside
        before_x_m, before_y_m = corner_x_m, corner_y_m
    return inside
