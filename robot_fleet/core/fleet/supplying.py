"""Which chargers give current: to whoever needs it at any price, to others when it is cheap or the sun is out.

What a group of chargers draws together stays within its limit; those in greatest need come first. A robot that is held
back stays at its charger, ready to go, and loses nothing there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from robot_fleet.core.effects import SupplyChargers
from robot_fleet.core.energy import HOUR_S, ChargerGroup, EnergySpec, Hours, Supply
from robot_fleet.core.facts import ChargerSwitched
from robot_fleet.core.fleet.state import RobotRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.plan import CHARGE
from robot_fleet.core.site import RobotKind, Site

FULL_PCT = 99.9
MARGIN_PCT = 5.0
"""A plan's need is told with so much to spare, and who is charged for it gets so much more than it needs."""
ORDER = (Supply.NEEDED, Supply.KEPT, Supply.CHEAP, Supply.SUN, Supply.AT_ONCE)
AT_ANY_PRICE = (Supply.NEEDED, Supply.KEPT)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a docked robot has a claim to: `why` it may have current, or waits for it (until a fleet time)."""

    robot: RobotRecord
    charger: str
    soc_pct: float
    kw: float
    why: Supply
    below_reserve: bool
    on: bool
    until_s: float = 0.0

    @property
    def rank(self) -> tuple[object, ...]:
        """Return the key by which claims come: below the reserve, in need, being charged, emptiest."""
        return (not self.below_reserve, ORDER.index(self.why), not self.on, self.soc_pct, self.robot.id)


def supply(turn: Turn) -> None:
    """Decide which chargers give current now, and wish for it."""
    spec = turn.site.energy
    if spec is None or not turn.ports.policies.charging:
        return
    decided = _decide(turn, spec)
    known = turn.state.supplies
    for charger, record in list(known.items()):
        if charger not in decided or decided[charger][0].robot.id != record.robot:
            _emit(turn, charger, record.robot, False, Supply.LEFT, 0.0)
    for charger, (claim, on, why, until_s) in decided.items():
        before = known.get(charger)
        if before is None or (before.on, before.reason) != (on, why):
            _emit(turn, charger, claim.robot.id, on, why, until_s)
    chargers = [charger for group in spec.groups for charger in group.chargers]
    on_now = tuple(name for name in chargers if name in known and known[name].on)
    turn.effects.append(SupplyChargers(on_now, tuple(name for name in chargers if name not in on_now)))


def at_once(site: Site, spec: EnergySpec, group: ChargerGroup) -> int:
    """Return how many robots may charge at a group at a time, whichever of the kinds that it is for they are."""
    strongest_w = max(
        (
            kind.charge_w
            for charger in group.chargers
            for kind in site.kinds.values()
            if not site.places[charger].kinds or kind.id in site.places[charger].kinds
        ),
        default=0.0,
    )
    if strongest_w <= 0.0:
        return len(group.chargers)
    return int(min(len(group.chargers), (group.max_kw + 1e-9) / spec.drawn_kw(strongest_w)))


def keep_pct(turn: Turn, spec: EnergySpec, robot: RobotRecord) -> float:
    """Return the state of charge up to which a robot is charged at any price: its kind's, or what its plan needs."""
    kind = turn.kind(robot)
    usual = spec.keep_pct.get(kind.id, (kind.charge_below_pct + kind.charge_to_pct) / 2.0)
    return min(max(usual, _planned_pct(turn, robot, kind)), 100.0)


def hours_of(turn: Turn) -> Hours | None:
    """Return prices and sun of the site, None where it does not say."""
    spec, agenda = turn.site.energy, turn.agenda
    if spec is not None and agenda.hours is None:
        agenda.hours = Hours(spec, turn.ports.calendar)
    return agenda.hours


def _emit(turn: Turn, charger: str, robot: str, on: bool, why: Supply, until_s: float) -> None:
    soc_pct = turn.soc_pct(robot)
    turn.emit(ChargerSwitched(charger, robot, on, why.value, soc_pct or 0.0, turn.now.fleet_s, until_s))


def _decide(turn: Turn, spec: EnergySpec) -> dict[str, tuple[_Claim, bool, Supply, float]]:
    """Return for each charger with a robot: the claim, whether it gives current, why, and until when it waits."""
    hours = hours_of(turn)
    assert hours is not None
    claims = list(_claims(turn, spec, hours))
    sun_kw = hours.at(turn.now.fleet_s).solar_kw
    group_of = {charger: group for group in spec.groups for charger in group.chargers}
    drawn_kw = dict.fromkeys((group.id for group in spec.groups), 0.0)
    used: dict[str, int] = dict.fromkeys(drawn_kw, 0)
    decided: dict[str, tuple[_Claim, bool, Supply, float]] = {}
    for claim in sorted((claim for claim in claims if claim.why in ORDER), key=lambda claim: claim.rank):
        group, on, why = group_of[claim.charger], True, claim.why
        if why is Supply.SUN and sum(drawn_kw.values()) + claim.kw > sun_kw + 1e-9:
            on, (why, until_s) = False, hours.waits_until(turn.now.fleet_s, claim.kw)
            decided[claim.charger] = claim, on, why, until_s
            continue
        if used[group.id] >= at_once(turn.site, spec, group):
            on, why = False, Supply.WAITS_PEAK
        else:
            used[group.id] += 1
            drawn_kw[group.id] += claim.kw
        decided[claim.charger] = claim, on, why, 0.0
    for claim in claims:
        if claim.why not in ORDER:
            decided[claim.charger] = claim, False, claim.why, claim.until_s
    return decided


def _claims(turn: Turn, spec: EnergySpec, hours: Hours) -> Iterator[_Claim]:
    grouped = {charger for group in spec.groups for charger in group.chargers}
    for robot in turn.state.robots.values():
        charger = robot.docked
        if charger not in grouped:
            continue
        kind, soc_pct = turn.kind(robot), turn.soc_pct(robot.id)
        before = turn.state.supplies.get(charger)
        on = before is not None and before.robot == robot.id and before.on
        if soc_pct is None:  # after a restart; as it was until it is heard
            if before is not None and before.robot == robot.id:
                why = Supply(before.reason)
                yield _Claim(robot, charger, 0.0, spec.drawn_kw(kind.charge_w), why, on, on, before.until_s)
            continue
        kw = spec.drawn_kw(kind.charge_w)
        why, until_s = _why(turn, spec, hours, robot, soc_pct, kw, before.reason if on and before is not None else "")
        yield _Claim(robot, charger, soc_pct, kw, why, soc_pct < kind.reserve_pct, on, until_s)


def _why(
    turn: Turn, spec: EnergySpec, hours: Hours, robot: RobotRecord, soc_pct: float, kw: float, so_far: str
) -> tuple[Supply, float]:
    kind = turn.kind(robot)
    if soc_pct >= FULL_PCT:
        return Supply.FULL, 0.0
    if robot.must_charge or soc_pct < kind.charge_below_pct:
        return Supply.NEEDED, 0.0
    if not spec.by_price:
        return Supply.AT_ONCE, 0.0
    more_pct = MARGIN_PCT if so_far == Supply.KEPT else 0.0
    if soc_pct < keep_pct(turn, spec, robot) + more_pct:
        return Supply.KEPT, 0.0
    if hours.is_cheap(int(turn.now.fleet_s // HOUR_S)):
        return Supply.CHEAP, 0.0
    if hours.at(turn.now.fleet_s).solar_kw >= kw - 1e-9:
        return Supply.SUN, 0.0
    return hours.waits_until(turn.now.fleet_s, kw)


def _planned_pct(turn: Turn, robot: RobotRecord, kind: RobotKind) -> float:
    """Return the state of charge with which a robot drives its route up to the next charge and keeps its reserve."""
    route = turn.state.routes.get(robot.id, ())
    if not route or route[0].stop == CHARGE:
        return 0.0
    last_s = turn.now.fleet_s
    needed_wh = 0.0
    for stop in route:
        if stop.stop == CHARGE:
            break
        needed_wh += max(stop.arrive_s - last_s, 0.0) * max(kind.driving_w, kind.loaded_w) / 3600.0
        needed_wh += (stop.end_s - stop.begin_s) * kind.standing_w / 3600.0
        last_s = stop.end_s
    return kind.reserve_pct + MARGIN_PCT + needed_wh / kind.battery_wh * 100.0
