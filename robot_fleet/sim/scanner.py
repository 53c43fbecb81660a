"""The robots' safety scanners, and the count of contacts between robots.

A robot looks over the whole fleet once in a while only: what is too far away to come near before the next look is left
out until then. Close ones are checked at each step, with oriented rectangles that include the load. Bodies that are no
robots are seen in the same way; a robot that stands before one is *blocked*, which it is not before another robot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from robot_fleet.sim.bodies import PACE_MPS, Bodies, Body
from robot_fleet.sim.boxes import Box, free_way_m, overlap
from robot_fleet.sim.hazards import Hazards
from robot_fleet.sim.robot import START_M, STEP_S, SimRobot

GAP_M = 0.10
"""Distance from another robot's footprint at which a robot comes to rest, beyond what either needs to turn there."""
SIDE_M = 0.03
"""How far beside its own footprint a robot looks."""
_LOOK_EVERY_S = 1.0
_CAR_REACH_M = 0.5


@dataclass(frozen=True, slots=True)
class Contact:
    """Two robots, or a robot and a body, began to touch."""

    at_s: float
    a: str
    b: str


class Scanners:
    """The scanners of all robots of a world."""

    def __init__(self, robots: Sequence[SimRobot], hazards: Hazards) -> None:
        self._robots = tuple(robots)
        self._hazards = hazards
        self.leaves = Bodies()  # of doors that are shut
        self._reach_m = {
            robot.id: max(robot.kind.footprint.radius_m, robot.kind.loaded_footprint.radius_m) + _CAR_REACH_M
            for robot in robots
        }
        self._brake_m = {
            robot.id: robot.kind.speed_mps**2 / (2.0 * robot.kind.acceleration_mps2) + GAP_M for robot in robots
        }
        # No robot that turns needs more room for it than this beyond its footprint.
        self._turn_m = max((robot.radius_m for robot in robots if not robot.kind.omnidirectional), default=0.0)
        self.contacts: list[Contact] = []
        self.touching: dict[tuple[str, str], None] = {}

    def way_m(self, robot: SimRobot, now_s: float, ux: float, uy: float) -> float:
        """Return how far the robot can go along a unit vector with the gap kept; `inf` if nothing is near."""
        if now_s >= robot.look_s:
            self._look(robot, now_s)
        bodies = self._bodies_near(robot) if self._hazards.bodies.by_id or self.leaves.by_id else ()
        near = self._within(robot, self._stop_m(robot), now_s) if robot.near else None
        if not near and not bodies:
            robot.blocked_s = math.inf
            return math.inf
        own = robot.box()
        wide = _wider(own, ux, uy)
        own_turn_m = _turn_room_m(robot, own, ux, uy)
        clear_m = math.inf
        for other in near or ():
            there = other.box()
            way_m = free_way_m(wide, there, ux, uy)
            if way_m < math.inf:
                clear_m = min(clear_m, way_m - max(own_turn_m, _turn_room_m(other, there, ux, uy)))
            self._note(robot, other, own, there, now_s)
        body_m = math.inf
        for body in bodies:
            there = body.box()
            body_m = min(body_m, free_way_m(wide, there, ux, uy))
            self._note(robot, body, own, there, now_s)
        if robot.id in self._hazards.blind:
            return math.inf
        self._note_blocked(robot, body_m - GAP_M < START_M and body_m < clear_m, now_s)
        return min(clear_m, body_m) - GAP_M

    def may_turn(self, robot: SimRobot, now_s: float, yaw_rad: float) -> bool:
        """Return whether the footprint turned to `yaw_rad` touches nobody; who touches already may turn free."""
        if now_s >= robot.look_s:
            self._look(robot, now_s)
        bodies = self._bodies_near(robot) if self._hazards.bodies.by_id or self.leaves.by_id else ()
        near = self._within(robot, 2.0 * SIDE_M, now_s) if robot.near else None
        if not near and not bodies:
            robot.blocked_s = math.inf
            return True
        own = robot.box()
        half_length_m, half_width_m = own.half_length_m + SIDE_M, own.half_width_m + SIDE_M
        turned = Box(own.x_m, own.y_m, math.cos(yaw_rad), math.sin(yaw_rad), half_length_m, half_width_m)
        free = True
        for other in near or ():
            there = other.box()
            self._note(robot, other, own, there, now_s)
            if overlap(turned, there) and not overlap(own, there):
                free = False
        blocked = False
        for body in bodies:
            there = body.box()
            self._note(robot, body, own, there, now_s)
            if overlap(turned, there) and not overlap(own, there):
                blocked = True
        if robot.id in self._hazards.blind:
            return True
        self._note_blocked(robot, blocked and free, now_s)
        return free and not blocked

    def look_at_bodies(self, now_s: float) -> None:
        """Note who is touched by a body that has moved."""
        for robot in self._robots:
            own = robot.box()
            for body in self._bodies_near(robot):
                self._note(robot, body, own, body.box(), now_s)

    def check(self, robot: SimRobot, now_s: float) -> None:
        """Look for contacts of a robot whose footprint has changed."""
        self._look(robot, now_s)
        own = robot.box()
        for other in robot.near:
            self._note(robot, other, own, other.box(), now_s)

    def _bodies_near(self, robot: SimRobot) -> list[Body]:
        """Return the bodies that the robot could touch before it stands, or that could touch it."""
        reach_m = self._stop_m(robot) + robot.radius_m + PACE_MPS[1] * STEP_S
        return [
            body
            for body in (*self._hazards.bodies.by_id.values(), *self.leaves.by_id.values())
            if body.map_id == robot.map_id
            and math.hypot(body.box().x_m - robot.x_m, body.box().y_m - robot.y_m) < reach_m + body.radius_m
        ]

    def _note_blocked(self, robot: SimRobot, blocked: bool, now_s: float) -> None:
        """Note since when a robot that stands is kept there by something that is no robot."""
        if not blocked or robot.v_mps > 0.0:
            robot.blocked_s = math.inf
        elif robot.blocked_s == math.inf:
            robot.blocked_s = now_s

    def _look(self, robot: SimRobot, now_s: float) -> None:
        """Find everyone who could come near before the next look."""
        at_each_step = self._hazards.bodies.by_id or (self.leaves.by_id and self._leaf_is_near(robot))
        robot.look_s = now_s if at_each_step else now_s + _LOOK_EVERY_S
        x = robot.x_m
        y = robot.y_m
        speed = robot.kind.speed_mps
        near_m = self._reach_m[robot.id] + self._brake_m[robot.id] + speed * _LOOK_EVERY_S
        found = []
        for other in self._robots:
            reach_m = near_m + self._reach_m[other.id] + other.kind.speed_mps * _LOOK_EVERY_S
            dx = other.x_m - x
            dy = other.y_m - y
            if dx * dx + dy * dy < reach_m * reach_m and other is not robot and other.map_id == robot.map_id:
                found.append(other)
        robot.near = tuple(found)

    def _leaf_is_near(self, robot: SimRobot) -> bool:
        """Return whether a door that is shut could come near before the next look."""
        near_m = self._reach_m[robot.id] + self._brake_m[robot.id] + robot.kind.speed_mps * _LOOK_EVERY_S
        return any(
            leaf.map_id == robot.map_id
            and math.hypot(leaf.box().x_m - robot.x_m, leaf.box().y_m - robot.y_m) < near_m + leaf.radius_m
            for leaf in self.leaves.by_id.values()
        )

    def _stop_m(self, robot: SimRobot) -> float:
        """Distance within which something ahead matters at the robot's speed, with a step's reserve."""
        v_mps = robot.v_mps
        stop_m = v_mps * v_mps / (2.0 * robot.kind.acceleration_mps2) + v_mps * STEP_S + 2.0 * GAP_M
        return stop_m + self._turn_m

    def _within(self, robot: SimRobot, margin_m: float, now_s: float) -> list[SimRobot]:
        """Return those whose circle comes within a margin of the robot's; ended contacts are forgotten."""
        x = robot.x_m
        y = robot.y_m
        reach_m = robot.radius_m + margin_m
        found = []
        for other in robot.near:
            dx = other.x_m - x
            dy = other.y_m - y
            limit_m = reach_m + other.radius_m
            if dx * dx + dy * dy < limit_m * limit_m and other.map_id == robot.map_id:
                found.append(other)
            elif self.touching:
                self._note(robot, other, robot.box(), other.box(), now_s)
        return found

    def _note(self, robot: SimRobot, other: SimRobot | Body, own: Box, there: Box, now_s: float) -> None:
        """Record the beginning of a contact once, and forget it when it has ended."""
        pair = (robot.id, other.id) if robot.id < other.id else (other.id, robot.id)
        if overlap(own, there):
            if pair not in self.touching:
                self.touching[pair] = None
                self.contacts.append(Contact(now_s, *pair))
        elif pair in self.touching:
            del self.touching[pair]


def _turn_room_m(robot: SimRobot, at: Box, ux: float, uy: float) -> float:
    """Return by how much the robot reaches further along a unit vector when it turns on the spot."""
    if robot.kind.omnidirectional:
        return 0.0
    ahead = abs(at.cos * ux + at.sin * uy)
    across = abs(at.cos * uy - at.sin * ux)
    return robot.radius_m - at.half_length_m * ahead - at.half_width_m * across


def _wider(own: Box, ux: float, uy: float) -> Box:
    """Return the footprint with SIDE_M more on the sides that do not face the direction of motion."""
    ahead = abs(own.cos * ux + own.sin * uy)
    if ahead > 0.999:
        return Box(own.x_m, own.y_m, own.cos, own.sin, own.half_length_m, own.half_width_m + SIDE_M)
    if ahead < 0.045:
        return Box(own.x_m, own.y_m, own.cos, own.sin, own.half_length_m + SIDE_M, own.half_width_m)
    return own
