"""A robot's black box in a process of agents: an incident is told of, and its recording opens with rosbags."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import Odometry
from robot_fleet_interfaces.msg import Incident, Incidents, Order, RobotReport, RobotState, Step
from rosbags.highlevel import AnyReader
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import BatteryState
from std_msgs.msg import Bool

from robot_fleet.ros.convert import to_time
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.runtime.recordings.kept import Recordings
from robot_fleet.runtime.recordings.recording_file import describe
from test.ros.rig import START_WITHIN_S, Fleet, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]
ROBOT = "care_1"
STUCK, LATER = "incident:stuck:care_1:3", "incident:stuck:log_1:4"
RECORDED_WITHIN_S = 60.0
START_S = 27_000.0


class FakeRobot:
    """A robot that stands somewhere and says so; the clock is its own."""

    def __init__(self, ros: Ros) -> None:
        self._ros = ros

        def publisher(kind: Any, name: str) -> Any:
            return ros.node.create_publisher(kind, topic(name, ROBOT), QOS[name].offered)

        self._clock = ros.node.create_publisher(Clock, "/clock", 5)
        self._odom = publisher(Odometry, "~odom")
        self._battery = publisher(BatteryState, "~battery_state")
        self._amcl = publisher(PoseWithCovarianceStamped, "~amcl_pose")
        self.is_stopped = False
        self._stop = ros.node.create_publisher(Bool, f"/{ROBOT}/emergency_stop", QOS["~control"].offered)
        self.order = publisher(Order, "~order")
        self.incidents = ros.node.create_publisher(Incidents, topic("fleet/incidents"), QOS["fleet/incidents"].offered)
        self.reports = ros.collect(RobotReport, topic("~report", ROBOT))
        self.states = ros.collect(RobotState, topic("~state", ROBOT))
        self.now_s = START_S
        self._timer = ros.node.create_timer(0.05, self.live)

    def live(self) -> None:
        """Let a twentieth of a second pass."""
        self.now_s += 0.05
        self._clock.publish(Clock(clock=to_time(self.now_s)))
        odom = Odometry(child_frame_id="base_link")
        odom.header.frame_id, odom.header.stamp = "odom", to_time(self.now_s)
        odom.pose.pose.position.x = self.now_s - START_S
        self._odom.publish(odom)
        amcl = PoseWithCovarianceStamped()
        amcl.header.frame_id = "map"
        amcl.pose.pose.orientation.w = 1.0
        self._amcl.publish(amcl)
        self._stop.publish(Bool(data=self.is_stopped))
        self._battery.publish(BatteryState(percentage=0.8, voltage=48.0, present=True))

    def tell(self, *incidents: tuple[str, list[str], float]) -> None:
        """Tell of incidents as the manager does: name, robots, when it was opened."""
        told = [
            Incident(id=name, state="open", robots=robots, alarms=["stuck"], opened_s=opened_s)
            for name, robots, opened_s in incidents
        ]
        self.incidents.publish(Incidents(stamp=to_time(self.now_s), incidents=told))

    def close(self) -> None:
        self._ros.node.destroy_timer(self._timer)
        self._ros.node.destroy_publisher(self.incidents)  # what it told is latched


@pytest.fixture
def fleet(domain: int, tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(domain, tmp_path)
    yield made
    made.end()


@pytest.fixture
def robot(ros: Ros) -> Iterator[FakeRobot]:
    with contextlib.closing(FakeRobot(ros)) as made:
        yield made


def start(fleet: Fleet, ros: Ros, robot: FakeRobot) -> None:
    """Start the agent and wait until it is heard."""
    fleet.start("robot_agents", "--robots", ROBOT)
    robot.states.clear()
    ros.until(lambda: robot.states and robot.reports, "the agent is there", START_WITHIN_S)
    due_s = robot.now_s + 3.0
    ros.until(lambda: robot.now_s > due_s, "it has something to tell of")


def read(path: Path) -> list[tuple[float, str, Any]]:
    """Return fleet time, topic and message, by rosbags and with the definitions in the file alone."""
    with AnyReader([path]) as reader:
        return [
            (at_ns / 1e9, connection.topic, reader.deserialize(raw, connection.msgtype))
            for connection, at_ns, raw in reader.messages()
        ]


def test_an_incident_is_recorded_from_before_to_after_and_opens_with_rosbags(
    fleet: Fleet, ros: Ros, robot: FakeRobot
) -> None:
    start(fleet, ros, robot)
    robot.order.publish(Order(robot=ROBOT, order_id="care_1.7", update=1, steps=[Step(step_id="a", kind="drive")]))
    ros.until(lambda: robot.reports[-1].order_id == "care_1.7", "it has its order")
    opened_s = robot.now_s
    robot.tell((STUCK, [ROBOT, "log_1"], opened_s))
    path = Recordings(fleet.run).path(STUCK, ROBOT)
    ros.until(path.exists, "it is recorded", RECORDED_WITHIN_S)
    assert not list(path.parent.glob("*.part"))

    said = read(path)
    times_s = [at_s for at_s, _, _ in said]
    assert times_s == sorted(times_s)
    assert times_s[0] < opened_s - 1.0, "from before"
    assert times_s[-1] > opened_s + 28.0, "to after"
    odometry = [(at_s, each.pose.pose.position.x) for at_s, name, each in said if name == "/care_1/odom"]
    assert all(abs(at_s - START_S - x_m) < 2.0 for at_s, x_m in odometry), "the timeline is the fleet's"
    assert len(odometry) < 6 * (times_s[-1] - times_s[0]), "of what comes often there is enough, not all"
    assert [each.order_id for _, name, each in said if name == "/care_1/order"] == ["care_1.7"]
    told = [each.incidents[0].id for _, name, each in said if name == "/fleet/incidents"]
    assert told == [STUCK]
    states = [(each.robot, each.seq) for _, name, each in said if name == "/care_1/state"]
    assert states == [(ROBOT, seq) for seq in range(states[0][1], states[-1][1] + 1)], "none is missing"
    assert {name for _, name, _ in said} >= {"/care_1/amcl_pose", "/care_1/battery_state", "/care_1/report"}
    about = describe(path).about
    assert (about["robot"], about["site"], about["ended"]) == (ROBOT, "tiny", "complete")


def test_an_emergency_stop_is_recorded_by_itself_and_a_killed_agent_leaves_what_it_had(
    fleet: Fleet, ros: Ros, robot: FakeRobot
) -> None:
    start(fleet, ros, robot)
    recordings = Recordings(fleet.run)
    robot.is_stopped = True
    part = ros.until(lambda: recordings.of(f"local:{ROBOT}:1"), "it records by itself")[0]
    assert part.name == f"{ROBOT}.mcap.part"
    written_bytes = ros.until(lambda: part.stat().st_size, "something is written")
    ros.until(lambda: part.stat().st_size > written_bytes, "it goes on")
    fleet.processes["robot_agents"].kill()

    start(fleet, ros, robot)
    path = ros.until(lambda: [each for each in recordings.of(f"local:{ROBOT}:1") if each.suffix == ".mcap"], "whole")[0]
    assert describe(path).about["ended"] == "cut off"
    assert [each.data for _, name, each in read(path) if name == "/care_1/emergency_stop"][-1]
    robot.tell((LATER, [ROBOT], robot.now_s))
    ros.until(lambda: recordings.of(LATER), "it records again")
    assert fleet.processes["robot_agents"].end() == 0
    path = recordings.path(LATER, ROBOT)
    assert describe(path).about["ended"] == "agent ended", "what is under way at an orderly end is completed"
