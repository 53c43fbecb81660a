"""One robot alone in a world of its own: what a test bench puts in the place of a real robot.

It knows its map and its docks. What its hands do it does wherever it stands, as a real robot that is told to hand
something over does not look up where that is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.site import Place, RobotKind, RobotSpec, Site
from robot_fleet.core.text import Text
from robot_fleet.sim.acts import Acts
from robot_fleet.sim.obstacles import PointScanners
from robot_fleet.sim.people import Habit, People, PeopleFile
from robot_fleet.sim.robot import SimRobot
from robot_fleet.sim.world import DOCK_KINDS, SimWorld
from robot_fleet.site.ground.maps import OccupancyMap

MAP_ID = "main"
TYPICAL = RobotKind(
    id="typical",
    name=Text("일반 로봇", "Typical robot"),
    footprint=Footprint(0.6, 0.5),
    loaded_footprint=Footprint(0.6, 0.5),
    mass_kg=45.0,
    payload_kg=30.0,
    speed_mps=0.8,
    loaded_speed_mps=0.8,
    acceleration_mps2=0.8,
    turn_radps=1.2,
    omnidirectional=False,
    battery_wh=600.0,
    standing_w=25.0,
    driving_w=60.0,
    loaded_w=70.0,
    charge_w=140.0,
    dock_s=10.0,
    undock_s=5.0,
    reserve_pct=10.0,
    charge_below_pct=25.0,
    charge_to_pct=90.0,
)
"""A small indoor robot, where no other kind is asked for."""
_MANY = 1000


@dataclass(frozen=True, slots=True)
class LoneRobot:
    """What is alone in the world.

    Parameters
    ----------
    id : of the robot; its namespace.
    pose : where it begins, map frame.
    kind : its figures.
    docks : poses of its chargers by name.
    soc_pct : state of charge, 0 to 100.
    act_s : how long an act takes.
    """

    id: str
    pose: Pose
    kind: RobotKind = TYPICAL
    docks: Mapping[str, Pose] = field(default_factory=dict)
    soc_pct: float = 80.0
    act_s: float = 3.0


class _ActsHere(Acts):
    """Acts of robots that stand at the place by definition: whatever name it has, it is where the robot is."""

    def start(self, robot: SimRobot, act_id: str, act: str, place: str, params: Mapping[str, object]) -> None:
        """Start an act, or attach to the one of this id."""
        known = self._world.site.places.get(place)
        if known is None or known.kind not in DOCK_KINDS:
            here = Place(place, "shelf", robot.pose, Text(place, place), holds_items=_MANY)
            self._world.site.places[place] = here  # type: ignore[index]  # `lone_world` made it a dictionary
        super().start(robot, act_id, act, place, params)


def lone_world(robots: Sequence[LoneRobot], ground: OccupancyMap | None, seed: int = 1) -> SimWorld:
    """Return a world of robots (usually one) with no fleet, no people and nothing to carry but what acts bring."""
    starts = {
        f"{robot.id}/start": Place(f"{robot.id}/start", "waiting", robot.pose, _text("start")) for robot in robots
    }
    docks = {name: Place(name, "charger", pose, _text(name)) for robot in robots for name, pose in robot.docks.items()}
    kinds = {robot.id: robot.kind for robot in robots}
    specs = {
        robot.id: RobotSpec(robot.id, robot.id, _text(robot.id), f"{robot.id}/start", robot.soc_pct) for robot in robots
    }
    site = Site("lone", _text("lone"), "", {**starts, **docks}, {}, {}, kinds, specs, {}, {})
    act_s = max((robot.act_s for robot in robots), default=0.0)
    world = SimWorld(site, ground, People(PeopleFile(default=Habit(mean_s=act_s))), seed, 0.0)
    world.acts = _ActsHere(world)
    world.scanners = PointScanners(tuple(world.robots.values()), world.hazards)
    return world


def _text(word: str) -> Text:
    return Text(word, word)
