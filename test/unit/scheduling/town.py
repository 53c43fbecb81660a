"""A street of places a to h, ten seconds apart, and short ways to write problems on it."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from robot_fleet.core.plan import Problem, RobotNeed, StopNeed, TaskNeed

STREET = tuple("abcdefgh")
CUT = "x"  # a place without any way to it


def stop(number: int, *places: str, service_s: float = 5.0, kg: float = 0.0, earliest_s: float = 0.0) -> StopNeed:
    """A stop; the last of a task counts (see `task`)."""
    return StopNeed(number, places, service_s, kg, earliest_s)


def task(
    name: str,
    *stops: StopNeed,
    due_s: float = 1000.0,
    weight: float = 1.0,
    penalty: float = 1000.0,
    robots: Sequence[str] = ("r1",),
    pinned: str = "",
    together: bool = False,
) -> TaskNeed:
    """A task whose lateness is measured when its last stop begins."""
    last = stops[-1]
    counting = StopNeed(last.stop, last.places, last.service_s, last.load_kg, last.earliest_s, counts=True)
    return TaskNeed(name, (*stops[:-1], counting), due_s, weight, penalty, tuple(robots), pinned, together)


def visit(name: str, place: str, **more: object) -> TaskNeed:
    """A task of one stop."""
    return task(name, stop(0, place), **more)  # type: ignore[arg-type]


def carry(name: str, start: str, *ends: str, kg: float = 5.0, **more: object) -> TaskNeed:
    """A task that takes something from one place to one of several."""
    return task(name, stop(0, start, kg=kg), stop(1, *ends, kg=-kg), **more)  # type: ignore[arg-type]


def robot(
    name: str = "r1", place: str = "a", *, free_at_s: float = 0.0, load_kg: float = 0.0, energy_wh: float = inf
) -> RobotNeed:
    """A robot that carries 10 kg and draws 360 W while it drives, so 1 Wh lasts for one leg of the street."""
    return RobotNeed(name, place, free_at_s, "walk", 10.0, load_kg, energy_wh, driving_w=360.0, standing_w=0.0)


def problem(
    tasks: Sequence[TaskNeed],
    robots: Sequence[RobotNeed] = (robot(),),
    *,
    now_s: float = 0.0,
    exclusive: Sequence[str] = (),
    taken: Sequence[str] = (),
) -> Problem:
    """A problem on the street."""
    names = (*STREET, CUT)
    legs = tuple(
        tuple(0.0 if a == b else inf if CUT in (a, b) else 10.0 * abs(names.index(a) - names.index(b)) for b in names)
        for a in names
    )
    return Problem(
        now_s=now_s,
        robots=tuple(robots),
        tasks=tuple(tasks),
        places={"walk": names},
        travel_s={"walk": legs},
        exclusive=frozenset(exclusive),
        taken=frozenset(taken),
    )
