"""Small hand-made sites for the right of way: crossings, passages, aisles and grids."""

from __future__ import annotations

import heapq
import math

from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.site import Lane, Place, RobotKind, RobotSpec, Site, Vertex
from robot_fleet.core.text import Text


def text(word: str) -> Text:
    return Text(word, word)


def kind(
    name: str, size: tuple[float, float] = (0.7, 0.5), loaded: tuple[float, float] | None = None, omni: bool = False
) -> RobotKind:
    return RobotKind(
        id=name,
        name=text(name),
        footprint=Footprint(*size),
        loaded_footprint=Footprint(*(loaded or size)),
        mass_kg=50.0,
        payload_kg=30.0,
        speed_mps=1.0,
        loaded_speed_mps=0.6,
        acceleration_mps2=0.5,
        turn_radps=1.0,
        omnidirectional=omni,
        battery_wh=600.0,
        standing_w=25.0,
        driving_w=60.0,
        loaded_w=70.0,
        charge_w=150.0,
        dock_s=30.0,
        undock_s=10.0,
        reserve_pct=30.0,
        charge_below_pct=25.0,
        charge_to_pct=90.0,
    )


CART = kind("cart")
CARRIER = kind("carrier", (1.9, 1.6), (5.0, 2.0), omni=True)


class City:
    """Builds a site vertex by vertex and lane by lane."""

    def __init__(self, *kinds: RobotKind) -> None:
        self.kinds = {k.id: k for k in kinds or (CART,)}
        self.vertices: dict[str, Vertex] = {}
        self.places: dict[str, Place] = {}
        self.lanes: dict[str, Lane] = {}

    def vertex(self, name: str, x: float, y: float, yaw: float = 0.0) -> str:
        self.vertices[name] = Vertex(name, Pose(x, y, yaw))
        return name

    def place(self, name: str, x: float, y: float, yaw: float = 0.0, kinds: tuple[str, ...] = ()) -> str:
        self.vertices[name] = Vertex(name, Pose(x, y, yaw), name)
        self.places[name] = Place(name, "waiting", Pose(x, y, yaw), text(name), kinds=kinds)
        return name

    def one_way(self, *names: str, resource: str = "", kinds: tuple[str, ...] = ()) -> None:
        for a, b in zip(names, names[1:], strict=False):
            length = self.vertices[a].pose.distance_m(self.vertices[b].pose)
            self.lanes[f"{a}>{b}"] = Lane(f"{a}>{b}", a, b, length, 0.1, kinds=kinds, resource=resource)

    def two_way(self, *names: str, resource: str = "", kinds: tuple[str, ...] = ()) -> None:
        self.one_way(*names, resource=resource, kinds=kinds)
        self.one_way(*reversed(names), resource=resource, kinds=kinds)

    def site(self) -> Site:
        robots: dict[str, RobotSpec] = {}
        return Site(
            "city", text("city"), "map.yaml", self.places, self.vertices, self.lanes, self.kinds, robots, {}, {}
        )


def passage(inner: int = 3, resource: str = "narrow") -> Site:
    """A narrow two-way passage w0..wn between two halls, with two places at each end."""
    city = City()
    names = [city.vertex(f"w{i}", 3.0 * i, 0.0) for i in range(inner + 2)]
    city.two_way(*names, resource=resource)
    for side, x, end in (("a", -3.0, names[0]), ("b", 3.0 * inner + 6.0, names[-1])):
        hall = city.vertex(f"{side}h", x, 0.0)
        city.two_way(hall, end)
        for i, y in enumerate((-3.0, 3.0)):
            city.two_way(hall, city.place(f"{side}{i}", x, y))
    return city.site()


def ring(size: int = 6) -> Site:
    """A one-way ring of `size` vertices with a place outside each."""
    city = City()
    radius = 2.0 * size / math.pi
    around = [2.0 * math.pi * i / size for i in range(size)]
    names = [city.vertex(f"r{i}", radius * math.cos(t), radius * math.sin(t)) for i, t in enumerate(around)]
    city.one_way(*names, names[0])
    for i, t in enumerate(around):
        city.two_way(names[i], city.place(f"p{i}", (radius + 3.0) * math.cos(t), (radius + 3.0) * math.sin(t)))
    return city.site()


def aisle(slots: int = 24, waiting: int = 4) -> Site:
    """A two-way aisle for long vehicles that stand across it: slots on both sides, waiting places at both ends."""
    city = City(CARRIER)
    yaw = math.pi / 2.0
    columns = slots // 2
    names = [city.vertex(f"m{i}", 2.6 * i, 0.0, yaw) for i in range(columns)]
    city.two_way(*names)
    for i, name in enumerate(names):
        for row, y in (("n", 6.0), ("s", -6.0)):
            city.two_way(name, city.place(f"slot_{row}{i}", 2.6 * i, y, yaw))
    for side, x, end in (("west", -6.0, names[0]), ("east", 2.6 * (columns - 1) + 6.0, names[-1])):
        gate = city.vertex(side, x, 0.0, yaw)
        city.two_way(gate, end)
        for i in range(waiting // 2):
            city.two_way(gate, city.place(f"{side}_wait{i}", x, 6.0 if i else -6.0, yaw))
    return city.site()


def grid(columns: int = 4, rows: int = 3, narrow: tuple[tuple[int, int], ...] = ((1, 1),), block: float = 12.0) -> Site:
    """A city of crossings joined by pairs of one-way streets, some two-way narrow ones, two places in each street.

    `narrow` names the crossings whose street to the east is a single two-way stretch.
    """
    city = City()
    gap = 1.0  # of a one-way street from the street's middle
    for i in range(columns):
        for j in range(rows):
            city.vertex(f"x{i}_{j}", block * i, block * j)

    def street(a: str, b: str, single: bool, number: int) -> None:
        pa, pb = city.vertices[a].pose, city.vertices[b].pose
        ux, uy = (pb.x_m - pa.x_m) / block, (pb.y_m - pa.y_m) / block
        middles = (block / 3.0, 2.0 * block / 3.0)
        if single:
            inner = [city.vertex(f"n{number}_{k}", pa.x_m + ux * m, pa.y_m + uy * m) for k, m in enumerate(middles)]
            city.two_way(a, *inner, b, resource=f"narrow{number}")
            return
        for way, (first, last, sign) in enumerate(((a, b, 1.0), (b, a, -1.0))):
            start, names = city.vertices[first].pose, []
            for k, m in enumerate(middles):
                x = start.x_m + sign * (ux * m + uy * gap)
                y = start.y_m + sign * (uy * m - ux * gap)
                names.append(city.vertex(f"s{number}_{way}_{k}", x, y))
            city.one_way(first, *names, last)
            x, y = city.vertices[names[0]].pose.x_m, city.vertices[names[0]].pose.y_m
            place = city.place(f"p{number}_{way}", x + sign * uy * 2.0, y - sign * ux * 2.0)
            city.two_way(names[0], place)

    number = 0
    for i in range(columns):
        for j in range(rows):
            if i + 1 < columns:
                street(f"x{i}_{j}", f"x{i + 1}_{j}", (i, j) in narrow, number)
                number += 1
            if j + 1 < rows:
                street(f"x{i}_{j}", f"x{i}_{j + 1}", False, number)
                number += 1
    return city.site()


def route(site: Site, start: str, end: str, kind_id: str = "") -> tuple[str, ...]:
    """Return the shortest way that passes through no other place; raises ValueError if there is none."""
    leaving: dict[str, list[Lane]] = {}
    for lane in site.lanes.values():
        if not lane.kinds or not kind_id or kind_id in lane.kinds:
            leaving.setdefault(lane.start, []).append(lane)
    best: dict[str, float] = {start: 0.0}
    came: dict[str, Lane] = {}
    queue = [(0.0, start)]
    while queue:
        cost, at = heapq.heappop(queue)
        if at == end:
            lanes: list[str] = []
            while at != start:
                lanes.append(came[at].id)
                at = came[at].start
            return tuple(reversed(lanes))
        if cost > best[at] or (site.vertices[at].place and at != start):
            continue
        for lane in leaving.get(at, ()):
            further = cost + lane.length_m
            if further < best.get(lane.end, math.inf):
                best[lane.end] = further
                came[lane.end] = lane
                heapq.heappush(queue, (further, lane.end))
    raise ValueError(f"no way from {start} to {end}")
