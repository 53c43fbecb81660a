"""What Gazebo does not give a robot: where its scanner sits, a charger, and hands.

Physics, scanner and wheels are Gazebo's. A docked robot's battery fills here, acts take a fixed time and move no model,
and what an act was is kept on disk by its id, so that none is carried out twice.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node
from robot_fleet_interfaces.action import PerformAct
from robot_fleet_interfaces.srv import ActStatus
from sensor_msgs.msg import BatteryState
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import Site
from robot_fleet.ros.convert import BASE_FRAME, ODOM_FRAME, from_quaternion, from_time, parse_object, to_transform
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.sim.goals import GoalServer, ServerNode
from robot_fleet.runtime.processes.statefile import read_json, write_json
from robot_fleet.site.worlds.robot_model import scan_offset_m

SCAN_FRAME = "base_scan"
ACT_S = 10.0
"""Fleet seconds that every act takes."""
DOCKED_M, STILL_MPS = 0.3, 0.05
"""A robot that stands this near to a charger is docked there."""
_STATES = {"done": GoalState.SUCCEEDED, "cancelled": GoalState.CANCELLED}


class GazeboBase:
    """Completes one robot whose body is in Gazebo.

    Parameters
    ----------
    node : where topics and servers live.
    site, robot_id : the robot, and its namespace.
    guard : keeps failing callbacks from the spin.
    clock_s : returns the fleet time.
    kept : the file in which its acts and its load are kept.
    tf_from_odom : whether the transform of the odometry is made here: on wall time the bridge cannot stamp Gazebo's.
    """

    def __init__(
        self,
        node: Node,
        site: Site,
        robot_id: str,
        guard: Guard,
        clock_s: Callable[[], float],
        kept: Path,
        tf_from_odom: bool,
    ) -> None:
        self._id = robot_id
        self._kind = kind = site.kinds[site.robots[robot_id].kind]
        self._chargers = {
            place.id: place.pose
            for place in site.places.values()
            if place.kind == "charger" and (not place.kinds or kind.id in place.kinds)
        }
        self._clock_s = clock_s
        self._kept = kept
        state = read_json(kept) if kept.exists() else {"acts": {}, "load": []}
        self._acts: dict[str, dict[str, Any]] = state["acts"]
        self._load: list[str] = state["load"]
        self._pose: Pose | None = None
        self._speed_mps = 0.0
        self._charged_wh = 0.0
        self._charged_s: float | None = None

        def heard(kind: Any, name: str, callback: Callable[[Any], object]) -> None:
            node.create_subscription(
                kind, topic(name, robot_id), guard(f"{name}:{robot_id}", callback), QOS[name].wanted
            )

        def publisher(kind: Any, name: str) -> Any:
            return node.create_publisher(kind, topic(name, robot_id), QOS[name].offered)

        self._battery = publisher(BatteryState, "~battery_state")
        self._loads = publisher(String, "~load")
        self._tf = publisher(TFMessage, "~tf") if tf_from_odom else None
        fixed = publisher(TFMessage, "~tf_static")
        x_m, y_m, z_m = scan_offset_m(kind)
        offset = to_transform(BASE_FRAME, SCAN_FRAME, Pose(x_m, y_m, 0.0), 0.0)
        offset.transform.translation.z = z_m
        fixed.publish(TFMessage(transforms=[offset]))
        self._loads.publish(String(data="+".join(self._load)))
        heard(Odometry, "~odom", self._moved)
        heard(PoseWithCovarianceStamped, "~amcl_pose", self._located)
        heard(BatteryState, "~gazebo/battery_state", self._powered)
        servers = ServerNode(node)
        name = f"/{robot_id}/perform_act"
        self._goals = GoalServer(servers, PerformAct, name, guard, self._perform, self._cancel, together=True)
        told = guard.answering(f"act_status:{robot_id}", self._tell)
        node.create_service(ActStatus, f"/{robot_id}/act_status", told)

    @property
    def docked_at(self) -> str:
        """The charger that the robot stands at; empty where it stands at none."""
        pose = self._pose
        if pose is None or self._speed_mps > STILL_MPS:
            return ""
        near = (name for name, at in self._chargers.items() if at.distance_m(pose) <= DOCKED_M)
        return next(near, "")

    def tick(self) -> None:
        """End the acts whose time is over."""
        for request in self._goals.requests:
            act = self._acts[request.act_id]
            if act["state"] == "running" and self._clock_s() >= act["end_s"]:
                self._ended(act, "done")
            if act["state"] != "running":
                done = act["state"] == "done"
                result = PerformAct.Result(success=done, code="" if done else "act_cancelled", result_json="{}")
                self._goals.end(_STATES[act["state"]], result, request)

    def _perform(self, request: PerformAct.Goal) -> None:
        known = self._acts.get(request.act_id)
        if known is None or known["state"] == "cancelled":
            item = str(parse_object(request.params_json, request.act_id).get("item", "") or "")
            end_s = self._clock_s() + ACT_S
            self._acts[request.act_id] = {"act": request.act, "item": item, "state": "running", "end_s": end_s}
            self._keep()

    def _cancel(self, request: PerformAct.Goal) -> None:
        act = self._acts.get(request.act_id)
        if act is not None and act["state"] == "running":
            self._ended(act, "cancelled")

    def _ended(self, act: dict[str, Any], state: str) -> None:
        act["state"] = state
        if state == "done" and act["act"] == "take":
            self._load.append(act["item"])
        elif state == "done" and act["act"] == "give" and act["item"] in self._load:
            self._load.remove(act["item"])
        self._keep()
        self._loads.publish(String(data="+".join(self._load)))

    def _keep(self) -> None:
        write_json(self._kept, {"acts": self._acts, "load": self._load}, durable=True)

    def _tell(self, request: ActStatus.Request, response: ActStatus.Response) -> None:
        act = self._acts.get(request.act_id)
        response.state = ActStatus.Request.NEVER if act is None else act["state"]
        response.result_json = json.dumps({})

    def _moved(self, message: Odometry) -> None:
        twist = message.twist.twist
        self._speed_mps = math.hypot(twist.linear.x, twist.linear.y)
        if self._tf is not None:
            at = message.pose.pose
            pose = Pose(at.position.x, at.position.y, from_quaternion(at.orientation))
            moved = to_transform(ODOM_FRAME, BASE_FRAME, pose, from_time(message.header.stamp))
            self._tf.publish(TFMessage(transforms=[moved]))

    def _located(self, message: PoseWithCovarianceStamped) -> None:
        at = message.pose.pose.position
        self._pose = Pose(at.x, at.y, 0.0)

    def _powered(self, message: BatteryState) -> None:
        """Tell the battery as Gazebo drains it, and as it has been charged since."""
        if not message.capacity > 0.0:
            return
        docked, now_s = self.docked_at, self._clock_s()
        full_wh = self._kind.battery_wh
        drained_wh = full_wh * message.charge / message.capacity
        if docked and self._charged_s is not None:
            self._charged_wh += self._kind.charge_w * max(0.0, now_s - self._charged_s) / 3600.0
        self._charged_wh = min(self._charged_wh, full_wh - drained_wh)
        self._charged_s = now_s if docked else None
        soc = min(1.0, (drained_wh + self._charged_wh) / full_wh)
        message.percentage, message.charge, message.location = soc, soc * message.capacity, docked
        full, empty = BatteryState.POWER_SUPPLY_STATUS_FULL, BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
        charging = BatteryState.POWER_SUPPLY_STATUS_CHARGING
        message.power_supply_status = empty if not docked else full if soc >= 1.0 else charging
        message.present = True
        self._battery.publish(message)
