"""The embedded simulator as a node: one world, its robots behind Nav2's names, its people who ask for services."""

from __future__ import annotations

import argparse
import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from nav_msgs.msg import OccupancyGrid
from rclpy.clock import Clock, ClockType
from rclpy.task import Future
from robot_fleet_interfaces.msg import PlaceContents
from robot_fleet_interfaces.srv import SubmitTask
from rosgraph_msgs.msg import Clock as ClockMsg

from robot_fleet.nodes.arguments import NodeArguments, parser, shared
from robot_fleet.ros.commands import SUBMIT_TASK, params_json
from robot_fleet.ros.convert import MAP_FRAME, to_time
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.sim_robot import SimRobotServers
from robot_fleet.ros.spin import Guard, log_to_stderr, make_node, spin
from robot_fleet.runtime.demand import DAY_BEGINS_S, SENSED_KINDS, played_rows
from robot_fleet.runtime.statefile import write_json
from robot_fleet.sim import checkpoint
from robot_fleet.sim.callers import Call, Callers
from robot_fleet.sim.people import read_people
from robot_fleet.sim.robot import STEP_S
from robot_fleet.sim.world import SimWorld
from robot_fleet.site.demand import read_csv
from robot_fleet.site.load import load_site
from robot_fleet.site.maps import OccupancyMap, read_map

LOG = logging.getLogger("robot_fleet")
WAKE_S = 0.01
MOTION_EVERY_S = 0.1
HEALTH_EVERY_S = 0.5
CALL_AGAIN_S = 2.0
MOST_STEPS_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Play:
    """How fast the world goes, and what its people do."""

    speed: float
    demand: Path | None
    requests: int | None
    duration_s: float | None
    trace: Path | None


class SimWorldNode:
    """Moves the world on with the wall clock, and shows it on ROS."""

    def __init__(self, arguments: NodeArguments, play: Play) -> None:
        self._arguments = arguments
        self._play = play
        site = load_site(arguments.site)
        rows = played_rows(read_csv(play.demand) if play.demand else [], play.requests, play.duration_s)
        start_s = min((row.at_s for row in rows), default=DAY_BEGINS_S)
        occupancy = read_map(Path(site.map_file))
        people = read_people(arguments.site / "people.yaml")
        self._world = SimWorld(site, occupancy, people, arguments.seed, start_s)
        self._start_s = self._world.now_s
        self._callers = Callers(self._world, rows)
        self._checkpoint_file = arguments.run / "world.json"
        self._resume()
        self._world.before_confirm = self._checkpoint
        guard = Guard()
        self.node = make_node("sim_world", simulated=False)
        self._clock = self.node.create_publisher(ClockMsg, topic("clock"), QOS["clock"])
        self._contents = self.node.create_publisher(
            PlaceContents, topic("fleet/place_contents"), QOS["fleet/place_contents"]
        )
        self._map = self.node.create_publisher(OccupancyGrid, "/map", QOS["~map"])
        self._map.publish(_grid(occupancy))
        self._submit = self.node.create_client(SubmitTask, SUBMIT_TASK)
        self._robots = {name: SimRobotServers(self.node, self._world, name) for name in site.robots}
        self._sensors = [place.id for place in site.places.values() if place.kind in SENSED_KINDS]
        self._sensed: dict[str, tuple[str, ...]] = {}
        self._asked_s: dict[str, float] = {}
        self._first_s = self._world.now_s
        self._begun_s = time.monotonic()
        self._motion_s = self._health_s = self._figures_s = self._contents_s = 0.0
        self._checkpoint_s = self._world.now_s
        wake = guard("wake", self._wake)
        self.node.create_timer(WAKE_S, lambda: wake(None), clock=Clock(clock_type=ClockType.STEADY_TIME))

    def close(self) -> None:
        """Keep the world as it is, and its trace."""
        self._checkpoint()
        self._figures()
        if self._world.trace is not None:
            self._world.trace.close()

    def _resume(self) -> None:
        """Go on where a killed simulator stopped; the trace is cut back to what the checkpoint knows."""
        state = checkpoint.load(self._checkpoint_file)
        trace = self._play.trace
        if state is not None:
            checkpoint.restore(self._world, state)
            LOG.info("world=resumed at_s=%.1f", self._world.now_s)
        if trace is not None:
            self._world.open_trace(trace, state["trace_bytes"] if state is not None else None)

    def _checkpoint(self) -> None:
        checkpoint.save(self._world, self._checkpoint_file)

    def _wake(self, _: None) -> None:
        now_s = time.monotonic()
        due_s = self._first_s + (now_s - self._begun_s) * self._play.speed
        steps = 0
        while self._world.now_s + STEP_S <= due_s and steps < MOST_STEPS_AT_ONCE:
            self._world.advance()
            steps += 1
            changes = self._world.take_changes()
            for name in changes:
                self._robots[name].changed()
        if self._world.now_s + 1.0 * self._play.speed < due_s:
            self._first_s, self._begun_s = self._world.now_s, now_s  # it cannot keep up: do not rush afterwards
        if steps:
            self._clock.publish(ClockMsg(clock=to_time(self._world.now_s)))
        if now_s - self._motion_s >= MOTION_EVERY_S:
            self._motion_s = now_s
            for robot in self._robots.values():
                robot.publish_motion()
        if now_s - self._health_s >= HEALTH_EVERY_S:
            self._health_s = now_s
            for robot in self._robots.values():
                robot.publish_health()
        if self._world.now_s - self._checkpoint_s >= 1.0:
            self._checkpoint_s = self._world.now_s
            self._checkpoint()
        self._show_places(now_s)
        self._call(now_s)
        if now_s - self._figures_s >= 1.0:
            self._figures_s = now_s
            self._figures()

    def _show_places(self, now_s: float) -> None:
        again = now_s - self._contents_s >= 1.0
        if again:
            self._contents_s = now_s
        for place in self._sensors:
            items = self._world.custody.at_place(place)
            if again or items != self._sensed.get(place):
                self._sensed[place] = items
                self._contents.publish(PlaceContents(place=place, items=list(items)))

    def _call(self, now_s: float) -> None:
        """Let people ask for what they want now, again until they are answered."""
        for call in self._callers.due(self._world.now_s):
            if now_s - self._asked_s.get(call.request_id, -CALL_AGAIN_S) < CALL_AGAIN_S:
                continue
            if not self._submit.service_is_ready():
                return
            self._asked_s[call.request_id] = now_s
            request = SubmitTask.Request(
                idempotency_key=call.request_id,
                service=call.service,
                params_json=params_json(dict(call.params)),
                requester="caller",
            )
            self._submit.call_async(request).add_done_callback(lambda done, call=call: self._answered(call, done))

    def _answered(self, call: Call, done: Future) -> None:
        response = done.result()
        if response is not None:
            self._callers.confirm(call.request_id, response.accepted, response.code)

    def _figures(self) -> None:
        world = self._world
        refused = {key: answer.code for key, answer in self._callers.answers.items() if not answer.accepted}
        write_json(
            self._arguments.world_figures,
            {
                "at_s": world.now_s,
                "start_s": self._start_s,
                "callers_finished": self._callers.finished,
                "refused": refused,
                "contacts": [{"at_s": c.at_s, "a": c.a, "b": c.b} for c in world.contacts],
            },
        )


def _grid(occupancy: OccupancyMap) -> OccupancyGrid:
    grid = OccupancyGrid()
    grid.header.frame_id = MAP_FRAME
    grid.info.resolution = occupancy.resolution_m
    grid.info.height, grid.info.width = occupancy.grid.shape
    grid.info.origin.position.x, grid.info.origin.position.y = occupancy.origin_x_m, occupancy.origin_y_m
    grid.info.origin.orientation.w = 1.0
    grid.data = np.ascontiguousarray(occupancy.grid, dtype=np.int8).ravel().tolist()
    return grid


def main() -> None:
    """Run the embedded simulator."""
    made: argparse.ArgumentParser = parser("the embedded simulator")
    made.add_argument("--speed", type=float, default=1.0, help="fleet seconds per wall second")
    made.add_argument("--demand", type=Path, help="CSV of the requests that people make")
    made.add_argument("--requests", type=int, help="only the first so many")
    made.add_argument("--duration", type=float, help="fleet seconds after which nobody asks any more")
    made.add_argument("--trace", type=Path, help="CSV file of the physical truth")
    parsed = made.parse_args()
    log_to_stderr(process="sim_world")
    play = Play(parsed.speed, parsed.demand, parsed.requests, parsed.duration, parsed.trace)
    world = SimWorldNode(shared(parsed), play)
    try:
        spin(world.node)
    finally:
        world.close()


if __name__ == "__main__":
    main()
