"""The other side of the tests: a world with its robots behind Nav2's names, in a process and on a clock of its own.

Usage: field_process.py FOLDER SPEED [agent|hardware]

It is the corridor of `test.factories` (robot `log_1` at its start, charger `c` 20 m away), played by the product's own
bridge. With `agent`, the robot's agent runs on the same node. With `hardware`, the robot stands on a bench instead: it
lives in wall time, knows nothing of a fleet or a site, and is so many times quicker. For the tests alone there are two
services: `/rig/reset` puts the robot back to its start, and `/rig/acts` tells what was physically done, as JSON.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import test  # the standard library's package of that name; ours is put before it

ROOT = Path(__file__).resolve().parents[2]
test.__path__.insert(0, str(ROOT / "test"))

import numpy as np  # noqa: E402
from rclpy.node import Node  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402

from robot_fleet.core.geometry import Pose  # noqa: E402
from robot_fleet.ros.clock import FleetClock  # noqa: E402
from robot_fleet.ros.guard import Guard  # noqa: E402
from robot_fleet.ros.robot.agent_bridge import AgentBridge  # noqa: E402
from robot_fleet.ros.sim.bridge import SimBridge  # noqa: E402
from robot_fleet.ros.sim.lone_robot import LoneBridge  # noqa: E402
from robot_fleet.ros.sim.world_player import WorldPlayer  # noqa: E402
from robot_fleet.ros.spin import every, make_node, process, spin  # noqa: E402
from robot_fleet.sim.callers import Callers  # noqa: E402
from robot_fleet.sim.goals import Mode  # noqa: E402
from robot_fleet.sim.lone import LoneRobot, lone_world  # noqa: E402
from robot_fleet.sim.people import People  # noqa: E402
from robot_fleet.sim.world import SimWorld  # noqa: E402
from robot_fleet.site.ground.maps import OccupancyMap  # noqa: E402
from robot_fleet.stores.raised import RaisedAlarms  # noqa: E402
from test.factories import make_kind, make_site  # noqa: E402

START_S = 1000.0
ROBOT = "log_1"
OPEN_GROUND = OccupancyMap(np.zeros((40, 120), np.int8), 0.25, -5.0, -5.0)


def put_back(world: SimWorld) -> None:
    """Let the robot stand at its start, with nothing on board, nothing to do and nothing done."""
    robot = world.robots[ROBOT]
    robot.v_mps = 0.0
    world.cancel(ROBOT)
    if robot.act_id:
        world.acts.cancel(robot.act_id)
    robot.mode, robot.due_s, robot.docked_at = Mode.STANDING, math.inf, ""
    robot.x_m = robot.y_m = robot.yaw_rad = 0.0
    robot.speed_limit_mps = 0.0
    robot.passed = []
    robot.draw(0.0, world.now_s)
    robot.stored_wh = 0.8 * robot.capacity_wh
    robot.draw(robot.kind.standing_w, world.now_s)
    robot.carry((), 0.0, robot.kind.footprint)
    world.acts.by_id.clear()
    world.physical_acts.clear()


def quicker(speed: float) -> LoneRobot:
    """Return the corridor's robot, all of whose motions and acts take so many times less."""
    kind = make_kind()
    quick = replace(
        kind,
        speed_mps=kind.speed_mps * speed,
        loaded_speed_mps=kind.loaded_speed_mps * speed,
        acceleration_mps2=kind.acceleration_mps2 * speed**2,
        turn_radps=kind.turn_radps * speed,
        dock_s=kind.dock_s / speed,
        undock_s=kind.undock_s / speed,
    )
    return LoneRobot(ROBOT, Pose(0.0, 0.0), quick, {"c": Pose(20.0, 0.0)}, 80.0, 20.0 / speed)


def serve_rig(node: Node, guard: Guard, world: SimWorld, keep: Callable[[], None]) -> None:
    """Serve what is for the tests alone."""

    def reset(_: Trigger.Request, response: Trigger.Response) -> None:
        put_back(world)
        keep()
        response.success = True

    def tell(_: Trigger.Request, response: Trigger.Response) -> None:
        response.success = True
        response.message = json.dumps([act.event for act in world.physical_acts])

    node.create_service(Trigger, "/rig/reset", guard.answering("reset", reset))
    node.create_service(Trigger, "/rig/acts", guard.answering("acts", tell))


def bench(speed: float) -> None:
    """Run the robot as one that is real to its clients."""
    with process(process="bench"):
        world, guard = lone_world([quicker(speed)], OPEN_GROUND), Guard()
        node = make_node("bench", simulated=False)
        LoneBridge(node, guard, world, OPEN_GROUND)
        serve_rig(node, guard, world, lambda: None)
        spin(node, lambda: True)
        assert not guard.failures, guard.failures


def main() -> None:
    folder, speed = Path(sys.argv[1]), float(sys.argv[2])
    if "hardware" in sys.argv:
        bench(speed)
        return
    with process(process="field"):
        world = SimWorld(make_site(), None, People(), 1, START_S)
        callers = Callers(world, ())
        guard = Guard()
        player = WorldPlayer(world, callers, folder / "world.json", folder / "figures.json", speed, None)
        node = make_node("field", simulated=True)
        SimBridge(node, guard, player, callers, OPEN_GROUND, RaisedAlarms(folder / "raised"))
        serve_rig(node, guard, world, player.keep)
        if "agent" in sys.argv:
            clock = FleetClock(node, midnight=None)
            agent = AgentBridge(node, ROBOT, "main", folder, guard, clock, durable=True)
            every(node, 0.05, agent.tick)
        spin(node, lambda: True)
        assert not guard.failures, guard.failures


if __name__ == "__main__":
    main()
