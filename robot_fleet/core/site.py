"""The vocabulary of a site: what a city folder describes, as frozen values. Read from YAML by `robot_fleet.site`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from robot_fleet.core.city import Building, CityRules
from robot_fleet.core.energy import EnergySpec
from robot_fleet.core.geometry import ALIGNED, Alignment, Footprint, Pose
from robot_fleet.core.health import Health
from robot_fleet.core.law import NO_LAW, Law
from robot_fleet.core.text import Text

Json = object  # a value made of None, bool, int, float, str, list and dict with str keys


@dataclass(frozen=True, slots=True)
class Place:
    """A named pose where a robot may rest. Its id is also the id of its vertex in the lane graph, and of its Resource.

    Parameters
    ----------
    id : unique in the site, for instance `care_home/r203`.
    kind : room, dock, charger, slot, bay_in, bay_out, locker, kitchen, shelf, gate, waiting, checkpoint.
    pose : where the robot stands, in the map frame.
    groups : names of sets of places that a stop may ask for with `any_of`.
    door : door policy of a room: open, resident, remote_unlock or staff; empty where there is no door.
    kinds : robot kinds that may stand here; empty means all.
    length_m, width_m, max_kg : largest item that fits, 0 where the place holds no items.
    holds_items : how many items the place itself can hold (a slot 1, a shelf many).
    """

    id: str
    kind: str
    pose: Pose
    name: Text
    groups: tuple[str, ...] = ()
    door: str = ""
    kinds: tuple[str, ...] = ()
    length_m: float = 0.0
    width_m: float = 0.0
    max_kg: float = 0.0
    holds_items: int = 0


@dataclass(frozen=True, slots=True)
class Vertex:
    """A point of the lane graph; `place` is the id of the place that stands on it, or empty for a point in a lane."""

    id: str
    pose: Pose
    place: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A directed straight piece of way between two vertices.

    Parameters
    ----------
    id : unique, for instance `v012>v013`.
    start, end : vertex ids.
    length_m : length.
    corridor_m : how far from the centre line a robot may stray before it is paused.
    speed_mps : speed limit, 0 for none but the robot's own.
    kinds : robot kinds that may use it; empty means all.
    resource : name of a resource of capacity 1 that the lane is part of (a narrow passage, a lift), or empty.
    no_stopping : whether a hold brings nobody to rest on it, though it may be driven; nor on any lane with a resource.
    """

    id: str
    start: str
    end: str
    length_m: float
    corridor_m: float
    speed_mps: float = 0.0
    kinds: tuple[str, ...] = ()
    resource: str = ""
    no_stopping: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the ground with a rule: keep out (`closed`), or go slowly. People change both at any time.

    Parameters
    ----------
    outline : corners of a polygon in the map frame, (x_m, y_m).
    kinds : robot kinds that its rules concern; empty means all.
    closed : whether robots keep out from the beginning.
    speed_mps : speed limit from the beginning, 0 for none.
    no_stopping : whether it may be driven, but a hold brings nobody to rest in it: a door, a crossing, a lift, an
        evacuation route.
    outdoor : whether it is under the open sky, so that one command about the weather closes it with the others.
    law : id of the regime that holds in it, empty for none.
    ground : pavement, crossing, carriageway or estate (private: no law holds there, whatever other zones say).
    pavement_m : how wide the pavement is, 0 where nobody says.
    """

    id: str
    name: Text
    outline: tuple[tuple[float, float], ...]
    kinds: tuple[str, ...] = ()
    closed: bool = False
    speed_mps: float = 0.0
    no_stopping: bool = False
    outdoor: bool = False
    law: str = ""
    ground: str = "pavement"
    pavement_m: float = 0.0


CONTROL_TOPICS = (
    ("emergency_stop", "emergency_stop"),
    ("manual", "manual"),
    ("protective_stop", "protective_stop"),
)
"""The topics of a kind that names no others."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """After how much use a robot is due for maintenance; 0 for no such limit.

    Parameters
    ----------
    km, hours : driven, and of fleet time, since the last one.
    faults : steps that failed since then.
    """

    km: float = 0.0
    hours: float = 0.0
    faults: int = 0


@dataclass(frozen=True, slots=True)
class RobotKind:
    """What all robots of one kind have in common. Powers are drawn from the battery; charging is into it.

    `omnidirectional` robots keep their yaw while they drive; the others turn in place to face along a lane.
    `loaded_footprint` is the largest that any load gives it. `reserve_pct` is kept for alarms and for reaching a
    charger; `charge_below_pct` sends an idle robot to a charger, `charge_to_pct` ends the charge.
    `control_topics` pairs words of `RobotReport.control` with the ROS topics (std_msgs/Bool, in the robot's namespace)
    that say so, the most binding first. `upkeep` says when maintenance is due. `height_m` is that of the body,
    `lidar_m` that of its scanner above the ground.
    """

    id: str
    name: Text
    footprint: Footprint
    loaded_footprint: Footprint
    mass_kg: float
    payload_kg: float
    speed_mps: float
    loaded_speed_mps: float
    acceleration_mps2: float
    turn_radps: float
    omnidirectional: bool
    battery_wh: float
    standing_w: float
    driving_w: float
    loaded_w: float
    charge_w: float
    dock_s: float
    undock_s: float
    reserve_pct: float
    charge_below_pct: float
    charge_to_pct: float
    control_topics: tuple[tuple[str, str], ...] = CONTROL_TOPICS
    upkeep: Upkeep = Upkeep()
    height_m: float = 1.0
    lidar_m: float = 0.2


class Backend(StrEnum):
    """What carries a robot's body: our simulator, Gazebo with Nav2, or the world itself with Nav2 on the robot."""

    EMBEDDED = "embedded"
    GAZEBO = "gazebo"
    HARDWARE = "hardware"


@dataclass(frozen=True, slots=True)
class RobotSpec:
    """One robot of the fleet: its kind, where it starts and how full its battery is then.

    `alignment` says where the map that it localises itself on lies in the site's.
    """

    id: str
    kind: str
    name: Text
    start: str
    start_soc_pct: float
    alignment: Alignment = ALIGNED
    backend: Backend = Backend.EMBEDDED


@dataclass(frozen=True, slots=True)
class ItemSpec:
    """An object with custody (car, parcel, meal) that exists when the day begins."""

    id: str
    kind: str
    at: str
    mass_kg: float
    length_m: float = 0.0
    width_m: float = 0.0


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """A parameter of a service's request.

    type : place, item, number, text, time or route; `place_kinds` narrows a place, `minimum`/`maximum` a number,
    `choices` a text. A `hidden` one is known to the simulated people only and never reaches the ledger.
    """

    name: str
    type: str
    required: bool = True
    place_kinds: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a flow goes on when an act or a wait has ended with a word: a result, an answer, a code or `timeout`.

    `to` is the id of an act of the same stop, that of another stop, or `end:` and an outcome.
    """

    word: str
    to: str


@dataclass(frozen=True, slots=True)
class ActTemplate:
    """Something physical that a robot does at a stop, or (`act: wait`) its waiting there for a person's answer.

    Parameters
    ----------
    id : unique within the service.
    act : the actuator's verb: take, give, announce, prompt, call, scan, notify, inspect, or any other word; `take` and
        `give` move custody of `item`.
    item : name of the request's item parameter, or empty.
    to : for `give`: `place` (the stop's place holds it) or `person` (handed over).
    expected_s : duration that plans reckon with; the simulator draws the real one around it.
    interruptible : whether a more urgent task may break it off.
    repeatable : whether it may be carried out again when its end is unknown (`at_least_once`).
    branches : where the flow goes on after some words; after others as `then` says.
    then : where it goes on otherwise, as in `Branch`; empty for the next act in the list, or for leaving the stop.
    wait_s : of a wait: how long, before it ends with the word `timeout`.
    rings : of a wait: whether an operator is told of it by an alarm.
    unattended : of a wait: whether the robot leaves meanwhile. With an `item` it begins when no robot is at the place
        any more, lasts until `wait_s` after the task is due, and ends with the word `taken` once a person has that.
    """

    id: str
    act: str
    item: str = ""
    to: str = ""
    expected_s: float = 0.0
    interruptible: bool = False
    repeatable: bool = False
    branches: tuple[Branch, ...] = ()
    then: str = ""
    wait_s: float = 0.0
    rings: bool = False
    unattended: bool = False

    @property
    def decides(self) -> bool:
        """Whether nobody knows what comes after it before it has ended."""
        return bool(self.branches)


@dataclass(frozen=True, slots=True)
class StopTemplate:
    """A stop of a service: where, and what is done there.

    `where` is one of `param:<name>` (the place in that parameter), `item:<name>` (wherever that item stands),
    `group:<name>` (any free place of the group that fits), `route:<name>` (expands to one stop a place of the route),
    `place:<id>`. A `side` stop is visited only where a branch leads to it; the others come one after the other.
    Where no place of its group has room when a branch leads to it, the flow goes to the target `if_full` instead, and
    to `if_gone` where a person has what was to be taken there.
    """

    id: str
    where: str
    acts: tuple[ActTemplate, ...] = ()
    side: bool = False
    if_full: str = ""
    if_gone: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A named end of a flow; one that `fails` ends its task as failed, with this id as the reason."""

    id: str
    name: Text
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """When a task is late: `after_s` after `base` (requested, earliest, or param:<name>), measured at an instant.

    `instant` is `<stop id>.arrived`, `<stop id>.done`, `<stop id>.departed` or `<stop id>.<act id>`.
    """

    base: str
    after_s: float
    instant: str


class Remedy(StrEnum):
    """What becomes of a task that something went wrong with."""

    GIVE_BACK = "give_back"
    """Back to the plan: any robot may do it, this one too."""
    RETRY_HERE = "retry_here"
    """The same robot tries again, twice; then a person is asked."""
    RETRY_ELSEWHERE = "retry_elsewhere"
    """Another robot tries, twice; a person is asked where the robot has something of the task on board."""
    HAND_OVER = "hand_over"
    """The robot keeps what it has on board, and a person takes it over; with nothing on board a person is asked."""
    ASK = "ask"
    """A person says whether it was done, is to be tried again or has failed."""
    WAIT = "wait"
    """It stays with its robot."""
    FAIL = "fail"
    """It ends as failed, with the reason; a person is asked where its robot has something of it on board."""


@dataclass(frozen=True, slots=True)
class Remedies:
    """What a service wants done when something goes wrong.

    Parameters
    ----------
    drive : its robot could not drive, dock or undock.
    act : an act ended as failed.
    unknown : nobody can say whether an act was carried out.
    offline : its robot has been silent for long after the task has begun.
    """

    drive: Remedy = Remedy.GIVE_BACK
    act: Remedy = Remedy.FAIL
    unknown: Remedy = Remedy.ASK
    offline: Remedy = Remedy.WAIT


@dataclass(frozen=True, slots=True)
class Asked:
    """Who answers a wait beside those who watch over the fleet.

    Parameters
    ----------
    person : whether whoever is at the place may, by a page or a screen there.
    right, wrong : the answers that a code gives, where one is asked for: the right one, and too many wrong ones. Nobody
        at the place gives either of them by choice. Empty where no code is asked for.
    """

    person: bool = False
    right: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A template of tasks.

    Parameters
    ----------
    robot_kinds : kinds that can carry it out.
    earliest : name of the time parameter before which the first stop may not begin, or empty.
    priority : 0 (may wait) to 100 (a life).
    drop_penalty : cost of leaving the task out of the plan, in the plan's cost unit (seconds of weighted lateness).
    lead_s : the first stop may not begin earlier than this long before the task is due; 0 for no such limit.
    guarantee : at_most_once or at_least_once.
    alarm : whether the request raises an alarm that a person must answer and that may pre-empt other tasks.
    result : the flow's own name for its normal end; an act's reported result overrides it.
    remedies : what is done when something goes wrong.
    outcomes : the ends that its branches name.
    texts : act -> what the people beside the robot are told while it is under way; `<act>.<word>` -> what an answer is
        called.
    asked : wait -> who answers it; whoever watches over the fleet may answer all of them.
    """

    id: str
    name: Text
    robot_kinds: tuple[str, ...]
    params: tuple[ParamSpec, ...]
    stops: tuple[StopTemplate, ...]
    due: Due
    earliest: str = ""
    lead_s: float = 0.0
    priority: int = 10
    drop_penalty: float = 36_000.0
    guarantee: str = "at_most_once"
    alarm: bool = False
    result: str = "done"
    remedies: Remedies = Remedies()
    outcomes: tuple[Outcome, ...] = ()
    texts: Mapping[str, Text] = field(default_factory=dict)
    asked: Mapping[str, Asked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """Which days a site has. Dates are texts as `2026-11-27`.

    Parameters
    ----------
    time_zone : IANA name.
    country, subdivision : whose public holidays count, by ISO 3166 codes; empty for none.
    closed : other days on which the site does not work as usual.
    open : public holidays on which it does.
    simulated_from : the date of the first day of a fleet that is simulated.
    """

    time_zone: str
    country: str
    subdivision: str
    closed: Mapping[str, Text]
    open: tuple[str, ...]
    simulated_from: str


@dataclass(frozen=True, slots=True)
class Site:
    """A whole city folder, validated: every reference resolves, every place is reachable by some robot."""

    id: str
    name: Text
    map_file: str
    places: Mapping[str, Place]
    vertices: Mapping[str, Vertex]
    lanes: Mapping[str, Lane]
    kinds: Mapping[str, RobotKind]
    robots: Mapping[str, RobotSpec]
    items: Mapping[str, ItemSpec]
    services: Mapping[str, Service]
    routes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zones: Mapping[str, Zone] = field(default_factory=dict)
    synthetic_people: bool = False
    health: Health = field(default_factory=Health)
    calendar: CalendarSpec | None = None
    law: Law = NO_LAW
    buildings: Mapping[str, Building] = field(default_factory=dict)
    city: CityRules = field(default_factory=CityRules)
    energy: EnergySpec | None = None

    @property
    def alignments(self) -> Mapping[str, Alignment]:
        """Where the maps that robots localise themselves on lie in the site's, by robot."""
        return {name: robot.alignment for name, robot in self.robots.items()}

    def places_asked_for(self, service: Service) -> tuple[str, ...]:
        """Return the places that a request of a service may name, where it says of which kinds they are."""
        kinds = {kind for spec in service.params if spec.type == "place" for kind in spec.place_kinds}
        return tuple(place.id for place in self.places.values() if place.kind in kinds)
