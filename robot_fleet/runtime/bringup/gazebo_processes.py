"""What runs robots in Gazebo: one server, one bridge for all, a spawn each; and Nav2 for whoever needs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure, SiteError
from robot_fleet.core.site import Site
from robot_fleet.runtime.bringup.installed import Installed
from robot_fleet.runtime.bringup.starts import Include, Start
from robot_fleet.runtime.processes.process import ProcessSpec
from robot_fleet.site.exports.ros_files import RosFiles
from robot_fleet.site.worlds.tree import parse, words

SPAWN_EVERY_S = 1.0
"""Wall seconds between two robots that appear in a world."""
_DROP_M = 0.02  # a robot is let down onto its wheels
_RESOURCES = "GZ_SIM_RESOURCE_PATH"
_WANTED = "robots of this run are in Gazebo"


@dataclass(frozen=True, slots=True)
class GazeboWorld:
    """A world that robots are put into: its file, and the name that its services go by."""

    file: Path
    name: str


def read_world(file: Path, robots: Sequence[str]) -> GazeboWorld:
    """Return a world, after seeing that it leaves the robots their names.

    Raises
    ------
    SiteError : `site_world_missing`, `site_sdf_malformed`, `site_no_world`.
    RuntimeFailure : `runtime_namespace_twice`.
    """
    if not file.is_file():
        message = "there is no such world; make one (see docs/howto/check_a_world.md), or name another"
        raise SiteError("site_world_missing", message, str(file))
    world = parse(file).find("world")
    if world is None or not world.get("name"):
        raise SiteError("site_no_world", 'expected <sdf><world name="…">', str(file))
    named = {model.get("name", "") for model in world.findall("model")}
    named |= {words(include.find("name")) for include in world.findall("include")}
    for robot in robots:
        if robot in named:
            message = f"the world {file} has a model of this name already, and both would have its topics; remove one"
            raise RuntimeFailure("runtime_namespace_twice", message, robot)
    return GazeboWorld(file.resolve(), world.get("name", ""))


def gazebo_processes(
    site: Site,
    robots: Sequence[str],
    world: GazeboWorld,
    files: RosFiles,
    installed: Installed,
    env: Mapping[str, str],
    *,
    simulated: bool,
    gui: bool,
    environ: Mapping[str, str] = os.environ,
) -> tuple[Start, ...]:
    """Return what Gazebo needs for some robots of a site.

    Parameters
    ----------
    files : where the robots' models and the bridge's file are.
    env : ROS's variables.
    simulated : whether Gazebo's clock is everybody's; on wall time the bridge stamps messages with the time of day.
    gui : whether Gazebo's window is opened, too.

    Raises
    ------
    RuntimeFailure : `runtime_not_installed`.
    """
    gz = installed.program("gz", _WANTED)
    create = installed.executable("ros_gz_sim", "create", _WANTED)
    models = os.pathsep.join(filter(None, (str(world.file.parent / "models"), environ.get(_RESOURCES, ""))))
    found = {_RESOURCES: models}
    server = (gz, "sim", "-s", "-r", "--headless-rendering", str(world.file))
    starts = [Start(ProcessSpec("gazebo", "gazebo", server, found), lasts=False, ends_all=True)]
    if gui:
        starts.append(Start(ProcessSpec("gazebo_window", "gazebo", (gz, "sim", "-g"), found), lasts=False))
    starts.append(Start(_bridge(files, installed, env, simulated=simulated)))
    for number, name in enumerate(robots):
        pose = site.places[site.robots[name].start].pose
        at = {"x": pose.x_m, "y": pose.y_m, "z": _DROP_M, "Y": pose.yaw_rad}
        argv = [create, "-world", world.name, "-name", name, "-file", str(files.model(name))]
        for key, value in at.items():
            argv += [f"-{key}", f"{round(value, 5):g}"]
        spawn = ProcessSpec(f"spawn_{name}", "spawn", tuple(argv), dict(env))
        starts.append(Start(spawn, delay_s=SPAWN_EVERY_S * (number + 1), lasts=False))
    return tuple(starts)


def gazebo_bases(robots: Sequence[str], shared: Sequence[str], clock: Sequence[str], env: Mapping[str, str]) -> Start:
    """Return our own node that gives Gazebo's robots what Gazebo does not: fixed frames, charging, acts.

    Parameters
    ----------
    shared : `--site` and `--run`.
    clock : `--simulated` or `--midnight`.
    """
    words = ("-P", "-m", "robot_fleet.nodes.gazebo_bases", *shared, *clock, "--robots", ",".join(robots))
    return Start(ProcessSpec("gazebo_bases", "gazebo_bases", (sys.executable, *words), dict(env)))


def nav2_includes(
    site: Site,
    robots: Sequence[str],
    files: RosFiles,
    installed: Installed,
    *,
    simulated: bool,
    stagger_s: float,
    map_file: Path | None = None,
    begin_s: float = 0.0,
) -> tuple[Include, ...]:
    """Return Nav2 for each robot in its namespace, one after the other.

    Each is Nav2's own bring-up with all its nodes in one process; Nav2 puts the namespace on top of the parameters.

    Parameters
    ----------
    stagger_s : wall seconds between two robots; a dozen nodes that are configured at once starve each other.
    map_file : the map that robots localise themselves on; the site's if None.
    begin_s : wall seconds before the first.

    Raises
    ------
    RuntimeFailure : `runtime_not_installed`.
    """
    if not robots:
        return ()
    file = installed.shared("nav2_bringup", "launch/bringup_launch.py", "Nav2 drives robots of this run")
    chart = str((map_file or Path(site.map_file)).resolve())
    return tuple(
        Include(
            f"nav2_{name}",
            file,
            (
                ("namespace", name),
                ("use_namespace", "True"),
                ("use_composition", "True"),
                ("use_sim_time", str(simulated)),
                ("autostart", "True"),
                ("map", chart),
                ("params_file", str(files.nav2(name))),
            ),
            begin_s + stagger_s * number,
        )
        for number, name in enumerate(robots)
    )


def _bridge(files: RosFiles, installed: Installed, env: Mapping[str, str], *, simulated: bool) -> ProcessSpec:
    bridge = installed.executable("ros_gz_bridge", "parameter_bridge", _WANTED)
    settings = {
        "config_file": str(files.bridge),
        "use_sim_time": str(simulated).lower(),
        "override_timestamps_with_wall_time": str(not simulated).lower(),
    }
    words = [word for key, value in settings.items() for word in ("-p", f"{key}:={value}")]
    return ProcessSpec("bridge", "bridge", (bridge, "--ros-args", "-r", "__node:=gazebo_bridge", *words), dict(env))
