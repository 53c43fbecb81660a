"""Runs the core: feeds it inputs, writes its facts down, and only then lets its effects leave."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from robot_fleet.core.clock import Now
from robot_fleet.core.effects import Answer, AskPath, Improve, SendOrder, SupplyChargers
from robot_fleet.core.facts import AlarmRaised, Fact, PlanCommitted, TaskRequested
from robot_fleet.core.fleet import Fleet
from robot_fleet.core.inputs import Input, ReportReceived
from robot_fleet.core.ports import PathAsker, RobotLink
from robot_fleet.telemetry.board import Board
from robot_fleet.telemetry.rollup import Rollup

LATENCIES_KEPT = 10_000
"""Of each sort, the newest: percentiles of them are told every second."""


class FactLog(Protocol):
    """Where facts are kept (the ledger, or a list in tests and virtual runs)."""

    def append(self, facts: Sequence[object], at_s: float) -> int:
        """Keep the facts of one turn, all or none; return the number of the last."""
        ...


class MemoryLog:
    """Facts of a run that leaves nothing behind."""

    def __init__(self) -> None:
        self.facts: list[tuple[float, Fact]] = []

    def append(self, facts: Sequence[object], at_s: float) -> int:
        """Keep the facts."""
        self.facts.extend((at_s, fact) for fact in facts if isinstance(fact, Fact))
        return len(self.facts)


class Host:
    """One fleet's core with its log, its links and whoever else wants its effects.

    Parameters
    ----------
    fleet : the core, already brought up to the log's end.
    log : where facts go before effects leave.
    links : how each robot is reached, by robot id.
    improve : starts the search for a better plan; its answer comes back as PlanImproved.
    answer : tells a command's sender what became of it.
    clock : returns the steady time in seconds, for latencies.
    planners : asks robots' planners, None where there are none to be asked.
    supply : has chargers give current (the first) or hold it back (the others); None where nothing can be switched.
    board : told of every report, where nobody else watches the robots' health.
    """

    def __init__(
        self,
        fleet: Fleet,
        log: FactLog,
        links: Mapping[str, RobotLink],
        improve: Callable[[Improve], None],
        answer: Callable[[Answer], None],
        clock: Callable[[], float],
        planners: PathAsker | None = None,
        board: Board | None = None,
        supply: Callable[[SupplyChargers], None] | None = None,
    ) -> None:
        self.fleet = fleet
        self.rollups: dict[str, Rollup] = {}
        self.plans_by: dict[str, int] = {}
        self.request_to_plan_ms: deque[float] = deque(maxlen=LATENCIES_KEPT)
        self.plan_to_goal_ms: deque[float] = deque(maxlen=LATENCIES_KEPT)
        self._sent_s: dict[str, tuple[str, float]] = {}
        self.new_alarms: list[str] = []
        self._log = log
        self._links = links
        self._improve = improve
        self._answer = answer
        self._clock = clock
        self._planners = planners
        self._board = board
        self._supply = supply

    def feed(self, news: Input, now: Now) -> tuple[Fact, ...]:
        """Let the core take an input in; return the facts of the turn."""
        began_s = self._clock()
        outcome = self.fleet.decide(news, now)
        if outcome.facts:
            self._log.append(outcome.facts, now.fleet_s)
            self._note(outcome.facts, (self._clock() - began_s) * 1000.0)
        if isinstance(news, ReportReceived):
            self._roll_up(news)
        for effect in outcome.effects:
            match effect:
                case SendOrder(order):
                    if self._sent_s.get(order.robot, ("", 0.0))[0] != order.id:
                        self._sent_s[order.robot] = order.id, began_s
                    if self._planners is not None:
                        self._planners.stop(order.robot)
                    self._links[order.robot].send(order)
                case Improve():
                    self._improve(effect)
                case AskPath():
                    if self._planners is not None:
                        self._planners.ask(effect)
                case Answer():
                    self._answer(effect)
                case SupplyChargers():
                    if self._supply is not None:
                        self._supply(effect)
        return outcome.facts

    def poll_links(self, now: Now) -> bool:
        """Feed every report that has come in; return whether there was any."""
        any_news = False
        for link in self._links.values():
            for report in link.reports():
                any_news = True
                self.feed(ReportReceived(report), now)
                if self._board is not None:
                    self._board.hear(report, now)
        return any_news

    def _roll_up(self, news: ReportReceived) -> None:
        report = news.report
        order, sent_s = self._sent_s.get(report.robot, ("", 0.0))
        if order and report.order == order and report.state not in ("idle", "waiting") and sent_s > 0.0:
            self.plan_to_goal_ms.append((self._clock() - sent_s) * 1000.0)
            self._sent_s[report.robot] = order, 0.0
        known = self.rollups.get(report.robot)
        if known is None:
            self.rollups[report.robot] = Rollup.begin(report)
        else:
            known.add(report)

    def _note(self, facts: tuple[Fact, ...], took_ms: float) -> None:
        requested = False
        for fact in facts:
            if isinstance(fact, PlanCommitted):
                self.plans_by[fact.by] = self.plans_by.get(fact.by, 0) + 1
                if requested:
                    self.request_to_plan_ms.append(took_ms)
            elif isinstance(fact, TaskRequested):
                requested = True
                if fact.alarm:
                    self.new_alarms.append(fact.task)
            elif isinstance(fact, AlarmRaised):
                self.new_alarms.append(fact.alarm)
