"""The agents of one or more robots: each follows its orders, moves its Nav2 robot and keeps its journal.

In the field one such process runs on each robot's computer; in simulation one process holds them all.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path

from rclpy.clock import Clock, ClockType
from robot_fleet_interfaces.msg import Order as OrderMsg
from robot_fleet_interfaces.msg import RobotReport as ReportMsg
from robot_fleet_interfaces.msg import RobotState

from robot_fleet.agent.agent import Agent
from robot_fleet.agent.journal import FileJournal
from robot_fleet.nodes.arguments import NodeArguments, parser, shared
from robot_fleet.ros.convert import MAP_FRAME, from_order, to_report, to_time
from robot_fleet.ros.nav2_navigator import BaseTotals, Nav2Navigator
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.ros_actuator import RosActuator
from robot_fleet.ros.spin import FleetClock, Guard, log_to_stderr, make_node, spin
from robot_fleet.runtime.statefile import read_json, write_json
from robot_fleet.site.load import load_site

TICK_S = 0.05
REPORT_EVERY_S = 0.9
STATE_EVERY_S = 0.2
TOTALS_EVERY_S = 1.0


class AgentOnRos:
    """One agent with its links: orders in, reports and states out."""

    def __init__(
        self, node_of: RobotAgents, robot: str, map_id: str, folder: Path, guard: Guard, clock: FleetClock
    ) -> None:
        node = node_of.node
        self._robot = robot
        self._clock = clock
        self._totals_file = folder / f"{robot}.totals.json"
        kept = read_json(self._totals_file) or [0.0, 0.0, 0.0]
        self._totals = BaseTotals(*kept)
        self._navigator = Nav2Navigator(node, robot, map_id, self._totals, guard, self.tick)
        self._actuator = RosActuator(node, robot, self.tick)
        self._agent = Agent(
            robot, self._navigator, self._actuator, FileJournal(folder / f"{robot}.journal"), uuid.uuid4().hex[:8]
        )
        self._reports = node.create_publisher(ReportMsg, topic("~report", robot), QOS["~report"])
        self._states = node.create_publisher(RobotState, topic("~state", robot), QOS["~state"])
        node.create_subscription(OrderMsg, topic("~order", robot), guard(f"order:{robot}", self._ordered), QOS["~order"])
        self._reported_s = self._stated_s = self._kept_s = 0.0
        self._state = "idle"
        self._started = False

    def tick(self) -> None:
        """Let the agent look, and tell what is new."""
        if not self._clock.started or self._navigator.sensed() is None:
            return
        now = self._clock.now()
        if not self._started:
            self._started = True
            self._agent.start(now)
        self._agent.tick(now)
        if self._agent.changed or now.steady_s - self._reported_s >= REPORT_EVERY_S:
            self._reported_s = now.steady_s
            report = self._agent.report(now)
            self._state = report.state
            self._reports.publish(to_report(report))
        if now.steady_s - self._stated_s >= STATE_EVERY_S:
            self._stated_s = now.steady_s
            self._show(now.fleet_s)
        if now.steady_s - self._kept_s >= TOTALS_EVERY_S:
            self._kept_s = now.steady_s
            write_json(self._totals_file, [self._totals.odometer_m, self._totals.loaded_m, self._totals.energy_wh])

    def _ordered(self, message: OrderMsg) -> None:
        if not self._started:
            return  # it stays on the latched topic's wish: the manager asks again until it is accepted
        self._agent.accept(from_order(message), self._clock.now())
        self.tick()

    def _show(self, at_s: float) -> None:
        sensed = self._navigator.sensed()
        if sensed is None:
            return
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
        )
        message.header.frame_id = MAP_FRAME
        message.header.stamp = to_time(at_s)
        self._states.publish(message)


class RobotAgents:
    """All agents of this process."""

    def __init__(self, arguments: NodeArguments, robots: list[str]) -> None:
        site = load_site(arguments.site)
        self.node = make_node("robot_agents", simulated=arguments.simulated)
        clock = FleetClock(self.node, arguments.simulated)
        guard = Guard()
        folder = arguments.run / "agents"
        folder.mkdir(parents=True, exist_ok=True)
        self._agents = [
            AgentOnRos(self, name, site.places[site.robots[name].start].pose.map_id, folder, guard, clock)
            for name in robots or site.robots
        ]
        self._tick = guard("tick", self._ticked)
        self.node.create_timer(TICK_S, lambda: self._tick(time.monotonic()), clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _ticked(self, _: float) -> None:
        for agent in self._agents:
            agent.tick()


def main() -> None:
    """Run agents."""
    made = parser("the agents of robots")
    made.add_argument("--robots", default="", help="ids, separated by commas; empty for all of the site")
    parsed = made.parse_args()
    log_to_stderr(process="robot_agents")
    spin(RobotAgents(shared(parsed), [name for name in parsed.robots.split(",") if name]).node)


if __name__ == "__main__":
    main()
