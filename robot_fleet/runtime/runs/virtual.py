"""The same fleet in one process on a virtual clock, without ROS: same seed, same bytes.

Core, agents and simulator are the ones that run in the field's wiring; only the links are calls and time is a counter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from robot_fleet.agent.agent import Agent
from robot_fleet.agent.journal import MemoryJournal
from robot_fleet.core.clock import Now
from robot_fleet.core.effects import Answer, Improve, ReachOut
from robot_fleet.core.fleet import Fleet, FleetState, Ports
from robot_fleet.core.fleet.tasks.bringing import brought_items
from robot_fleet.core.inputs import (
    AlarmWasShown,
    AnswerTask,
    ConditionsSeen,
    PlaceSensed,
    PlanImproved,
    RecipientsKnown,
    RecordVoice,
    SubmitTask,
    TakeCityEvent,
    Tick,
)
from robot_fleet.core.plan import Plan
from robot_fleet.core.recipient import Recipient
from robot_fleet.core.site import Site
from robot_fleet.runtime.host import FactLog, Host, MemoryLog
from robot_fleet.runtime.inprocess import InProcessLink
from robot_fleet.runtime.runs.city import is_event, told_event
from robot_fleet.runtime.runs.demand import DAY_BEGINS_S, SENSED_KINDS
from robot_fleet.scheduling.cpsat import improve
from robot_fleet.sim.answerers import Wait, answer_now, who_takes_over
from robot_fleet.sim.bringers import bring
from robot_fleet.sim.callers import Call, Callers, Request
from robot_fleet.sim.contacts import STAND_IN, reply_key, reply_now
from robot_fleet.sim.equipment import SimEquipmentLink
from robot_fleet.sim.link import SimActuator, SimNavigator
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from robot_fleet.site.ground.maps import OccupancyMap
from robot_fleet.telemetry.board import Board

IMPROVED_AFTER_S = 2.0
"""A better plan arrives this long after it was asked for (fleet time), however long the search really took."""
IMPROVE_SECONDS = 0.04
STEPS_PER_S = 10
LOOK_EVERY_S = 5.0
"""Seconds between two looks at the robots' health; here the manager itself watches it."""
WATCHER = "manager"


@dataclass(frozen=True, slots=True)
class Stop:
    """When a run ends: when every request has ended; with `duration_s`, not before it unless `until_idle`.

    After `duration_s` no request is taken any more and the open ones drain, for at most `drain_s`.
    """

    until_idle: bool = True
    duration_s: float | None = None
    drain_s: float = 4 * 3600.0


class VirtualFleet:
    """A fleet on a virtual clock.

    Parameters
    ----------
    site, ports, occupancy, people : the site and what is built from it.
    rows : the demand that its people play.
    seed : of everything that is drawn.
    log : where facts go.
    improving : whether CP-SAT looks for better plans (off: insertion alone).
    state : what has been before, None for a day on which nothing has happened yet.
    start_s : fleet time of the beginning; that of the first request by default.
    recipients : who lives where, in opaque words; None where nobody says so.
    """

    def __init__(
        self,
        site: Site,
        ports: Ports,
        occupancy: OccupancyMap | None,
        people: People,
        rows: Sequence[Request],
        seed: int,
        log: FactLog | None = None,
        improving: bool = True,
        state: FleetState | None = None,
        start_s: float | None = None,
        recipients: Mapping[str, Recipient] | None = None,
    ) -> None:
        if start_s is None:
            start_s = min((row.at_s for row in rows), default=DAY_BEGINS_S)
        self.world = SimWorld(site, occupancy, people, seed, start_s)
        self.callers = Callers(self.world, rows)
        self.log = log or MemoryLog()
        self.start_s = self.world.now_s
        self._seed = seed
        self._improving = improving
        self._recipients = recipients
        self._wanted: dict[tuple[str, str], ReachOut] = {}
        self._jobs: list[tuple[float, Improve]] = []
        self._sensed: dict[str, tuple[tuple[str, ...], int]] = {}
        self._sensors = [place.id for place in site.places.values() if place.kind in SENSED_KINDS]
        self.board = Board(site)
        self._looked_s = float("-inf")
        self.links: Mapping[str, InProcessLink] = {name: self._link(name) for name in site.robots}
        self.host = self._host(Fleet(site, ports, state=state))

    @property
    def now(self) -> Now:
        """The present instant; both times are virtual."""
        return Now(self.world.now_s, self.world.now_s)

    @property
    def plans_checked(self) -> int:
        """How many plans were judged."""
        return self.host.fleet.agenda.checked

    @property
    def plans_broken(self) -> int:
        """How many broken rules were found in them."""
        return len(self.host.fleet.agenda.violations)

    def run(self, stop: Stop, progress: Callable[[float], None] | None = None) -> None:
        """Let time pass until `stop` says so; `progress` is called with the fleet time once a simulated minute."""
        for link in self.links.values():
            link.start(self.now)
        while not self._over(stop):
            self.second()
            if progress is not None and round(self.world.now_s) % 60 == 0:
                progress(self.world.now_s)

    def second(self) -> None:
        """Let one second of fleet time pass."""
        self.look()
        for _ in range(STEPS_PER_S):
            self.move()
            self.tell()

    def look(self) -> None:
        """Do what is done once a second: plans come in, people ask, everybody looks at what changes without notice."""
        self._plans_come()
        self._people_ask()
        self._agents_look(self.links)
        self._manager_ticks()

    def move(self) -> None:
        """Let the world move on by a tenth of a second; nobody has seen it yet."""
        self.world.advance()

    def tell(self) -> None:
        """Let everybody see what has changed in the world."""
        changes = self.world.take_changes()
        if changes:
            self._agents_look(changes)
            self._settle()

    def _plans_come(self) -> None:
        now = self.now
        while self._jobs and self._jobs[0][0] <= now.fleet_s:
            _, job = self._jobs.pop(0)
            self.host.feed(PlanImproved(job.job, self._improved(job)), now)

    def _people_ask(self) -> None:
        now = self.now
        for call in self.callers.due(now.fleet_s):
            self.host.feed(self.wish(call), now)
        bring(self.world, brought_items(self.host.fleet.site, self.host.fleet.state))
        for place in self._sensors:
            items, people = self.world.custody.at_place(place), self.world.drivers.bays.people_at(place)
            if (items, people) != self._sensed.get(place) or items == ():
                self._sensed[place] = items, people
                self.host.feed(PlaceSensed(place, items, people), now)
        self._people_answer()

    def _people_answer(self) -> None:
        now = self.now
        for task in self.host.fleet.state.open_tasks():
            if task.awaits is None:
                continue
            wait = Wait(task.id, task.request.service, task.awaits.act, task.awaits.since_s)
            word = answer_now(self.world, wait)
            if word:
                key = f"answer_{task.id}_{task.moves}"
                name = who_takes_over(self.world, wait)
                self.host.feed(AnswerTask(key, task.id, word, by="people", to=name), now)

    def _people_are_reached(self) -> None:
        """Play telephone, 119, guardian and door: whatever a call for help wants is done after a while, or not."""
        now = self.now
        wanted, self._wanted = self._wanted, {}
        for wish in wanted.values():
            reply = reply_now(self.world, wish)
            if reply is not None:
                key = reply_key(wish, reply, now.fleet_s)
                said = RecordVoice(key, wish.alarm, reply.outcome, STAND_IN, reply.word, automatic=True)
                self.host.feed(said, now)

    def wish(self, call: Call) -> SubmitTask | TakeCityEvent:
        """Return what the fleet is asked for by somebody, or told by the city."""
        if is_event(call):
            return told_event(self.host.fleet.site, call, self.world.now_s)
        return SubmitTask(call.request_id, call.service, call.params, "caller")

    def _agents_look(self, robots: Iterable[str]) -> None:
        now = self.now
        for name in robots:
            self.links[name].tick(now)

    def _manager_ticks(self) -> None:
        now = self.now
        self.host.poll_links(now)
        if now.steady_s - self._looked_s >= LOOK_EVERY_S:
            self._looked_s = now.steady_s
            self.board.look(now)
            if self._recipients is not None:
                self.host.feed(RecipientsKnown(self._recipients), now)
            self.host.feed(ConditionsSeen(WATCHER, self.board.conditions), now)
        self.host.feed(Tick(), now)
        self._people_are_reached()
        self._settle()

    def _settle(self) -> None:
        """Pass reports and orders on until nobody has anything to say; what is shown to people is shown at once."""
        now = self.now
        while self.host.poll_links(now):
            pass
        for task in self.host.new_alarms:
            self.host.feed(AlarmWasShown(task), now)
        self.host.new_alarms.clear()

    def _over(self, stop: Stop) -> bool:
        ran_s = self.world.now_s - self.start_s
        idle = self.callers.finished and all(task.ended for task in self.host.fleet.state.tasks.values())
        if stop.duration_s is None:
            return idle
        return ran_s >= stop.duration_s + stop.drain_s or (idle and (stop.until_idle or ran_s >= stop.duration_s))

    def _host(self, fleet: Fleet) -> Host:
        improve, answer = self._asked_to_improve, self._answered
        return Host(
            fleet,
            self.log,
            self.links,
            improve,
            answer,
            time.perf_counter,
            board=self.board,
            equipment=SimEquipmentLink(lambda: self.world),
            reach=self._reach_out,
            supply=lambda wish: self.world.supply(wish.held),
        )

    def _link(self, robot: str) -> InProcessLink:
        agent = Agent(robot, SimNavigator(self.world, robot), SimActuator(self.world, robot), MemoryJournal(), "b1")
        return InProcessLink(agent, lambda: self.now)

    def _reach_out(self, wish: ReachOut) -> None:
        self._wanted[wish.alarm, wish.kind] = wish

    def _asked_to_improve(self, job: Improve) -> None:
        if self._improving:
            self._jobs.append((self.world.now_s + IMPROVED_AFTER_S, job))

    def _improved(self, job: Improve) -> Plan:
        return improve(job.problem, job.current, seconds=IMPROVE_SECONDS, deterministic=True, seed=self._seed)

    def _answered(self, answer: Answer) -> None:
        self.callers.confirm(answer.key, answer.accepted, answer.code)
