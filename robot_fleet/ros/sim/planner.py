"""What an embedded robot answers who asks for a way: Nav2's planner server, with its codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from geometry_msgs.msg import PoseStamped
from nav2_msgs.action import ComputePathToPose
from nav_msgs.msg import Path

from robot_fleet.core.errors import NavigationError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.ros.convert import from_pose_stamped, to_path
from robot_fleet.ros.full_nav2 import IS_FULL, TYPES
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.sim.goals import GoalServer, ServerNode
from robot_fleet.sim.world import SimWorld

PLANNERS = ("", "GridBased")
"""The planner's name in Nav2's own parameters; without a name the only one there is meant."""
_TF_ERROR, _NO_VIA_POINTS = 202, 309
_THROUGH = 100
"""How much larger the codes of ComputePathThroughPoses are than the same ones of ComputePathToPose."""


class SimPlanner:
    """The planner of one robot.

    Parameters
    ----------
    node : where its servers live.
    world : knows the map.
    robot_id : the robot, and its namespace.
    guard : keeps failing callbacks from the spin.
    clock_s : returns the fleet time that stands on messages.
    is_active : whether goals are accepted.
    """

    def __init__(
        self,
        node: ServerNode,
        world: SimWorld,
        robot_id: str,
        guard: Guard,
        clock_s: Callable[[], float],
        is_active: Callable[[], bool],
    ) -> None:
        self._world = world
        self._id = robot_id
        self._map_id = world.robots[robot_id].map_id
        self._clock_s = clock_s

        def serve(action: Any, name: str, begin: Callable[[Any], None]) -> GoalServer:
            return GoalServer(node, action, f"/{robot_id}/{name}", guard, begin, lambda _: None, lambda _: is_active())

        self._to_pose = serve(ComputePathToPose, "compute_path_to_pose", self._plan_to)
        self._through: GoalServer | None = None
        if IS_FULL:
            self._through = serve(TYPES["ComputePathThroughPoses"], "compute_path_through_poses", self._plan_through)

    def _plan_to(self, request: Any) -> None:
        self._answer(self._to_pose, ComputePathToPose, request, [request.goal], 0)

    def _plan_through(self, request: Any) -> None:
        assert self._through is not None
        self._answer(self._through, TYPES["ComputePathThroughPoses"], request, request.goals, _THROUGH)

    def _answer(self, server: GoalServer, action: Any, request: Any, goals: Sequence[PoseStamped], offset: int) -> None:
        result = action.Result(path=Path())
        state = GoalState.SUCCEEDED
        try:
            result.path = to_path(self._way(request, goals), self._clock_s())
        except NavigationError as error:
            code = error.code.removeprefix("nav_")
            number = int(code) if code.isdigit() else _TF_ERROR
            result.error_code = number if number == _NO_VIA_POINTS else number + offset
            result.error_msg = error.message
            state = GoalState.FAILED
        server.end(state, result)

    def _way(self, request: Any, goals: Sequence[PoseStamped]) -> list[Pose]:
        if request.planner_id not in PLANNERS:
            known = " or ".join(name for name in PLANNERS if name)
            raise NavigationError("nav_201", f"expected planner {known}, got {request.planner_id!r}")
        if not goals:
            raise NavigationError("nav_309", "no poses were given")
        start = from_pose_stamped(request.start, self._map_id) if request.use_start else None
        through = [from_pose_stamped(goal, self._map_id) for goal in goals]
        way = list(self._world.compute_path(self._id, start, through[0]))
        for begin, end in pairwise(through):
            way.extend(self._world.compute_path(self._id, begin, end)[1:])
        return way
