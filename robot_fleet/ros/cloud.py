"""Points as a `PointCloud2`, as obstacle layers of Nav2's costmaps take them, and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField

from robot_fleet.core.errors import NavigationError
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


def to_points(message: PointCloud2) -> NDArray[np.float64]:
    """Return the finite points of a cloud in the map frame, (n, 2).

    Raises
    ------
    NavigationError : `nav_frame_unknown` for another frame than `map`, `nav_cloud_malformed` without float32 x and y.
    """
    if message.header.frame_id != MAP_FRAME:
        raise NavigationError("nav_frame_unknown", f"expected frame {MAP_FRAME!r}, got {message.header.frame_id!r}")
    offsets = {field.name: field.offset for field in message.fields if field.datatype == PointField.FLOAT32}
    count = message.width * message.height
    if not {"x", "y"} <= set(offsets) or len(message.data) < count * message.point_step or message.is_bigendian:
        raise NavigationError("nav_cloud_malformed", "expected little-endian points with x and y as float32")
    rows = np.dtype(
        {
            "names": ["x", "y"],
            "formats": ["<f4", "<f4"],
            "offsets": [offsets["x"], offsets["y"]],
            "itemsize": message.point_step,
        }
    )
    raw = np.frombuffer(bytes(message.data), dtype=rows, count=count)
    points = np.stack([raw["x"], raw["y"]], axis=1).astype(np.float64)
    return points[np.isfinite(points).all(axis=1)]
