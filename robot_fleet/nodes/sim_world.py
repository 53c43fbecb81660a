"""The embedded simulator as a node: one world, its robots behind Nav2's names, its people who ask for services."""

from __future__ import annotations

import signal
import time
from functools import partial
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.nodes.arguments import parser, shared
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.sim.bridge import SimBridge
from robot_fleet.ros.sim.ghost_intake import GhostIntake
from robot_fleet.ros.sim.world_player import WorldPlayer
from robot_fleet.ros.spin import every, make_node, parse_arguments, process, spin
from robot_fleet.runtime.bringup.backends import backends, with_hardware
from robot_fleet.runtime.bringup.fleet_processes import STAND_STILL
from robot_fleet.runtime.chaos.control import FOLLOW_EVERY_S, Following
from robot_fleet.runtime.runs.demand import DAY_BEGINS_S, played_rows
from robot_fleet.runtime.scenarios.followed import FollowedHazards
from robot_fleet.sim.callers import Callers
from robot_fleet.sim.mishaps import fail_action
from robot_fleet.sim.people import read_people
from robot_fleet.sim.world import SimWorld
from robot_fleet.site.demand import read_csv
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_site
from robot_fleet.stores.raised import RaisedAlarms


def wall_s(midnight_s: float) -> float:
    """Return the fleet time of the wall clock."""
    return time.time() - midnight_s


def main() -> None:
    """Run the embedded simulator."""
    made = parser("the embedded simulator", is_clock=True)
    made.add_argument("--speed", type=float, default=1.0, help="fleet seconds per wall second")
    made.add_argument("--demand", type=Path, help="CSV of the requests that people make")
    made.add_argument("--requests", type=int, help="only the first so many")
    made.add_argument("--duration", type=float, help="fleet seconds after which nobody asks any more")
    made.add_argument("--hardware", help="ids of the real robots, separated by commas; as robots.yaml says by default")
    made.add_argument("--begin", type=float, help="fleet time of the beginning; that of the first request by default")
    made.add_argument("--trace", type=Path, help="CSV file of the physical truth")
    parsed = parse_arguments(made)
    with process(process="sim_world"):
        arguments = shared(parsed)
        site = with_hardware(load_site(arguments.site), parsed.hardware)
        occupancy = read_map(Path(site.map_file))
        _ = occupancy.clearance_m  # worked out now and not when the first robot drives
        people = read_people(arguments.site / "people.yaml")
        rows = played_rows(read_csv(parsed.demand) if parsed.demand else [], parsed.requests, parsed.duration)
        start_s = min((row.at_s for row in rows), default=DAY_BEGINS_S) if parsed.begin is None else parsed.begin
        midnight_s, keeps_to, bodies = None, None, backends(site)
        if arguments.midnight is not None:
            midnight_s = arguments.midnight.timestamp()
            keeps_to = partial(wall_s, midnight_s)
            start_s = keeps_to()
        elif bodies.elsewhere:
            message = (
                f"{bodies.elsewhere[0]} is not simulated here, so that all must keep to the wall clock: --midnight"
            )
            raise RuntimeFailure("runtime_hil_speed", message, "--midnight")
        world = SimWorld(site, occupancy, people, arguments.seed, start_s, bodies.embedded)
        callers = Callers(world, rows)
        player = WorldPlayer(
            world, callers, arguments.world, arguments.world_figures, parsed.speed, parsed.trace, keeps_to
        )
        try:
            node = make_node("sim_world", simulated=False)
            guard, raised = Guard(), RaisedAlarms(arguments.raised)
            ghosts = GhostIntake(node, guard, world, bodies) if bodies.elsewhere else None
            bridge = SimBridge(node, guard, player, callers, occupancy, raised, midnight_s, ghosts)
            if arguments.chaos is not None:
                failing = Following(arguments.chaos)
                hazards = FollowedHazards(world, failing, arguments.run)
                every(node, FOLLOW_EVERY_S, guard("hazards", hazards.look))
                every(
                    node, FOLLOW_EVERY_S, guard("mishap", lambda: failing.abort(lambda name: fail_action(world, name)))
                )
            signal.signal(STAND_STILL, lambda _number, _frame: bridge.stand_still())
            spin(node, lambda: True)
        finally:
            player.close()


if __name__ == "__main__":
    main()
