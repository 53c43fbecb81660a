"""A robot on a bench: it moves only in a simulation, and is to its clients a Nav2 robot like any other.

It knows nothing of the fleet: it has a namespace, a map and docks of its own and lives in wall time. Whoever tests what
is meant for real robots can do so with it, also over a bad network.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from robot_fleet.core.errors import RequestError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.site import RobotKind
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.sim.lone_robot import LoneBridge
from robot_fleet.ros.spin import make_node, parse_arguments, process, spin
from robot_fleet.sim.lone import TYPICAL, LoneRobot, lone_world
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_kinds

_FIGURES = ("speed_mps", "acceleration_mps2", "turn_radps", "dock_s", "undock_s", "battery_wh")


def to_pose(text: str) -> Pose:
    """Return the pose `X,Y` or `X,Y,YAW` (metres and radians)."""
    try:
        numbers = [float(word) for word in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3):
        raise argparse.ArgumentTypeError(f"expected X,Y or X,Y,YAW in metres and radians, got {text!r}")
    return Pose(numbers[0], numbers[1], numbers[2] if len(numbers) == 3 else 0.0)


def to_dock(text: str) -> tuple[str, Pose]:
    """Return name and pose of `NAME=X,Y,YAW`."""
    name, _, pose = text.partition("=")
    if not name or not pose:
        raise argparse.ArgumentTypeError(f"expected NAME=X,Y,YAW, got {text!r}")
    return name, to_pose(pose)


def main() -> None:
    """Run a robot on a bench."""
    made = argparse.ArgumentParser(
        description="a simulated robot behind Nav2's names, in wall time, that knows nothing of the fleet",
        epilog="example: nav2_robot --map map.yaml --namespace r1 --pose 4,1.2,-1.57 --dock charger_1=4,1.2,-1.57",
    )
    made.add_argument("--map", type=Path, required=True, help="its map, a Nav2 map file")
    made.add_argument("--namespace", default="r1", help="its namespace")
    made.add_argument("--pose", type=to_pose, default=Pose(0.0, 0.0), metavar="X,Y,YAW", help="where it begins")
    made.add_argument("--kinds", type=Path, metavar="FILE", help="a site's kinds.yaml, for its figures")
    made.add_argument("--kind", default="", help="which of the kinds; the first by default")
    made.add_argument(
        "--dock", type=to_dock, action="append", default=[], metavar="NAME=X,Y,YAW", help="a charger that it knows"
    )
    made.add_argument("--soc", type=float, default=80.0, metavar="PCT", help="state of charge at the beginning")
    made.add_argument("--act-s", type=float, default=3.0, metavar="S", help="how long an act takes")
    made.add_argument("--seed", type=int, default=1, help="of what a bad network loses")
    made.add_argument("--network", default="", metavar="WORDS", help="a bad network: 'delay_s=0.2 drop=0.1'")
    for figure in _FIGURES:
        made.add_argument(f"--{figure.replace('_', '-')}", type=float, metavar="N", help=f"another {figure}")
    parsed = parse_arguments(made)
    name = parsed.namespace.strip("/")
    with process(process="nav2_robot", robot=name):
        figures = {figure: value for figure in _FIGURES if (value := getattr(parsed, figure)) is not None}
        if "speed_mps" in figures:
            figures["loaded_speed_mps"] = figures["speed_mps"]
        robot = LoneRobot(
            name,
            parsed.pose,
            replace(_kind(parsed.kinds, parsed.kind), **figures),
            dict(parsed.dock),
            parsed.soc,
            parsed.act_s,
        )
        ground = read_map(parsed.map)
        _ = ground.clearance_m  # worked out now and not when the robot first looks around
        node = make_node(f"nav2_robot_{name.replace('/', '_')}", simulated=False)
        bridge = LoneBridge(node, Guard(), lone_world([robot], ground, parsed.seed), ground, parsed.seed)
        bridge.spoil(name, parsed.network)
        spin(node, lambda: True)


def _kind(file: Path | None, name: str) -> RobotKind:
    if file is None:
        return TYPICAL
    kinds = load_kinds(file)
    if name and name not in kinds:
        raise RequestError("request_unknown_kind", f"no kind {name!r}; the file has {', '.join(kinds)}", name)
    return kinds[name or next(iter(kinds))]


if __name__ == "__main__":
    main()
