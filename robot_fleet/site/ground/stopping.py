"""Where a hold brings nobody to rest: what is driven, but kept clear of robots that stand.

That is the ground of zones marked `no_stopping`, lanes marked so, and lanes that are part of a resource (a narrow
passage, a lift): whoever stands there bars the way of others, of people too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from robot_fleet.core.site import Lane, RobotKind, Vertex, Zone
from robot_fleet.site.ground.zone_ground import ZoneGround


@dataclass(frozen=True, slots=True)
class NoStopping:
    """The lanes on which a travel class does not come to rest in a hold, and the vertices at which it does not."""

    lanes: frozenset[str]
    vertices: frozenset[str]


def no_stopping(
    vertices: Mapping[str, Vertex], lanes: Iterable[Lane], zones: Iterable[Zone], ground: ZoneGround, kind: RobotKind
) -> tuple[NoStopping, NoStopping]:
    """Return where a kind does not come to rest, without and with a load.

    A vertex is one of these if a robot on it touches such a zone, or if all lanes around it are such lanes (unless it
    is a place, where robots rest by its nature).
    """
    marked = [zone.id for zone in zones if zone.no_stopping]
    usable = [lane for lane in lanes if not lane.kinds or kind.id in lane.kinds]
    kept = frozenset(lane.id for lane in usable if lane.no_stopping or lane.resource)
    around: dict[str, bool] = {}
    for lane in usable:
        for vertex in (lane.start, lane.end):
            around[vertex] = around.get(vertex, True) and lane.id in kept
    inside = frozenset(name for name, is_kept in around.items() if is_kept and not vertices[name].place)

    def of(loaded: bool) -> NoStopping:
        return NoStopping(
            kept.union(*(ground.touched(zone, kind, loaded) for zone in marked)),
            inside.union(*(ground.near(zone, kind, loaded) & around.keys() for zone in marked)),
        )

    return of(False), of(True)
