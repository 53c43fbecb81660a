"""Gazebo worlds, and the layout tables that write them together with a site's places and lanes."""
