"""A robot link without a network: the agent lives in the same process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from robot_fleet.agent.agent import Agent
from robot_fleet.core.clock import Now
from robot_fleet.core.order import Order, RobotReport

REPORT_EVERY_S = 1.0
"""Steady seconds between two reports of a robot to which nothing happens."""


class InProcessLink:
    """Implements `RobotLink` on an agent that its owner ticks.

    Parameters
    ----------
    agent : the robot's agent.
    clock : returns the present instant.
    """

    def __init__(self, agent: Agent, clock: Callable[[], Now]) -> None:
        self.agent = agent
        self._clock = clock
        self._reports: list[RobotReport] = []
        self._reported_s = float("-inf")

    def start(self, now: Now) -> None:
        """Let the agent begin."""
        self.agent.start(now)

    def send(self, order: Order) -> None:
        """Hand the order to the agent; its answer is in the next reports."""
        now = self._clock()
        self.agent.accept(order, now)
        self.tick(now)

    def tick(self, now: Now) -> None:
        """Let the agent look at its robot, and keep its report if it has news or was silent for long."""
        self.agent.tick(now)
        if self.agent.changed or now.steady_s - self._reported_s >= REPORT_EVERY_S - 1e-9:
            self._reported_s = now.steady_s
            self._reports.append(self.agent.report(now))

    def reports(self) -> Sequence[RobotReport]:
        """Return and forget the reports kept since the last call."""
        reports, self._reports = self._reports, []
        return reports
