"""All that the facts of a ledger amount to for reports, taken in one after the other and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from robot_fleet.core.facts import Fact, IncidentOpened
from robot_fleet.core.site import RobotKind, Site
from robot_fleet.core.text import Text
from robot_fleet.reports.folds.alarms import AlarmCount
from robot_fleet.reports.folds.charging import ChargeLog
from robot_fleet.reports.folds.city_events import EventStories
from robot_fleet.reports.folds.states import RobotStates, building_of
from robot_fleet.reports.folds.tasks import TaskStories
from robot_fleet.reports.periodic.event_figures import aims_of
from robot_fleet.site.models.costs import CostsFile


@dataclass(frozen=True, slots=True)
class Ground:
    """What reports know besides facts and telemetry: the site, as far as it is known, and what things cost there.

    Parameters
    ----------
    robots : each robot's kind.
    lanes_m : each lane's length, metres.
    respond_s : condition -> seconds within which a person should act on its alarm.
    names : of robots, kinds and services, by id.
    energy : the site, where it says what energy costs there; else None.
    event_aims_s : type of a city's event -> seconds within which a robot is to be on site.
    rooms : building -> how many rooms it has, where people live who are no inventions.
    """

    site: str
    robots: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, RobotKind] = field(default_factory=dict)
    lanes_m: Mapping[str, float] = field(default_factory=dict)
    respond_s: Mapping[str, float] = field(default_factory=dict)
    names: Mapping[str, Text] = field(default_factory=dict)
    costs: CostsFile | None = None
    operators: int = 1
    rooms: Mapping[str, int] = field(default_factory=dict)
    energy: Site | None = None
    event_aims_s: Mapping[str, float] = field(default_factory=dict)


def ground_of(site: Site, costs: CostsFile | None, operators: int = 1) -> Ground:
    """Return what a site says."""
    names: dict[str, Text] = {robot.id: robot.name for robot in site.robots.values()}
    names |= {kind.id: kind.name for kind in site.kinds.values()}
    if site.energy is not None:
        names |= {group.id: group.name for group in site.energy.groups}
    names |= {service.id: service.name for service in site.services.values()}
    names |= {kind.id: kind.name for kind in site.city.types.values()}
    rooms = Counter(building_of(place.id) for place in site.places.values() if place.kind == "room")
    return Ground(
        site.id,
        {robot.id: robot.kind for robot in site.robots.values()},
        dict(site.kinds),
        {lane.id: lane.length_m for lane in site.lanes.values()},
        {code: template.respond_s for code, template in site.health.alarms.items()},
        names,
        costs,
        operators,
        {} if site.synthetic_people else rooms,
        None if site.energy is None else site,
        aims_of(site),
    )


class Past:
    """Folds facts into what reports ask for.

    Attributes
    ----------
    seq : number of the newest fact that was taken in.
    incidents_s : fleet times at which incidents were opened.
    """

    def __init__(self, ground: Ground) -> None:
        self.states = RobotStates(ground.lanes_m)
        self.stories = TaskStories()
        self.alarms = AlarmCount(ground.respond_s)
        self.charging = ChargeLog()
        self.events = EventStories()
        self.incidents_s: list[float] = []
        self.seq = 0

    def take(self, seq: int, at_s: float, fact: Fact) -> None:
        """Take a fact in; facts come in order."""
        self.states.take(at_s, fact)
        self.stories.take(at_s, fact)
        self.alarms.take(at_s, fact)
        self.charging.take(fact)
        self.events.take(fact)
        if isinstance(fact, IncidentOpened):
            self.incidents_s.append(at_s)
        self.seq = seq
