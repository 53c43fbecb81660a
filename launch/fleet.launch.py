"""A fleet: manager, gateway with the console, agents, and what carries the robots as the site's robots.yaml says.

ros2 launch robot_fleet fleet.launch.py site:=config/sites/busan_edc port:=8600 speed:=5
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
        "speed",
        "demand",
        "midnight",
        "world",
        "gui",
        "stagger",
        "rviz",
    )
