"""On a real robot's computer: its agent, and Nav2 in its namespace.

ros2 launch robot_fleet robot.launch.py robot:=care_1 site:=my_site midnight:=2026-11-26T00:00+09:00
"""

from robot_fleet.ros.launching import robot_launch


def generate_launch_description():
    return robot_launch("robot", "site", "run", "domain", "midnight", "map", "nav2")
