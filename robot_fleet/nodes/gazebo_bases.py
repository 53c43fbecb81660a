"""Completes the robots whose bodies are in Gazebo: fixed frames, chargers that charge, and acts."""

from __future__ import annotations

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.nodes.arguments import parser, shared
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.sim.gazebo_base import GazeboBase
from robot_fleet.ros.spin import every, make_node, parse_arguments, process, spin
from robot_fleet.site.load import load_site

TICK_S = 0.2


def main() -> None:
    """Run the bases of Gazebo's robots."""
    made = parser("what Gazebo does not give its robots")
    made.add_argument("--robots", required=True, help="ids, separated by commas")
    parsed = parse_arguments(made)
    with process(process="gazebo_bases"):
        arguments = shared(parsed)
        site = load_site(arguments.site)
        names = [name for name in parsed.robots.split(",") if name]
        for name in names:
            if name not in site.robots:
                raise RuntimeFailure("runtime_unknown_robot", f"expected one of {', '.join(site.robots)}", name)
        folder = arguments.run / "gazebo"
        folder.mkdir(parents=True, exist_ok=True)
        guard = Guard()
        node = make_node("gazebo_bases", simulated=arguments.simulated)
        clock = FleetClock(node, arguments.midnight)

        def clock_s() -> float:
            return clock.now().fleet_s

        bases = [
            GazeboBase(node, site, name, guard, clock_s, folder / f"{name}.json", not arguments.simulated)
            for name in names
        ]

        def tick() -> None:
            for base in bases:
                base.tick()

        every(node, TICK_S, guard("tick", tick))
        spin(node, lambda: True)


if __name__ == "__main__":
    main()
