"""How every node of the fleet is made, told its parameters, run and ended."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import rclpy
from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.executors import ExternalShutdownException
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

from robot_fleet.core.errors import FleetError, RuntimeFailure
from robot_fleet.ros.guard import RCLError

LOG = logging.getLogger("robot_fleet")
_LOOK_S = 0.25


class _Ending:
    """Whether the process was told to end: while it spins it is only noted, before it interrupts."""

    def __init__(self) -> None:
        self.asked = False
        self.spins = False

    def told(self, _number: int, _frame: object) -> None:
        """Take a signal."""
        self.asked = True
        if not self.spins:
            raise KeyboardInterrupt


_ENDING = _Ending()


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter of a node: a number with a range. Read once, when the node starts."""

    name: str
    default: float
    least: float
    most: float
    what: str


def parse_arguments(parser: argparse.ArgumentParser, words: Sequence[str] = sys.argv) -> argparse.Namespace:
    """Return the parsed command line; what stands behind `--ros-args` is ROS's own."""
    return parser.parse_args(remove_ros_args(list(words))[1:])


def make_node(name: str, *, simulated: bool, handle_signals: bool = True) -> Node:
    """Return a node; rclpy is initialised if it is not yet.

    Parameters
    ----------
    simulated : whether the node's clock follows `/clock`.
    handle_signals : whether SIGINT and SIGTERM end the spin; not where another event loop handles them.
    """
    begin_ros(handle_signals=handle_signals)
    return Node(name, parameter_overrides=[Parameter("use_sim_time", Parameter.Type.BOOL, simulated)])


def begin_ros(*, handle_signals: bool = True) -> None:
    """Initialise rclpy if it is not yet."""
    if rclpy.ok():
        return
    # rclpy's own handlers shut the context down under an executor that still waits on it.
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    if handle_signals:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _ENDING.told)


def declare(node: Node, setting: Setting) -> float:
    """Declare a parameter of a node and return its value.

    Raises
    ------
    RuntimeFailure : `runtime_parameter` for a value out of range or of another type.
    """
    described = ParameterDescriptor(
        description=setting.what,
        read_only=True,
        floating_point_range=[FloatingPointRange(from_value=setting.least, to_value=setting.most)],
    )
    try:
        return float(node.declare_parameter(setting.name, setting.default, described).value)
    except (InvalidParameterValueException, InvalidParameterTypeException) as error:
        message = f"expected a floating-point number from {setting.least} to {setting.most}: {error}"
        raise RuntimeFailure("runtime_parameter", message, f"{node.get_name()}.{setting.name}") from error


def every(node: Node, seconds: float, callback: Callable[[], object]) -> None:
    """Call a (guarded) function every so many steady seconds."""
    node.create_timer(seconds, callback, clock=Clock(clock_type=ClockType.STEADY_TIME))


def spin(
    node: Node,
    alive: Callable[[], bool],
    close: Callable[[], object] = lambda: None,
    last: Callable[[], bool] = lambda: True,
) -> None:
    """Run a node until it is told to end or shut down, or `alive` says no, and then until `last` says that it is done.

    `close` ends what else uses ROS.
    `spin_once` in a loop: the events executor's own `spin` does not return on a shutdown.
    """
    _ENDING.spins = True
    executor = EventsExecutor()
    executor.add_node(node)
    try:
        while rclpy.ok() and ((not _ENDING.asked and alive()) or not last()):
            executor.spin_once(timeout_sec=_LOOK_S)
    except ExternalShutdownException:
        pass
    finally:
        close()
        executor.remove_node(node)
        executor.shutdown()  # it would hold on to all that it has called, and the node would stay on the network
        node.destroy_node()
        if rclpy.ok():
            rclpy.shutdown()


@contextmanager
def process(**labels: Any) -> Generator[None]:
    """Set the process's logging up: one line an event, key=value; and tell a known error without a traceback.

    Being told to end is no error, whenever that comes.
    """
    prefix = " ".join(f"{key}={value}" for key, value in labels.items())
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s %(levelname)s {prefix} %(message)s")
    try:
        yield
    except FleetError as error:
        LOG.critical("error=%s", error)
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        LOG.info("event=interrupted")
    except RCLError:
        if rclpy.ok():
            raise
        LOG.info("event=ended while it was starting")
