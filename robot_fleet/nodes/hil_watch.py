"""The watch over a run with real robots: a process of its own, so that nothing else keeps it from stopping the run."""

from __future__ import annotations

import signal
from pathlib import Path

from robot_fleet.core.errors import FleetError
from robot_fleet.nodes.arguments import parser, shared
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.hil.preflight import Preflight
from robot_fleet.ros.hil.watch import WatchBridge
from robot_fleet.ros.spin import make_node, parse_arguments, process, spin
from robot_fleet.runtime.bringup.backends import Backends, backends, ids, with_hardware
from robot_fleet.runtime.bringup.fleet_processes import STAND_STILL
from robot_fleet.runtime.hil.preflight import Seen, judge
from robot_fleet.runtime.processes.statefile import write_json
from robot_fleet.site.load import load_site


def main() -> None:
    """Watch, or look once."""
    made = parser("the watch over a run with real robots", is_clock=True)
    made.add_argument("--hardware", help="ids of the real robots, separated by commas; as robots.yaml says by default")
    made.add_argument("--agents", default="none", help="ids of those whose agents belong to this run")
    made.add_argument(
        "--look-first", type=float, metavar="S", help="look for the robots for so long, say what is there"
    )
    parsed = parse_arguments(made)
    with process(process="hil_watch"):
        arguments = shared(parsed)
        bodies = backends(with_hardware(load_site(arguments.site), parsed.hardware))
        if parsed.look_first is not None:
            look_first(bodies, arguments.preflight, parsed.look_first)
            return
        guard = Guard()
        node = make_node("hil_watch", simulated=False)
        bridge = WatchBridge(node, guard, bodies.elsewhere, ids(parsed.agents), arguments.hil)
        signal.signal(STAND_STILL, lambda _number, _frame: bridge.rest())
        spin(node, lambda: True, last=bridge.ended)


def look_first(bodies: Backends, told: Path, within_s: float) -> None:
    """Write down which agents run already, or what is wrong."""
    node = make_node("hil_preflight", simulated=False)
    preflight = Preflight(node, Guard(), bodies, within_s)
    seen: list[Seen] = []

    def last() -> bool:
        if not seen:
            seen.append(preflight.seen())
        return True

    spin(node, preflight.looks, last=last)
    try:
        write_json(told, {"agents": judge(bodies, seen[0], within_s)})
    except FleetError as error:
        write_json(told, {"code": error.code, "message": error.message, "where": error.where})
        raise


if __name__ == "__main__":
    main()
