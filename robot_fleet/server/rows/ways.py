"""The ways of robots as the console draws them: what is left of each order's, and how much of it is released."""

from __future__ import annotations

from itertools import takewhile

from robot_fleet.core.fleet.state import FleetState, OrderRecord
from robot_fleet.core.site import Site
from robot_fleet.server.ports import Row


def ways(site: Site, state: FleetState) -> list[Row]:
    """Return a row for every robot that is on its way somewhere.

    `{"robot", "place", "purpose", "points": [[x_m, y_m], ...], "released"}`: the points begin where the lane begins
    that the robot is on, `released` says how many of the lanes between them it may drive.
    """
    rows: list[Row] = []
    for robot in state.robots.values():
        if robot.busy is not None and robot.busy.lanes_done < len(robot.busy.lanes):
            rows.append({"robot": robot.id, **_row(site, robot.busy)})
    return rows


def _row(site: Site, order: OrderRecord) -> Row:
    left = [site.lanes[name] for name in order.lanes[order.lanes_done :]]
    poses = [site.vertices[name].pose for name in (left[0].start, *(lane.end for lane in left))]
    vertices = [*takewhile(lambda pose: pose.map_id == poses[0].map_id, poses)]  # up to a lift
    return {
        "place": order.place,
        "purpose": order.purpose,
        "points": [[round(pose.x_m, 2), round(pose.y_m, 2)] for pose in vertices],
        "released": min(max(order.lanes_released - order.lanes_done, 0), len(vertices) - 1),
    }
