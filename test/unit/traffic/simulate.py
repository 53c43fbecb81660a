"""A discrete simulator of robots that drive what is released to them, with random delays, and judges it.

One tick is one look of the right of way at the robots. A robot needs a drawn number of ticks for each lane and stands a
drawn number of ticks at each destination. The caller's part (breaking swap cycles, clearing occupied destinations) is
here too, since the right of way leaves it to its caller.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from shapely import affinity
from shapely.geometry import Polygon, box

from robot_fleet.core.ports import Traveller
from robot_fleet.core.site import Site
from robot_fleet.traffic.conflicts import Conflicts, build_conflicts
from robot_fleet.traffic.release import BankersRightOfWay
from test.unit.traffic.cities import route

SPEED_M = 2.0  # per tick


@dataclass
class Robot:
    """A robot, what it has been released and where it is bound for."""

    id: str
    travel_class: str
    at: str
    missions: list[str]  # destinations still to be visited
    held: list[str] = field(default_factory=list)
    wanted: tuple[str, ...] = ()
    bound_for: str = ""
    detour: bool = False  # bound for a waiting place, out of somebody's way
    busy: int = 0  # ticks until the lane is driven or the stay ends
    lane_ticks: int = 1  # of the lane that it drives
    visits: int = 0
    priority: int = 0
    waited: int = 0
    longest_wait: int = 0

    def traveller(self) -> Traveller:
        return Traveller(self.id, self.travel_class, self.at, tuple(self.held), self.wanted, self.priority)


class Touch(AssertionError):
    """Two robots are on elements that conflict."""


class Streets:
    """Robots on a site."""

    def __init__(
        self,
        site: Site,
        robots: Iterable[Robot],
        seed: int = 0,
        horizon_m: float = 12.0,
        delayed: float = 0.1,
        delay: int = 40,
        stay: int = 20,
        reroute: float = 0.0,
        conflicts: Conflicts | None = None,
    ) -> None:
        self.site = site
        self.conflicts = conflicts or build_conflicts(site)
        self.right = BankersRightOfWay(site, self.conflicts)
        self.robots = list(robots)
        self.random = random.Random(seed)
        self.horizon_m = horizon_m
        self.delayed, self.delay, self.stay = delayed, delay, stay  # share of late lanes, ticks of delay, of a stay
        self.reroute = reroute  # chance per tick and robot that it changes its mind underway
        self.ticks = 0

    def run(self, ticks: int) -> int:
        """Run until every mission is done; return the ticks it took. Fails on a touch, an unsafe state or a delay."""
        while self.ticks < ticks:
            self.tick()
            if all(not r.missions and not r.held and not r.wanted and not r.bound_for for r in self.robots):
                return self.ticks
        waiting = [(r.id, r.at, r.held, r.bound_for, r.missions) for r in self.robots if r.missions or r.wanted]
        raise AssertionError(f"not done after {ticks} ticks: {waiting}")

    def tick(self) -> None:
        self.ticks += 1
        for robot in self.robots:
            self._drive(robot)
            self._choose(robot)
            if self.random.random() < self.reroute:
                self._change(robot)
        self._clear()
        travellers = [robot.traveller() for robot in self.robots]
        granted = self.right.release(travellers, self.horizon_m)
        for robot in self.robots:
            count = granted.get(robot.id, 0)
            starts = bool(count and not robot.held)
            robot.held += robot.wanted[:count]
            robot.wanted = robot.wanted[count:]
            if starts:
                self._start_lane(robot)
            robot.waited = robot.waited + 1 if robot.wanted and not robot.held else 0
            robot.longest_wait = max(robot.longest_wait, robot.waited)
        self.judge()

    def judge(self) -> None:
        """Raise `Touch` if two robots are where they touch; fail if somebody is stuck."""
        bodies = [(robot.id, *self._body(robot)) for robot in self.robots]
        for i, (a, x_a, y_a, reach_a, body_a) in enumerate(bodies):
            for b, x_b, y_b, reach_b, body_b in bodies[i + 1 :]:
                if math.hypot(x_a - x_b, y_a - y_b) < reach_a + reach_b and body_a.intersects(body_b):
                    raise Touch(f"{a} and {b} at tick {self.ticks}")
        assert self.right.is_safe([robot.traveller() for robot in self.robots]) == ()

    def _body(self, robot: Robot) -> tuple[float, float, float, Polygon]:
        """Return where a robot is, its radius and its outline."""
        kind = self.site.kinds[robot.travel_class.removesuffix("+load")]
        size = kind.loaded_footprint if robot.travel_class.endswith("+load") else kind.footprint
        here = self.site.vertices[robot.at].pose
        x, y, yaw = here.x_m, here.y_m, here.yaw_rad
        if robot.held:
            end = self.site.vertices[self.site.lanes[robot.held[0]].end].pose
            part = 1.0 - robot.busy / robot.lane_ticks
            x, y = x + part * (end.x_m - x), y + part * (end.y_m - y)
            yaw = end.yaw_rad if kind.omnidirectional else math.atan2(end.y_m - here.y_m, end.x_m - here.x_m)
        half_l, half_w = size.length_m / 2.0, size.width_m / 2.0
        outline = affinity.rotate(box(-half_l, -half_w, half_l, half_w), yaw, origin=(0.0, 0.0), use_radians=True)
        return x, y, size.radius_m, affinity.translate(outline, x, y)

    def _start_lane(self, robot: Robot) -> None:
        drive = max(1, round(self.site.lanes[robot.held[0]].length_m / SPEED_M))
        late = self.random.randrange(self.delay) if self.random.random() < self.delayed else 0
        robot.busy = robot.lane_ticks = drive + late

    def _drive(self, robot: Robot) -> None:
        if robot.busy:
            robot.busy -= 1
            if robot.busy:
                return
        if robot.held:
            robot.at = self.site.lanes[robot.held.pop(0)].end
            if robot.held:
                self._start_lane(robot)
            elif robot.at == robot.bound_for:
                robot.bound_for = ""
                if not robot.detour:
                    robot.missions.pop(0)
                    robot.visits += 1
                robot.detour = False
                robot.busy = self.random.randrange(self.stay)

    def _choose(self, robot: Robot) -> None:
        if not robot.bound_for and not robot.busy and robot.missions:
            if robot.missions[0] == robot.at:
                robot.missions.pop(0)
                robot.visits += 1
            else:
                self._send(robot, robot.missions[0])

    def _change(self, robot: Robot) -> None:
        """Give a robot underway another destination behind what it holds, if all can still come to rest then."""
        end = self.site.lanes[robot.held[-1]].end if robot.held else robot.at
        if not robot.wanted or not robot.missions or self.site.vertices[end].place:
            return
        place = self.random.choice(places_of(self.site, robot.travel_class))
        other = route(self.site, end, place, robot.travel_class.removesuffix("+load"))
        changed = replace(robot.traveller(), wanted=other)
        if not self.right.is_safe([changed if r is robot else r.traveller() for r in self.robots]):
            robot.wanted, robot.bound_for, robot.detour = other, place, False
            robot.missions[0] = place

    def _send(self, robot: Robot, place: str) -> None:
        robot.bound_for = place
        robot.wanted = self._way(robot, place)

    def _clear(self) -> None:
        """Send the first robot of each swap cycle, and idle robots that are in the way, to a free place."""
        travellers = [robot.traveller() for robot in self.robots]
        by_id = {robot.id: robot for robot in self.robots}
        leaving = [cycle[0] for cycle in self.right.swap_cycles(travellers)]
        for bars in self.right.barred_by(travellers).values():
            leaving += [b for b in bars if not by_id[b].wanted and not by_id[b].busy and b not in leaving]
        for robot in (by_id[name] for name in leaving):
            taken = {r.at for r in self.robots} | {r.bound_for for r in self.robots}
            free = [p for p in places_of(self.site, robot.travel_class) if p not in taken]
            reachable = [p for p in free if not self.right.barred_by(self._if_sent(robot, p)).get(robot.id)]
            if reachable:
                self._send(robot, self.random.choice(reachable))
                robot.detour = True

    def _if_sent(self, robot: Robot, place: str) -> list[Traveller]:
        sent = replace(robot.traveller(), wanted=self._way(robot, place))
        return [sent if other is robot else other.traveller() for other in self.robots]

    def _way(self, robot: Robot, place: str) -> tuple[str, ...]:
        return route(self.site, robot.at, place, robot.travel_class.removesuffix("+load"))


def places_of(site: Site, travel_class: str) -> list[str]:
    """Return the places where a class may rest."""
    kind = travel_class.removesuffix("+load")
    return [p for p in sorted(site.places) if not site.places[p].kinds or kind in site.places[p].kinds]


def scatter(site: Site, count: int, missions: int, seed: int, travel_class: str = "cart") -> list[Robot]:
    """Return robots at random different places with random missions."""
    rng = random.Random(seed)
    places = places_of(site, travel_class)
    starts = rng.sample(places, count)
    return [
        Robot(f"r{i:02d}", travel_class, start, [rng.choice(places) for _ in range(missions)])
        for i, start in enumerate(starts)
    ]
