"""Watches the robots' health in the gateway: messages in, once a second a look at everything, and what follows out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rclpy.node import Node
from robot_fleet_interfaces.msg import RobotState

from robot_fleet.core.clock import Now
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.health import Condition
from robot_fleet.core.site import Site
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.gateway.health_intake import HealthIntake, Sample
from robot_fleet.ros.gateway.health_topics import HealthTopics
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.spin import every
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.running import processes
from robot_fleet.telemetry.board import Board, RobotHealth
from robot_fleet.telemetry.overview import Overview, ProcessSeen

LOG = logging.getLogger("robot_fleet")
LOOK_EVERY_S = 1.0
SHARES = 10
"""Robots are looked at in so many shares, one after the other, so that no message waits long meanwhile."""
WORKED_OUT = ("loss_pct", "drain_ratio", "capacity_pct")
"""Signals that follow from several messages and are kept over time like those that robots report."""


class HealthBridge:
    """Listens to the robots and judges them by the site's rules.

    Parameters
    ----------
    node : its thread does all of this.
    guard : keeps failing callbacks from the spin.
    clock : the node's clock.
    site : the site.
    run : the fleet's run directory, where a supervisor tells of its processes.
    state : the fleet's state, which another thread brings up to date: single words are read of it, nothing is changed.
    on_state : told of every state of a robot that is taken.
    on_overview : told how the fleet fares, once a second.
    also : returns what others in this process see; told with what is seen here.
    on_sample : told of every message that is taken, and once a second of `WORKED_OUT`; a history keeps them.
    """

    def __init__(
        self,
        node: Node,
        guard: Guard,
        clock: FleetClock,
        site: Site,
        run: Path,
        state: FleetState,
        on_state: Callable[[RobotState], None],
        on_overview: Callable[[Overview], None],
        on_sample: Sample = lambda robot, source, now, values: None,
        also: Callable[[], tuple[Condition, ...]] = tuple,
    ) -> None:
        self._clock = clock
        self._run = RunDirectory(run.name, run)
        self._state = state
        self._on_overview = on_overview
        self._on_sample = on_sample
        self._also = also
        self._board = Board(site)
        self._taken = HealthIntake(node, guard, clock, site, self._board, on_state, on_sample)
        self._topics = HealthTopics(node, site)
        self._robots = {name: RobotHealth(name) for name in site.robots}
        self._turn = 0
        every(node, LOOK_EVERY_S / SHARES, guard("health", self._look))

    def _look(self) -> None:
        """Look at a share of the robots; after the last share tell how all fare."""
        if not self._clock.started:
            return
        self._taken.catch_up()
        now = self._clock.now()
        share = list(self._board.signals)[self._turn :: SHARES]
        self._board.look(now, share)
        for name in share:
            health = self._robots[name] = self._with_control(self._board.robot(name))
            values = self._board.values[name]
            self._on_sample(name, "board", now, {signal: values[signal] for signal in WORKED_OUT if signal in values})
            order = self._state.robots[name].busy
            task = "" if order is None else order.task
            state, part = self._taken.states.get(name), self._taken.worst_part(name)
            self._topics.prepare(health, values, state, task, part)
        self._turn = (self._turn + 1) % SHARES
        if self._turn == 0:
            self._tell(now)

    def _tell(self, now: Now) -> None:
        intake = self._taken.intake
        for news in intake.news(now.steady_s):
            LOG.warning(
                "robot=%s source=%s reason=%s event=%s count=%d said=%r",
                news.robot, news.source, news.reason, "refused" if news.refused else "good_again", news.count,
                news.said,
            )  # fmt: skip
        seen = tuple(ProcessSeen(each.name, each.pid is not None, each.restarts) for each in processes(self._run))
        conditions = (*self._board.conditions, *self._also())
        self._topics.tell(conditions, now)
        robots = tuple(self._robots.values())
        self._on_overview(Overview(robots, conditions, intake.accepted.copy(), intake.refused.copy(), seen))

    def _with_control(self, health: RobotHealth) -> RobotHealth:
        """Return what a robot says of its control, and that people hold it where it says nothing stronger."""
        robot = self._state.robots[health.robot]
        held = self._state.hold or robot.hold or robot.stopped
        return replace(health, control="held") if held and health.control == "automatic" else health
