"""Whether the law lets a robot go where a plan sends it, by the site's own words: zones, lanes, regimes, papers.

Nothing of this is what ways are planned with. Only what is certain is told: a lane is in a zone where its centre line
is, and who stands in a zone or at its edge when the law shuts it out may go out of it on any way.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, hypot

from robot_fleet.core.law import Paper, Regime
from robot_fleet.core.plan_law import LawBody, LawGround, LawNeed, LawPoint, LawZone

EVERY_M = 0.25
"""A lane is looked at so often along its centre line."""
EDGE_M = 0.1
"""So far from a zone besides its own body's reach a robot stands at its edge."""
SLACK_KG, SLACK_M = 1e-3, 1e-3
"""Sums of decimal numbers: 100.0 kg are not above 100 kg."""


class LawMap:
    """A site's ground: which vertices and lanes are in which zones. What has been worked out is kept."""

    def __init__(self, ground: LawGround) -> None:
        self.ground = ground
        self._exempt = {
            zone.zone: [
                each
                for each in ground.zones
                if each.ground == "estate" or (zone.ground == "carriageway" and each.ground == "crossing")
            ]
            for zone in ground.zones
        }
        self.zones = {zone.zone: zone for zone in ground.zones if zone.law and zone.ground != "estate"}
        self.within = {
            name: frozenset(zone for zone in self.zones if self._holds(zone, point))
            for name, point in ground.points.items()
        }
        self._crossed = [self._on_lane(lane.start, lane.end) for lane in ground.lanes]
        self._reached: dict[tuple[str, frozenset[str], str], frozenset[str]] = {}

    def is_near(self, place: str, zone: str, reach_m: float) -> bool:
        """Return whether a robot at a vertex is in a zone or at its edge."""
        point, outline = self.ground.points[place], self.zones[zone].outline
        if point.level != self.zones[zone].level:
            return False
        sides = zip([outline[-1], *outline[:-1]], outline, strict=True)
        return _is_in(self.zones[zone], point) or any(_off_m(point, *side) <= reach_m for side in sides)

    def reached(self, start: str, kind: str, shut: frozenset[str]) -> frozenset[str]:
        """Return the vertices to which lanes lead from one that keep out of some zones."""
        key = start, shut, kind
        if key not in self._reached:
            leads: dict[str, list[str]] = {}
            for lane, crossed in zip(self.ground.lanes, self._crossed, strict=True):
                if not crossed & shut and (not lane.kinds or kind in lane.kinds):
                    leads.setdefault(lane.start, []).append(lane.end)
            found, ahead = {start}, [start]
            while ahead:
                for end in leads.get(ahead.pop(), ()):
                    if end not in found:
                        found.add(end)
                        ahead.append(end)
            self._reached[key] = frozenset(found)
        return self._reached[key]

    def _holds(self, zone: str, point: LawPoint) -> bool:
        """Return whether the law of a zone holds at a point."""
        here = point.level == self.zones[zone].level and _is_in(self.zones[zone], point)
        return here and not any(_is_in(each, point) for each in self._exempt[zone])

    def _on_lane(self, start: str, end: str) -> frozenset[str]:
        one, two = self.ground.points[start], self.ground.points[end]
        if one.level != two.level:  # it rides a lift
            return frozenset()
        parts = ceil(hypot(two.x_m - one.x_m, two.y_m - one.y_m) / EVERY_M) or 1
        shares = [number / parts for number in range(parts + 1)]
        points = [
            LawPoint(one.x_m + (two.x_m - one.x_m) * share, one.y_m + (two.y_m - one.y_m) * share, one.level)
            for share in shares
        ]
        return frozenset(zone for zone in self.zones if any(self._holds(zone, point) for point in points))


class LawRules:
    """The law of one problem over its ground."""

    def __init__(self, law: LawNeed, ground: LawMap) -> None:
        self._law, self._map = law, ground
        self._shut: dict[tuple[str, bool, float], Mapping[str, str]] = {}

    def broken(self, robot: str, start: str, end: str, load_kg: float, loaded: bool) -> str:
        """Return why the law forbids a robot's leg, empty if it does not."""
        kind = self._law.kind_of.get(robot, "")
        body, points = self._law.ground.bodies.get(kind), self._law.ground.points
        if body is None or start == end or start not in points or end not in points:
            return ""
        shut = self._shut_to(robot, kind, body, load_kg, loaded)
        for zone, why in shut.items():
            if zone in self._map.within[end]:
                return f"{end} is in {zone}: {why}"
        if not shut or any(self._map.is_near(start, zone, body.radius_m + EDGE_M) for zone in shut):
            return ""
        if end in self._map.reached(start, kind, frozenset(shut)):
            return ""
        if end not in self._map.reached(start, kind, frozenset()):
            return ""  # nor is there any way without a law, which is said elsewhere
        told = "; ".join(f"{zone}: {why}" for zone, why in shut.items())
        return f"every way from {start} to {end} leads through what is forbidden: {told}"

    def _shut_to(self, robot: str, kind: str, body: LawBody, load_kg: float, loaded: bool) -> Mapping[str, str]:
        key = robot, loaded, load_kg
        if key not in self._shut:
            zones = (zone for zone in self._map.zones.values() if not zone.kinds or kind in zone.kinds)
            told = ((zone.zone, self._why(robot, kind, body, load_kg, loaded, zone)) for zone in zones)
            self._shut[key] = {zone: why for zone, why in told if why}
        return self._shut[key]

    def _why(self, robot: str, kind: str, body: LawBody, load_kg: float, loaded: bool, zone: LawZone) -> str:
        regime = self._law.regimes.get(zone.law)
        if regime is None:
            return ""
        if zone.ground == "carriageway" and not regime.carriageway:
            return "it is a carriageway"
        mass_kg, width_m = body.mass_kg + load_kg, body.loaded_width_m if loaded else body.width_m
        if regime.limits and mass_kg > max(limit.up_to_kg for limit in regime.limits) + SLACK_KG:
            return f"{mass_kg:g} kg are too heavy"
        widest_m = regime.width_m
        if regime.wide_m and 0.0 < regime.wide_from_pavement_m <= zone.pavement_m:
            widest_m = regime.wide_m
        if widest_m and width_m > widest_m + SLACK_M:
            return f"{width_m:g} m are too wide for {widest_m:g} m"
        for wanted in regime.papers:
            if not any(
                paper.kind == wanted and self._counts(paper, robot, kind, zone.zone, regime)
                for paper in self._law.papers
            ):
                return f"it has no valid {wanted.value}"
        return ""

    def _counts(self, paper: Paper, robot: str, kind: str, zone: str, regime: Regime) -> bool:
        law = self._law
        if robot not in paper.robots and kind not in paper.kinds:
            return False
        if (paper.zones and zone not in paper.zones) or (paper.supervised and not law.watched) or not law.local:
            return False
        begins, ends = law.local, law.until[regime.id]
        if not paper.valid_from <= begins[:10] or not ends[:10] <= paper.valid_to:
            return False
        clocks = begins[11:16], ends[11:16]
        return not paper.hours or all(any(a <= clock < b for a, b in paper.hours) for clock in clocks)


def _is_in(zone: LawZone, point: LawPoint) -> bool:
    """Return whether the sides of a zone wind around a point: the angles under which it sees them add up to a turn."""
    winding = 0
    for (x0, y0), (x1, y1) in zip([zone.outline[-1], *zone.outline[:-1]], zone.outline, strict=True):
        left = (x1 - x0) * (point.y_m - y0) - (point.x_m - x0) * (y1 - y0)
        if y0 <= point.y_m < y1 and left > 0.0:
            winding += 1
        elif y1 <= point.y_m < y0 and left < 0.0:
            winding -= 1
    return winding != 0


def _off_m(point: LawPoint, one: tuple[float, float], two: tuple[float, float]) -> float:
    """Return how far a point is from a side."""
    dx, dy = two[0] - one[0], two[1] - one[1]
    length = dx * dx + dy * dy
    share = 0.0 if length == 0.0 else ((point.x_m - one[0]) * dx + (point.y_m - one[1]) * dy) / length
    share = min(max(share, 0.0), 1.0)
    return hypot(point.x_m - one[0] - share * dx, point.y_m - one[1] - share * dy)
