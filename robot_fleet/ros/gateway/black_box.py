"""Black boxes on ROS: which topics they hold, and how they hear of incidents.

Only what the table names is held: positions, orders, states, health. No images, no scans, no sound. The agents' own
topics come as copies of what the agents hear and say (see `tap`); the rest is subscribed here, as bytes.
"""

from __future__ import annotations

import re
import struct
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav2_msgs.msg import SpeedLimit
from nav_msgs.msg import Odometry
from nav_msgs.msg import Path as PathMsg
from rclpy.node import Node
from rclpy.serialization import deserialize_message
from robot_fleet_interfaces.msg import Alarms, Incident, Incidents, Order, RobotReport, RobotState
from sensor_msgs.msg import BatteryState
from std_msgs.msg import Bool, String
from tf2_msgs.msg import TFMessage

from robot_fleet.core.lifecycles.incident import IncidentState
from robot_fleet.core.order import RobotReport as Report
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.gateway.message_definitions import message_type
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.robot.tap import Copy
from robot_fleet.ros.spin import every
from robot_fleet.runtime.recordings.black_box import WRITE_EVERY_S, BlackBox, ToldIncident
from robot_fleet.runtime.recordings.kept import Recordings
from robot_fleet.runtime.recordings.recorder import Recorder
from robot_fleet.telemetry.ring import Heard, Keeping, Ring

THINNED_S = 0.2
"""Steady seconds between two messages that are held of a topic that comes often."""
_NANO = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """A type of message that is held, and how."""

    kind: Any
    keeping: Keeping


_ALL, _OFTEN, _LASTING = Keeping(), Keeping(every_s=THINNED_S), Keeping(lasting=True)
RECORDED: Mapping[str, Recorded] = {
    "~order": Recorded(Order, _LASTING),
    "~report": Recorded(RobotReport, _ALL),
    "~state": Recorded(RobotState, _ALL),
    "~amcl_pose": Recorded(PoseWithCovarianceStamped, Keeping(THINNED_S, lasting=True)),
    "~odom": Recorded(Odometry, _OFTEN),
    "~battery_state": Recorded(BatteryState, Keeping(every_s=THINNED_S, lasting=True)),
    "~plan": Recorded(PathMsg, _LASTING),
    "~load": Recorded(String, _LASTING),
    "~control": Recorded(Bool, Keeping(THINNED_S, lasting=True)),
    "~speed_limit": Recorded(SpeedLimit, _LASTING),
    "~tf": Recorded(TFMessage, _OFTEN),
    "diagnostics": Recorded(DiagnosticArray, _ALL),
    "fleet/alarms": Recorded(Alarms, _LASTING),
    "fleet/incidents": Recorded(Incidents, _LASTING),
}
_SHARED = ("fleet/alarms", "fleet/incidents")
_WORD = re.compile(rb"\w+")
# of a serialised TFMessage: what says how it is encoded, how many transforms, stamp and length of the first one's frame
_FRAME, _SIZE, _ALIGN = struct.Struct("<4xI8xI"), struct.Struct("<I"), 4


class BlackBoxes:
    """The black boxes of the robots whose agents run in this process.

    Parameters
    ----------
    node : shared with the agents.
    guard : keeps failing callbacks from the spin.
    clock : the node's clock.
    site : its id.
    run : the run directory.
    control : of each robot, the topics that say who moves it (see `RobotKind.control_topics`).
    """

    def __init__(
        self,
        node: Node,
        guard: Guard,
        clock: FleetClock,
        site: str,
        run: Path,
        control: Mapping[str, Sequence[tuple[str, str]]],
    ) -> None:
        self._node = node
        self._guard = guard
        self._clock = clock
        self._control = {robot: {f"/{robot}/{name}" for _, name in pairs} for robot, pairs in control.items()}
        kept = {robot: _topics(robot, names) for robot, names in self._control.items()}
        shared = {topic(name): RECORDED[name] for name in _SHARED}
        all_topics = [*kept.values(), shared]
        known = {each.kind: message_type(each.kind) for each in RECORDED.values()}
        types = {name: known[each.kind] for topics in all_topics for name, each in topics.items()}
        self._recorder = Recorder(Recordings(run), kept.keys(), types)
        self._shared = Ring({name: each.keeping for name, each in shared.items()})
        self._boxes = {
            robot: BlackBox(
                robot, site, {name: each.keeping for name, each in topics.items()}, self._shared, self._recorder
            )
            for robot, topics in kept.items()
        }
        self._by_word = {robot.encode(): box for robot, box in self._boxes.items()}
        for robot in kept:
            self._subscribe(robot)
        diagnosed, alarmed, told = (
            guard(f"black_box:{name}", callback)
            for name, callback in (("diagnostics", self._diagnosed), ("alarms", self._alarmed), ("told", self._told))
        )
        node.create_subscription(DiagnosticArray, topic("diagnostics"), diagnosed, QOS["diagnostics"].wanted, raw=True)
        node.create_subscription(Alarms, topic("fleet/alarms"), alarmed, QOS["fleet/alarms"].wanted, raw=True)
        node.create_subscription(Incidents, topic("fleet/incidents"), told, QOS["fleet/incidents"].wanted, raw=True)
        every(node, WRITE_EVERY_S, guard("black_boxes", self._tick))

    def copy(self, robot: str) -> Copy:
        """Return what takes copies of a robot's messages (see `Tap`)."""
        box, control = self._boxes[robot], self._control[robot]

        def keep(name: str, data: bytes) -> None:
            # a button that is pressed is not thinned away by the word before that it was not
            box.hear(self._heard(name, data), data if name in control else b"")

        return self._guard(f"black_box:{robot}", keep)

    def notice(self, robot: str) -> Callable[[Report], object]:
        """Return what looks at each report of a robot."""
        box = self._boxes[robot]
        return self._guard(f"black_box:{robot}", lambda report: box.notice(report, self._clock.now()))

    def close(self) -> None:
        """Complete the recordings that are under way."""
        self._recorder.close({"ended": "agent ended"})

    def _subscribe(self, robot: str) -> None:
        """Hear what no agent hears."""
        node, box = self._node, self._boxes[robot]
        planned = partial(self.copy(robot), topic("~plan", robot))
        node.create_subscription(PathMsg, topic("~plan", robot), planned, QOS["~plan"].wanted, raw=True)
        name = topic("~tf", robot)
        moved = self._guard(f"black_box:{robot}", lambda data: box.hear(self._heard(name, data), frames(data)))
        node.create_subscription(TFMessage, topic("~tf", robot), moved, QOS["~tf"].wanted, raw=True)

    def _heard(self, name: str, data: bytes) -> Heard:
        now = self._clock.now()
        return Heard(now.steady_s, round(now.fleet_s * _NANO), time.time_ns(), name, data)

    def _diagnosed(self, data: bytes) -> None:
        """Give diagnostics to the robots that they name."""
        named = self._by_word.keys() & _WORD.findall(data)
        if named:
            heard = self._heard(topic("diagnostics"), data)
            for word in named:
                self._by_word[word].hear(heard)

    def _alarmed(self, data: bytes) -> None:
        self._shared.add(self._heard(topic("fleet/alarms"), data))

    def _told(self, data: bytes) -> None:
        self._shared.add(self._heard(topic("fleet/incidents"), data))
        told = [_incident(each) for each in deserialize_message(data, Incidents).incidents]
        self._recorder.note_open([each.id for each in told if each.is_open])
        now = self._clock.now()
        for box in self._boxes.values():
            box.tell(told, now)

    def _tick(self) -> None:
        now = self._clock.now()
        for box in self._boxes.values():
            box.tick(now)


def frames(data: bytes) -> bytes:
    """Return the frames of the first transform of a serialised `TFMessage`; empty if there is none.

    Several nodes take turns on the topic, and none must be thinned away by another.
    """
    if len(data) < _FRAME.size:
        return b""
    *_, size = _FRAME.unpack_from(data)
    child = _FRAME.size + -(-size // _ALIGN) * _ALIGN
    (child_size,) = _SIZE.unpack_from(data, child)
    return data[_FRAME.size : _FRAME.size + size] + data[child + _SIZE.size : child + _SIZE.size + child_size]


def _topics(robot: str, control: Collection[str]) -> dict[str, Recorded]:
    """Return what is held of a robot, by full name."""
    own = [name for name in RECORDED if name not in (*_SHARED, "~control")]
    named = {topic(name, robot): RECORDED[name] for name in own}
    return named | dict.fromkeys(sorted(control), RECORDED["~control"])


def _incident(message: Incident) -> ToldIncident:
    is_open = message.state == IncidentState.OPEN.value
    return ToldIncident(message.id, is_open, tuple(message.robots), message.opened_s, ", ".join(message.alarms))
