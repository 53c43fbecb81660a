"""A robot's test drive over ROS: what is done with it and seen of it. `runtime.conformance` has the verdicts."""
