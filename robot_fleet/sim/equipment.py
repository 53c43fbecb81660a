"""Doors, gates and lifts of the simulated buildings: they take their time, and do not close on a robot.

A leaf that is shut stands in the way as any obstacle does. A lift's car is at one level; with its doors shut it travels
to another, and whoever stands in the cabin is there when it has come. What is wrong with a piece of equipment (it says
that it is out of order, or only does not open) is state of the world, as all of this, and survives in its checkpoint.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from robot_fleet.core.effects import AskEquipment
from robot_fleet.core.equipment import Equipment, EquipmentKind, EquipmentReport
from robot_fleet.core.geometry import Pose
from robot_fleet.sim.bodies import OBSTACLE, Body
from robot_fleet.sim.boxes import overlap

if TYPE_CHECKING:
    from robot_fleet.sim.world import SimWorld

CABIN_M = 1.0
"""A robot nearer than this to the middle of a lift's cabin is in it."""
LEAF_M = (0.06, 1.2)
"""Thickness and width of a leaf."""
LIFT_DOORS_S = 3.0
"""A lift's doors open or close in this time; the rest of a ride is travel."""
REPORT_EVERY_S = 1.0
JAMMED = "jammed"
"""What is wrong with equipment that does not open and says nothing of it."""


class Phase(StrEnum):
    """What a piece of equipment is doing."""

    SHUT = "shut"
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    TRAVELLING = "travelling"


class Unit:
    """One piece of equipment.

    Attributes
    ----------
    level : where its car stands, or comes from while it travels.
    due_s : when what it is doing is done.
    robot, wanted : for whom it was asked last, and at which level; empty for nobody.
    bound : the level that its car travels to.
    fault : `jammed`, or the code that it reports; empty while it works.
    """

    def __init__(self, spec: Equipment, spots: Mapping[str, Pose], leaves: Mapping[str, Sequence[Body]]) -> None:
        self.spec = spec
        self.spots = spots
        self.leaves = leaves
        self.level = next(iter(leaves))
        self.phase = Phase.SHUT
        self.due_s = math.inf
        self.robot = ""
        self.wanted = ""
        self.bound = ""
        self.fault = ""

    @property
    def doors_s(self) -> float:
        """How long it takes to open or to close."""
        return LIFT_DOORS_S if self.spec.kind is EquipmentKind.LIFT else self.spec.wait_s

    @property
    def report(self) -> EquipmentReport:
        """What it says of itself."""
        level = "" if self.phase is Phase.TRAVELLING else self.level
        code = "" if self.fault == JAMMED else self.fault
        return EquipmentReport(self.spec.id, level, self.phase is Phase.OPEN, self.robot, code)


class BuildingEquipment:
    """All equipment of a world."""

    def __init__(self, world: SimWorld) -> None:
        self._world = world
        self.units = {spec.id: _unit(world, spec) for spec in world.site.equipment.values()}
        for unit in self.units.values():
            self._stand(unit)

    def ask(self, wish: AskEquipment) -> None:
        """Take note of for whom it is to be open; what it is doing changes at its next step."""
        unit = self.units.get(wish.equipment)
        if unit is not None:
            unit.robot, unit.wanted = wish.robot, wish.level if wish.robot else ""

    def set_fault(self, equipment: str, fault: str) -> None:
        """Let something be wrong with it (`jammed`, or a code that it reports), or mend it with an empty word.

        It stands as it is until it is mended.
        """
        self.units[equipment].fault = fault

    def step(self, now_s: float) -> None:
        """Let everything come to be what it was on the way to, and begin what is wished."""
        for unit in self.units.values():
            if unit.fault:
                unit.due_s += 0.1 if unit.due_s < math.inf else 0.0
                continue
            if unit.due_s <= now_s + 1e-6:
                self._done(unit)
            if unit.due_s == math.inf:
                self._begin(unit, now_s)

    def capture(self) -> list[list[Any]]:
        """Return the state of all as JSON values."""
        return [
            [
                name,
                u.level,
                u.phase.value,
                None if u.due_s == math.inf else u.due_s,
                u.robot,
                u.wanted,
                u.bound,
                u.fault,
            ]
            for name, u in self.units.items()
        ]

    def restore(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take on captured states; what is not among them stays as it is."""
        for name, level, phase, due_s, robot, wanted, bound, fault in rows:
            unit = self.units.get(name)
            if unit is not None and level in unit.leaves:
                unit.level, unit.phase = level, Phase(phase)
                unit.due_s = math.inf if due_s is None else due_s
                unit.robot, unit.wanted, unit.bound, unit.fault = robot, wanted, bound, fault
                self._stand(unit)

    def _begin(self, unit: Unit, now_s: float) -> None:
        here = unit.wanted == unit.level
        if unit.phase is Phase.OPEN and not here and not self._is_in_a_leaf(unit):
            unit.phase, unit.due_s = Phase.CLOSING, now_s + unit.doors_s
            self._stand(unit)
        elif unit.phase is Phase.SHUT and here:
            unit.phase, unit.due_s = Phase.OPENING, now_s + unit.doors_s
        elif unit.phase is Phase.SHUT and unit.wanted in unit.leaves:
            unit.phase, unit.bound = Phase.TRAVELLING, unit.wanted
            unit.due_s = now_s + max(unit.spec.ride_s - 2.0 * LIFT_DOORS_S, 1.0)

    def _done(self, unit: Unit) -> None:
        unit.due_s = math.inf
        if unit.phase is Phase.TRAVELLING:
            self._arrive(unit, unit.bound)
            unit.phase, unit.bound = Phase.SHUT, ""
        else:
            unit.phase = Phase.OPEN if unit.phase is Phase.OPENING else Phase.SHUT
        self._stand(unit)

    def _arrive(self, unit: Unit, level: str) -> None:
        """Let the car be at a level, and in it whoever stands in the cabin."""
        before, after = unit.spots[unit.level], unit.spots[level]
        for robot in self._world.robots.values():
            if robot.map_id == unit.level and before.distance_m(robot.pose) < CABIN_M:
                x_m, y_m = robot.x_m + after.x_m - before.x_m, robot.y_m + after.y_m - before.y_m
                robot.put(replace(robot.pose, x_m=x_m, y_m=y_m, map_id=level), 0.0)
                self._world.record(robot, f"ride:{unit.spec.id}:{level}")
                self._world.note_change(robot.id)
        for robot in self._world.robots.values():
            robot.look_s = -math.inf  # whom it saw may be gone
        unit.level = level

    def _stand(self, unit: Unit) -> None:
        """Put the leaves where they are: shut at every level but where it is open."""
        shut = self._world.scanners.leaves
        for level, leaves in unit.leaves.items():
            for leaf in leaves:
                if level == unit.level and unit.phase is Phase.OPEN:
                    shut.remove(leaf.id)
                else:
                    shut.put(leaf)

    def _is_in_a_leaf(self, unit: Unit) -> bool:
        boxes = [leaf.box() for leaf in unit.leaves[unit.level]]
        return any(
            overlap(robot.box(), leaf)
            for robot in self._world.robots.values()
            if robot.map_id == unit.level
            for leaf in boxes
        )


class SimEquipmentLink:
    """Implements `EquipmentLink` on a world in the same process.

    Parameters
    ----------
    world : returns the world.
    """

    def __init__(self, world: Callable[[], SimWorld]) -> None:
        self._world = world
        self._said: dict[str, tuple[EquipmentReport, float]] = {}

    def ask(self, wish: AskEquipment) -> None:
        """Hand the wish on."""
        self._world().equipment.ask(wish)

    def reports(self) -> Sequence[EquipmentReport]:
        """Return what is new since the last call, and once a second what is not."""
        world = self._world()
        now_s = world.now_s
        found = []
        for name, unit in world.equipment.units.items():
            report = unit.report
            said, at_s = self._said.get(name, (None, -math.inf))
            if report != said or now_s - at_s >= REPORT_EVERY_S - 1e-6:
                self._said[name] = report, now_s
                found.append(report)
        return found


def _unit(world: SimWorld, spec: Equipment) -> Unit:
    """Return a piece of equipment with a leaf at each level: in its middle, or of a lift before its cabin."""
    site = world.site
    inside = {site.vertices[name].pose.map_id: site.vertices[name].pose for name in spec.inside}
    leaves: dict[str, list[Body]] = {}
    seen: set[frozenset[str]] = set()
    for name in spec.lanes:
        lane = site.lanes[name]
        a, b = site.vertices[lane.start].pose, site.vertices[lane.end].pose
        pair = frozenset((lane.start, lane.end))
        if a.map_id != b.map_id or pair in seen:
            continue
        seen.add(pair)
        of_level = leaves.setdefault(a.map_id, [])
        threshold = inside.get(a.map_id) if spec.kind is not EquipmentKind.LIFT else None
        if threshold is not None and of_level:
            continue  # one leaf on the threshold, whatever leads there
        middle = threshold or Pose((a.x_m + b.x_m) / 2.0, (a.y_m + b.y_m) / 2.0, 0.0, a.map_id)
        at = (middle.x_m, middle.y_m)
        yaw_rad = math.atan2(b.y_m - a.y_m, b.x_m - a.x_m)
        of_level.append(Body(f"{spec.id}_{len(seen)}", OBSTACLE, a.map_id, (at, at), LEAF_M, yaw_rad))
    return Unit(spec, inside, leaves)
