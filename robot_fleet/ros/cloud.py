"""Points as a `PointCloud2`, as obstacle layers of Nav2's costmaps take them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField

from robot_fleet.ros.convert import MAP_FRAME, to_time

_POINT_BYTES = 12


def to_cloud(points: NDArray[np.float32], stamp_s: float) -> PointCloud2:
    """Return points in the frame `map`.

    Parameters
    ----------
    points : of shape (N, 3): x, y, z [m]; none says that nothing is there.
    stamp_s : ROS time.
    """
    cloud = PointCloud2(height=1, width=len(points), point_step=_POINT_BYTES, is_dense=True)
    cloud.header.frame_id, cloud.header.stamp = MAP_FRAME, to_time(stamp_s)
    cloud.fields = [
        PointField(name=name, offset=4 * place, datatype=PointField.FLOAT32, count=1)
        for place, name in enumerate("xyz")
    ]
    cloud.row_step = _POINT_BYTES * len(points)
    cloud.data = np.ascontiguousarray(points, "<f4").tobytes()
    return cloud
