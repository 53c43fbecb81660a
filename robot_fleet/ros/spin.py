"""How every node of the fleet runs: its clock, its executor, and what happens to a callback that fails.

A callback converts and posts, nothing else. One that raises is counted and logged with its name, and never ends the
spin; the fleet goes on with what it has.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from robot_fleet.core.clock import Now

T = TypeVar("T")
LOG = logging.getLogger("robot_fleet")
DAY_S = 86_400.0


class FleetClock:
    """Both clocks of a node: fleet time from ROS time when simulated, else the time of the site's day.

    Fleet time never runs backwards: a clock that jumps back stands still until it has caught up.
    """

    def __init__(self, node: Node, simulated: bool) -> None:
        self._node = node
        self._simulated = simulated
        self._last_s = 0.0

    def now(self) -> Now:
        """Return the present instant."""
        if self._simulated:
            fleet_s = self._node.get_clock().now().nanoseconds / 1e9
        else:
            local = time.localtime()
            fleet_s = local.tm_hour * 3600.0 + local.tm_min * 60.0 + local.tm_sec + time.time() % 1.0
        self._last_s = max(self._last_s, fleet_s)
        return Now(self._last_s, time.monotonic())

    @property
    def started(self) -> bool:
        """Whether there is a time already (a simulated clock begins with its first message)."""
        return not self._simulated or self._node.get_clock().now().nanoseconds > 0


class Guard:
    """Wraps callbacks so that a failing one is counted and reported, once for each kind of failure."""

    def __init__(self) -> None:
        self.failures: dict[str, int] = {}

    def __call__(self, name: str, callback: Callable[[T], None]) -> Callable[[T], None]:
        """Return `callback` with failures kept from the spin."""

        def guarded(message: T) -> None:
            try:
                callback(message)
            except Exception:
                count = self.failures[name] = self.failures.get(name, 0) + 1
                if count == 1:
                    LOG.exception("callback=%s failed; further failures of it are counted only", name)

        return guarded


def make_node(name: str, *, simulated: bool) -> Node:
    """Return a node; rclpy is initialised if it is not yet."""
    if not rclpy.ok():
        rclpy.init()
    return Node(
        name,
        parameter_overrides=[Parameter("use_sim_time", Parameter.Type.BOOL, simulated)],
        automatically_declare_parameters_from_overrides=False,
    )


def spin(node: Node, alive: Callable[[], bool] | None = None) -> None:
    """Run a node until it is shut down, or `alive` says no.

    `spin_once` in a loop: the events executor's own `spin` does not return on a shutdown.
    """
    executor = EventsExecutor()
    executor.add_node(node)
    try:
        while rclpy.ok() and (alive is None or alive()):
            executor.spin_once(timeout_sec=0.25)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        executor.remove_node(node)
        node.destroy_node()
        if rclpy.ok():
            rclpy.shutdown()


def log_to_stderr(**labels: Any) -> None:
    """Set the process's logging up: one line an event, key=value, with the given labels first."""
    prefix = " ".join(f"{key}={value}" for key, value in labels.items())
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s %(levelname)s {prefix} %(message)s")
