"""Whether a robot that speaks Nav2 is one that a fleet can rely on: what was seen of it, judged without ROS."""
