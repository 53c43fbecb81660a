"""A past day played again, as it was or changed: the virtual fleet, with the facts folded into a report."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from robot_fleet.core.facts import Fact, TaskRequested
from robot_fleet.core.fleet import Ports, initial_state
from robot_fleet.core.inputs import SubmitTask
from robot_fleet.core.site import Site
from robot_fleet.reports.folds.past import Ground, Past
from robot_fleet.reports.periodic.periodic import PeriodReport, period_report
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.runs.virtual import VirtualFleet
from robot_fleet.runtime.what_if.change import Change, changed_site
from robot_fleet.runtime.what_if.demand import Demand, changed_demand
from robot_fleet.runtime.what_if.past_day import PastDay, PastRequest, learned
from robot_fleet.sim.callers import Call
from robot_fleet.sim.drivers import EXIT_BAY
from robot_fleet.sim.world import AUTOMATIC
from robot_fleet.site.ground.maps import read_map

STOPPED = "emergency_stop"
DRAIN_S = 4 * 3600.0
"""Fleet seconds after the end of a day that was not over within which what is open may end."""
_SAY_EVERY_S = 300.0


@dataclass(frozen=True, slots=True)
class Played:
    """What a day came to.

    Parameters
    ----------
    fleet_s, wall_s : how long it lasted, and how long it took to play it.
    open : requests that had not ended.
    left_out : further requests that could not be made (see `Demand`).
    """

    report: PeriodReport
    fleet_s: float
    wall_s: float
    open: int
    left_out: int

    @property
    def speed(self) -> float:
        """How many times faster than the day itself it was played."""
        return self.fleet_s / self.wall_s


class _ReportLog:
    """A fleet's log that keeps nothing but what reports ask for; what was asked for before the day stays so."""

    def __init__(self, ground: Ground, day: PastDay) -> None:
        self.past = Past(ground)
        self._day = day
        self._seq = 0
        self._refused = deque(day.refused)

    def append(self, facts: Sequence[object], at_s: float) -> int:
        """Take in the facts of one turn; return the number of the last."""
        while self._refused and self._refused[0][0] <= at_s:
            self._take(*self._refused.popleft())
        for fact in facts:
            if isinstance(fact, TaskRequested) and fact.task in self._day.carried:
                fact = replace(fact, requested_s=self._day.carried[fact.task])
            if isinstance(fact, Fact):
                self._take(at_s, fact)
        return self._seq

    def _take(self, at_s: float, fact: Fact) -> None:
        self._seq += 1
        self.past.take(self._seq, at_s, fact)


class PlayedFleet(VirtualFleet):
    """A virtual fleet to which what happened on a day happens again.

    Parameters
    ----------
    site, ports, requests : of the day, or changed ones.
    log, seed : see `VirtualFleet`.
    """

    def __init__(
        self, day: PastDay, site: Site, ports: Ports, requests: Sequence[PastRequest], log: _ReportLog, seed: int
    ) -> None:
        state = learned(initial_state(site), day.before)
        occupancy = read_map(Path(site.map_file))
        super().__init__(site, ports, occupancy, day.people, requests, seed, log, state=state, start_s=day.begin_s)
        self._stands_s = {each.request_id: each.stands_s for each in requests}
        self._commands = deque(day.commands)
        self._stops = deque(day.stops)
        for item in site.items.values():  # a car that stands ready when the day begins is driven away
            if site.places[item.at].kind == EXIT_BAY:
                self.world.drivers.item_placed(item.id, item.at)

    def wish(self, call: Call) -> SubmitTask:
        """Return a request as old, or as far ahead, as it was on the day."""
        stands_s = self._stands_s[call.request_id]
        return SubmitTask(call.request_id, call.service, call.params, "caller", raised_s=stands_s, at_s=stands_s)

    def look(self) -> None:
        """Do what is done once a second, after what people did by now."""
        now = self.now
        while self._stops and self._stops[0][0] <= now.fleet_s:
            _, robot, pressed = self._stops.popleft()
            if robot in self.world.robots:
                self.world.set_control(robot, STOPPED if pressed else AUTOMATIC)
        while self._commands and self._commands[0][0] <= now.fleet_s:
            self.host.feed(self._commands.popleft()[1], now)
        super().look()


@dataclass(frozen=True, slots=True)
class Changed:
    """What is different: the site, and what is asked for."""

    site: Site
    demand: Demand


def changed_day(day: PastDay, change: Change, seed: int) -> Changed:
    """Return a day's site and requests with a change; nothing is played.

    Parameters
    ----------
    seed : of the further requests, and of those left out.

    Raises
    ------
    RequestError : as `changed_site`.
    """
    demand = changed_demand(day.requests, day.site, change, seed)
    return Changed(changed_site(day.site, change, {each.service for each in demand.requests}), demand)


def play(
    day: PastDay,
    changed: Changed,
    ground_of: Callable[[Site], Ground],
    seed: int,
    say: Callable[[float], None] = lambda share: None,
) -> Played:
    """Play a day, as it was or changed.

    Parameters
    ----------
    ground_of : returns what reports know of a site.
    seed : of what is drawn: whatever people did that facts do not tell, and the searches.
    say : told the share of the day that has passed.
    """
    site, demand = changed.site, changed.demand
    log = _ReportLog(ground_of(site), day)
    fleet = PlayedFleet(day, site, ports_for(site), demand.requests, log, seed)
    began_s = time.perf_counter()
    for link in fleet.links.values():
        link.start(fleet.now)
    next_s = fleet.world.now_s
    while not _over(day, fleet):
        fleet.second()
        if fleet.world.now_s >= next_s:
            next_s += _SAY_EVERY_S
            say(min((fleet.world.now_s - day.begin_s) / max(day.end_s - day.begin_s, 1.0), 1.0))
    wall_s = time.perf_counter() - began_s
    report = period_report(log.past, ground_of(site), None, day.period)
    still_open = len(fleet.host.fleet.state.open_tasks())
    return Played(report, fleet.world.now_s - day.begin_s, wall_s, still_open, demand.left_out)


def _over(day: PastDay, fleet: PlayedFleet) -> bool:
    """Return whether the day is over; one that was not yet over when it was read lasts until nothing is open."""
    now_s = fleet.world.now_s
    if day.whole or now_s < day.end_s:
        return now_s >= day.end_s
    return now_s >= day.end_s + DRAIN_S or not fleet.host.fleet.state.open_tasks()
