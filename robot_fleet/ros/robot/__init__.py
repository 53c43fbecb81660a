"""What runs beside one robot: its agent on ROS, and the ways to move a Nav2 robot."""
