"""What robots tell of themselves, taken in: one subscription for each topic, each message judged before it counts."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PoseWithCovarianceStamped
from rclpy.node import Node
from robot_fleet_interfaces.msg import RobotReport as ReportMsg
from robot_fleet_interfaces.msg import RobotState
from sensor_msgs.msg import BatteryState

from robot_fleet.core.clock import Now
from robot_fleet.core.errors import OrderError
from robot_fleet.core.site import Site
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.convert import from_report, from_time
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.telemetry import plausible
from robot_fleet.telemetry.board import Board
from robot_fleet.telemetry.intake import Intake
from robot_fleet.telemetry.parts import STALE, Parts
from robot_fleet.telemetry.plausible import Reason

Sample = Callable[[str, str, Now, Mapping[str, float]], None]
"""Told of every message that is taken: robot, source, when it came, and its numbers by signal; must not block."""


class HealthIntake:
    """Feeds a board from the robots' topics.

    Parameters
    ----------
    node : its thread owns board and intake.
    guard : keeps failing callbacks from the spin.
    clock : the node's clock; before it has started nothing is taken.
    site : whose robots are listened to.
    board : fed.
    on_state : told of every state that is taken.
    on_sample : told of every message that is taken.

    Attributes
    ----------
    intake : what was taken and refused.
    states : per robot the newest state that was taken.
    """

    def __init__(
        self,
        node: Node,
        guard: Guard,
        clock: FleetClock,
        site: Site,
        board: Board,
        on_state: Callable[[RobotState], None],
        on_sample: Sample,
    ) -> None:
        self.intake = Intake(site.robots)
        self.states: dict[str, RobotState] = {}
        self._early: dict[str, PoseWithCovarianceStamped] = {}
        self._clock = clock
        self._board = board
        self._on_state = on_state
        self._on_sample = on_sample
        self._maps = frozenset(vertex.pose.map_id for vertex in site.vertices.values())
        self._parts = {name: Parts() for name in site.robots}

        def listen(kind: Any, name: str, robot: str, callback: Callable[..., None]) -> None:
            guarded = guard(f"{name}:{robot}", callback)
            node.create_subscription(kind, topic(name, robot), guarded, QOS[name].wanted)

        for robot in site.robots:
            listen(RobotState, "~state", robot, partial(self._take, robot, "state", self._state))
            listen(ReportMsg, "~report", robot, partial(self._take, robot, "report", self._report))
            listen(BatteryState, "~battery_state", robot, partial(self._take, robot, "battery", self._battery))
            listen(PoseWithCovarianceStamped, "~amcl_pose", robot, partial(self._take, robot, "pose", self._pose))
        listen(DiagnosticArray, "diagnostics", "", self._diagnostics)

    def catch_up(self) -> None:
        """Take in the poses that came before there was a time: the topic is latched, a robot at rest says no more."""
        while self._early:
            robot, message = self._early.popitem()
            self._take(robot, "pose", self._pose, message)

    def worst_part(self, robot: str) -> str:
        """Return what a robot's worst part says; empty if all are well."""
        return self._parts[robot].worst(time.monotonic())[1]

    def _take(
        self, robot: str, source: str, read: Callable[[str, Any, Now], Mapping[str, float] | Reason], message: Any
    ) -> None:
        """Have one message read, unless it is too much of its kind; note what became of it."""
        if not self._clock.started:
            if source == "pose":
                self._early[robot] = message
            return
        if not self.intake.admit(robot, source, time.monotonic()):
            return
        now = self._clock.now()
        found = read(robot, message, now)
        if isinstance(found, Reason):
            self.intake.refuse(robot, source, found, now.steady_s)
            return
        self.intake.accept(robot, source, now.steady_s)
        self._on_sample(robot, source, now, found)

    def _state(self, robot: str, message: RobotState, now: Now) -> Mapping[str, float] | Reason:
        signals = self._board.signals[robot]
        x_m, y_m, soc_pct, speed_mps = message.x_m, message.y_m, message.soc_pct, message.speed_mps
        stamp_s = from_time(message.header.stamp)
        reason = (
            plausible.sender(message.robot, robot)
            or plausible.frame(message.header.frame_id)
            or plausible.on_map(message.map_id, self._maps)
            or plausible.pose(x_m, y_m, message.yaw_rad)
            or plausible.speed(speed_mps)
            or plausible.charge(soc_pct)
            or plausible.words(message.state, message.control)
            or plausible.stamp(stamp_s, now.fleet_s)
        )
        if reason is not None:
            if reason is Reason.FUTURE:
                signals.hear_stamp(now, stamp_s)  # what is wrong with its clock is told by a rule
            return reason
        signals.hear_state(
            now,
            x_m=x_m,
            y_m=y_m,
            speed_mps=speed_mps,
            soc_pct=soc_pct,
            state=message.state,
            loaded=bool(message.load),
            charging=message.charging,
            seq=message.seq,
            stamp_s=stamp_s,
            recoveries=message.recoveries,
        )
        self.states[robot] = message
        self._on_state(message)
        return {
            "x_m": x_m,
            "y_m": y_m,
            "yaw_rad": message.yaw_rad,
            "speed_mps": speed_mps,
            "soc_pct": soc_pct,
            "recoveries": float(message.recoveries),
        }

    def _report(self, robot: str, message: ReportMsg, now: Now) -> Mapping[str, float] | Reason:
        try:
            report = from_report(message)
        except OrderError:
            return Reason.MALFORMED
        reason = (
            plausible.sender(report.robot, robot)
            or plausible.pose(report.pose.x_m, report.pose.y_m)
            or plausible.charge(report.soc_pct)
            or plausible.words(report.state, report.control)
            or plausible.stamp(report.at_s, now.fleet_s)
        )
        if reason is not None:
            return reason
        self._board.hear_report(report, now)
        return {"odometer_m": report.odometer_m, "loaded_m": report.loaded_m, "energy_wh": report.energy_wh}

    def _battery(self, robot: str, message: BatteryState, now: Now) -> Mapping[str, float] | Reason:
        values = {
            "voltage_v": message.voltage,
            "current_a": message.current,
            "temperature_c": message.temperature,
        }
        reason = (
            (None if math.isnan(message.percentage) else plausible.charge(100.0 * message.percentage))
            or plausible.measured(*values.values())
            or plausible.stamp(self._clock.fleet_s_of(from_time(message.header.stamp)), now.fleet_s)
        )
        if reason is not None:
            return reason
        self._board.signals[robot].hear_battery(now, **values)
        return values

    def _pose(self, robot: str, message: PoseWithCovarianceStamped, now: Now) -> Mapping[str, float] | Reason:
        position, rotation = message.pose.pose.position, message.pose.pose.orientation
        uncertain = tuple(float(message.pose.covariance[place]) for place in (0, 1, 7))
        reason = (
            plausible.frame(message.header.frame_id)
            or plausible.pose(position.x, position.y)
            or plausible.quaternion(rotation.x, rotation.y, rotation.z, rotation.w)
            or plausible.covariance(*uncertain)
            or plausible.stamp(self._clock.fleet_s_of(from_time(message.header.stamp)), now.fleet_s)
        )
        if reason is not None:
            return reason
        sigma_m = plausible.sigma_m(*uncertain)
        self._board.signals[robot].hear_pose(now, sigma_m)
        return {"position_sigma_m": sigma_m}

    def _diagnostics(self, message: DiagnosticArray) -> None:
        """Take in what parts tell; the topic is everybody's, `hardware_id` says whose a part is."""
        by_robot: dict[str, list[DiagnosticStatus]] = {}
        for status in message.status:
            by_robot.setdefault(status.hardware_id, []).append(status)
        stamp_s = self._clock.fleet_s_of(from_time(message.header.stamp))
        for robot, statuses in by_robot.items():
            self._take(robot, "diagnostics", partial(self._told_by_parts, stamp_s), statuses)

    def _told_by_parts(
        self, stamp_s: float, robot: str, statuses: list[DiagnosticStatus], now: Now
    ) -> Mapping[str, float] | Reason:
        reason = plausible.stamp(stamp_s, now.fleet_s)
        if reason is not None:
            return reason
        parts = self._parts[robot]
        numbers: dict[str, float] = {}
        for status in statuses:
            level = status.level[0]
            if level > STALE:
                return Reason.MALFORMED
            if not parts.note(status.name, level, status.message, now.steady_s):
                return Reason.PARTS
            numbers |= self._numbers(status)
        level, _ = parts.worst(now.steady_s)
        self._board.signals[robot].hear_diagnostics(now, level, numbers)
        return {"diagnostics_level": float(level), **numbers}

    def _numbers(self, status: DiagnosticStatus) -> dict[str, float]:
        """Return what a part tells of what rules watch."""
        wanted = self._board.numbers
        found = {}
        for pair in status.values:
            if pair.key in wanted:
                try:
                    value = float(pair.value)
                except ValueError:
                    continue  # words where a number is meant say nothing
                if math.isfinite(value):
                    found[pair.key] = value
        return found
