"""The ports of an agent on an embedded robot: `Navigator` and `Actuator` straight on the world, in one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalStatus, Sensed
from robot_fleet.sim.world import SimWorld

LOST_SIGMA_M = 3.0
"""Standard deviation of the position of a robot that has lost itself."""


class SimNavigator:
    """Moves one robot of a world. Implements `robot_fleet.core.ports.Navigator`."""

    def __init__(self, world: SimWorld, robot_id: str) -> None:
        self._world = world
        self._id = robot_id
        self._robot = world.robots[robot_id]

    def sensed(self) -> Sensed | None:
        """Return what the robot measures now."""
        robot = self._robot
        now_s = self._world.now_s
        return Sensed(
            pose=Pose(robot.x_m, robot.y_m, robot.yaw_rad, robot.map_id),
            speed_mps=robot.v_mps,
            soc_pct=robot.soc_at_pct(now_s),
            charging=robot.charging,
            docked_at=robot.docked_at,
            odometer_m=robot.odometer_m,
            loaded_m=robot.loaded_m,
            energy_wh=robot.energy_at_wh(now_s),
            load=robot.load,
            control=robot.control,
            sigma_m=LOST_SIGMA_M if robot.lost else 0.0,
        )

    def ready(self) -> bool:
        """Return True: the embedded robot can always be asked."""
        return True

    def drive(self, poses: Sequence[Pose], speed_mps: float, keep_yaw: bool) -> None:
        """Start driving through the poses; pre-empts a running drive without a stop."""
        self._world.drive(self._id, poses, speed_mps, keep_yaw)

    def dock(self, place: str, pose: Pose) -> None:
        """Start docking at a charger; its pose is known to the world."""
        self._world.dock(self._id, place)

    def undock(self) -> None:
        """Start leaving the charger."""
        self._world.undock(self._id)

    def change_level(self, pose: Pose) -> None:
        """Take on the map of the level that a lift has carried the robot to."""
        self._world.change_level(self._id, pose)

    def cancel(self) -> None:
        """Ask the running goal to stop."""
        self._world.cancel(self._id)

    def cancel_all(self) -> None:
        """Cancel whatever runs on the robot."""
        self._world.cancel(self._id)

    def status(self) -> GoalStatus | None:
        """Return where the newest goal stands."""
        goal = self._robot.goal
        if goal is None:
            return None
        return GoalStatus(goal.state, goal.code, goal.poses_left, goal.sentence)


class SimActuator:
    """Has one robot of a world do things. Implements `robot_fleet.core.ports.Actuator`."""

    def __init__(self, world: SimWorld, robot_id: str) -> None:
        self._acts = world.acts
        self._robot = world.robots[robot_id]

    def start(self, act_id: str, act: str, place: str, params: Mapping[str, object]) -> None:
        """Start the act, attach to it if it runs, or find it done."""
        self._acts.start(self._robot, act_id, act, place, params)

    def cancel(self, act_id: str) -> None:
        """Ask a running act to stop at a safe point."""
        self._acts.cancel(act_id)

    def status(self, act_id: str) -> GoalStatus | None:
        """Return where the act stands; None if it was never started."""
        return self._acts.status(act_id)
