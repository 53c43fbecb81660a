"""What a scenario over ROS has wrong with the world, brought about in the simulator's own process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from robot_fleet.runtime.chaos.control import Following
from robot_fleet.runtime.scenarios.faults import Fault, FaultBase
from robot_fleet.runtime.scenarios.physical import begin_physical, end_physical
from robot_fleet.runtime.scenarios.striking import Struck
from robot_fleet.runtime.scenarios.truth import BODY_COLUMNS
from robot_fleet.sim.world import SimWorld

BODIES = "bodies.csv"
"""File under the run directory in which the simulator writes where bodies are."""
_FAULTS: TypeAdapter[FaultBase] = TypeAdapter(Fault)


def hazard_of(struck: Struck, seed: int) -> Mapping[str, Any]:
    """Return a fault as it is told to the simulator."""
    return {"fault": struck.fault.model_dump(), "robots": list(struck.robots), "seed": seed}


class FollowedHazards:
    """Keeps a world as wrong as the scenario says.

    Parameters
    ----------
    world : the simulator's.
    failing : what is to fail now.
    run : the run directory.
    """

    def __init__(self, world: SimWorld, failing: Following, run: Path) -> None:
        self._world = world
        self._failing = failing
        self._path = run / BODIES
        self._active: dict[str, Struck] = {}
        self._written_s = world.now_s

    def look(self) -> None:
        """Begin and end what is due, and write down where bodies are."""
        wanted = self._failing.hazards
        for name in [name for name in self._active if name not in wanted]:
            end_physical(self._world, self._active.pop(name))
        for name, told in wanted.items():
            if name not in self._active:
                struck = Struck(name, _FAULTS.validate_python(told["fault"]), 0.0, tuple(told["robots"]))
                if begin_physical(self._world, struck, told["seed"]):
                    self._active[name] = struck
        if self._world.hazards.bodies.by_id and self._world.now_s > self._written_s:
            self._written_s = self._world.now_s
            self._write()

    def _write(self) -> None:
        new = not self._path.exists()
        with self._path.open("a", encoding="utf-8") as out:
            if new:
                out.write(",".join(BODY_COLUMNS) + "\n")
            out.writelines(",".join(row) + "\n" for row in body_rows(self._world))


def body_rows(world: SimWorld) -> list[tuple[str, ...]]:
    """Return a row for each body of a world, as it is now."""
    rows = []
    for body in world.hazards.bodies.by_id.values():
        there = body.box()
        figures = (there.x_m, there.y_m, body.heading_rad, *body.size)
        rows.append((f"{world.now_s:.1f}", body.id, body.kind, body.map_id, *(f"{value:.4f}" for value in figures)))
    return rows
