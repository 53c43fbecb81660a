"""What stands or walks about besides robots: obstacles that are in no map, and people who come and go.

A person walks to and fro on a line of their own, at a steady pace, and stops before a robot that is in the way (unless
they are careless). Where everybody is follows from the captured state and the time alone.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any, Protocol

from robot_fleet.sim.boxes import Box, box, overlap

OBSTACLE, PERSON = "obstacle", "person"
PERSON_M = 0.5
"""A person takes up a square of this side, turned into the direction of walking."""
PACE_MPS = (0.6, 1.2)
"""People walk at these speeds."""
LOOK_AHEAD_M = 0.6
"""A person stops who would be nearer than this to a robot's footprint after the next step."""


class Standing(Protocol):
    """A robot, as a person sees it."""

    map_id: str
    x_m: float
    y_m: float
    radius_m: float

    def box(self) -> Box:
        """Return its footprint."""
        ...


class Body:
    """A thing or a person.

    Parameters
    ----------
    body_id : unique among the bodies of a world.
    kind : `obstacle` or `person`.
    map_id : map of its pose.
    ends : the line that a person walks; for what stands still, twice its centre.
    size : length and width in metres.
    yaw_rad : of what stands still.
    pace_mps : 0 for what stands still.
    careful : whether a person stops before robots.

    Attributes
    ----------
    s_m : how far it is along its line.
    back : whether it is on its way back.
    """

    __slots__ = (
        "_box",
        "back",
        "careful",
        "ends",
        "id",
        "kind",
        "map_id",
        "pace_mps",
        "radius_m",
        "s_m",
        "size",
        "span_m",
        "yaw_rad",
    )

    def __init__(
        self,
        body_id: str,
        kind: str,
        map_id: str,
        ends: tuple[tuple[float, float], tuple[float, float]],
        size: tuple[float, float],
        yaw_rad: float = 0.0,
        pace_mps: float = 0.0,
        careful: bool = True,
    ) -> None:
        self.id = body_id
        self.kind = kind
        self.map_id = map_id
        self.ends = ends
        self.size = size
        self.yaw_rad = yaw_rad
        self.pace_mps = pace_mps
        self.careful = careful
        self.span_m = math.dist(*ends)
        self.radius_m = math.hypot(*size) / 2.0
        self.s_m = 0.0
        self.back = False
        self._box: Box | None = None

    def box(self) -> Box:
        """Return the rectangle that it takes up now."""
        if self._box is None:
            self._box = self._at(self.s_m, self.back)
        return self._box

    @property
    def heading_rad(self) -> float:
        """Where it faces."""
        (ax, ay), (bx, by) = self.ends
        if self.pace_mps == 0.0:
            return self.yaw_rad
        return math.atan2(ay - by, ax - bx) if self.back else math.atan2(by - ay, bx - ax)

    def step(self, dt_s: float, robots: Sequence[Standing]) -> None:
        """Walk on for a while; who finds a robot in the way waits, who comes to the end turns round."""
        if self.pace_mps == 0.0 or self.span_m == 0.0:
            return
        s_m, back = self.s_m + (-self.pace_mps if self.back else self.pace_mps) * dt_s, self.back
        if not 0.0 <= s_m <= self.span_m:
            s_m, back = min(max(s_m, 0.0), self.span_m), not back
        there = self._at(s_m, self.back)
        if self.careful and any(self._meets(there, robot) for robot in robots):
            return
        self.s_m, self.back = s_m, back
        self._box = None

    def capture(self) -> list[Any]:
        """Return it as JSON values."""
        ends = [list(end) for end in self.ends]
        return [
            self.id,
            self.kind,
            self.map_id,
            ends,
            list(self.size),
            self.yaw_rad,
            self.pace_mps,
            self.careful,
            self.s_m,
            self.back,
        ]

    @classmethod
    def restored(cls, fields: Sequence[Any]) -> Body:
        """Return the one that was captured."""
        body_id, kind, map_id, (a, b), size, yaw_rad, pace_mps, careful, s_m, back = fields
        body = cls(body_id, kind, map_id, ((a[0], a[1]), (b[0], b[1])), (size[0], size[1]), yaw_rad, pace_mps, careful)
        body.s_m, body.back = s_m, back
        return body

    def _at(self, s_m: float, back: bool) -> Box:
        (ax, ay), (bx, by) = self.ends
        if self.span_m == 0.0:
            return box(ax, ay, self.yaw_rad, *self.size)
        share = s_m / self.span_m
        yaw_rad = math.atan2(by - ay, bx - ax) + (math.pi if back else 0.0)
        return box(ax + (bx - ax) * share, ay + (by - ay) * share, yaw_rad, *self.size)

    def _meets(self, there: Box, robot: Standing) -> bool:
        if robot.map_id != self.map_id:
            return False
        reach_m = robot.radius_m + self.radius_m + LOOK_AHEAD_M
        if math.hypot(robot.x_m - there.x_m, robot.y_m - there.y_m) > reach_m:
            return False
        here = self.box()
        ahead = (robot.x_m - here.x_m) * there.cos + (robot.y_m - here.y_m) * there.sin > 0.0
        wide = Box(there.x_m, there.y_m, there.cos, there.sin, there.half_length_m + LOOK_AHEAD_M, there.half_width_m)
        return ahead and overlap(wide, robot.box())


class Bodies:
    """All bodies of a world, by id."""

    def __init__(self) -> None:
        self.by_id: dict[str, Body] = {}

    def put(self, body: Body) -> None:
        """Let it be there from now on."""
        self.by_id[body.id] = body

    def remove(self, body_id: str) -> None:
        """Take it away, if it is there."""
        self.by_id.pop(body_id, None)

    def step(self, dt_s: float, robots: Sequence[Standing]) -> None:
        """Let the people walk on."""
        for body in self.by_id.values():
            body.step(dt_s, robots)

    def capture(self) -> list[list[Any]]:
        """Return all as JSON values."""
        return [body.capture() for body in self.by_id.values()]

    def restore(self, rows: Sequence[Sequence[Any]]) -> None:
        """Replace all by captured ones."""
        self.by_id = {body.id: body for body in map(Body.restored, rows)}


def crowd(
    name: str,
    seed: str,
    map_id: str,
    along: tuple[tuple[float, float], tuple[float, float]],
    count: int,
    abreast_m: float,
    careful: bool,
) -> list[Body]:
    """Return people who walk to and fro beside each other along a line.

    Parameters
    ----------
    name : their ids are `<name>_1` and so on.
    seed : of their paces and where they begin.
    along : both ends of the line, metres.
    count : how many.
    abreast_m : the width over which they spread.
    careful : whether they stop before robots.
    """
    rng = random.Random(f"{seed}/crowd/{name}")
    (ax, ay), (bx, by) = along
    span_m = math.dist(*along) or 1.0
    across = -(by - ay) / span_m, (bx - ax) / span_m
    found = []
    for number in range(count):
        aside_m = rng.uniform(-0.5, 0.5) * abreast_m
        line = tuple((x + across[0] * aside_m, y + across[1] * aside_m) for x, y in along)
        body = Body(
            f"{name}_{number + 1}",
            PERSON,
            map_id,
            (line[0], line[1]),
            (PERSON_M, PERSON_M),
            pace_mps=rng.uniform(*PACE_MPS),
            careful=careful,
        )
        body.s_m, body.back = rng.uniform(0.0, body.span_m), rng.random() < 0.5
        found.append(body)
    return found
