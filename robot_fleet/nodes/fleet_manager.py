"""The fleet manager: core, ledger, planner's worker, traffic and robot links. The one writer of the ledger."""

from __future__ import annotations

import time
from pathlib import Path

from robot_fleet_interfaces.msg import PlaceContents
from std_msgs.msg import UInt64

from robot_fleet.core.effects import Answer
from robot_fleet.core.facts import Fact
from robot_fleet.core.fleet import Fleet
from robot_fleet.core.inputs import Input, PlaceSensed, Tick
from robot_fleet.nodes.arguments import NodeArguments, parser, shared
from robot_fleet.ros.commands import Commands
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.robot_link import RosRobotLink
from robot_fleet.ros.spin import FleetClock, Guard, log_to_stderr, make_node, spin
from robot_fleet.runtime import history
from robot_fleet.runtime.host import Host
from robot_fleet.runtime.improver import Improver
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.statefile import read_json, write_json
from robot_fleet.runtime.summary import fleet_part, percentiles
from robot_fleet.site.load import load_site
from robot_fleet.telemetry.rollup import Rollup

TICK_S = 0.1
FIGURES_EVERY_S = 1.0
IMPROVE_S = 0.5


class FleetManager:
    """Bridges ROS to the core; every callback feeds one input and leaves."""

    def __init__(self, arguments: NodeArguments) -> None:
        self._arguments = arguments
        site = load_site(arguments.site)
        self._ledger, state = history.open_for_writing(site, arguments.ledger, time.strftime("%F %T"))
        self._snapshot_seq = self._ledger.last_seq
        self._improver = Improver(IMPROVE_S, arguments.seed)
        guard = Guard()
        self.node = make_node("fleet_manager", simulated=arguments.simulated)
        self._clock = FleetClock(self.node, arguments.simulated)
        self._commands = Commands(self.node, self._feed)
        links = {name: RosRobotLink(self.node, name, guard, self._reports_came) for name in site.robots}
        self._host = Host(
            Fleet(site, ports_for(site), state=state),
            self._ledger,
            links,
            self._improver.ask,
            self._answer,
            time.perf_counter,
        )
        self._restore_rollups(arguments.fleet_figures)
        self._facts = self.node.create_publisher(UInt64, topic("fleet/facts"), QOS["fleet/facts"])
        self.node.create_subscription(
            PlaceContents, topic("fleet/place_contents"), guard("place", self._place), QOS["fleet/place_contents"]
        )
        self._figures_s = 0.0
        self._tick = guard("tick", self._ticked)
        self.node.create_timer(TICK_S, lambda: self._tick(None), clock=self._steady())

    def close(self) -> None:
        """Keep what is known and give the ledger up."""
        self._write_figures()
        self._improver.close()
        history.take_snapshot(self._ledger, self._host.fleet.state)
        self._ledger.close()

    @staticmethod
    def _steady() -> object:
        from rclpy.clock import Clock, ClockType

        return Clock(clock_type=ClockType.STEADY_TIME)

    def _feed(self, news: Input) -> None:
        if not self._clock.started:
            return
        facts = self._host.feed(news, self._clock.now())
        self._wrote(facts)

    def _wrote(self, facts: tuple[Fact, ...]) -> None:
        if facts:
            self._facts.publish(UInt64(data=self._ledger.last_seq))

    def _answer(self, answer: Answer) -> None:
        self._commands.answered(answer)

    def _reports_came(self) -> None:
        if self._clock.started:
            before = self._ledger.last_seq
            self._host.poll_links(self._clock.now())
            if self._ledger.last_seq != before:
                self._facts.publish(UInt64(data=self._ledger.last_seq))

    def _place(self, message: PlaceContents) -> None:
        self._feed(PlaceSensed(message.place, tuple(message.items)))

    def _ticked(self, _: None) -> None:
        for improved in self._improver.answers():
            self._feed(improved)
        self._feed(Tick())
        self._host.new_alarms.clear()
        now_s = time.monotonic()
        if now_s - self._figures_s >= FIGURES_EVERY_S:
            self._figures_s = now_s
            self._write_figures()
        if self._ledger.last_seq - self._snapshot_seq >= history.SNAPSHOT_EVERY:
            history.take_snapshot(self._ledger, self._host.fleet.state)
            self._snapshot_seq = self._ledger.last_seq

    def _write_figures(self) -> None:
        fleet = self._host.fleet
        part = fleet_part(
            fleet.site,
            fleet.state,
            self._host.rollups,
            self._host.plans_by,
            fleet.agenda.checked,
            len(fleet.agenda.violations),
        )
        part["seq"] = self._ledger.last_seq
        part["at_s"] = self._clock.now().fleet_s
        part["request_to_plan_ms"] = percentiles(self._host.request_to_plan_ms)
        part["plan_to_goal_ms"] = percentiles(self._host.plan_to_goal_ms)
        part["refused"] = dict(fleet.state.refused)
        part["rollups"] = {name: rollup.to_dict() for name, rollup in self._host.rollups.items()}
        write_json(self._arguments.fleet_figures, part)

    def _restore_rollups(self, path: Path) -> None:
        known = read_json(path)
        if known is not None:
            self._host.rollups.update({name: Rollup.from_dict(body) for name, body in known["rollups"].items()})


def main() -> None:
    """Run the fleet manager."""
    arguments = shared(parser("the fleet manager").parse_args())
    log_to_stderr(process="fleet_manager")
    manager = FleetManager(arguments)
    try:
        spin(manager.node)
    finally:
        manager.close()


if __name__ == "__main__":
    main()
