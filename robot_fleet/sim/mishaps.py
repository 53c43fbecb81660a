"""What goes wrong with robots by itself: a drive, a docking or an act that fails with an error code."""

from __future__ import annotations

from robot_fleet.core.ports import GoalState
from robot_fleet.sim.goals import NO_PROGRESS, Mode
from robot_fleet.sim.world import SimWorld

FAILED_TO_CONTROL = "905"
"""Nav2's code for a dock or undock whose controller gave up."""


def fail_action(world: SimWorld, robot_id: str) -> str:
    """Let what a robot does fail, and return what that was: its act's verb, drive, dock or undock; empty for nothing.

    A drive brakes to a halt, a docking ends before the charger and an undocking in it; of an act nothing has happened.
    """
    robot = world.robots[robot_id]
    act = world.acts.by_id.get(robot.act_id)
    if act is not None:
        world.acts.fail(robot, "act_failed")
        return act.act
    goal = robot.goal
    if goal is None or goal.state is not GoalState.RUNNING or robot.stopping is not None:
        return ""
    code = NO_PROGRESS if robot.mode is Mode.DRIVING else FAILED_TO_CONTROL
    world.give_up(robot, GoalState.FAILED, code, "it failed by itself")
    return goal.kind
