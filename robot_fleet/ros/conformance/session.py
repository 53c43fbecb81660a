"""Test drives of robots on one node, however many side by side; the robots are stopped whatever ends them."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Mapping
from types import TracebackType

import rclpy
from rclpy.context import Context
from rclpy.executors import Executor
from rclpy.experimental import EventsExecutor
from rclpy.node import Node

from robot_fleet.core.errors import FleetError
from robot_fleet.ros.conformance.probe import Probe
from robot_fleet.ros.conformance.tour import Waiting
from robot_fleet.ros.guard import Guard

_LOOK_S = 0.01
_ENDING = (signal.SIGINT, signal.SIGTERM)
DEAF_S = 0.2
"""Steady seconds between two looks at the network after which it is the watcher that was away."""


class Session:
    """A node that watches robots, and the loop that drives them. Ctrl-C ends a drive between two messages.

    Parameters
    ----------
    simulated : whether the robots live by `/clock`.
    domain : ROS_DOMAIN_ID; the environment's by default.
    """

    def __init__(self, simulated: bool, domain: int | None = None) -> None:
        self._simulated = simulated
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain)
        self.guard = Guard()
        self.node = Node("fleet_conformance", context=self._context)
        self._executor: Executor = EventsExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._interrupted = False
        self._probes: list[Probe] = []
        self._listened_s = math.inf

    def __enter__(self) -> Session:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _where: TracebackType | None) -> None:
        self._executor.remove_node(self.node)
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    def probe(self, robot: str) -> Probe:
        """Return a probe of a robot."""
        made = Probe(self.node, self.guard, robot, self._simulated)
        self._probes.append(made)
        return made

    def run(self, what: Mapping[str, Waiting], *, through_signals: bool = False) -> dict[str, FleetError]:
        """Carry out generators side by side until all have ended; return those that failed, with their errors.

        Raises
        ------
        KeyboardInterrupt : on SIGINT and SIGTERM, unless it is to go on.
        """
        # an exception out of a callback crashes the executor, so meanwhile a signal is only noted
        before = {number: signal.signal(number, self._told) for number in _ENDING}
        try:
            return self._run(what, through_signals)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _run(self, what: Mapping[str, Waiting], through_signals: bool) -> dict[str, FleetError]:
        failed: dict[str, FleetError] = {}
        going = dict(what)
        looked_s = 0.0
        while going:
            self._executor.spin_once(timeout_sec=_LOOK_S)
            self._note_deafness(time.monotonic())
            if self._interrupted and not through_signals:
                self._interrupted = False
                raise KeyboardInterrupt
            now_s = time.monotonic()
            if now_s - looked_s < _LOOK_S:
                continue
            looked_s = now_s
            for name, waiting in list(going.items()):
                try:
                    next(waiting)
                except StopIteration:
                    del going[name]
                except FleetError as error:
                    failed[name] = error
                    del going[name]
        return failed

    def _note_deafness(self, now_s: float) -> None:
        """Note when this process did not listen, so that no robot is blamed for it."""
        if now_s - self._listened_s > DEAF_S:
            for probe in self._probes:
                probe.seen.deaf.append((self._listened_s, now_s))
        self._listened_s = now_s

    def run_one(self, what: Waiting, *, through_signals: bool = False) -> None:
        """Carry out one generator to its end. Raises what it raises, and as `run` does."""
        failed = self.run({"": what}, through_signals=through_signals)
        if failed:
            raise failed[""]

    def _told(self, _number: int, _frame: object) -> None:
        self._interrupted = True
