"""The watch over real robots on ROS: what it hears, and how it stops a run safely."""

from __future__ import annotations

import json
import logging
import math
import time
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from action_msgs.srv import CancelGoal
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.task import Future
from robot_fleet_interfaces.srv import CarryOut
from rosgraph_msgs.msg import Clock

from robot_fleet.core.inputs import SetHold
from robot_fleet.ros.convert import from_time
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.commands import CARRY_OUT
from robot_fleet.ros.manager.wishes import wish_json
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.spin import every
from robot_fleet.runtime.hil.watch import Verdict, Watch
from robot_fleet.runtime.processes.statefile import write_json

LOG = logging.getLogger("robot_fleet")
LOOK_EVERY_S = 0.1
COUNT_EVERY_S = 1.0
NOTE_EVERY_S = 0.5
AGAIN_AFTER_S = 0.5
"""Wall seconds between two cancellations, and between two wishes for a hold that nobody has answered."""
STOPS_WITHIN_S = 5.0
"""Wall seconds after which a stop is as complete as it gets: a robot or manager that does not answer may be gone."""
AT_LEAST_S = 1.0
"""Wall seconds for which goals are cancelled again: an agent that has not heard of the hold yet may send another."""
BY = "hil_watch"
SINGLE = ("~odom", "~report")
"""Topics that one alone publishes: the robot, and its agent."""
_ACTIONS = ("navigate_to_pose", "navigate_through_poses", "dock_robot", "undock_robot")


class Halt:
    """Cancels whatever robots are driving at, whoever asked for it, until each has confirmed it.

    Parameters
    ----------
    node : where the services' clients live.
    guard : keeps failing callbacks from the spin.
    robots : ids.
    """

    def __init__(self, node: Node, guard: Guard, robots: Iterable[str]) -> None:
        self._guard = guard
        self._clients = {
            name: [node.create_client(CancelGoal, f"/{name}/{action}/_action/cancel_goal") for action in _ACTIONS]
            for name in robots
        }
        self._open: dict[str, list[Future]] = {}
        self.confirmed: set[str] = set()

    def ask(self) -> None:
        """Ask every robot to cancel all of its goals (an empty id means all)."""
        for name, clients in self._clients.items():
            asked = [client.call_async(CancelGoal.Request()) for client in clients if client.service_is_ready()]
            self._open[name] = asked
            for future in asked:
                future.add_done_callback(self._guard("cancelled", partial(self._answered, name)))

    @property
    def complete(self) -> bool:
        """Whether every robot has confirmed."""
        return len(self.confirmed) == len(self._clients)

    def _answered(self, robot: str, _: Future) -> None:
        if all(future.done() for future in self._open[robot]):
            self.confirmed.add(robot)


class WatchBridge:
    """Feeds the watch, writes down what it finds, and stops the robots when it says so.

    Parameters
    ----------
    node : where everything lives.
    guard : keeps failing callbacks from the spin.
    robots : ids of those with bodies elsewhere.
    own : those of them whose agents belong to this run: they stop when it ends.
    told : file in which it says every half second what it sees, and its verdict.
    wall_s, steady_s : the machine's clocks.
    """

    def __init__(
        self,
        node: Node,
        guard: Guard,
        robots: tuple[str, ...],
        own: tuple[str, ...],
        told: Path,
        wall_s: Callable[[], float] = time.time,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._node = node
        self._robots = robots
        self._told = told
        self._wall_s, self._steady_s = wall_s, steady_s
        self._watch = Watch(robots)
        self._at: dict[str, tuple[float, float]] = {}
        self._halt, self._last_halt = Halt(node, guard, robots), Halt(node, guard, own)
        self._wish = node.create_client(CarryOut, CARRY_OUT)
        self._guard = guard
        self._key = f"{BY}-{uuid.uuid4().hex[:12]}"
        self._found: Verdict | None = None
        self._found_s = self._asked_s = -math.inf
        self._held = self._stopped = self._over = False
        self._ended_s: float | None = None
        node.create_subscription(
            Clock, topic("fleet/world_clock"), guard("world", self._timed), QOS["fleet/world_clock"].wanted
        )
        for name in robots:
            moved, posed = guard(f"odom:{name}", partial(self._moved, name)), partial(self._posed, name)
            node.create_subscription(Odometry, topic("~odom", name), moved, QOS["~odom"].wanted)
            heard = guard(f"pose:{name}", posed)
            node.create_subscription(
                PoseWithCovarianceStamped, topic("~amcl_pose", name), heard, QOS["~amcl_pose"].wanted
            )
        every(node, LOOK_EVERY_S, guard("look", self._look))
        every(node, COUNT_EVERY_S, guard("count", self._count))
        every(node, NOTE_EVERY_S, guard("note", self._note))

    def rest(self) -> None:
        """Judge no more: the run ends, and its world stands still."""
        self._over = True

    def ended(self) -> bool:
        """Halt the robots that nobody drives once the run has ended; return whether that is done."""
        now_s = self._steady_s()
        if self._ended_s is None:
            self._ended_s, self._over = now_s, True
        if now_s - self._asked_s > AGAIN_AFTER_S / 2.0:
            self._asked_s = now_s
            self._last_halt.ask()
        return now_s - self._ended_s > AT_LEAST_S

    def _timed(self, message: Clock) -> None:
        self._watch.heard_world(from_time(message.clock))

    def _moved(self, robot: str, message: Odometry) -> None:
        there = message.pose.pose.position.x, message.pose.pose.position.y
        driven_m = math.dist(self._at.get(robot, there), there)
        self._at[robot] = there
        self._watch.heard_motion(robot, from_time(message.header.stamp), self._wall_s(), driven_m)

    def _posed(self, robot: str, _: PoseWithCovarianceStamped) -> None:
        self._watch.heard_pose(robot)

    def _count(self) -> None:
        for name in self._robots:
            for word in SINGLE:
                count = self._node.count_publishers(topic(word, name))
                self._watch.published(name, topic(word, name), count, self._steady_s())

    def _look(self) -> None:
        if self._found is not None:
            self._stop()
        elif not self._over and (found := self._watch.look(self._wall_s(), self._steady_s())) is not None:
            self._found, self._found_s = found, self._steady_s()
            LOG.critical("event=stop code=%s where=%s %s", found.code, found.where, found.sentence)
            self._stop()
            self._note()

    def _stop(self) -> None:
        """Hold the fleet, cancel what the real robots are at, and say so once that is confirmed."""
        assert self._found is not None
        now_s = self._steady_s()
        since_s = now_s - self._found_s
        if self._stopped:
            return
        if now_s - self._asked_s >= AGAIN_AFTER_S:
            self._asked_s = now_s
            self._halt.ask()
            if not self._held and self._wish.service_is_ready():
                self._hold(self._found)
        if (since_s >= AT_LEAST_S and self._held and self._halt.complete) or since_s >= STOPS_WITHIN_S:
            self._stopped = True
            self._note()

    def _hold(self, found: Verdict) -> None:
        """Have the manager hold the whole fleet where it is, with the reason."""
        reason = f"{found.where}: {found.sentence}"
        wish = SetHold(self._key, True, reason=reason, by=BY, in_place=True)
        name, fields = wish_json(wish)
        asked = self._wish.call_async(CarryOut.Request(wish=name, fields_json=fields))
        asked.add_done_callback(self._guard("held", self._answered))

    def _answered(self, future: Future) -> None:
        answer = future.result()
        if answer is not None and answer.accepted:
            self._held = True
        elif answer is not None:
            LOG.error("event=hold_refused code=%s %s", answer.code, answer.message)

    def _note(self) -> None:
        found = self._found
        told: dict[str, Any] = {
            **self._watch.figures(),
            "verdict": None if found is None else {"code": found.code, "message": found.sentence, "where": found.where},
            "stopped": self._stopped,
            "held": self._held,
            "cancelled": sorted(self._halt.confirmed),
        }
        write_json(self._told, json.loads(json.dumps(told)))
