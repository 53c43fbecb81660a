"""The embedded simulator: robots, items with custody, people. No ROS, no thread, no clock of its own."""
