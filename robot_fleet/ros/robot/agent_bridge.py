"""One agent on ROS: orders in, reports and states out, its robot and its actuator behind their ports."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from rclpy.node import Node
from robot_fleet_interfaces.msg import Order as OrderMsg
from robot_fleet_interfaces.msg import RobotReport as ReportMsg
from robot_fleet_interfaces.msg import RobotState

from robot_fleet.agent.agent import Agent
from robot_fleet.agent.journal import FileJournal
from robot_fleet.core.clock import Now
from robot_fleet.core.errors import OrderError
from robot_fleet.core.geometry import ALIGNED, Alignment
from robot_fleet.core.ports import Navigator, Sensed
from robot_fleet.core.site import CONTROL_TOPICS
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.convert import MAP_FRAME, from_order, to_report, to_time
from robot_fleet.ros.gateway.black_box import BlackBoxes
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.robot.commander_navigator import CommanderNavigator
from robot_fleet.ros.robot.level_change import Floors
from robot_fleet.ros.robot.nav2_navigator import Nav2Navigator
from robot_fleet.ros.robot.ros_actuator import RosActuator
from robot_fleet.ros.robot.tap import Tap
from robot_fleet.ros.sim.base_totals import BaseTotals, KeptTotals
from robot_fleet.runtime.chaos.control import Following
from robot_fleet.runtime.chaos.navigator import MisledNavigator

LOG = logging.getLogger("robot_fleet")
REPORT_EVERY_S = 0.9
STATE_EVERY_S = 0.2
STATE_AT_REST_EVERY_S = 1.0
TOTALS_EVERY_S = 1.0
START_AGAIN_S = 5.0
_MOST_UINT16 = 2**16 - 1


class AgentBridge:
    """An agent, and what it hears and says.

    Parameters
    ----------
    node : shared by all agents of the process.
    robot : id and namespace.
    map_id : the map that the robot's frame `map` stands for.
    folder : of the journal and the totals.
    guard : keeps failing callbacks from the spin.
    clock : the node's clock.
    durable : whether the robot's actuator remembers its acts over its own restarts.
    control : topics that say who else moves the robot (see `RobotKind.control_topics`).
    alignment : of the map that the robot drives by.
    boxes : keep copies of what it hears and says, and look at its reports; None to keep none.
    failing : what is to fail, in a chaos run; None outside of one.
    moved_by : which navigator moves the robot.
    levels : by level of the site the path of its map file.
    """

    def __init__(
        self,
        node: Node,
        robot: str,
        map_id: str,
        folder: Path,
        guard: Guard,
        clock: FleetClock,
        durable: bool,
        control: Sequence[tuple[str, str]] = CONTROL_TOPICS,
        alignment: Alignment = ALIGNED,
        boxes: BlackBoxes | None = None,
        failing: Following | None = None,
        moved_by: type[Nav2Navigator] | type[CommanderNavigator] = Nav2Navigator,
        levels: Mapping[str, str] | None = None,
    ) -> None:
        self._robot = robot
        self._clock = clock
        totals = BaseTotals()
        self._kept_totals = KeptTotals(totals, folder / f"{robot}.totals.json")
        self.tick = guard(f"tick:{robot}", self._tick)
        tap = Tap(node, guard) if boxes is None else Tap(node, guard, boxes.copy(robot))
        self._notice = boxes.notice(robot) if boxes is not None else None
        floors = Floors(levels or {map_id: ""}, map_id, folder / f"{robot}.level.json")
        self._driver = moved_by(node, robot, map_id, totals, guard, self._wake, control, tap, alignment, floors)
        self._navigator: Navigator = self._driver
        if failing is not None:
            self._navigator = MisledNavigator(self._navigator, lambda: failing.astray(robot))
        actuator = RosActuator(node, robot, guard, self._wake)
        journal = FileJournal(folder / f"{robot}.journal")
        self._agent = Agent(robot, self._navigator, actuator, journal, uuid.uuid4().hex[:8], durable)
        self._reports = tap.outlet(ReportMsg, topic("~report", robot), QOS["~report"].offered)
        self._states = tap.outlet(RobotState, topic("~state", robot), QOS["~state"].offered)
        tap.hear(OrderMsg, topic("~order", robot), self._ordered, QOS["~order"].wanted)
        self._order: OrderMsg | None = None
        self._reported_s = self._shown_s = self._kept_s = self._start_s = float("-inf")
        self._state = "idle"
        self._seq = 0
        self._shown: tuple[object, ...] = ()
        self._started = False
        self._active = self._acts = True

    @property
    def stuck(self) -> bool:
        """Whether its navigator can do nothing more until the process is started again."""
        return isinstance(self._driver, CommanderNavigator) and self._driver.stuck

    def close(self) -> None:
        """End what runs beside the node's thread, before rclpy is shut down."""
        if isinstance(self._driver, CommanderNavigator):
            self._driver.close()

    def set_active(self, active: bool) -> None:
        """Let the robot stand, or go on (see `Agent.deactivate`)."""
        self._active = active
        self.tick()

    def _wake(self) -> None:
        """Look at once at what has changed, instead of at the next tick."""
        self.tick()

    def _tick(self) -> None:
        sensed = self._navigator.sensed()
        if not self._clock.started or sensed is None:
            return
        now = self._clock.now()
        if self._acts != self._active:
            self._acts = self._active
            (self._agent.activate if self._acts else self._agent.deactivate)(now)
        if not self._started and not self._start(now):
            return
        self._agent.tick(now)
        self._tell(sensed, now)
        if now.steady_s - self._kept_s >= TOTALS_EVERY_S:
            self._kept_s = now.steady_s
            self._kept_totals.keep()

    def _start(self, now: Now) -> bool:
        """Start the agent, and try again after a while where its journal cannot be had."""
        if now.steady_s - self._start_s < START_AGAIN_S:
            return False
        self._start_s = now.steady_s
        try:
            self._agent.start(now)
        except OrderError as error:
            LOG.error("robot=%s event=not_started error=%s", self._robot, error)
            return False
        self._started = True
        if self._order is not None:
            self._agent.accept(from_order(self._order), now)
            self._order = None
        return True

    def _ordered(self, message: OrderMsg) -> None:
        if not self._started:
            self._order = message  # the topic is latched: the newest one comes once only
            return
        self._agent.accept(from_order(message), self._clock.now())
        self._tick()

    def _tell(self, sensed: Sensed, now: Now) -> None:
        if self._agent.changed or now.steady_s - self._reported_s >= REPORT_EVERY_S:
            self._reported_s = now.steady_s
            report = self._agent.report(now)
            self._state = report.state
            self._reports.publish(to_report(report))
            if self._notice is not None:
                self._notice(report)
        seen = (sensed.pose, sensed.speed_mps, sensed.load, self._state, sensed.control)
        every_s = STATE_AT_REST_EVERY_S if seen == self._shown else STATE_EVERY_S
        if now.steady_s - self._shown_s >= every_s:
            self._shown_s, self._shown = now.steady_s, seen
            self._states.publish(self._message(sensed, now.fleet_s))

    def _message(self, sensed: Sensed, at_s: float) -> RobotState:
        self._seq += 1
        message = RobotState(
            robot=self._robot,
            map_id=sensed.pose.map_id,
            x_m=sensed.pose.x_m,
            y_m=sensed.pose.y_m,
            yaw_rad=sensed.pose.yaw_rad,
            speed_mps=sensed.speed_mps,
            soc_pct=sensed.soc_pct,
            charging=sensed.charging,
            state=self._state,
            load=list(sensed.load),
            seq=self._seq,
            control=sensed.control,
            recoveries=min(sensed.recoveries, _MOST_UINT16),
        )
        message.header.frame_id = MAP_FRAME
        message.header.stamp = to_time(at_s)
        return message
