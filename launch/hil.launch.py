"""Real robots among simulated ones, all on wall time: those that are named, or that robots.yaml calls hardware.

ros2 launch robot_fleet hil.launch.py hardware:=care_1 midnight:=2026-11-26T00:00+09:00
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
        "midnight",
        "gazebo",
        "hardware",
        "hardware_agents",
        "world",
        "gui",
        "stagger",
        "rviz",
        expects_hardware=True,
    )
