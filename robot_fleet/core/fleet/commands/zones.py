"""Commands about zones: close some, open them, limit the speed in one. What follows for robots is `dispatch`'s."""

from __future__ import annotations

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import CommandTaken, ZoneClosed, ZoneLimited, ZoneOpened
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import CloseZone, CloseZones, LimitZone, OpenZone, OpenZones, ZoneChange
from robot_fleet.core.wishes import check_key

SLOWEST_MPS, FASTEST_MPS = 0.05, 10.0
"""A robot that is to go slower than this stands still or stalls; none among people goes faster."""
CAUSES = ("", "weather", "event", "other")


def change(turn: Turn, wish: ZoneChange) -> None:
    """Close or open zones, or limit one; robots whose way it concerns are led otherwise in the same turn.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_zone`, `request_no_zone`, `request_cause_malformed`,
        `request_until_past`, `request_speed_malformed`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    zones = _zones(turn, wish)
    now_s = turn.now.fleet_s
    match wish:
        case CloseZone() | CloseZones():
            _check_stop(wish, now_s)
            for zone in zones:
                turn.emit(ZoneClosed(zone, wish.reason, wish.by, now_s, wish.cause, wish.until_s))
        case OpenZone() | OpenZones():
            for zone in zones:
                turn.emit(ZoneOpened(zone, wish.reason, wish.by, now_s))
        case LimitZone(zone=zone, speed_mps=speed_mps):
            if speed_mps != 0.0 and not SLOWEST_MPS <= speed_mps <= FASTEST_MPS:
                expected = f"expected {SLOWEST_MPS:g} to {FASTEST_MPS:g} m/s, or 0 for no limit, got {speed_mps:g}"
                raise RequestError("request_speed_malformed", expected, zone)
            turn.emit(ZoneLimited(zone, speed_mps, wish.reason, wish.by, now_s))
            for robot in turn.state.robots.values():
                if robot.busy is not None:
                    turn.wish(robot.id)
    turn.emit(CommandTaken(wish.key, {"accepted": True}))
    turn.agenda.replan = turn.agenda.moved = True
    turn.effects.append(Answer(wish.key, True))


def open_due(turn: Turn) -> None:
    """Open the zones that were closed for a time which is up."""
    for zone, record in turn.state.zones.items():
        if record.closed and record.until_s <= turn.now.fleet_s:
            turn.emit(ZoneOpened(zone, "", "", turn.now.fleet_s))
            turn.agenda.replan = turn.agenda.moved = True


def _zones(turn: Turn, wish: ZoneChange) -> tuple[str, ...]:
    """Return the zones that a command is about, each once, in the order of the site's file."""
    outdoor = isinstance(wish, CloseZones | OpenZones) and wish.outdoor
    named = wish.zones if isinstance(wish, CloseZones | OpenZones) else (wish.zone,)
    for zone in named:
        if zone not in turn.site.zones:
            known = ", ".join(turn.site.zones) or "none"
            raise RequestError("request_unknown_zone", f"no zone {zone!r}; this site has {known}", zone)
    zones = tuple(zone.id for zone in turn.site.zones.values() if zone.id in named or (outdoor and zone.outdoor))
    if not zones:
        raise RequestError("request_no_zone", "expected at least one zone; none of this site is marked outdoor")
    return zones


def _check_stop(wish: CloseZone | CloseZones, now_s: float) -> None:
    if wish.cause not in CAUSES:
        expected = f"expected {', '.join(CAUSES[1:])} or nothing, got {wish.cause!r}"
        raise RequestError("request_cause_malformed", expected, "cause")
    if not wish.until_s > now_s:
        raise RequestError("request_until_past", "expected a time that is still to come", "until_s")
