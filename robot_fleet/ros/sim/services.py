"""Services of an embedded robot's Nav2 beside its actions: lifecycle, costmaps and map."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.node import Node

from robot_fleet.core.errors import SiteError
from robot_fleet.core.geometry import Pose
from robot_fleet.ros.convert import MAP_FRAME, to_time
from robot_fleet.ros.full_nav2 import IS_FULL, TYPES
from robot_fleet.ros.grids import to_grid
from robot_fleet.ros.guard import Guard
from robot_fleet.sim.lifecycle import MANAGERS, ManagedNodes
from robot_fleet.site.ground.maps import FREE, UNKNOWN, OccupancyMap, read_map

LOG = logging.getLogger("robot_fleet")
LOCAL_M = 6.0
"""Side of the local costmap, around the robot."""
_LETHAL, _UNKNOWN_COST = 254, 255
_METADATA = ("site_map_malformed", "site_map_rotated")


class SimServices:
    """The services of one robot.

    Parameters
    ----------
    node : where they live.
    robot_id : the robot, and its namespace.
    guard : keeps failing callbacks from the spin.
    nodes : its managed nodes.
    changed : called when one of them has changed.
    occupancy : the map that it drives by on the ground.
    charts : those of further levels.
    pose : returns where it is.
    clock_s : returns the fleet time that stands on messages.
    """

    def __init__(
        self,
        node: Node,
        robot_id: str,
        guard: Guard,
        nodes: ManagedNodes,
        changed: Callable[[], None],
        occupancy: OccupancyMap,
        pose: Callable[[], Pose],
        clock_s: Callable[[], float],
        charts: Mapping[str, OccupancyMap] | None = None,
    ) -> None:
        self._id = robot_id
        self._nodes = nodes
        self._changed = changed
        self._ground = occupancy
        self._charts = charts or {}
        self._pose = pose
        self._clock_s = clock_s

        def serve(kind: Any, name: str, answer: Callable[[Any, Any], object]) -> None:
            node.create_service(kind, f"/{robot_id}/{name}", guard.answering(f"{name}:{robot_id}", answer))

        for name in nodes.states:
            serve(GetState, f"{name}/get_state", partial(self._state, name))
            serve(ChangeState, f"{name}/change_state", partial(self._change, name))
        if not IS_FULL:
            return
        for manager in MANAGERS:
            serve(TYPES["ManageLifecycleNodes"], f"{manager}/manage_nodes", partial(self._manage, manager))
        for which in ("global", "local"):
            costmap = f"{which}_costmap"
            serve(TYPES["ClearEntireCostmap"], f"{costmap}/clear_entirely_{costmap}", self._clear)
            serve(TYPES["GetCostmap"], f"{costmap}/get_costmap", partial(self._costmap, which == "local"))
        serve(TYPES["LoadMap"], "map_server/load_map", self._load_map)

    @property
    def _map(self) -> OccupancyMap:
        """The map of the level that the robot is on."""
        return self._charts.get(self._pose().map_id, self._ground)

    # --- lifecycle ---------------------------------------------------------------------------------------------------

    def _state(self, name: str, _: GetState.Request, response: GetState.Response) -> None:
        state = self._nodes.states[name]
        response.current_state = State(id=int(state), label=state.name.lower())

    def _change(self, name: str, request: ChangeState.Request, response: ChangeState.Response) -> None:
        response.success = self._nodes.change(name, request.transition.id)
        self._changed()

    def _manage(self, manager: str, request: Any, response: Any) -> None:
        response.success = self._nodes.command(manager, request.command)
        LOG.info("robot=%s manager=%s command=%d success=%s", self._id, manager, request.command, response.success)
        self._changed()

    # --- costmaps ----------------------------------------------------------------------------------------------------

    @staticmethod
    def _clear(_: Any, response: Any) -> None:
        """Say yes: the costmaps hold the map alone, which Nav2 puts back after a clearing, too."""

    def _costmap(self, is_local: bool, _: Any, response: Any) -> None:
        grid = self._map
        cells, origin_x_m, origin_y_m = grid.grid, grid.origin_x_m, grid.origin_y_m
        if is_local:
            pose = self._pose()
            row, column = grid.cell(pose.x_m - LOCAL_M / 2.0, pose.y_m - LOCAL_M / 2.0)
            side = math.ceil(LOCAL_M / grid.resolution_m)
            cells = cells[max(row, 0) : max(row + side, 0), max(column, 0) : max(column + side, 0)]
            row, column = max(row, 0), max(column, 0)
            origin_x_m += column * grid.resolution_m
            origin_y_m += row * grid.resolution_m
        cost = np.rint(np.clip(cells, FREE, None) * (_LETHAL / 100.0)).astype(np.uint8)
        cost[cells == UNKNOWN] = _UNKNOWN_COST
        told = response.map
        told.header.frame_id, told.header.stamp = MAP_FRAME, to_time(self._clock_s())
        told.metadata.update_time = told.header.stamp
        told.metadata.layer = "master"
        told.metadata.resolution = grid.resolution_m
        told.metadata.size_y, told.metadata.size_x = cells.shape
        told.metadata.origin.position.x, told.metadata.origin.position.y = origin_x_m, origin_y_m
        told.metadata.origin.orientation.w = 1.0
        told.data = np.ascontiguousarray(cost).ravel().tolist()

    # --- map ---------------------------------------------------------------------------------------------------------

    def _load_map(self, request: Any, response: Any) -> None:
        """Say whether a map can be loaded: it must be the one that the world has, since a robot cannot leave that."""
        response.result = self._loaded(request.map_url)
        if response.result == response.RESULT_SUCCESS:
            response.map = to_grid(self._map)

    def _loaded(self, url: str) -> int:
        answer = TYPES["LoadMap"].Response
        if not self._nodes.active("map_server"):
            return int(answer.RESULT_UNDEFINED_FAILURE)
        path = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else Path(url)
        try:
            found = read_map(path)
        except SiteError as error:
            if error.code == "site_map_missing" and not path.is_file():
                return int(answer.RESULT_MAP_DOES_NOT_EXIST)
            malformed = error.code in _METADATA
            return int(answer.RESULT_INVALID_MAP_METADATA if malformed else answer.RESULT_INVALID_MAP_DATA)
        own = self._map
        same = (found.resolution_m, found.origin_x_m, found.origin_y_m) == (
            own.resolution_m,
            own.origin_x_m,
            own.origin_y_m,
        ) and np.array_equal(found.grid, own.grid)
        if not same:
            LOG.warning("robot=%s map=%s refused: an embedded robot drives on the map of its site", self._id, url)
        return int(answer.RESULT_SUCCESS if same else answer.RESULT_UNDEFINED_FAILURE)
