"""Sees whether an event has happened. One class each, with the memory that it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from robot_fleet.core.facts import OrderSent, TaskCompleted, TaskRequested
from robot_fleet.core.site import Site
from robot_fleet.runtime.scenarios import moments as m
from robot_fleet.runtime.scenarios.seen import Happened, RobotSeen, Seen

MOVES_MPS = 0.05


class Watch(Protocol):
    """Looks at each instant until its event has happened."""

    def look(self, seen: Seen) -> Happened | None:
        """Return what has happened, None if it has not yet."""
        ...


def watch(when: m.Moment, site: Site) -> Watch:
    """Return what watches for an event; those of faults are looked after by whoever strikes."""
    match when:
        case m.PicksUp() | m.PutsDown():
            verb = "take" if isinstance(when, m.PicksUp) else "give"
            return _Deed(f"{verb}:{when.item}" if when.item else f"{verb}:", when.robot)
        case m.Docks():
            return _Deed(f"dock:{when.charger}" if when.charger else "dock:", when.robot)
        case m.ActBegins():
            return BodyWatch(when.robot, lambda r: _acts(r, when), "begins an act")
        case m.EntersZone():
            outline = site.zones[when.zone].outline
            return BodyWatch(when.robot, lambda r: inside(outline, r.x_m, r.y_m), f"comes into {when.zone}")
        case m.Drives():
            return BodyWatch(when.robot, lambda r: r.v_mps > MOVES_MPS, "sets off")
        case m.ChargeBelow():
            return BodyWatch(when.robot, lambda r: r.soc_pct < when.pct, f"has less than {when.pct:g} %", begins=True)
        case m.AlarmArrives():
            return _AlarmArrives(when.request)
        case m.RequestAssigned():
            return _Assigned(when.request)
        case m.RequestDone():
            return _Done(when.request, when.count)
    raise AssertionError(when)


def inside(outline: tuple[tuple[float, float], ...], x_m: float, y_m: float) -> bool:
    """Return whether a point lies in a polygon (even-odd rule)."""
    found = False
    for (ax, ay), (bx, by) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (ay > y_m) != (by > y_m) and x_m < ax + (y_m - ay) / (by - ay) * (bx - ax):
            found = not found
    return found


def _acts(robot: RobotSeen, when: m.ActBegins) -> bool:
    if not robot.act or (when.act and robot.act != when.act):
        return False
    return not when.place or robot.place == when.place


class _Deed:
    """A physical act whose event begins with a text (or is that, where it names its object)."""

    def __init__(self, event: str, robot: str) -> None:
        self._event = event
        self._robot = robot

    def look(self, seen: Seen) -> Happened | None:
        for deed in seen.deeds:
            whole = deed.event == self._event or deed.event.startswith(f"{self._event.rstrip(':')}:")
            if whole and self._robot in ("", deed.robot):
                return Happened(f"{deed.robot}: {deed.event}", deed.robot)
        return None


class BodyWatch:
    """Something becomes true of a robot; with `begins` it counts as well if it is true from the beginning."""

    def __init__(self, robot: str, true: Callable[[RobotSeen], bool], sentence: str, begins: bool = False) -> None:
        self._robot = robot
        self._true = true
        self._sentence = sentence
        self._before: dict[str, bool] = {}
        self._else = not begins

    def look(self, seen: Seen) -> Happened | None:
        """Return the first robot of which it has become true since the last look, None if there is none."""
        found = None
        for name, robot in seen.robots.items():
            if self._robot in ("", name):
                now = self._true(robot)
                if now and not self._before.get(name, self._else) and found is None:
                    found = Happened(f"{name} {self._sentence}", name)
                self._before[name] = now
        return found


class _AlarmArrives:
    def __init__(self, request: str) -> None:
        self._request = request

    def look(self, seen: Seen) -> Happened | None:
        for fact in seen.facts:
            if isinstance(fact, TaskRequested) and fact.alarm and self._request in ("", fact.task):
                return Happened(f"the call for help {fact.task} arrives")
        return None


class _Assigned:
    def __init__(self, request: str) -> None:
        self._request = request

    def look(self, seen: Seen) -> Happened | None:
        for fact in seen.facts:
            if isinstance(fact, OrderSent) and fact.task and self._request in ("", fact.task):
                return Happened(f"{fact.robot} is sent for {fact.task}", fact.robot)
        return None


class _Done:
    def __init__(self, request: str, count: int) -> None:
        self._request = request
        self._left = count

    def look(self, seen: Seen) -> Happened | None:
        for fact in seen.facts:
            if isinstance(fact, TaskCompleted) and self._request in ("", fact.task):
                self._left -= 1
                if self._left == 0:
                    return Happened(f"{fact.task} is done")
        return None
