"""The elements along the ways of robots, worked out once per way and not once per call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from robot_fleet.core.errors import OrderError
from robot_fleet.core.site import Site
from robot_fleet.traffic.conflicts import Conflicts


@dataclass(frozen=True, slots=True)
class Way:
    """Lanes that join, as keys of the conflicts.

    Parameters
    ----------
    lanes : ids of the lanes.
    keys : for each lane its key and that of its end.
    needs : for each n from 0, the elements of all but the first n lanes, as bits.
    """

    lanes: tuple[str, ...]
    keys: tuple[tuple[int, int], ...]
    needs: tuple[int, ...]

    def without(self, lanes: int) -> Way:
        """Return the way without its first lanes."""
        return Way(self.lanes[lanes:], self.keys[lanes:], self.needs[lanes:]) if lanes else self


class Ways:
    """Translates lanes to keys, and remembers for each robot the way that it is on.

    Parameters
    ----------
    site : the site; its lanes and vertices are read only.
    conflicts : the conflicts of the same site.
    """

    def __init__(self, site: Site, conflicts: Conflicts) -> None:
        self.site = site
        self.conflicts = conflicts
        self._last: dict[tuple[str, str], Way] = {}

    def ahead(self, robot: str, travel_class: str, start: str, lanes: tuple[str, ...]) -> Way:
        """Return the way of a robot along lanes from a vertex; quick if it is the rest of the way asked for before.

        Raises
        ------
        OrderError
            `order_lanes_apart`: a lane does not start where the one before ends.
        SiteError
            `site_lane_not_for_class`: a lane is unknown or closed to the travel class.
        """
        last = self._last.get((robot, travel_class))
        if last is not None and lanes:
            passed = len(last.lanes) - len(lanes)
            if passed >= 0 and last.lanes[passed:] == lanes and self.site.lanes[lanes[0]].start == start:
                way = last.without(passed)
                self._last[robot, travel_class] = way
                return way
        keys = self.keys(robot, travel_class, start, lanes)
        needs = list(accumulate((1 << lane | 1 << end for lane, end in reversed(keys)), int.__or__, initial=0))
        way = Way(lanes, keys, tuple(reversed(needs)))
        self._last[robot, travel_class] = way
        return way

    def keys(self, robot: str, travel_class: str, start: str, lanes: Sequence[str]) -> tuple[tuple[int, int], ...]:
        """Return for each lane its key and that of its end. Raises what `ahead` raises."""
        found: list[tuple[int, int]] = []
        at = start
        for lane_id in lanes:
            key = self.conflicts.lane(travel_class, lane_id)
            lane = self.site.lanes[lane_id]
            if lane.start != at:
                raise OrderError(
                    "order_lanes_apart",
                    f"lane {lane_id} starts at {lane.start} but the way so far ends at {at}; lanes must join",
                    robot,
                )
            at = lane.end
            found.append((key, self.conflicts.vertex(travel_class, at)))
        return tuple(found)
