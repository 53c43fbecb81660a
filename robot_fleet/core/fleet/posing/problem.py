"""From the fleet's state to a planning problem.

Frozen is what is under way, on board or about to start: a robot with an order for a stop is free when that stop is
done, nobody else begins at its place before, and what follows of a begun task stays with it. Only for an alarm may it
be taken from what it does (`alarms`).

What is posed of a task is kept from one time to the next, and with it what planners have derived from it: it is made
anew only where something that it depends on has changed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.fleet.posing import supply
from robot_fleet.core.fleet.posing.law import law_now
from robot_fleet.core.fleet.posing.robots import robots_now
from robot_fleet.core.fleet.posing.tasks import tasks_now
from robot_fleet.core.fleet.tasks import booking
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.plan import Coverage, LeftOut, Matrix, Problem, Resource, RobotNeed
from robot_fleet.core.priority import AGEING_S
from robot_fleet.core.travel import LOADED

CHANGE_COST_S = 5.0
"""Cost of giving a task to another robot than in the plan in force: fifty seconds of driving."""
COVERED_AHEAD_S, COVERED_EVERY_S = 1800.0, 60.0
"""How far ahead, and how often, plans look at which places are within reach for an alarm."""
UNCOVERED_PRICE = 0.05
"""Cost of a second in which a place is out of reach."""

Leg = Sequence[float] | NDArray[np.float64]


def build_problem(turn: Turn) -> tuple[Problem, tuple[LeftOut, ...]]:
    """Return the planning problem at this instant, and the tasks that cannot even be posed yet (with the reason)."""
    robots = robots_now(turn)
    tasks, waiting = tasks_now(turn, robots)
    places, travel_s = _travel(turn, robots)
    choices = turn.agenda.posed.choices
    chosen_from = {among for task in tasks if task.task in choices for among in choices[task.task]}
    exclusive = {
        place for among in chosen_from for place in among if turn.site.places[place].kind in booking.EXCLUSIVE_KINDS
    }
    problem = Problem(
        now_s=turn.now.fleet_s,
        robots=tuple(robots),
        tasks=tuple(tasks),
        places=places,
        travel_s=travel_s,
        exclusive=frozenset(exclusive),
        taken=booking.full_places(turn, exclusive),
        ageing_s=AGEING_S,
        change_cost=CHANGE_COST_S,
        resources=_chargers(turn, robots),
        tariff=supply.tariff(turn),
        coverage=_coverage(turn, robots),
        starts=_starts(turn, robots, places),
        law=law_now(turn),
    )
    return problem, tuple(waiting)


def _travel(turn: Turn, robots: list[RobotNeed]) -> tuple[dict[str, tuple[str, ...]], dict[str, Matrix]]:
    """Return places and matrices of all travel classes: the same objects as long as no way has changed.

    With a load no way is quicker than without one, though the few drives so far may have happened to say so: a search
    that can rely on this leaves out much that cannot pay.
    """
    roads, posed = turn.ports.roads, turn.agenda.posed
    classes = [name for kind in turn.site.kinds for name in (kind, kind + LOADED)]
    classes += [name for robot in robots for name in (robot.travel_class, robot.loaded_class)]
    ways_s: dict[str, Matrix] = {name: roads.matrix(name) for name in dict.fromkeys(classes)}
    if len(posed.ways_s) != len(ways_s) or any(posed.ways_s.get(name) is not ways_s[name] for name in ways_s):
        posed.ways_s = ways_s
        posed.travel_s = {name: _not_quicker(ways_s[name], ways_s[name.removesuffix(LOADED)]) for name in ways_s}
        posed.places = {name: roads.place_names(name) for name in ways_s}
    return posed.places, posed.travel_s


def _not_quicker(loaded_s: Matrix, empty_s: Matrix) -> Matrix:
    """Return the times with a load, none below that without one: the same object where that is so anyway."""
    one, other = np.asarray(loaded_s), np.asarray(empty_s)
    return loaded_s if bool((one >= other).all()) else np.maximum(one, other)


def _starts(turn: Turn, robots: list[RobotNeed], places: dict[str, tuple[str, ...]]) -> dict[str, dict[str, Leg]]:
    """Return the ways from where robots become free that is no place: a vertex of the lane graph."""
    starts: dict[str, dict[str, Leg]] = {}
    for robot in robots:
        if robot.place in turn.site.places and robot.place in places[robot.travel_class]:
            continue
        from_here = starts.setdefault(robot.place, {})
        empty_s = from_here[robot.travel_class] = turn.ports.roads.times_s(robot.travel_class, robot.place)
        if robot.loaded_class:
            loaded_s = turn.ports.roads.times_s(robot.loaded_class, robot.place)
            from_here[robot.loaded_class] = np.maximum(loaded_s, empty_s)
    return starts


def _chargers(turn: Turn, robots: list[RobotNeed]) -> tuple[Resource, ...]:
    """Return the chargers that plans may use, with what stands on them now: one robot at a time charges at each."""
    charging = {id(robot.charging): robot.charging for robot in robots if robot.charging is not None}
    wanted = {name for among in charging.values() for name in among.chargers}
    if not wanted:
        return ()
    busy: dict[str, list[tuple[float, float]]] = {}
    waits_s = supply.waits_s(turn)
    for robot in turn.state.robots.values():
        if robot.docked in wanted and robot.must_charge:
            kind, soc = turn.kind(robot), turn.soc_pct(robot.id)
            if soc is not None and kind.charge_w > 0.0:
                left_s = max(kind.charge_to_pct - soc, 0.0) / 100.0 * kind.battery_wh / kind.charge_w * 3600.0
                begin_s = turn.now.fleet_s + waits_s.get(robot.id, 0.0)
                busy.setdefault(robot.docked, []).append((begin_s, begin_s + left_s + kind.undock_s))
    own = tuple(Resource(name, (name,), 1, tuple(busy.get(name, ()))) for name in sorted(wanted))
    return (*own, *supply.limits(turn, wanted, busy))


def _coverage(turn: Turn, robots: list[RobotNeed]) -> Coverage | None:
    """Return what is to be within reach: the places that an alarm may come from, for the kinds that answer it."""
    for service in turn.site.services.values():
        if not service.alarm:
            continue
        rooms = turn.site.places_asked_for(service)
        kinds = service.robot_kinds
        able = tuple(robot.robot for robot in robots if turn.state.robots[robot.robot].kind in kinds)
        if rooms:
            until_s = turn.now.fleet_s + COVERED_AHEAD_S
            return Coverage(able, rooms, service.due.after_s, until_s, COVERED_EVERY_S, UNCOVERED_PRICE)
    return None


__all__ = ["build_problem"]
