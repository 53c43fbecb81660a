"""The plan as the console draws it: what each robot has done lately, does now, and is planned to do.

A piece of the past is `[robot, task, stop, place, sent_s, arrived_s, ended_s]`. Of a route, `now` is `[task, stop,
place, sent_s, arrive_s, end_s, arrived]` or None, and `next` a list of `[task, stop, place, drive_s, begin_s, end_s]`:
the robot sets off `drive_s` before it begins. A charge has the stop `CHARGE` and no task. Times are whole fleet
seconds, None where nobody can tell.
"""

from __future__ import annotations

from typing import Any

from robot_fleet.core.facts import Fact, OrderEnded, OrderSent, PlanCommitted
from robot_fleet.core.fleet.state import FleetState, OrderRecord, RobotRecord
from robot_fleet.core.plan import CHARGE, PlannedStop
from robot_fleet.server.view import FleetView


class PlanRows:
    """Follows the facts, and brings the routes of a view up to a fleet's state.

    A stop leaves the plan as soon as a robot has its order, so the plan's last word on it is kept here.
    """

    def __init__(self) -> None:
        self._said: dict[tuple[str, int], PlannedStop] = {}
        self._docked_s: dict[str, float] = {}
        self._told: dict[str, tuple[tuple[PlannedStop, ...], list[list[Any]]]] = {}

    def note(self, view: FleetView, state: FleetState, fact: Fact) -> None:
        """Note what a fact that is about to be applied says of times, or puts an end to."""
        if isinstance(fact, PlanCommitted):
            self._said |= {(stop.task, stop.stop): stop for route in fact.routes.values() for stop in route}
        elif isinstance(fact, OrderEnded):
            robot = state.robots[fact.robot]
            order = robot.order
            if order is None or order.id != fact.order:
                return
            if order.task:
                self._did(view, state, robot, order, fact.at_s)
            elif order.done > order.first_tail and order.tail[0].kind == "dock":
                self._docked_s[robot.id] = order.last_step_s
        elif isinstance(fact, OrderSent):
            order = state.robots[fact.robot].order
            since_s = self._docked_s.pop(fact.robot, None) if fact.undock else None
            if since_s is not None:
                place = state.robots[fact.robot].docked
                view.put_past((fact.robot, "", CHARGE, place, int(since_s), int(since_s), int(fact.at_s)))
            elif order is not None and order.id == fact.order and order.task and order.task != fact.task:
                self._did(view, state, state.robots[fact.robot], order, fact.at_s)

    def settle(self, state: FleetState, at_s: float) -> None:
        """Reckon routes that a fact changed which has just been applied, at its fleet time."""
        for robot in state.robots.values():
            route = state.routes.get(robot.id, ())
            known = self._told.get(robot.id)
            if known is None or known[0] is not route:
                now = self._now(state, robot)
                free_s = at_s if now is None or now[5] is None else max(at_s, now[5])
                self._told[robot.id] = (route, _following(route, free_s))
        if len(self._said) > 4 * len(state.tasks) + 64:
            self._said = {key: stop for key, stop in self._said.items() if key[0] in state.tasks}

    def update(self, view: FleetView, state: FleetState) -> None:
        """Put into the view what every robot does now and is planned to do."""
        for robot in state.robots.values():
            known = self._told.get(robot.id)
            view.put_route(robot.id, self._now(state, robot), known[1] if known is not None else [])

    def _now(self, state: FleetState, robot: RobotRecord) -> list[Any] | None:
        order = robot.busy
        if order is None or not state.serves(robot, order):
            return None
        said = self._said.get((order.task, order.stop))
        arrived_s = _arrived_s(state, order)
        begin_s = arrived_s if arrived_s is not None else None if said is None else said.arrive_s
        end_s = None
        if said is not None and begin_s is not None:
            end_s = int(max(begin_s, said.begin_s if arrived_s is None else begin_s) + said.end_s - said.begin_s)
        sent_s = int(order.sent_s)
        return [order.task, order.stop, order.place, sent_s, _whole(begin_s), end_s, order.arrived]

    def _did(self, view: FleetView, state: FleetState, robot: RobotRecord, order: OrderRecord, at_s: float) -> None:
        if not state.serves(robot, order):
            return
        arrived = _whole(_arrived_s(state, order))
        view.put_past((robot.id, order.task, order.stop, order.place, int(order.sent_s), arrived, int(at_s)))


def _arrived_s(state: FleetState, order: OrderRecord) -> float | None:
    task = state.tasks[order.task]
    at_s = task.instants.get(f"{task.request.stops[order.stop].id}.arrived")
    return at_s if order.arrived else None


def _following(route: tuple[PlannedStop, ...], free_s: float) -> list[list[Any]]:
    """Return a route whose robot becomes free at a time; the plan lets it drive at once and wait at the place."""
    rows: list[list[Any]] = []
    for stop in route:
        drive_s = max(stop.arrive_s - free_s, 0.0)
        rows.append([stop.task, stop.stop, stop.place, int(drive_s), int(stop.begin_s), int(stop.end_s)])
        free_s = stop.end_s
    return rows


def _whole(value_s: float | None) -> int | None:
    return None if value_s is None else int(value_s)
