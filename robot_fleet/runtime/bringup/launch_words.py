"""What people write behind `ros2 launch robot_fleet …`, and the wishes that it means."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.bringup.bringup import ALL, FLEET_VIEW, STAGGER_S, FleetWishes, RobotWishes
from robot_fleet.runtime.processes.run_directory import state_home
from robot_fleet.runtime.runs.midnight import parse_midnight
from robot_fleet.runtime.shipped import DEFAULT_SITE, shipped

_LARGEST_DOMAIN, _LARGEST_PORT = 232, 65535


@dataclass(frozen=True, slots=True)
class Argument:
    """A launch argument: what it is if it is not given, and what it means."""

    default: str
    meaning: str


def arguments(environ: Mapping[str, str] = os.environ) -> dict[str, Argument]:
    """Return every argument that our launch files know."""
    site = shipped(DEFAULT_SITE)
    return {
        "site": Argument(str(site), "the site's folder"),
        "run": Argument("", "the run directory: ledger, journals, logs; a new one if not given"),
        "robots": Argument("", "ids of the robots that take part, separated by commas; all of the site if not given"),
        "domain": Argument(environ.get("ROS_DOMAIN_ID") or "0", "ROS_DOMAIN_ID of everything that is started"),
        "port": Argument("8600", "port of the console, on this machine"),
        "seed": Argument("1", "seed of all that people and searches draw"),
        "speed": Argument("1.0", "fleet seconds per second; 1 with Gazebo or a real robot"),
        "demand": Argument("", "CSV file of the requests that people make; nobody asks if not given"),
        "midnight": Argument(
            "",
            "with a real robot: the instant at which fleet time is 0, the same on every machine and at every restart,"
            " such as 2026-11-26T00:00+09:00",
        ),
        "gazebo": Argument("", f"ids of robots that are in Gazebo whatever robots.yaml says, or {ALL}"),
        "hardware": Argument("", "ids of robots that are real whatever robots.yaml says"),
        "hardware_agents": Argument("false", "start the agents of real robots here, too, instead of on the robots"),
        "world": Argument("", "the Gazebo world (SDF); worlds/SITE.sdf if not given"),
        "gui": Argument("false", "open Gazebo's window"),
        "stagger": Argument(f"{STAGGER_S:g}", "seconds between the starts of two robots' Nav2"),
        "rviz": Argument("false", "open RViz with the whole fleet (true), or with what one robot sees (its id)"),
        "robot": Argument("", "id of the robot whose computer this is"),
        "map": Argument("", "the map that the robot localises itself on; the site's if not given"),
        "nav2": Argument("true", "start the robot's Nav2, too; false where something else does"),
    }


def fleet_wishes(given: Mapping[str, str], *, expects_hardware: bool = False) -> FleetWishes:
    """Return what a launch file's arguments mean for a fleet; one that a launch file does not have is as if not given.

    Raises
    ------
    RuntimeFailure : `runtime_launch_argument`, `runtime_domain_malformed`, `runtime_midnight_malformed`.
    """
    told = {name: argument.default for name, argument in arguments().items()} | dict(given)
    site = Path(told["site"])
    robots = _ids(told["robots"])
    gazebo = (ALL,) if told["gazebo"] == ALL else _ids(told["gazebo"])
    return FleetWishes(
        site=site,
        run=Path(told["run"]) if told["run"] else _new_run(site),
        domain=_domain(told["domain"]),
        port=_whole("port", told["port"], 1, _LARGEST_PORT),
        robots=robots,
        gazebo=gazebo,
        hardware=_ids(told["hardware"]),
        expects_hardware=expects_hardware,
        hardware_agents=_truth("hardware_agents", told["hardware_agents"]),
        midnight=parse_midnight(told["midnight"]) if told["midnight"] else None,
        seed=_whole("seed", told["seed"], 0, None),
        speed=_number("speed", told["speed"], 0.1, 100.0),
        demand=Path(told["demand"]) if told["demand"] else None,
        world=Path(told["world"]) if told["world"] else None,
        gui=_truth("gui", told["gui"]),
        view=_view(told["rviz"]),
        stagger_s=_number("stagger", told["stagger"], 0.0, 600.0),
    )


def robot_wishes(given: Mapping[str, str]) -> RobotWishes:
    """Return what a launch file's arguments mean for one real robot.

    Raises
    ------
    RuntimeFailure : as `fleet_wishes`.
    """
    told = {name: argument.default for name, argument in arguments().items()} | dict(given)
    if not told["robot"]:
        raise RuntimeFailure("runtime_launch_argument", "expected the robot's id, such as robot:=care_1", "robot")
    return RobotWishes(
        site=Path(told["site"]),
        run=Path(told["run"]) if told["run"] else state_home() / "robots" / told["robot"],
        domain=_domain(told["domain"]),
        robot=told["robot"],
        midnight=parse_midnight(told["midnight"]) if told["midnight"] else None,
        map_file=Path(told["map"]) if told["map"] else None,
        nav2=_truth("nav2", told["nav2"]),
    )


def _new_run(site: Path) -> Path:
    return state_home() / "launch" / f"{site.name}-{time.strftime('%Y%m%d-%H%M%S')}"


def _ids(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _view(text: str) -> str:
    if text.lower() in ("", "false"):
        return ""
    return FLEET_VIEW if text.lower() == "true" else text


def _truth(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise RuntimeFailure("runtime_launch_argument", f"expected true or false, got {text!r}", name)
    return text.lower() == "true"


def _domain(text: str) -> int:
    if not text.isdecimal() or int(text) > _LARGEST_DOMAIN:
        message = f"expected a number from 0 to {_LARGEST_DOMAIN}, got {text!r}"
        raise RuntimeFailure("runtime_domain_malformed", message, "domain")
    return int(text)


def _whole(name: str, text: str, least: int, most: int | None) -> int:
    if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
        upto = "" if most is None else f" to {most}"
        message = f"expected a whole number from {least}{upto}, got {text!r}"
        raise RuntimeFailure("runtime_launch_argument", message, name)
    return int(text)


def _number(name: str, text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        message = f"expected a number from {least:g} to {most:g}, got {text!r}"
        raise RuntimeFailure("runtime_launch_argument", message, name)
    return value
