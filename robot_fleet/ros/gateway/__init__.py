"""The gateway on ROS: robots' states and health in, people's wishes out, markers for RViz, black boxes."""
