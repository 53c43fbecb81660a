"""What passes between Gazebo and ROS: the file of the one `ros_gz_bridge` that serves all robots of a world.

The names on Gazebo's side are those that `robot_model` gives its plugins and sensors. Those on ROS's side are what Nav2
and an agent want, but for the battery: Gazebo's knows no charger, so it goes to whoever completes it
(`GAZEBO_BATTERY`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from robot_fleet.core.site import Site

GAZEBO_BATTERY = "gazebo/battery_state"
"""A Gazebo robot's battery as Gazebo tells it, in the robot's namespace."""


class Way(StrEnum):
    """Which way messages pass, in the bridge's own words."""

    TO_ROS = "GZ_TO_ROS"
    TO_GAZEBO = "ROS_TO_GZ"


@dataclass(frozen=True, slots=True)
class Bridged:
    """A topic that is bridged.

    Parameters
    ----------
    ros, gazebo : its names on either side.
    ros_type : message type, for instance `sensor_msgs/msg/Imu`.
    gazebo_type : message type, for instance `gz.msgs.IMU`.
    """

    ros: str
    gazebo: str
    ros_type: str
    gazebo_type: str
    way: Way = Way.TO_ROS

    def row(self) -> dict[str, object]:
        """Return the entry of the bridge's file."""
        return {
            "ros_topic_name": self.ros,
            "gz_topic_name": self.gazebo,
            "ros_type_name": self.ros_type,
            "gz_type_name": self.gazebo_type,
            "direction": str(self.way),
        }


def bridged_topics(site: Site, robots: Sequence[str], *, simulated: bool) -> tuple[Bridged, ...]:
    """Return what is bridged for some robots of a site.

    Parameters
    ----------
    robots : those whose bodies are in Gazebo.
    simulated : whether Gazebo's clock is everybody's. On wall time it stays where it is, and so do the transforms: the
        bridge stamps messages with a header anew, but not those inside of a TFMessage.
    """
    topics: tuple[Bridged, ...] = ()
    if simulated:
        topics += (Bridged("/clock", "/clock", "rosgraph_msgs/msg/Clock", "gz.msgs.Clock"),)
    for robot in robots:
        topics += _robot(robot, omnidirectional=site.kinds[site.robots[robot].kind].omnidirectional, tf=simulated)
    return topics


def _robot(name: str, *, omnidirectional: bool, tf: bool) -> tuple[Bridged, ...]:
    def same(topic: str, ros_type: str, gazebo_type: str, way: Way = Way.TO_ROS) -> Bridged:
        return Bridged(f"/{name}/{topic}", f"/{name}/{topic}", ros_type, gazebo_type, way)

    battery = f"/model/{name}/battery/battery/state"
    return (
        same("cmd_vel", "geometry_msgs/msg/Twist", "gz.msgs.Twist", Way.TO_GAZEBO),
        same("odom", "nav_msgs/msg/Odometry", "gz.msgs.Odometry"),
        *((same("tf", "tf2_msgs/msg/TFMessage", "gz.msgs.Pose_V"),) if tf else ()),
        same("scan", "sensor_msgs/msg/LaserScan", "gz.msgs.LaserScan"),
        same("imu", "sensor_msgs/msg/Imu", "gz.msgs.IMU"),
        Bridged(f"/{name}/{GAZEBO_BATTERY}", battery, "sensor_msgs/msg/BatteryState", "gz.msgs.BatteryState"),
        *(() if omnidirectional else (same("joint_states", "sensor_msgs/msg/JointState", "gz.msgs.Model"),)),
    )
