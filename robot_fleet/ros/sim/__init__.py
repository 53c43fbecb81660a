"""The simulated world on ROS: its clock, bodies behind Nav2's names, its people, and robots alone on a bench."""
