"""Everything that a fleet is started with, decided before anything starts.

From a site, what carries its robots and a few wishes follow the programs, the launch files of others, the files that
both are given and the variables that they share. The launch files are thin over this; `./fleet demo` starts the same
processes of our own (`fleet_processes`) under its supervisor.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.site import Backend, Site
from robot_fleet.runtime.bringup.backends import Backends, ClockSource, backends, joined
from robot_fleet.runtime.bringup.fleet_processes import (
    DISCOVERY,
    FleetPlay,
    clock_words,
    fleet_processes,
    ros_environment,
)
from robot_fleet.runtime.bringup.gazebo_processes import gazebo_bases, gazebo_processes, nav2_includes, read_world
from robot_fleet.runtime.bringup.installed import Installed
from robot_fleet.runtime.bringup.starts import Include, Start
from robot_fleet.runtime.hil.real_run import RealRun
from robot_fleet.runtime.processes.discovery import discovery_server, needs_server
from robot_fleet.runtime.processes.process import ProcessSpec
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.shipped import shipped
from robot_fleet.site.exports.ros_files import RosFiles, ros_files
from robot_fleet.site.load import load_site

STAGGER_S = 5.0
"""Wall seconds between the starts of two robots' Nav2."""
TOOLS = 2
"""Participants that people add: the daemon of `ros2`, and one command."""
FLEET_VIEW = "fleet"
ALL = "all"
"""Stands for every robot that takes part."""


@dataclass(frozen=True, slots=True)
class FleetWishes:
    """What a fleet's bring-up is asked for.

    Parameters
    ----------
    site : the site's folder.
    run : the run directory; a fleet goes on from what is there.
    domain : ROS_DOMAIN_ID.
    port : of the console.
    robots : those that take part; empty for all.
    gazebo, hardware : robots that are carried by these, whatever the site says; `all` in Gazebo are those that are not
        real.
    expects_hardware : whether a bring-up without any real robot is a mistake.
    hardware_agents : whether the agents of real robots run here, too, instead of on the robots.
    midnight : the instant at which fleet time is 0; needed with a real robot, today's if two simulators are mixed.
    speed : fleet seconds per wall second; 1 with Gazebo or a real robot.
    demand : file of the requests that people make; none if None.
    world : the Gazebo world; that of the site's id if None.
    gui : whether Gazebo's window opens.
    view : what RViz opens with: a robot, `fleet`, or empty for no RViz.
    stagger_s : wall seconds between the starts of two robots' Nav2.
    """

    site: Path
    run: Path
    domain: int
    port: int
    robots: tuple[str, ...] = ()
    gazebo: tuple[str, ...] = ()
    hardware: tuple[str, ...] = ()
    expects_hardware: bool = False
    hardware_agents: bool = False
    midnight: datetime | None = None
    seed: int = 1
    speed: float = 1.0
    demand: Path | None = None
    world: Path | None = None
    gui: bool = False
    view: str = ""
    stagger_s: float = STAGGER_S


@dataclass(frozen=True, slots=True)
class RobotWishes:
    """What the bring-up of one real robot on its own computer is asked for.

    Parameters
    ----------
    site, run, domain, midnight : as in `FleetWishes`; the run directory holds the robot's journal.
    robot : its id.
    map_file : the map that it localises itself on; the site's if None.
    nav2 : whether its Nav2 is started, too.
    """

    site: Path
    run: Path
    domain: int
    robot: str
    midnight: datetime | None
    map_file: Path | None = None
    nav2: bool = True


@dataclass(frozen=True, slots=True)
class Bringup:
    """All that is started, in the order of starting.

    Parameters
    ----------
    backends : what carries the robots, and whose clock holds.
    starts : programs.
    includes : launch files of others.
    env : variables for all of them.
    files : what is to be written before, by path.
    participants : processes of this machine in the ROS domain, with those of people's tools.
    notes : what whoever starts it should know.
    """

    backends: Backends
    starts: tuple[Start, ...]
    includes: tuple[Include, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[Path, str] = field(default_factory=dict)
    participants: int = 0
    notes: tuple[str, ...] = ()


def bring_up_fleet(wishes: FleetWishes, environ: Mapping[str, str] = os.environ) -> Bringup:
    """Return what a fleet is started with.

    Raises
    ------
    FleetError : as `load_site`, `backends` and `read_world` do; `runtime_midnight_missing`, `runtime_speed_fixed`,
        `runtime_no_hardware`, `runtime_not_installed`.
    """
    site = load_site(wishes.site)
    carried = backends(site, wishes.robots, gazebo=_in_gazebo(site, wishes), hardware=wishes.hardware)
    if wishes.expects_hardware and not carried.hardware:
        message = "no robot of this run is real; name one (hardware:=…), or write backend: hardware into robots.yaml"
        raise RuntimeFailure("runtime_no_hardware", message, "hardware")
    _check_time(carried, wishes.midnight, wishes.speed)
    if carried.clock is ClockSource.WALL and wishes.midnight is None:
        wishes = replace(wishes, midnight=_this_midnight())
    if wishes.view not in ("", FLEET_VIEW, *site.robots):
        message = f"expected {FLEET_VIEW} or a robot of the site: {', '.join(site.robots)}"
        raise RuntimeFailure("runtime_unknown_robot", message, wishes.view)
    env, installed = ros_environment(wishes.domain, environ), Installed(environ)
    starts = [Start(process) for process in _own_processes(wishes, carried, site, environ)]
    files = RosFiles((wishes.run / "ros").resolve())
    here = carried.embedded + carried.gazebo
    map_topic = "/map" if carried.embedded else f"/{(here or carried.hardware)[0]}/map"
    texts = ros_files(
        site, files.folder, carried.robots, carried.gazebo, simulated=carried.simulated, map_topic=map_topic
    )
    includes: tuple[Include, ...] = ()
    if carried.gazebo:
        world = read_world(wishes.world or shipped(Path("worlds") / f"{site.id}.sdf"), carried.gazebo)
        simulated = carried.simulated
        starts += gazebo_processes(
            site, carried.gazebo, world, files, installed, env, simulated=simulated, gui=wishes.gui, environ=environ
        )
        shared = ("--site", str(wishes.site.resolve()), "--run", str(wishes.run.resolve()))
        starts.append(gazebo_bases(carried.gazebo, shared, clock_words(wishes.midnight), env))
        includes = nav2_includes(
            site, carried.gazebo, files, installed, simulated=simulated, stagger_s=wishes.stagger_s,
            begin_s=wishes.stagger_s,
        )  # fmt: skip
    if wishes.view:
        starts.append(Start(_rviz(wishes.view, files, installed, env, simulated=carried.simulated), lasts=False))
    participants = _participants(starts, includes)
    if needs_server(participants, environ):
        server, found = discovery_server(wishes.domain, installed, participants, environ)
        starts.insert(0, Start(server, ends_all=True))
        env |= found
    return Bringup(carried, tuple(starts), includes, env, texts, participants, _notes(carried, wishes, env))


def bring_up_robot(wishes: RobotWishes, environ: Mapping[str, str] = os.environ) -> Bringup:
    """Return what one real robot's computer is started with: its agent, and Nav2 in its namespace.

    Raises
    ------
    FleetError : as `load_site` and `backends` do; `runtime_midnight_missing`, `runtime_not_installed`.
    """
    site = load_site(wishes.site)
    carried = backends(site, (wishes.robot,), hardware=(wishes.robot,))
    _check_time(carried, wishes.midnight, 1.0)
    env, files = ros_environment(wishes.domain, environ), RosFiles((wishes.run / "ros").resolve())
    includes = (
        nav2_includes(
            site, carried.hardware, files, Installed(environ), simulated=False, stagger_s=0.0, map_file=wishes.map_file
        )
        if wishes.nav2
        else ()
    )
    if wishes.midnight is None:
        raise AssertionError("checked above")
    real = RealRun(wishes.midnight, carried)
    play = FleetPlay(wishes.site, wishes.domain, 0, 1, 1.0, real=real)
    run = RunDirectory(wishes.run.name, wishes.run.resolve())
    agent = tuple(Start(spec) for spec in fleet_processes(run, play, environ) if spec.role == "robot_agents")
    texts = ros_files(site, files.folder, carried.hardware, (), simulated=False, map_topic=f"/{wishes.robot}/map")
    return Bringup(
        carried, agent, includes, env, texts, _participants(agent, includes), _closed(env, "the fleet's machine")
    )


def _in_gazebo(site: Site, wishes: FleetWishes) -> tuple[str, ...]:
    if wishes.gazebo != (ALL,):
        return wishes.gazebo
    real = {name for name, robot in site.robots.items() if robot.backend is Backend.HARDWARE} | set(wishes.hardware)
    return tuple(name for name in wishes.robots or site.robots if name not in real)


def _own_processes(
    wishes: FleetWishes, carried: Backends, site: Site, environ: Mapping[str, str]
) -> tuple[ProcessSpec, ...]:
    play = FleetPlay(
        wishes.site, wishes.domain, wishes.port, wishes.seed, wishes.speed, wishes.demand,
        real=_real_run(wishes, carried, site),
        agents=None if carried.robots == tuple(site.robots) else carried.robots,
        in_gazebo=carried.clock is ClockSource.GAZEBO,
    )  # fmt: skip
    return fleet_processes(RunDirectory(wishes.run.name, wishes.run.resolve()), play, environ)


def _real_run(wishes: FleetWishes, carried: Backends, site: Site) -> RealRun | None:
    """Return what processes on wall time are told; None on simulated time."""
    if carried.simulated or wishes.midnight is None:
        return None
    unsaid = [name for name in carried.elsewhere if site.robots[name].backend is Backend.EMBEDDED]
    remote = () if wishes.hardware_agents else carried.hardware
    return RealRun(wishes.midnight, carried, joined(unsaid) if unsaid else None, remote)


def _check_time(carried: Backends, midnight: datetime | None, speed: float) -> None:
    if carried.hardware and midnight is None:
        message = (
            f"{', '.join(carried.hardware)} is real, so fleet time is the time since a midnight that every machine is"
            " told alike; give midnight:=2026-11-26T00:00+09:00, that of the day on which the ledger began"
        )
        raise RuntimeFailure("runtime_midnight_missing", message, "midnight")
    if carried.simulated and midnight is not None:
        message = "one simulator carries every robot, so fleet time is the simulator's; leave the midnight out"
        raise RuntimeFailure("runtime_midnight_unused", message, "midnight")
    if speed != 1.0 and (carried.hardware or carried.gazebo):
        message = f"expected 1, got {speed:g}: real robots and Gazebo run at the speed of the world outside"
        raise RuntimeFailure("runtime_speed_fixed", message, "speed")


def _this_midnight() -> datetime:
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def _rviz(view: str, files: RosFiles, installed: Installed, env: Mapping[str, str], *, simulated: bool) -> ProcessSpec:
    robot = "" if view == FLEET_VIEW else view
    program = installed.executable("rviz2", "rviz2", "rviz was asked for")
    words = ["-d", str(files.view(robot)), "--ros-args", "-p", f"use_sim_time:={str(simulated).lower()}"]
    for topic in ("tf", "tf_static") if robot else ():
        words += ["-r", f"/{topic}:=/{robot}/{topic}"]
    return ProcessSpec("rviz", "rviz", (program, *words), dict(env))


def _participants(starts: list[Start] | tuple[Start, ...], includes: tuple[Include, ...]) -> int:
    """Return how many processes join the ROS domain: each program of ours and ROS's, a container for each Nav2.

    Whoever loads nodes into the containers is one; spawns come one after the other, so they count as one.
    """
    roles = [start.process.role for start in starts]
    joining = sum(role not in ("gazebo", "spawn") for role in roles) + ("spawn" in roles)
    return joining + len(includes) + bool(includes) + TOOLS


def _notes(carried: Backends, wishes: FleetWishes, env: Mapping[str, str]) -> tuple[str, ...]:
    if not carried.hardware:
        return ()
    notes = _closed(env, ", ".join(carried.hardware))
    if not wishes.hardware_agents:
        notes += (f"the agents of {', '.join(carried.hardware)} are started on the robots, by robot.launch.py",)
    return notes


def _closed(env: Mapping[str, str], whom: str) -> tuple[str, ...]:
    if env[DISCOVERY] != "LOCALHOST":
        return ()
    return (f"discovery stays on this machine; export {DISCOVERY}=SUBNET to meet {whom}",)
