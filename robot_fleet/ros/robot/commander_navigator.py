"""The `Navigator` port through nav2_simple_commander's BasicNavigator: the way in which Nav2's users drive a robot.

What the robot measures is heard on the agent's own node; drives and dockings go through the BasicNavigator, in a thread
of its own, and their ends are seen at the agent's next look. A longer way is `goThroughPoses` again.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

from nav2_msgs.msg import SpeedLimit
from rclpy.node import Node

from robot_fleet.core.geometry import ALIGNED, Alignment, Pose
from robot_fleet.core.ports import GoalState, GoalStatus, Sensed
from robot_fleet.core.site import CONTROL_TOPICS
from robot_fleet.ros.convert import to_pose_stamped
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.robot.commander_task import CommanderTask, TaskKind
from robot_fleet.ros.robot.commander_thread import CommanderThread
from robot_fleet.ros.robot.level_change import Floors, LevelChange
from robot_fleet.ros.robot.nav2_navigator import TYPICAL_DOCK, CancelAll, docked, navigated
from robot_fleet.ros.robot.senses import Senses
from robot_fleet.ros.robot.tap import Tap
from robot_fleet.ros.sim.base_totals import BaseTotals


def has_commander() -> bool:
    """Return whether nav2_simple_commander is installed."""
    return importlib.util.find_spec("nav2_simple_commander") is not None


class CommanderNavigator:
    """Implements `Navigator` through a BasicNavigator; one to a process. Parameters as of `Nav2Navigator`.

    Raises
    ------
    RuntimeFailure : `runtime_commander_missing`, `runtime_commander_unknown`.
    """

    def __init__(
        self,
        node: Node,
        robot: str,
        map_id: str,
        totals: BaseTotals,
        guard: Guard,
        changed: Callable[[], None],
        control: Sequence[tuple[str, str]] = CONTROL_TOPICS,
        tap: Tap | None = None,
        alignment: Alignment = ALIGNED,
        floors: Floors | None = None,
    ) -> None:
        tap = tap or Tap(node, guard)
        self._floors = floors or Floors({map_id: ""}, map_id)
        map_id = self._floors.level
        self._change: LevelChange | None = None
        self._thread = CommanderThread(robot)
        self._node, self._robot, self._guard, self._changed = node, robot, guard, changed
        self._server = f"/{robot}/navigate_through_poses/_action/send_goal"
        self._alignment = alignment
        self._senses = Senses(node, robot, map_id, totals, changed, tap, control, alignment)
        self._limits = tap.outlet(SpeedLimit, topic("~speed_limit", robot), QOS["~speed_limit"].offered)
        self._cancel_all = CancelAll(node, robot)
        self._task: CommanderTask | None = None
        self._docking_at: str | None = None

    @property
    def stuck(self) -> bool:
        """Whether the BasicNavigator will not return any more: the process must be started again."""
        return self._thread.stuck

    def close(self) -> None:
        """End the BasicNavigator's thread, before rclpy is shut down."""
        self._thread.close()

    def sensed(self) -> Sensed | None:
        """Return the newest measurements, None before the first pose and battery reading."""
        self._look()
        return self._senses.sensed()

    def ready(self) -> bool:
        """Return whether the robot is heard and its navigation server is there."""
        return self._senses.fresh and not self.stuck and self._node.count_services(self._server) > 0

    def drive(self, poses: Sequence[Pose], speed_mps: float, keep_yaw: bool) -> None:
        """Start driving through the poses. Whether a robot holds its yaw is a matter of its own controller."""
        self._limits.publish(SpeedLimit(percentage=False, speed_limit=speed_mps))
        self._senses.recoveries = 0
        messages = [to_pose_stamped(self._alignment.in_own(pose)) for pose in poses]

        def begin(commander: Any) -> bool:
            return bool(commander.goThroughPoses(messages))

        self._begin(CommanderTask(TaskKind.DRIVE, begin, navigated, len(poses)))

    def dock(self, place: str, pose: Pose) -> None:
        """Start docking at a charger that the robot's dock database knows by the place's id."""

        def begin(commander: Any) -> bool:
            return bool(commander.dockRobotByID(place, nav_to_dock=False))

        self._begin(CommanderTask(TaskKind.DOCK, begin, docked))
        self._docking_at = place

    def undock(self) -> None:
        """Start leaving the charger."""

        def begin(commander: Any) -> bool:
            return bool(commander.undockRobot(TYPICAL_DOCK))

        self._begin(CommanderTask(TaskKind.UNDOCK, begin, docked, heard_s=lambda: self._senses.heard_s))
        self._docking_at = ""

    def change_level(self, pose: Pose) -> None:
        """Have the robot localise itself on the map of the level that it was carried to."""
        if self._change is not None:
            self._change.cancel()
        self._change = LevelChange(
            self._node, self._robot, self._guard, pose, self._floors, self._senses, self._alignment, self._changed
        )

    def cancel(self) -> None:
        """Ask the running task to stop."""
        if self._change is not None:
            self._change.cancel()
        elif self._task is not None:
            self._task.cancel_wished = True

    def cancel_all(self) -> None:
        """Cancel every goal that runs on the robot, whoever sent it."""
        self._cancel_all()
        self.cancel()

    def status(self) -> GoalStatus | None:
        """Return where the newest task stands."""
        self._look()
        if self._change is not None:
            return self._change.status
        return None if self._task is None else self._task.status

    def _begin(self, task: CommanderTask) -> None:
        self._look()
        if self._change is not None:
            self._change.cancel()
            self._change = None
        self._docking_at = None
        self._task = task
        self._thread.wish(task)

    def _look(self) -> None:
        """Take over what the other thread has heard of the newest task."""
        task = self._task
        if task is None:
            return
        if task.kind is TaskKind.DRIVE:
            self._senses.recoveries = task.recoveries
        elif self._docking_at is not None and task.status.state is GoalState.SUCCEEDED:
            self._senses.docked(self._docking_at)
            self._docking_at = None
