"""Gazebo worlds (SDF): what is wrong with one, and the occupancy map that its static shapes make."""
