"""Robots on one small map, each alone in a world of its own: sound ones and mutants, by their names.

Usage: mutants_process.py NAME... ; a name is that of a mutant (see `test.ros.mutants`), any other a sound robot.
"""

from __future__ import annotations

import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import test  # the standard library's package of that name; ours is put before it

ROOT = Path(__file__).resolve().parents[2]
test.__path__.insert(0, str(ROOT / "test"))

import rclpy  # noqa: E402
from rclpy.experimental import EventsExecutor  # noqa: E402

from robot_fleet.core.geometry import Pose  # noqa: E402
from robot_fleet.ros.guard import Guard  # noqa: E402
from robot_fleet.ros.sim.lone_robot import LoneBridge  # noqa: E402
from robot_fleet.ros.sim.robot import SimRobotServers  # noqa: E402
from robot_fleet.ros.spin import every, make_node, process  # noqa: E402
from robot_fleet.sim.lone import TYPICAL, LoneRobot, lone_world  # noqa: E402
from robot_fleet.site.ground.maps import read_map  # noqa: E402
from test.ros.mutants import MUTANTS, Flaw  # noqa: E402

MAP = ROOT / "test" / "data" / "sites" / "tiny" / "map.yaml"
QUICK = replace(
    TYPICAL, speed_mps=2.0, loaded_speed_mps=2.0, acceleration_mps2=3.0, turn_radps=5.0, dock_s=1.0, undock_s=1.0
)
START, DOCK = Pose(4.0, 3.4), Pose(4.0, 1.2, -1.570796)

STALLED_S = 0.2


def main() -> None:
    with process(process="mutants"):
        ground = read_map(MAP)
        _ = ground.clearance_m
        executor = EventsExecutor()
        guard = Guard()
        for name in sys.argv[1:]:
            kind, servers = MUTANTS.get(name, (Flaw, SimRobotServers))
            flaw = kind(name, ground)
            node = make_node(f"robot_{name}", simulated=False)
            world = lone_world([LoneRobot(name, START, QUICK, {"charger": DOCK})], ground)
            bridge = LoneBridge(node, guard, world, ground, 1, lambda _, flaw=flaw: flaw, lambda _, made=servers: made)
            flaw.robot = bridge.robots[name]
            flaw.made(node)
            every(node, 0.05, guard(f"tick:{name}", flaw.tick))
            executor.add_node(node)
        ended: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda told, _: ended.append(told))
        spun_s = time.monotonic()
        while not ended:
            executor.spin_once(timeout_sec=0.05)
            now_s = time.monotonic()
            if now_s - spun_s > STALLED_S:
                print(f"stalled {spun_s} {now_s}", flush=True)  # the clock is the machine's, and so the watcher's too
            spun_s = now_s
        rclpy.shutdown()


if __name__ == "__main__":
    main()
