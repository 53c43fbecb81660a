"""A small house with a door and a lift, for tests of equipment: made in code, on open planes.

upper   u1 ----- t1 --- f1 = [k1]        f: before the lift, k: its cabin, t: a corner where robots can wait
                 |
                 u2     w1
main    a --- b --- c1, c2 ... d0 =[door]= d1 --- f0 = [k0]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from robot_fleet.core.equipment import Equipment, EquipmentKind
from robot_fleet.core.fleet.state import EquipmentRecord, TaskRecord
from robot_fleet.core.geometry import Pose
from robot_fleet.core.inputs import Input
from robot_fleet.core.site import GROUND_LEVEL, Lane, Level, Place, Site, Vertex
from robot_fleet.runtime.chaos.fleet import ChaosFleet
from robot_fleet.runtime.ports import ports_for
from robot_fleet.sim.people import People
from robot_fleet.site.checking.equipping import with_lanes
from robot_fleet.site.reading.draft import default_health
from test.factories import make_place, make_site, text

UPPER = "upper"
DOOR, LIFT = "front_door", "lift"
BEGIN_S = 28_800.0


@dataclass(frozen=True, slots=True)
class Row:
    """A request of a demand."""

    request_id: str
    at_s: float
    service: str
    params: Mapping[str, object]


def bring(name: str, at_s: float, to: str, start: str = "a") -> Row:
    """Ask for an item to be carried from one place to another."""
    params = {"from": start, "to": to, "item": f"item_{name}", "mass_kg": 1.0}
    return Row(name, BEGIN_S + at_s, "delivery", params)


def _place(name: str, x_m: float, y_m: float, kind: str, level: str = GROUND_LEVEL, **more: object) -> Place:
    return make_place(name, x_m, y_m, kind, pose=Pose(x_m, y_m, 0.0, level), **more)


def house(robots: Mapping[str, str] | None = None, patience_s: float = 60.0, soc_pct: float = 80.0) -> Site:
    """Return the house; robots are robot id -> start place."""
    places = (
        _place("a", 0.0, 3.0, "shelf", holds_items=10),
        _place("b", 4.0, 3.0, "room", door="open", holds_items=5),
        _place("c1", 8.0, 3.0, "charger"),
        _place("c2", 8.0, -3.0, "charger"),
        _place("w0", 4.0, -3.0, "waiting"),
        _place("u1", 6.0, 0.0, "room", UPPER, door="open", holds_items=5),
        _place("u2", 12.0, -3.0, "room", UPPER, door="open", holds_items=5),
        _place("w1", 16.0, -3.0, "waiting", UPPER),
    )
    points = {
        "p0": Pose(0.0, 0.0),
        "p4": Pose(4.0, 0.0),
        "p8": Pose(8.0, 0.0),
        "d0": Pose(14.0, 0.0),
        "d1": Pose(18.0, 0.0),
        "f0": Pose(24.0, 0.0),
        "k0": Pose(27.0, 0.0),
        "k1": Pose(27.0, 0.0, 0.0, UPPER),
        "f1": Pose(24.0, 0.0, 0.0, UPPER),
        "t2": Pose(16.0, 0.0, 0.0, UPPER),
        "t1": Pose(12.0, 0.0, 0.0, UPPER),
    }
    ties = [
        ("a", "p0"),
        ("b", "p4"),
        ("w0", "p4"),
        ("c1", "p8"),
        ("c2", "p8"),
        ("p0", "p4"),
        ("p4", "p8"),
        ("p8", "d0"),
    ]
    ties += [("d0", "d1"), ("d1", "f0"), ("f0", "k0"), ("k0", "k1"), ("k1", "f1"), ("f1", "t2"), ("t2", "t1")]
    ties += [("t2", "w1"), ("t1", "u2"), ("t1", "u1")]
    resources = {("d0", "d1"): DOOR, ("f0", "k0"): LIFT, ("k0", "k1"): LIFT, ("k1", "f1"): LIFT}
    vertices = {place.id: Vertex(place.id, place.pose, place.id) for place in places}
    vertices |= {name: Vertex(name, pose) for name, pose in points.items()}
    lanes = {}
    for a, b in ties:
        for start, end in ((a, b), (b, a)):
            length_m = vertices[start].pose.distance_m(vertices[end].pose) or 4.0
            lane = Lane(f"{start}>{end}", start, end, length_m, 0.5, resource=resources.get((a, b), ""))
            lanes[lane.id] = lane
    equipment = (
        Equipment(DOOR, EquipmentKind.DOOR, text(DOOR), wait_s=4.0, patience_s=patience_s),
        Equipment(LIFT, EquipmentKind.LIFT, text(LIFT), wait_s=10.0, ride_s=16.0, patience_s=patience_s),
    )
    known, timed = with_lanes(equipment, vertices, lanes)
    site = make_site(places, robots or {"log_1": "c1"}, soc_pct=soc_pct)
    floors = {GROUND_LEVEL: Level(GROUND_LEVEL, text("ground"), ""), UPPER: Level(UPPER, text(UPPER), "", 4.0)}
    site = replace(site, health=default_health())
    return replace(site, id="house", vertices=vertices, lanes=timed, equipment=known, levels=floors)


class House:
    """The house as it is lived in, on a virtual clock; its parts can be killed."""

    def __init__(self, rows: Sequence[Row] = (), robots: Mapping[str, str] | None = None, **more: float) -> None:
        self.site = house(robots, **more)
        self.fleet = ChaosFleet(
            self.site, ports_for(self.site), None, People(), rows, 1, improving=False, start_s=BEGIN_S
        )
        for link in self.fleet.mortal_links.values():
            link.start(self.fleet.now)

    def until(self, what: Callable[[], bool], within_s: float = 900.0) -> None:
        """Let time pass until something is so."""
        for _ in range(round(within_s)):
            if what():
                return
            self.fleet.second()
        raise AssertionError("it has not come to that")

    def rest(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds)):
            self.fleet.second()

    def feed(self, news: Input) -> None:
        """Let somebody say something to the fleet."""
        self.fleet.host.feed(news, self.fleet.now)

    def task(self, name: str) -> TaskRecord:
        """Return a task as the fleet knows it."""
        return self.fleet.host.fleet.state.tasks[name]

    def ended(self, *names: str) -> bool:
        """Return whether tasks have come to an end."""
        tasks = self.fleet.host.fleet.state.tasks
        return all(name in tasks and tasks[name].ended for name in names)

    def at(self, robot: str) -> str:
        """Return the vertex that a robot stands on or has passed last."""
        return self.fleet.host.fleet.state.robots[robot].at

    def record(self, equipment: str) -> EquipmentRecord:
        """Return a piece of equipment as the fleet knows it."""
        return self.fleet.host.fleet.state.equipment.get(equipment) or EquipmentRecord(equipment)

    def alarms(self, condition: str) -> list[bool]:
        """Return, for each alarm of a condition, whether it still holds."""
        alarms = self.fleet.host.fleet.state.alarms.values()
        return [any(alarm.members.values()) for alarm in alarms if alarm.condition == condition]
