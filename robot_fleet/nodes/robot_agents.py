"""The agents of one or more robots: each follows its orders, moves its Nav2 robot and keeps its journal.

In the field one such process runs on each robot's computer; in simulation one process holds them all.
"""

from __future__ import annotations

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.geometry import ALIGNED
from robot_fleet.nodes.arguments import parser, shared
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.gateway.black_box import BlackBoxes
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.robot.agent_bridge import AgentBridge
from robot_fleet.ros.robot.managed import ManagedNode
from robot_fleet.ros.robot.moved_by import MovedBy, navigator_for
from robot_fleet.ros.spin import Setting, declare, every, parse_arguments, process, spin
from robot_fleet.runtime.chaos.control import Following
from robot_fleet.site.load import load_site

TICK_HZ = Setting("tick_hz", 20.0, 2.0, 50.0, "looks of each agent at its robot per wall second")


def main() -> None:
    """Run agents."""
    made = parser("the agents of robots")
    made.add_argument("--robots", default="", help="ids, separated by commas; empty for all of the site")
    made.add_argument(
        "--navigator",
        choices=[each.value for each in MovedBy],
        default=MovedBy.AUTO.value,
        help="how Nav2 is spoken to: by nav2_simple_commander (one robot to a process), or by its actions."
        " auto takes nav2_simple_commander on a real robot where it is installed",
    )
    parsed = parse_arguments(made)
    with process(process="robot_agents"):
        arguments = shared(parsed)
        site = load_site(arguments.site)
        names = [name for name in parsed.robots.split(",") if name] or list(site.robots)
        for name in names:
            if name not in site.robots:
                raise RuntimeFailure("runtime_unknown_robot", f"expected one of {', '.join(site.robots)}", name)
        moved_by = navigator_for(MovedBy(parsed.navigator), len(names), arguments.simulated)
        arguments.journals.mkdir(parents=True, exist_ok=True)
        guard = Guard()
        # in the field each robot has such a process, and its node is found by the robot's name
        name, namespace = ("agent", names[0]) if len(names) == 1 else ("robot_agents", "")
        mark = arguments.journals / f"{namespace or name}.inactive"
        node = ManagedNode(name, namespace, simulated=arguments.simulated, mark=mark)
        clock = FleetClock(node, arguments.midnight)
        maps = {name: site.places[site.robots[name].start].pose.map_id for name in names}
        # the embedded simulator's actuators remember what they did; of a real robot's that is not known
        durable = {name: arguments.is_embedded(name) for name in names}
        control = {name: site.kinds[site.robots[name].kind].control_topics for name in names}
        own = {name: site.alignments[name] for name in names if name in site.alignments and not durable[name]}
        boxes = BlackBoxes(node, guard, clock, site.id, arguments.run, control)
        failing = None if arguments.chaos is None else Following(arguments.chaos)
        agents = [
            AgentBridge(
                node,
                name,
                maps[name],
                arguments.journals,
                guard,
                clock,
                durable[name],
                control[name],
                own.get(name, ALIGNED),
                boxes,
                failing,
                moved_by,
                {name: level.map_file for name, level in site.floors.items()},
            )
            for name in names
        ]

        def tick() -> None:
            for agent in agents:
                agent.tick()

        def set_active(active: bool) -> None:
            for agent in agents:
                agent.set_active(active)

        def close() -> None:
            for agent in agents:
                agent.close()

        node.told = guard("activate", set_active)
        node.start()
        every(node, 1.0 / declare(node, TICK_HZ), tick)
        spin(node, lambda: not any(agent.stuck for agent in agents), close)
        boxes.close()
        if any(agent.stuck for agent in agents):
            raise RuntimeFailure("runtime_commander_stuck", "a server of its Nav2 went while it was asked", names[0])


if __name__ == "__main__":
    main()
