"""Which of the two navigators moves the robots of a process."""

from __future__ import annotations

from enum import StrEnum

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.ros.robot.commander_navigator import CommanderNavigator, has_commander
from robot_fleet.ros.robot.commander_thread import commander_class
from robot_fleet.ros.robot.nav2_navigator import Nav2Navigator


class MovedBy(StrEnum):
    """What an agent's process may be asked for."""

    AUTO = "auto"
    NAV2 = "nav2"
    """Nav2's actions, many robots to a process."""
    SIMPLE_COMMANDER = "simple_commander"
    """nav2_simple_commander's BasicNavigator, one robot to a process."""


def navigator_for(asked: MovedBy, robots: int, simulated: bool) -> type[Nav2Navigator] | type[CommanderNavigator]:
    """Return what moves the robots.

    Parameters
    ----------
    asked : what was asked for.
    robots : how many robots the process has.
    simulated : whether they are simulated ones: then nav2_simple_commander is used only where it is asked for.

    Raises
    ------
    RuntimeFailure : `runtime_commander_many`, `runtime_commander_missing`, `runtime_commander_unknown`.
    """
    if asked is MovedBy.NAV2 or (asked is MovedBy.AUTO and (simulated or robots != 1 or not has_commander())):
        return Nav2Navigator
    if robots != 1:
        message = f"expected one robot for a BasicNavigator, got {robots}"
        raise RuntimeFailure("runtime_commander_many", message, "--navigator")
    commander_class()
    return CommanderNavigator
