"""Wires everything together on any clock and any link; starts, watches and ends processes. No ROS in here."""
