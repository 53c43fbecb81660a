"""The embedded world on ROS: its clock, its map, its robots behind Nav2's names, its sensors, its people's wishes."""

from __future__ import annotations

import time

from nav_msgs.msg import OccupancyGrid
from rclpy.node import Node
from robot_fleet_interfaces.msg import ChargerSupply, PlaceContents
from rosgraph_msgs.msg import Clock as ClockMsg

from robot_fleet.ros.convert import to_time
from robot_fleet.ros.grids import to_grid
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.equipment_link import SimEquipmentTopics
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.sim.bringing import Bringing
from robot_fleet.ros.sim.calling import Calling
from robot_fleet.ros.sim.ghost_intake import GhostIntake
from robot_fleet.ros.sim.reaching import Reaching
from robot_fleet.ros.sim.replying import Replying
from robot_fleet.ros.sim.robot import SimRobotServers
from robot_fleet.ros.sim.world_player import WorldPlayer
from robot_fleet.ros.spin import Setting, declare, every
from robot_fleet.runtime.ringing.keeping import Keeper
from robot_fleet.runtime.runs.demand import SENSED_KINDS
from robot_fleet.sim.callers import Callers
from robot_fleet.site.ground.levels import read_levels
from robot_fleet.site.ground.maps import OccupancyMap
from robot_fleet.stores.raised import RaisedAlarms

WAKE_S = 0.01
NOTE_EVERY_S = 1.0
AGENTS_WITHIN_S = 20.0
"""Wall seconds after which a day begins though some robots have no agent."""
BEGINS_AFTER_S = 0.3
"""Wall seconds between the discovery of the last agent here and the begin of the day: it has to discover us, too."""
OBSTACLES_EVERY_S = 0.1
EQUIPMENT_EVERY_S = 0.05
MOTION_HZ = Setting("motion_hz", 10.0, 1.0, 50.0, "messages of motion of each moving robot per wall second")
HEALTH_HZ = Setting("health_hz", 2.0, 0.2, 10.0, "messages of battery and base of each robot per wall second")


class SimBridge:
    """Plays a world on a node.

    Parameters
    ----------
    node : its thread owns the world.
    guard : keeps failing callbacks from the spin.
    player : the world.
    callers : the people of the demand.
    occupancy : the site's map.
    journal : where alarms are kept until the ledger knows them.
    midnight_s : the instant at which fleet time is 0 [s since 1970] where the world keeps to the wall clock, which is
        then the time of all; None where the world is the clock.
    ghosts : where robots with bodies elsewhere are; None where there are none.
    """

    def __init__(
        self,
        node: Node,
        guard: Guard,
        player: WorldPlayer,
        callers: Callers,
        occupancy: OccupancyMap,
        journal: RaisedAlarms,
        midnight_s: float | None = None,
        ghosts: GhostIntake | None = None,
    ) -> None:
        self._player = player
        self._world = world = player.world
        self._callers = callers
        self._ghosts = ghosts
        self._stamp_0_s = midnight_s or 0.0
        clock = "clock" if midnight_s is None else "fleet/world_clock"
        self._clock = node.create_publisher(ClockMsg, topic(clock), QOS[clock].offered)
        self._contents = node.create_publisher(
            PlaceContents, topic("fleet/place_contents"), QOS["fleet/place_contents"].offered
        )
        node.create_subscription(
            ChargerSupply,
            topic("fleet/charger_supply"),
            guard("supply", self._supply),
            QOS["fleet/charger_supply"].wanted,
        )
        self._map = node.create_publisher(OccupancyGrid, topic("map"), QOS["map"].offered)
        self._map.publish(to_grid(occupancy))
        self._charts = read_levels(world.site)
        self._level_maps = {
            level: node.create_publisher(OccupancyGrid, topic("map") + f"/{level}", QOS["map"].offered)
            for level in self._charts
        }
        for level, chart in self._charts.items():
            self._level_maps[level].publish(to_grid(chart))
        self._equipment = SimEquipmentTopics(node, guard, world, self._stamp_s)
        keeper = Keeper(world.site, journal, "people", lambda: player.clock_s)
        self._calling = Calling(node, guard, callers, keeper, world.site)
        self._replying = Replying(node, guard, world)
        self._reaching = Reaching(node, guard, world)
        self._bringing = Bringing(node, guard, world)
        self._robots = {
            name: SimRobotServers(node, world, name, guard, self._stamp_s, occupancy, self._charts)
            for name in world.robots
        }
        self._sensors = [place.id for place in world.site.places.values() if place.kind in SENSED_KINDS]
        self._sensed: dict[str, tuple[tuple[str, ...], int]] = {}
        self._plays = player.resumed or callers.finished
        self._stands = False
        self._begins_s: float | None = None
        self._made_s = time.monotonic()
        for robot in self._robots.values():
            robot.changed()  # what a new listener must know without waiting for a change
        every(node, WAKE_S, guard("play", self._play))
        every(node, 1.0 / declare(node, MOTION_HZ), guard("motion", self._tell_motion))
        if ghosts is not None:
            every(node, OBSTACLES_EVERY_S, guard("obstacles", ghosts.tell_obstacles))
        every(node, 1.0 / declare(node, HEALTH_HZ), guard("health", self._tell_health))
        every(node, EQUIPMENT_EVERY_S, guard("equipment", self._equipment.tell))
        every(node, NOTE_EVERY_S, guard("note", self._note))

    def stand_still(self) -> None:
        """Let no more time pass, but go on telling how everything stands: a run ends, and its figures are to agree."""
        self._stands = True

    def _play(self) -> None:
        """Let time pass; a day in which people ask for services begins when the fleet is there."""
        if self._stands:
            return
        steady_s = time.monotonic()
        if self._ghosts is not None:
            self._ghosts.place()
        if not self._plays:
            self._player.wait()
            if self._fleet_is_there(steady_s):
                self._begin(steady_s)
            return
        if self._player.play(steady_s, lambda robot: self._robots[robot].changed()):
            self._tell_time()
        self._tell_contents()
        self._calling.look(self._world.now_s, steady_s)
        self._replying.look(steady_s)
        self._reaching.look(steady_s)
        self._bringing.look()

    def _begin(self, steady_s: float) -> None:
        """Let the day begin soon, when the agents know what there is before anything has been used."""
        if self._begins_s is None:
            self._begins_s = steady_s + BEGINS_AFTER_S
        if steady_s >= self._begins_s:
            self._tell_health()
            self._plays = True
            self._note()

    def _fleet_is_there(self, steady_s: float) -> bool:
        waited = steady_s - self._made_s > AGENTS_WITHIN_S
        agents = all(robot.topics.heard for robot in self._robots.values())
        return self._calling.heard and (waited or (agents and (self._ghosts is None or self._ghosts.complete)))

    def _supply(self, wish: ChargerSupply) -> None:
        self._world.supply(wish.held)

    def _stamp_s(self) -> float:
        """Return what stands on messages: ROS time."""
        return self._stamp_0_s + self._player.clock_s

    def _tell_time(self) -> None:
        self._clock.publish(ClockMsg(clock=to_time(self._stamp_s())))

    def _tell_motion(self) -> None:
        if not self._plays and self._stamp_0_s:
            self._tell_time()
        for robot in self._robots.values():
            robot.topics.tell_motion()
            robot.give_feedback()

    def _tell_health(self) -> None:
        for robot in self._robots.values():
            robot.topics.tell_health()

    def _tell_contents(self, again: bool = False) -> None:
        for place in self._sensors:
            items, people = self._world.custody.at_place(place), self._world.drivers.bays.people_at(place)
            if again or (items, people) != self._sensed.get(place):
                self._sensed[place] = items, people
                self._contents.publish(PlaceContents(place=place, items=list(items), people=people))

    def _note(self) -> None:
        if self._plays:
            self._tell_contents(again=True)
            self._player.note()
        else:
            self._tell_time()
