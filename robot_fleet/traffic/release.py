"""The right of way: how much of each robot's way is released, and which robots need another way.

See `bank` for the safety argument. Everything here is deterministic: it depends on the travellers of this call and of
the calls before, never on time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from robot_fleet.core.ports import Traveller
from robot_fleet.core.site import Site
from robot_fleet.traffic.areas import enclosed
from robot_fleet.traffic.bank import Bank
from robot_fleet.traffic.conflicts import Conflicts
from robot_fleet.traffic.ways import Ways

PATIENCE_CALLS = 100
"""After so many calls without a lane, in which something changed, a robot has its whole way kept free for it."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A part of the lane graph that one robot is next to have.

    Parameters
    ----------
    priority : of the robot; robots of a higher one are not bound by the claim.
    zone : the elements, as bits.
    free : bits of the robots that may enter all the same: the robot itself, and those who have to for it to get there.
    """

    priority: int
    zone: int
    free: int


class BankersRightOfWay:
    """Releases lanes so that no two robots can touch and none can block another for ever (a `RightOfWay`).

    Robots of higher priority are served first, as far as their horizon; those of equal priority take turns stage by
    stage, and who has waited through more calls than another comes first. Nobody waits for ever while others pass: one
    robot at a time, the first that has a higher priority than another robot or has waited for `PATIENCE_CALLS`,
    *claims* what it could not get, and robots of the same or a lower priority may not enter that, unless they have to
    for it to become free.

    Parameters
    ----------
    site : the site; its lanes and vertices are read only.
    conflicts : the conflicts of the same site.
    """

    def __init__(self, site: Site, conflicts: Conflicts) -> None:
        self._site = site
        self._ways = Ways(site, conflicts)
        self._crowded = {c: _crowded(site, conflicts, c) for c in sorted(conflicts.vertices)}
        self._waited: dict[str, int] = {}
        self._last: tuple[tuple[Traveller, ...], float] | None = None
        self._answer: dict[str, int] = {}

    def release(self, travellers: Sequence[Traveller], horizon_m: float) -> Mapping[str, int]:
        """Return robot -> how many lanes of `wanted` it may have now; robots that may have none are left out.

        Parameters
        ----------
        travellers : all robots that are on the site, also those that rest and want nothing.
        horizon_m : how far ahead of the lane that it drives a robot may hold lanes; one lane ahead is always allowed,
            and a robot is led on to the next vertex where it may wait.

        Raises
        ------
        OrderError
            `order_lanes_apart`: the lanes of a robot do not join.
        SiteError
            `site_lane_not_for_class`, `site_vertex_not_for_class`: a lane is unknown or closed to the robot's class.
        """
        asked = tuple(travellers), horizon_m
        if asked == self._last:
            return dict(self._answer)
        order = _in_order(travellers)
        bank = Bank(self._ways, order)
        waited = [self._waited.get(t.robot, 0) for t in order]
        turns = sorted(range(len(order)), key=lambda i: (-order[i].priority, -waited[i], i))
        claim = self._claim(bank, order, turns, horizon_m)
        progress = True
        while progress:
            progress = False
            for priority in sorted({t.priority for t in order}, reverse=True):
                level = [i for i in turns if order[i].priority == priority and order[i].wanted]
                while level:
                    level = [i for i in level if self._extend(bank, i, order[i], horizon_m, claim)]
                    progress = progress or bool(level)
        granted = sorted(zip((t.robot for t in order), bank.granted, strict=True))
        self._answer = {robot: count for robot, count in granted if count}
        waiting = [t.robot for t in order if t.wanted and not t.held and t.robot not in self._answer]
        self._waited = {robot: self._waited.get(robot, 0) + 1 for robot in waiting}
        self._last = asked
        return dict(self._answer)

    def is_safe(self, travellers: Sequence[Traveller]) -> tuple[str, ...]:
        """Return the robots in transit that cannot run to the end of their way, in order of id; empty if all can.

        The caller should give them other ways: by the rules of `release` they wait where they are.
        """
        order = _in_order(travellers)
        stuck = Bank(self._ways, order).stuck()
        return tuple(sorted(t.robot for i, t in enumerate(order) if stuck >> i & 1))

    def barred_by(self, travellers: Sequence[Traveller]) -> dict[str, tuple[str, ...]]:
        """Return robot -> the resting robots that stand on its way, mostly at its destination.

        One of them that wants nothing will never leave by itself: the caller sends it elsewhere.
        """
        order = sorted(travellers, key=lambda t: t.robot)
        bank = Bank(self._ways, order)
        barred = {}
        for i, traveller in enumerate(order):
            bars = bank.barred_by_resting(i)
            if bars:
                barred[traveller.robot] = tuple(t.robot for j, t in enumerate(order) if bars >> j & 1)
        return barred

    def swap_cycles(self, travellers: Sequence[Traveller]) -> tuple[tuple[str, ...], ...]:
        """Return the cycles of resting robots in which each wants to go where the next one rests.

        None of them can start before another has left: the caller sends one of each cycle to a waiting place first.
        Cycles have no robot in common; each begins with its smallest id, and they are sorted.
        """
        wanting = {t.robot for t in travellers if t.wanted and not t.held and self._site.vertices[t.at].place}
        bars = {
            robot: [other for other in others if other in wanting]
            for robot, others in self.barred_by(travellers).items()
            if robot in wanting
        }
        cycles: list[tuple[str, ...]] = []
        used: set[str] = set()
        for robot in sorted(bars):
            if robot not in used:
                cycle = _shortest_cycle(robot, bars, used)
                cycles.extend([cycle] if cycle else [])
                used.update(cycle)
        return tuple(cycles)

    def _claim(self, bank: Bank, order: Sequence[Traveller], turns: Sequence[int], horizon_m: float) -> _Claim | None:
        """Grant the first robot that may claim all it can have, and return its claim to the rest."""
        lowest = min((t.priority for t in order), default=0)
        for i in turns:
            traveller = order[i]
            patient = self._waited.get(traveller.robot, 0) < PATIENCE_CALLS
            if not traveller.wanted or (traveller.priority == lowest and patient):
                continue
            if bank.barred_by_resting(i) or bank.stuck() >> i & 1:
                continue  # keeping its way free would not get it there
            while self._extend(bank, i, traveller, horizon_m, None):
                pass
            left = len(traveller.wanted) - bank.granted[i]
            lanes = min(self._within(bank, i, traveller, horizon_m), left) if patient else left
            if lanes:
                ahead = bank.needs(i, left)  # whoever stands anywhere on its way has to get off it first
                return _Claim(traveller.priority, bank.needs(i, lanes), bank.clearing(i, ahead))
        return None

    def _extend(self, bank: Bank, i: int, traveller: Traveller, horizon_m: float, claim: _Claim | None) -> bool:
        """Grant a robot its next stage if that begins within its horizon and may be granted; return whether it was."""
        if not self._within(bank, i, traveller, horizon_m):
            return False
        lanes = self._stage(traveller, bank.granted[i])
        bound = claim is not None and traveller.priority <= claim.priority and not claim.free >> i & 1
        if claim is not None and bound and bank.enters(i, lanes, claim.zone):
            return False
        return bank.grant(i, lanes)

    def _within(self, bank: Bank, i: int, traveller: Traveller, horizon_m: float) -> int:
        """Return how many of the lanes that are not granted yet begin a stage or lie within a robot's horizon."""
        done = bank.granted[i]
        ahead = (*traveller.held, *traveller.wanted[:done])[1:]  # without the lane that it drives
        ahead_m = sum(self._site.lanes[lane].length_m for lane in ahead)
        count = 0
        for lane in traveller.wanted[done:]:
            ahead_m += self._site.lanes[lane].length_m
            if ahead_m > horizon_m and (count or ahead):
                break
            count += 1
        return count

    def _stage(self, traveller: Traveller, done: int) -> int:
        """Return how many lanes to grant at once: up to the first vertex that is not crowded, or to the end of the way.

        So nobody stops on a crossing or in a passage if it could have waited before it. This keeps the argument of
        `bank`: the robot that can run to the end of its way can also be granted this much of it.
        """
        crowded = self._crowded[traveller.footprint_class]
        for count, lane in enumerate(traveller.wanted[done:], 1):
            if self._site.lanes[lane].end not in crowded:
                return count
        return len(traveller.wanted) - done


def _in_order(travellers: Sequence[Traveller]) -> list[Traveller]:
    """Return the robots in the order in which they are tried for completion: one order, so that all find the same."""
    return sorted(travellers, key=lambda t: (-t.priority, t.robot))


def _crowded(site: Site, conflicts: Conflicts, travel_class: str) -> frozenset[str]:
    """Return the vertices where a robot should not wait: inside resources, and where it bars more lanes than usual.

    Counted are the lanes but the access lanes of places; usual is what three quarters of the vertices without a place
    stay within.
    """
    lanes = {site.lanes[lane_id]: key for lane_id, key in conflicts.lanes[travel_class].items()}
    through = 0
    for lane, key in lanes.items():
        if not site.vertices[lane.start].place and not site.vertices[lane.end].place:
            through |= 1 << key
    bars = {
        vertex: (conflicts.masks[key] & through).bit_count()
        for vertex, key in conflicts.vertices[travel_class].items()
        if not site.vertices[vertex].place
    }
    usual = sorted(bars.values())[len(bars) * 3 // 4] if bars else 0
    inside = enclosed(site, lanes)
    return frozenset(vertex for vertex, count in bars.items() if count > usual or vertex in inside)


def _shortest_cycle(start: str, bars: Mapping[str, Sequence[str]], without: set[str]) -> tuple[str, ...]:
    """Return a shortest cycle through a robot along the edges of `bars`, empty if there is none."""
    paths: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while paths:
        longer: list[tuple[str, ...]] = []
        for path in paths:
            for other in bars.get(path[-1], ()):
                if other == start:
                    return path
                if other not in seen and other not in without:
                    seen.add(other)
                    longer.append((*path, other))
        paths = longer
    return ()
