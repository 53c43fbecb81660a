"""How long a robot of one travel class takes for a lane, a bend, a start and a stop. In seconds,

    way = start + sum over lanes (length / speed + LANE_OVERHEAD_S) + bends between lanes + end

- speed = min(the kind's speed, or its loaded speed in the class `<kind>+load`; the lane's limit, that of its zones).
- At a bend of BEND_RAD or more a robot stops. Kinds that turn in place then turn, angle / turn_radps; omnidirectional
  ones do not. Gentler bends cost nothing.
- Stopping and starting at constant acceleration each cost speed / (2 acceleration) more than passing at full speed, so
  a bend costs that for the lane before it and for the lane after it, and a way costs it once at either end.
- The start turn is from the yaw of the place where the robot stands, the end turn to the yaw of the place where it
  stops; a vertex without a place has no yaw of its own and asks for none.
- LANE_OVERHEAD_S stands for the little that right of way costs a robot that nobody holds up. Waiting is not modelled.

Each of these belongs to one lane: to a lane belong the turn into it, the start and the stop on it and the drive itself.
So one factor a lane corrects all of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from robot_fleet.core.drives import ALL_LANES
from robot_fleet.core.geometry import wrap_angle
from robot_fleet.core.site import Lane, RobotKind, Vertex
from robot_fleet.site.ground.sweep import heading_rad

LANE_OVERHEAD_S = 0.2
BEND_RAD = math.radians(10.0)


class LaneTimes:
    """The motion model of one travel class.

    Parameters
    ----------
    kind, loaded : the class.
    vertices : the lane graph's.
    factors : by lane id, on everything that belongs to the lane; `ALL_LANES` for those that are not named.
    limits_mps : by lane id, speed limits besides the lanes' own.
    """

    def __init__(
        self,
        kind: RobotKind,
        loaded: bool,
        vertices: Mapping[str, Vertex],
        factors: Mapping[str, float],
        limits_mps: Mapping[str, float],
    ) -> None:
        self._kind = kind
        self._speed_mps = kind.loaded_speed_mps if loaded else kind.speed_mps
        self._vertices = vertices
        self._factors = factors
        self._limits_mps = limits_mps
        self._of_all = factors.get(ALL_LANES, 1.0)
        self._headings: dict[str, float] = {}

    def limit_mps(self, lane: Lane) -> float:
        """Return the speed limit on a lane, 0 for none."""
        limit = self._limits_mps.get(lane.id, 0.0)
        return min(limit, lane.speed_mps) if limit and lane.speed_mps else limit or lane.speed_mps

    def lane_s(self, lane: Lane) -> float:
        """Return the seconds of a lane that is passed at full speed."""
        return self._factor(lane) * (lane.length_m / self._speed(lane) + LANE_OVERHEAD_S)

    def bend_s(self, lane: Lane, after: Lane) -> float:
        """Return what the bend between two lanes costs."""
        return self._stop_before_s(lane, after) + self._start_after_s(lane, after)

    def start_s(self, lane: Lane) -> float:
        """Return what setting off on a lane costs."""
        vertex = self._vertices[lane.start]
        turn_s = self._turn_s(vertex.pose.yaw_rad, self._heading(lane)) if vertex.place else 0.0
        return self._factor(lane) * (turn_s + self._stop_s(lane))

    def end_s(self, lane: Lane) -> float:
        """Return what coming to rest at the end of a lane costs."""
        vertex = self._vertices[lane.end]
        turn_s = self._turn_s(self._heading(lane), vertex.pose.yaw_rad) if vertex.place else 0.0
        return self._factor(lane) * (self._stop_s(lane) + turn_s)

    def passing_s(self, lane: Lane, before: Lane, after: Lane | None) -> float:
        """Return the seconds from passing the end of the lane before to passing the end of this one."""
        stop_s = self.end_s(lane) if after is None else self._stop_before_s(lane, after)
        return self._start_after_s(before, lane) + self.lane_s(lane) + stop_s

    def _stop_before_s(self, lane: Lane, after: Lane) -> float:
        return self._factor(lane) * self._stop_s(lane) if self._bends(lane, after) else 0.0

    def _start_after_s(self, lane: Lane, after: Lane) -> float:
        if not self._bends(lane, after):
            return 0.0
        return self._factor(after) * (self._turn_s(self._heading(lane), self._heading(after)) + self._stop_s(after))

    def _bends(self, lane: Lane, after: Lane) -> bool:
        return abs(wrap_angle(self._heading(after) - self._heading(lane))) >= BEND_RAD

    def _speed(self, lane: Lane) -> float:
        limit = self.limit_mps(lane)
        return min(self._speed_mps, limit) if limit else self._speed_mps

    def _stop_s(self, lane: Lane) -> float:
        """Return what starting or stopping on a lane costs."""
        return self._speed(lane) / (2.0 * self._kind.acceleration_mps2)

    def _turn_s(self, from_rad: float, to_rad: float) -> float:
        return 0.0 if self._kind.omnidirectional else abs(wrap_angle(to_rad - from_rad)) / self._kind.turn_radps

    def _factor(self, lane: Lane) -> float:
        return self._factors.get(lane.id, self._of_all)

    def _heading(self, lane: Lane) -> float:
        known = self._headings.get(lane.id)
        if known is None:
            known = self._headings[lane.id] = heading_rad(self._vertices[lane.start], self._vertices[lane.end])
        return known
