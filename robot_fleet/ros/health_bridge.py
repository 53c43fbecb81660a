"""Watches the robots' health in the gateway: messages in, once a second a look at everything, and what follows out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rclpy.node import Node
from robot_fleet_interfaces.msg import RobotState

from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.site import Site
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.health_intake import HealthIntake, Sample
from robot_fleet.ros.health_topics import HealthTopics
from robot_fleet.ros.spin import every
from robot_fleet.runtime.run_directory import RunDirectory
from robot_fleet.runtime.running import processes
from robot_fleet.telemetry.board import Board, RobotHealth
from robot_fleet.telemetry.overview import Overview, ProcessSeen, ProcessWatch

LOG = logging.getLogger("robot_fleet")
LOOK_EVERY_S = 1.0


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
    on_sample : told of every message that is taken; a history keeps them.
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
    ) -> None:
        self._clock = clock
        self._run = RunDirectory(run.name, run)
        self._state = state
        self._on_overview = on_overview
        self._board = Board(site)
        self._taken = HealthIntake(node, guard, clock, site, self._board, on_state, on_sample)
        self._topics = HealthTopics(node, site)
        self._watch = ProcessWatch()
        every(node, LOOK_EVERY_S, guard("health", self._look))

    def _look(self) -> None:
        if not self._clock.started:
            return
        self._taken.catch_up()
        now = self._clock.now()
        self._board.look(now)
        intake = self._taken.intake
        for news in intake.news(now.steady_s):
            LOG.warning(
                "robot=%s source=%s reason=%s event=%s count=%d said=%r",
                news.robot, news.source, news.reason, "refused" if news.refused else "good_again", news.count,
                news.said,
            )  # fmt: skip
        seen = tuple(ProcessSeen(each.name, each.pid is not None, each.restarts) for each in processes(self._run))
        robots = tuple(self._with_control(self._board.robot(name)) for name in self._board.signals)
        conditions = (*self._board.conditions, *self._watch.look(seen, now))
        overview = Overview(robots, conditions, intake.accepted.copy(), intake.refused.copy(), seen)
        tasks = {name: order.task for name, robot in self._state.robots.items() if (order := robot.busy) is not None}
        self._topics.tell(overview, self._board, self._taken.states, tasks, now)
        self._on_overview(overview)

    def _with_control(self, health: RobotHealth) -> RobotHealth:
        """Return what a robot says of its control, and that people hold it where it says nothing stronger."""
        robot = self._state.robots[health.robot]
        held = self._state.hold or robot.hold or robot.stopped
        return replace(health, control="held") if held and health.control == "automatic" else health
