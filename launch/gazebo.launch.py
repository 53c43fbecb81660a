"""A fleet whose robots are in Gazebo: the server with the world, one bridge, a spawn and a Nav2 for each robot.

ros2 launch robot_fleet gazebo.launch.py robots:=care_1,logistics_1 gui:=true rviz:=care_1
"""

from robot_fleet.ros.launching import fleet_launch


def generate_launch_description():
    return fleet_launch(
        "site",
        "run",
        "robots",
        "domain",
        "port",
        "seed",
        "demand",
        "world",
        "gui",
        "stagger",
        "rviz",
        gazebo="all",
    )
