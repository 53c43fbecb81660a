"""Commands about zones: close one, open it, limit the speed in it. What follows from it for robots is `dispatch`'s."""

from __future__ import annotations

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import CommandTaken, ZoneClosed, ZoneLimited, ZoneOpened
from robot_fleet.core.fleet.requests import repeated
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import CloseZone, LimitZone, OpenZone
from robot_fleet.core.wishes import check_key

SLOWEST_MPS, FASTEST_MPS = 0.05, 10.0
"""A robot that is to go slower than this stands still or stalls; none among people goes faster."""


def change(turn: Turn, wish: CloseZone | OpenZone | LimitZone) -> None:
    """Close, open or limit a zone; robots whose way it concerns are led otherwise in the same turn.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_zone`, `request_speed_malformed`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    if wish.zone not in turn.site.zones:
        known = ", ".join(turn.site.zones) or "none"
        raise RequestError("request_unknown_zone", f"no zone {wish.zone!r}; this site has {known}", wish.zone)
    now_s = turn.now.fleet_s
    match wish:
        case CloseZone():
            turn.emit(ZoneClosed(wish.zone, wish.reason, wish.by, now_s))
        case OpenZone():
            turn.emit(ZoneOpened(wish.zone, wish.reason, wish.by, now_s))
        case LimitZone(speed_mps=speed_mps):
            if speed_mps != 0.0 and not SLOWEST_MPS <= speed_mps <= FASTEST_MPS:
                expected = f"expected {SLOWEST_MPS:g} to {FASTEST_MPS:g} m/s, or 0 for no limit, got {speed_mps:g}"
                raise RequestError("request_speed_malformed", expected, wish.zone)
            turn.emit(ZoneLimited(wish.zone, speed_mps, wish.reason, wish.by, now_s))
            for robot in turn.state.robots.values():
                if robot.busy is not None:
                    turn.wish(robot.id)
    turn.emit(CommandTaken(wish.key, {"accepted": True}))
    turn.agenda.replan = turn.agenda.moved = True
    turn.effects.append(Answer(wish.key, True))
