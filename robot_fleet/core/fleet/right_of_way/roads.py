"""How the roads are by the facts so far: what drives have taken, which zones are closed, where robots go slowly."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

from robot_fleet.core import drives
from robot_fleet.core.facts import (
    DriveObserved,
    Fact,
    LaneBlocked,
    LaneCleared,
    LaneMeasured,
    ZoneClosed,
    ZoneLimited,
    ZoneOpened,
)
from robot_fleet.core.fleet.state import FleetState, MeasuredLane, ZoneRecord
from robot_fleet.core.ports import RoadConditions
from robot_fleet.core.site import Site, Zone

_NO_DRIVES = drives.Ratios()


def drive_observed(state: FleetState, fact: DriveObserved) -> None:
    """Take a drive in, and revise the factors once in a while."""
    before = _news(state, fact.travel_class, fact.lane)
    state.drives[fact.travel_class][fact.lane] = before.with_one(fact.took_s / fact.expected_s)
    _revise(state, fact.at_s)


def lane_measured(state: FleetState, fact: LaneMeasured) -> None:
    """Take in what a robot's planner says of a lane; it holds for the kind with and without a load."""
    lanes = state.measured.setdefault(fact.kind, {})
    lanes[fact.lane] = MeasuredLane(fact.length_m / fact.drawn_m, fact.at_s)
    for load in ("", "+load"):
        _news(state, fact.kind + load, fact.lane)
    _revise(state, fact.at_s)


def _news(state: FleetState, travel_class: str, lane: str) -> drives.Ratios:
    """Note that something is new for a lane, and return what drives of it say."""
    known = state.drives.setdefault(travel_class, {}).get(lane, _NO_DRIVES)
    state.news.setdefault(travel_class, {}).setdefault(lane, known)
    return known


def _revise(state: FleetState, now_s: float) -> None:
    """Work the factors out anew if it is time to, where there is something new: there may be thousands of lanes."""
    if now_s < state.revised_s + drives.REVISE_EVERY_S:
        return
    state.revised_s = now_s
    revised = dict(state.factors)
    for name, before in state.news.items():
        seen = state.drives[name]
        added = (seen.get(lane, _NO_DRIVES) for lane in before)
        total = state.totals[name] = drives.together((state.totals.get(name, _NO_DRIVES), *added), before.values())
        stretches = {lane: known.stretch for lane, known in state.measured.get(name.removesuffix("+load"), {}).items()}
        factors = drives.factors(seen, revised.pop(name, {}), stretches, total, before)
        if factors:
            revised[name] = factors
    state.news = {}
    if revised != state.factors:
        state.factors = revised
        state.roads += 1


def zone_closed(state: FleetState, fact: ZoneClosed) -> None:
    """Close a zone."""
    record = _changed(state, fact)
    record.closed, record.cause, record.until_s, record.by = True, fact.cause, fact.until_s, fact.by


def zone_opened(state: FleetState, fact: ZoneOpened) -> None:
    """Open a zone."""
    record = _changed(state, fact)
    record.closed, record.cause, record.until_s, record.by = False, "", inf, fact.by


def zone_limited(state: FleetState, fact: ZoneLimited) -> None:
    """Limit the speed in a zone. What is not released yet of the orders may have to be told anew."""
    _changed(state, fact).speed_mps = fact.speed_mps
    for robot in state.robots.values():
        order = robot.busy
        if order is not None and order.lanes_released < len(order.lanes):
            order.update += 1


def lane_blocked(state: FleetState, fact: LaneBlocked) -> None:
    """Keep out of a lane for a while."""
    if fact.lane not in state.blocked:
        state.roads += 1
    state.blocked[fact.lane] = fact.robot, fact.until_s


def lane_cleared(state: FleetState, fact: LaneCleared) -> None:
    """Use a lane again."""
    if state.blocked.pop(fact.lane, None) is not None:
        state.roads += 1


def _changed(state: FleetState, fact: ZoneClosed | ZoneOpened | ZoneLimited) -> ZoneRecord:
    record = state.zones.setdefault(fact.zone, ZoneRecord())
    record.reason, record.since_s = fact.reason, fact.at_s
    state.roads += 1
    return record


def is_closed(state: FleetState, zone: Zone) -> bool:
    """Return whether robots keep out of a zone now."""
    record = state.zones.get(zone.id)
    return zone.closed if record is None or record.closed is None else record.closed


def limit_mps(state: FleetState, zone: Zone) -> float:
    """Return the speed limit in a zone now, 0 for none."""
    record = state.zones.get(zone.id)
    return zone.speed_mps if record is None or record.speed_mps is None else record.speed_mps


def conditions(site: Site, state: FleetState, *, mended: bool = False) -> RoadConditions:
    """Return how the roads of a site are by the state; `mended` as they were if all doors, gates and lifts worked."""
    closed = frozenset(zone.id for zone in site.zones.values() if is_closed(state, zone))
    limits_mps = {zone.id: limit for zone in site.zones.values() if (limit := limit_mps(state, zone))}
    failed = (site.equipment[name].lanes for name, known in state.equipment.items() if not known.works and not mended)
    return RoadConditions(state.factors, closed, limits_mps, frozenset(state.blocked).union(*failed))


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    DriveObserved: drive_observed,
    LaneMeasured: lane_measured,
    ZoneClosed: zone_closed,
    ZoneOpened: zone_opened,
    ZoneLimited: zone_limited,
    LaneBlocked: lane_blocked,
    LaneCleared: lane_cleared,
}
