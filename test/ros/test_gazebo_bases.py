"""What Gazebo does not give its robots: fixed frames, chargers, and acts that happen once across a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import Odometry
from rclpy.action import ActionClient
from robot_fleet_interfaces.action import PerformAct
from robot_fleet_interfaces.srv import ActStatus
from sensor_msgs.msg import BatteryState
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage

from robot_fleet.core.geometry import Pose
from robot_fleet.ros.convert import to_pose_stamped
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.site.load import load_site
from robot_fleet.site.worlds.robot_model import scan_offset_m
from test.ros.rig import TINY, Process, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]
ROBOT = "care_1"


class Bases:
    """The process under test, on wall time, and what Gazebo would tell it."""

    def __init__(self, ros: Ros, run: Path) -> None:
        self._ros, self._run = ros, run
        self._start = load_site(TINY).places["charger_1"].pose
        self._battery = self._publisher(BatteryState, "~gazebo/battery_state")
        self._odom = self._publisher(Odometry, "~odom")
        self._amcl = self._publisher(PoseWithCovarianceStamped, "~amcl_pose")
        self.process = self.start()

    def start(self) -> Process:
        words = ["-m", "robot_fleet.nodes.gazebo_bases", "--site", str(TINY), "--run", str(self._run)]
        words += ["--midnight", "2026-01-01T00:00+09:00", "--robots", ROBOT]
        self.process = Process(self._ros.domain, words, self._run / "log")
        return self.process

    def tell(self, away_m: float, charge: float = 10.0) -> None:
        """Say where the robot stands, how full Gazebo's battery is, and that it does not move."""
        pose = to_pose_stamped(Pose(self._start.x_m + away_m, self._start.y_m, 0.0))
        amcl = PoseWithCovarianceStamped(header=pose.header)
        amcl.pose.pose = pose.pose
        self._amcl.publish(amcl)
        self._odom.publish(Odometry())
        self._battery.publish(BatteryState(charge=charge, capacity=20.0))

    def hears(self, kind: Any, name: str) -> list[Any]:
        return self._ros.collect(kind, topic(name, ROBOT), QOS[name].offered)

    def until(self, done: Callable[[], Any], away_m: float, what: str) -> None:
        def told() -> Any:
            self.tell(away_m)
            return done()

        self._ros.until(told, what, 40.0)

    def _publisher(self, kind: Any, name: str) -> Any:
        return self._ros.node.create_publisher(kind, topic(name, ROBOT), QOS[name].offered)


@pytest.fixture(scope="module")
def bases(ros: Ros, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bases]:
    made = Bases(ros, tmp_path_factory.mktemp("bases"))
    yield made
    assert made.process.end() == 0, made.process.said
    assert "Traceback" not in made.process.said


def test_a_robot_at_its_charger_is_docked_and_charges(bases: Bases) -> None:
    told = bases.hears(BatteryState, "~battery_state")
    bases.until(lambda: [b for b in told if b.location == "charger_1" and b.percentage > 0.5], 0.1, "it charges")
    assert told[-1].power_supply_status == BatteryState.POWER_SUPPLY_STATUS_CHARGING
    bases.until(lambda: told[-1].location == "", 2.0, "it has left")
    assert told[-1].power_supply_status == BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
    assert 0.5 < told[-1].percentage < 0.6


def test_frames_are_those_of_the_model_and_odometry_becomes_a_transform_on_wall_time(bases: Bases) -> None:
    fixed, moved = bases.hears(TFMessage, "~tf_static"), bases.hears(TFMessage, "~tf")
    bases.until(lambda: fixed and moved, 0.0, "there are transforms")
    (scan,) = fixed[0].transforms
    assert (scan.header.frame_id, scan.child_frame_id) == ("base_link", "base_scan")
    offset = scan.transform.translation
    assert (offset.x, offset.y, offset.z) == pytest.approx(scan_offset_m(load_site(TINY).kinds["care"]))
    assert (moved[0].transforms[0].header.frame_id, moved[0].transforms[0].child_frame_id) == ("odom", "base_link")


def test_an_act_happens_once_and_is_remembered_across_a_restart(bases: Bases, ros: Ros) -> None:
    loads = bases.hears(String, "~load")
    client = ActionClient(ros.node, PerformAct, f"/{ROBOT}/perform_act")
    ros.until(client.server_is_ready, "perform_act is there", 40.0)
    goal = PerformAct.Goal(act_id="t1/s1/take", act="take", place="a", params_json='{"item": "parcel_7"}')
    for _ in range(2):
        handle = ros.result(client.send_goal_async(goal))
        assert ros.result(handle.get_result_async(), within_s=40.0).result.success
    assert [load.data for load in loads] == ["", "parcel_7"], "taken once"
    bases.process.end()
    bases.start()
    for act_id, state in (("t1/s1/take", ActStatus.Request.DONE), ("t2/s1/take", ActStatus.Request.NEVER)):
        assert ros.call(ActStatus, f"/{ROBOT}/act_status", ActStatus.Request(act_id=act_id)).state == state
    ros.until(lambda: len(loads) == 3, "what is on board is told again")
    assert loads[-1].data == "parcel_7"
    client.destroy()
