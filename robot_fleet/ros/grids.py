"""Maps to messages."""

from __future__ import annotations

import numpy as np
from nav_msgs.msg import OccupancyGrid

from robot_fleet.ros.convert import MAP_FRAME
from robot_fleet.site.ground.maps import OccupancyMap


def to_grid(occupancy: OccupancyMap) -> OccupancyGrid:
    """Return a map as its message."""
    grid = OccupancyGrid()
    grid.header.frame_id = MAP_FRAME
    grid.info.resolution = occupancy.resolution_m
    grid.info.height, grid.info.width = occupancy.grid.shape
    grid.info.origin.position.x, grid.info.origin.position.y = occupancy.origin_x_m, occupancy.origin_y_m
    grid.info.origin.orientation.w = 1.0
    grid.data = np.ascontiguousarray(occupancy.grid, dtype=np.int8).ravel().tolist()
    return grid
