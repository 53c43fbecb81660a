"""Robots that only talk: many on one node, each telling its state five times and the rest once a second.

Started by `bench.telemetry` as a process of its own. Where a robot says it is tells when it said so: `x_m` is the time
in the bench's own unit, so that whoever receives it, however it got there, knows how old it is.
"""

from __future__ import annotations

import argparse
import signal
import threading
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.executors import ExternalShutdownException
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from robot_fleet_interfaces.msg import FleetState, RobotReport, RobotState
from sensor_msgs.msg import BatteryState

from bench.talking import METRES_PER_S
from robot_fleet.ros.convert import MAP_FRAME, to_time
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.runtime.processes.statefile import write_json

STATES_PER_S = 5
MATCH_WITHIN_S = 60.0
SETTLE_S = 3.0
"""A publisher knows of its listener before that one knows of it, and what it says meanwhile is lost."""
KINDS = {
    "state": (RobotState, "~state"),
    "report": (RobotReport, "~report"),
    "battery": (BatteryState, "~battery_state"),
}


class Talkers:
    """Publishers of some robots."""

    def __init__(self, node: Node, robots: list[str], midnight_s: float, base_s: float) -> None:
        self.told: Counter[str] = Counter()
        self._robots = robots
        self._midnight_s, self._base_s = midnight_s, base_s
        self._publishers = {
            (name, source): node.create_publisher(kind, topic(where, name), QOS[where].offered)
            for name in robots
            for source, (kind, where) in KINDS.items()
        }
        diagnostics = node.create_publisher(DiagnosticArray, topic("diagnostics"), QOS["diagnostics"].offered)
        self._publishers["", "diagnostics"] = diagnostics

    def matched(self) -> bool:
        """Whether the gateway listens to all of it."""
        return all(publisher.get_subscription_count() > 0 for publisher in self._publishers.values())

    def talk(self, count: int) -> None:
        """Let one robot tell its `count`th state, and every fifth time the rest as well."""
        turn, number = divmod(count, len(self._robots))
        robot = self._robots[number]
        at_s = time.time() - self._midnight_s
        stamp = to_time(at_s)
        state = RobotState(
            robot=robot,
            map_id="main",
            x_m=(at_s - self._base_s) * METRES_PER_S,
            y_m=float(number),
            soc_pct=80.0 - turn * 0.01,
            speed_mps=0.5,
            state="driving",
            control="automatic",
            seq=turn,
        )
        state.header.frame_id, state.header.stamp = MAP_FRAME, stamp
        self._tell(robot, "state", state)
        if (turn + number) % STATES_PER_S:
            return
        report = RobotReport(
            stamp=stamp, robot=robot, seq=turn, boot_id="b", state="driving", map_id="main", x_m=state.x_m,
            y_m=state.y_m, speed_mps=0.5, soc_pct=state.soc_pct, at_s=at_s, control="automatic",
        )  # fmt: skip
        self._tell(robot, "report", report)
        battery = BatteryState(percentage=state.soc_pct / 100.0, voltage=48.0, current=-2.0, temperature=30.0)
        battery.header.stamp = stamp
        self._tell(robot, "battery", battery)
        parts = [
            DiagnosticStatus(name=f"{robot}: {part}", hardware_id=robot, level=DiagnosticStatus.OK, values=values)
            for part, values in (
                ("base", [KeyValue(key="odometer_m", value="12.5"), KeyValue(key="energy_wh", value="3.25")]),
                ("computer", [KeyValue(key="cpu_pct", value="45.0"), KeyValue(key="memory_pct", value="40.0")]),
            )
        ]
        array = DiagnosticArray(status=parts)
        array.header.stamp = stamp
        self._tell("", "diagnostics", array)

    def _tell(self, robot: str, source: str, message: object) -> None:
        self._publishers[robot, source].publish(message)
        self.told[source] += 1


def run(robots: list[str], midnight_s: float, base_s: float, figures: Path, listens: bool) -> None:
    """Talk until told to end, and write down how much was said and by how much it was late at most."""
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = Node(f"robots_{figures.stem}")
    talkers = Talkers(node, robots, midnight_s, base_s)
    heard: Counter[str] = Counter()
    if listens:
        for kind, name in ((FleetState, "fleet/state"), (DiagnosticArray, "diagnostics_agg")):
            node.create_subscription(
                kind, topic(name), lambda _, name=name: heard.update([name]), QOS[name].wanted, raw=True
            )
        threading.Thread(target=_spin, args=(node,), daemon=True).start()
    begun_s = time.monotonic()
    while not talkers.matched():
        if ending.wait(0.2) or time.monotonic() - begun_s > MATCH_WITHIN_S:
            raise SystemExit("the gateway does not listen")
    ending.wait(SETTLE_S)
    pace_s = 1.0 / (STATES_PER_S * len(robots))
    begun_s, late_s, count = time.monotonic(), 0.0, 0
    while not ending.is_set():
        due_s = begun_s + count * pace_s
        left_s = due_s - time.monotonic()
        if left_s > 0.0:
            time.sleep(left_s)
        late_s = max(late_s, -left_s)
        talkers.talk(count)
        count += 1
        if count % (STATES_PER_S * len(robots)) == 0:
            write_json(figures, {"told": talkers.told, "late_s": late_s, "heard": heard})
            late_s = 0.0
    write_json(figures, {"told": talkers.told, "late_s": late_s, "heard": heard, "ended": True})
    rclpy.shutdown()


def _spin(node: Node) -> None:
    executor = EventsExecutor()
    executor.add_node(node)
    try:
        while rclpy.ok():
            executor.spin_once(timeout_sec=0.5)
    except ExternalShutdownException:
        pass


def main() -> None:
    """Run a process of robots."""
    made = argparse.ArgumentParser()
    made.add_argument("--robots", required=True)
    made.add_argument("--midnight", type=datetime.fromisoformat, required=True)
    made.add_argument("--base", type=float, required=True)
    made.add_argument("--figures", type=Path, required=True)
    made.add_argument("--listens", action="store_true")
    given = made.parse_args()
    run(given.robots.split(","), given.midnight.timestamp(), given.base, given.figures, given.listens)


if __name__ == "__main__":
    main()
