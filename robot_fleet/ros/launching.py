"""What our launch files have in common: declared arguments, and a bring-up as actions of ROS's launch.

`launch` comes with a ROS installation only, so it is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.bringup.bringup import Bringup, bring_up_fleet, bring_up_robot
from robot_fleet.runtime.bringup.launch_words import arguments, fleet_wishes, robot_wishes
from robot_fleet.runtime.bringup.starts import Include, Start
from robot_fleet.runtime.processes.claims import claim_run, port_is_free
from robot_fleet.site.exports.ros_files import write_files

AGAIN_AFTER_S = 2.0
"""Wall seconds after which a program that has ended is started again."""
ENDS_WITHIN_S = "15"
"""Wall seconds in which a program may end by itself: on a busy machine a simulator of many robots needs some."""

Decide = Callable[[Mapping[str, str]], list[Any]]


def fleet_launch(*names: str, expects_hardware: bool = False, **defaults: str) -> Any:
    """Return the launch description of a fleet.

    Parameters
    ----------
    names : arguments that the launch file has.
    expects_hardware : whether a bring-up without a real robot is a mistake.
    defaults : arguments that it has, too, with defaults of its own.
    """

    def decide(given: Mapping[str, str]) -> list[Any]:
        wishes = fleet_wishes(given, expects_hardware=expects_hardware)
        bringup = bring_up_fleet(wishes)
        if not port_is_free(wishes.port):
            message = f"port {wishes.port} is in use by another program; give another with port:=…"
            raise RuntimeFailure("runtime_port_busy", message, "port")
        return _claimed(bringup, wishes.run)

    return _described(names, defaults, decide)


def robot_launch(*names: str) -> Any:
    """Return the launch description of one real robot's computer."""

    def decide(given: Mapping[str, str]) -> list[Any]:
        wishes = robot_wishes(given)
        return _claimed(bring_up_robot(wishes), wishes.run)

    return _described(names, {}, decide)


def _described(names: tuple[str, ...], defaults: Mapping[str, str], decide: Decide) -> Any:
    from launch import LaunchDescription
    from launch.actions import DeclareLaunchArgument, OpaqueFunction
    from launch.substitutions import LaunchConfiguration

    known = arguments()
    own = (*names, *defaults)

    def perform(context: Any) -> list[Any]:
        return decide({name: LaunchConfiguration(name).perform(context) for name in own})

    declared = [
        DeclareLaunchArgument(
            name, default_value=defaults.get(name, known[name].default), description=known[name].meaning
        )
        for name in own
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=perform)])


def _claimed(bringup: Bringup, run: Any) -> list[Any]:
    """Return the actions of a bring-up, whose run directory is kept from others until the launch ends."""
    from launch.actions import RegisterEventHandler
    from launch.event_handlers import OnShutdown

    lock = claim_run(run)
    write_files(bringup.files)
    ended = RegisterEventHandler(OnShutdown(on_shutdown=lambda *_: lock.release()))
    return [ended, *actions(bringup)]


def actions(bringup: Bringup) -> list[Any]:
    """Return the actions of a bring-up, in the order of starting."""
    from launch.actions import LogInfo, SetEnvironmentVariable

    told = [LogInfo(msg=f"note: {note}") for note in bringup.notes]
    shared = [SetEnvironmentVariable(name, value) for name, value in bringup.env.items()]
    started = [_later(start.delay_s, _program(start)) for start in bringup.starts]
    taken_in = [_later(include.delay_s, _include(include)) for include in bringup.includes]
    return [*told, *shared, *started, *taken_in]


def _program(start: Start) -> Any:
    from launch.actions import ExecuteProcess, Shutdown
    from launch.substitutions import LaunchConfiguration

    process = start.process
    return ExecuteProcess(
        cmd=list(process.argv),
        name=process.name,
        additional_env=dict(process.env),
        output="both",
        sigterm_timeout=LaunchConfiguration("sigterm_timeout", default=ENDS_WITHIN_S),
        respawn=start.lasts and not start.ends_all,
        respawn_delay=AGAIN_AFTER_S,
        on_exit=Shutdown(reason=f"{process.name} has ended") if start.ends_all else None,
    )


def _include(include: Include) -> Any:
    from launch.actions import GroupAction, IncludeLaunchDescription
    from launch.launch_description_sources import PythonLaunchDescriptionSource

    # a scope of its own: what one robot's Nav2 is told is not told to the next
    source = PythonLaunchDescriptionSource(include.file)
    return GroupAction([IncludeLaunchDescription(source, launch_arguments=list(include.arguments))])


def _later(delay_s: float, action: Any) -> Any:
    from launch.actions import TimerAction

    return action if delay_s == 0.0 else TimerAction(period=delay_s, actions=[action])
