"""A backlog: thousands of requests that a fleet has accepted and planned, and has begun to work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.past import requests
from bench.punctual import TICK_S, PunctualFleet
from robot_fleet.core.facts import Fact
from robot_fleet.core.fleet import FleetState, Ports
from robot_fleet.core.order import RobotReport
from robot_fleet.core.plan import Plan, PlannedStop, Problem
from robot_fleet.core.site import Site
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.snapshots import Snapshots
from robot_fleet.scheduling.solution import Solution

STOPS_DONE = 5
"""The fleet works until so many stops are done."""
SHARES = (0.3, 0.7)
"""Of visits and parcels: what the robots of two kinds can do without anybody else's help."""


class Appending:
    """Planner port: keeps what is planned, and puts what is new behind it on the robot with the fewest stops.

    Looking for a good place for each of 10,000 requests takes an hour, which a fleet has when they come one by one.
    """

    def insert(self, problem: Problem, current: Plan) -> Plan:
        """Return the plan, its times reckoned by the fleet's own planner, which moves nothing."""
        routes = {robot.robot: current.routes.get(robot.robot, ()) for robot in problem.robots}
        planned = {stop.task for route in routes.values() for stop in route}
        for task in problem.tasks:
            if task.task not in planned and not task.pinned:
                able = [name for name in task.robots if name in routes]
                fewest = min(able, key=lambda name: len(routes[name]))
                stops = (PlannedStop(task.task, stop.stop, stop.places[0], 0.0, 0.0, 0.0) for stop in task.stops)
                routes[fewest] = (*routes[fewest], *stops)
        longest = max(map(len, routes.values()))
        solution = Solution(problem, room=2 * longest + 32)
        solution.take_up(Plan(routes))
        solution.complete(displaced=0, moved=0)
        return solution.plan("appending")


class KeptLedger:
    """A manager's ledger, in which snapshots are as old as a killed manager leaves them.

    Parameters
    ----------
    state : that of the ledger, always.
    """

    def __init__(self, ledger: Ledger, state: FleetState) -> None:
        self._ledger = ledger
        self._state = state
        self._snapshots = Snapshots(ledger)

    def append(self, facts: Sequence[object], at_s: float) -> int:
        """Keep the facts of a turn."""
        seq = self._ledger.append(facts, at_s)
        self._snapshots.count(fact for fact in facts if isinstance(fact, Fact))
        if self._snapshots.due:
            self._snapshots.take(self._state)
        return seq


def begin_backlog(
    site: Site, ports: Ports, ledger: Ledger, state: FleetState, at_s: float, count: int
) -> tuple[tuple[RobotReport, ...], float]:
    """Have so many requests (and a few more) accepted, planned and begun, and kill the manager.

    Return what the robots say when they have done what was released to them, and when that is (fleet time).

    Parameters
    ----------
    state : that of the ledger, at a fleet time at which all robots stand docked; brought up to the end.
    """
    log = KeptLedger(ledger, state)
    fleet = PunctualFleet(site, replace(ports, planner=Appending()), log, at_s, state)
    fleet.run(lambda: fleet.now_s > at_s)  # everybody has reported
    for wish in requests(site, "open-", count + STOPS_DONE, 7, SHARES):
        fleet.ask(wish)
    fleet.run(lambda: fleet.now_s > at_s + TICK_S)  # all are planned
    before = _stops_left(state)
    fleet.run(lambda: _stops_left(state) <= before - STOPS_DONE)
    return fleet.stop_listening(), fleet.now_s


def _stops_left(state: FleetState) -> int:
    return sum(len(task.request.stops) - task.next_stop for task in state.open_tasks())


__all__ = ["begin_backlog"]
