"""Ghosts: robots whose bodies are elsewhere (real, or Gazebo's), mirrored so that the simulated ones see them.

A ghost is a body that nobody here moves: it stands where it was last said to be. Scanners brake for it, contacts with
it count, and it is in the trace. Before it was heard of it is nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from robot_fleet.core.geometry import Pose
from robot_fleet.core.site import Site
from robot_fleet.sim.acts import AT_PLACE_M
from robot_fleet.sim.goals import Mode
from robot_fleet.sim.items import PERSON
from robot_fleet.sim.robot import SimRobot

if TYPE_CHECKING:
    from robot_fleet.sim.world import SimWorld

NOWHERE = ""
"""Map of a ghost that was not heard of yet: nobody is near anything there."""
_STILL_MPS = 0.02


class Ghosts:
    """The ghosts of a world.

    Parameters
    ----------
    world : whose custody follows what they take and give.
    bodies : by id, made by `ghost_bodies`.
    """

    def __init__(self, world: SimWorld, bodies: dict[str, SimRobot]) -> None:
        self._world = world
        self.bodies = bodies

    def __iter__(self) -> Iterator[SimRobot]:
        return iter(self.present)

    @property
    def present(self) -> tuple[SimRobot, ...]:
        """Those that were heard of."""
        return tuple(ghost for ghost in self.bodies.values() if ghost.map_id != NOWHERE)

    @property
    def complete(self) -> bool:
        """Whether all were heard of."""
        return all(ghost.map_id != NOWHERE for ghost in self.bodies.values())

    def move(self, robot_id: str, pose: Pose, speed_mps: float) -> None:
        """Let a ghost be where its robot says that it is; touching somebody there counts."""
        ghost, now_s = self.bodies[robot_id], self._world.now_s
        if ghost.pose == pose and ghost.v_mps == speed_mps:
            return
        if ghost.map_id == pose.map_id:
            ghost.odometer_m += ghost.pose.distance_m(pose)
        ghost.put(pose, speed_mps)
        ghost.mode = Mode.STANDING if abs(speed_mps) < _STILL_MPS else Mode.DRIVING
        self._world.scanners.check(ghost, now_s)

    def charge(self, robot_id: str, soc_pct: float, docked_at: str) -> None:
        """Take in what a robot says of its battery."""
        ghost = self.bodies[robot_id]
        ghost.settle(soc_pct, self._world.now_s)
        ghost.docked_at = docked_at

    def load(self, robot_id: str, items: Iterable[str]) -> None:
        """Take in what a robot says that it has on board: what is new was taken, what is missing was given away.

        Items that nobody here knows have no size, and stay unknown. What was given stands at the place that the robot
        is at, if that keeps items and has room, else a person has it.
        """
        ghost, custody = self.bodies[robot_id], self._world.custody
        told = [item for item in items if item in custody.items]
        before = custody.on_robot(robot_id)
        for item in told:
            if item not in before:
                custody.move(item, "robot", robot_id)
                self._world.note_ghost_act(ghost, f"take:{item}")
        for item in before:
            if item not in told:
                place = self._place_for(ghost)
                custody.move(item, "place" if place else PERSON, place or robot_id)
                self._world.note_ghost_act(ghost, f"give:{item}:{place or PERSON}")
        self._world.load_changed(ghost)

    def _place_for(self, ghost: SimRobot) -> str:
        """Return the place that takes what a ghost gives away, empty if none does."""
        near = [
            (spot.pose.distance_m(ghost.pose), name)
            for name, spot in self._world.site.places.items()
            if spot.pose.map_id == ghost.map_id and len(self._world.custody.at_place(name)) < spot.holds_items
        ]
        distance_m, name = min(near, default=(AT_PLACE_M, ""))
        return name if distance_m < AT_PLACE_M else ""


def ghost_bodies(site: Site, robots: Iterable[str], now_s: float) -> dict[str, SimRobot]:
    """Return a body for each of some robots; they are nowhere yet."""
    made = {}
    for name in robots:
        spec = site.robots[name]
        start = site.places[spec.start].pose
        nowhere = Pose(start.x_m, start.y_m, start.yaw_rad, NOWHERE)
        body = SimRobot(name, site.kinds[spec.kind], nowhere, spec.start_soc_pct, now_s, _nothing, _nothing)
        body.draw(0.0, now_s)
        made[name] = body
    return made


def _nothing(_: object) -> None:
    """A ghost has no goals and no life of its own."""
