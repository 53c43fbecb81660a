"""The Navigator's contract suite on robots behind Nav2's names, in another process: an embedded and a real one."""

from __future__ import annotations

import pytest
from geometry_msgs.msg import PoseWithCovarianceStamped

from robot_fleet.core.geometry import Alignment
from robot_fleet.core.ports import GoalState
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.robot.nav2_navigator import Nav2Navigator
from robot_fleet.ros.sim.base_totals import BaseTotals
from test.contract.navigator_contract import NEAR, NavigatorContract
from test.ros.nav2 import LATCHED
from test.ros.rig import START_WITHIN_S, Process, Ros, bodies

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts"), bodies(embedded=8, hardware=4)]


class RosNavigatorRig:
    def __init__(self, ros: Ros, wall_speed: float | None) -> None:
        self._ros = ros
        self._wall_speed = wall_speed
        self.guard = Guard()
        self.navigator = Nav2Navigator(ros.node, "log_1", "main", BaseTotals(), self.guard, lambda: None)

    def wait(self, seconds: float) -> None:
        self._ros.wait(seconds, self._wall_speed)


class TestNav2Navigator(NavigatorContract):
    @pytest.fixture
    def rig(self, field: Process, ros: Ros) -> RosNavigatorRig:
        ros.trigger("/rig/reset")
        rig = RosNavigatorRig(ros, field.wall_speed)
        rig.wait(2.0)
        ros.until(rig.navigator.ready, "the robot is there", START_WITHIN_S)
        return rig

    def test_a_pose_that_is_older_than_the_one_before_is_not_believed(self, rig: RosNavigatorRig, ros: Ros) -> None:
        ros.until(rig.navigator.sensed, "the robot says where it is")
        before = rig.navigator.sensed()
        assert before is not None
        heard = ros.collect(PoseWithCovarianceStamped, "/log_1/amcl_pose", LATCHED)
        latched = ros.node.create_publisher(PoseWithCovarianceStamped, "/log_1/amcl_pose", LATCHED)
        stale = PoseWithCovarianceStamped()
        stale.header.frame_id, stale.pose.pose.position.x, stale.pose.pose.orientation.w = "map", 50.0, 1.0
        latched.publish(stale)
        ros.until(lambda: any(each.pose.pose.position.x == 50.0 for each in heard), "it is heard")
        rig.wait(0.5)
        after = rig.navigator.sensed()
        ros.node.destroy_publisher(latched)
        assert after is not None
        assert after.pose.distance_m(before.pose) < 0.3

    def test_a_robot_with_a_map_of_its_own_is_told_and_heard_in_the_sites(self, rig: RosNavigatorRig, ros: Ros) -> None:
        turned = Alignment(30.0, -4.0, 2.0)
        site = Nav2Navigator(ros.node, "log_1", "main", BaseTotals(), rig.guard, lambda: None, alignment=turned)
        ros.until(site.ready, "the robot is there", START_WITHIN_S)
        site.drive([turned.in_site(NEAR)], 0.0, False)
        ros.until(lambda: (status := site.status()) and status.state is GoalState.SUCCEEDED, "it has arrived", 60.0)
        for navigator, pose in ((rig.navigator, NEAR), (site, turned.in_site(NEAR))):
            ros.until(
                lambda navigator=navigator, pose=pose: navigator.sensed().pose.distance_m(pose) < 0.3,
                "it says where it is",
            )
