"""The fleet manager: core, ledger, planner's worker, traffic and robot links. The one writer of the ledger."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from robot_fleet_interfaces.msg import Conditions, PlaceContents
from std_msgs.msg import UInt64

from robot_fleet.core.errors import LedgerError
from robot_fleet.core.inputs import DirectTask, Input, PlaceSensed, SequenceTask
from robot_fleet.core.ports import RobotLink
from robot_fleet.nodes.arguments import NodeArguments, add_ledger, parser, shared
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.alarm_topics import AlarmTopics, from_conditions
from robot_fleet.ros.manager.brought_topic import BroughtTopic
from robot_fleet.ros.manager.charger_topic import ChargerTopic
from robot_fleet.ros.manager.city_topics import CityTopics
from robot_fleet.ros.manager.commands import Commands
from robot_fleet.ros.manager.contact_topics import ContactTopics
from robot_fleet.ros.manager.equipment_link import RosEquipmentLink
from robot_fleet.ros.manager.live_fleet import LiveFleet
from robot_fleet.ros.manager.path_asker import RosPathAsker
from robot_fleet.ros.manager.prompt_topics import PromptTopics
from robot_fleet.ros.manager.robot_link import RosRobotLink
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.spin import Setting, declare, every, make_node, parse_arguments, process, spin
from robot_fleet.runtime.chaos.control import FOLLOW_EVERY_S, Following
from robot_fleet.runtime.chaos.messages import DisturbedLink
from robot_fleet.runtime.event_keys import event_keys
from robot_fleet.runtime.pauses import avoid_pauses, begin_loading
from robot_fleet.runtime.processes.run_id import run_id
from robot_fleet.runtime.processes.supervision import Supervision
from robot_fleet.runtime.recipients_intake import RecipientsIntake
from robot_fleet.runtime.ringing.alarm_events import AlarmEvents
from robot_fleet.runtime.ringing.raised_intake import LOOK_EVERY_S, RaisedIntake
from robot_fleet.server.event_intake import EventIntake
from robot_fleet.server.webhooks.deliveries import Deliveries
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.webhooks import read_webhooks
from robot_fleet.stores.raised import RaisedAlarms

TICK_HZ = Setting("tick_hz", 10.0, 1.0, 50.0, "looks at what changes without notice, per wall second")
NOTE_EVERY_S = 1.0


class FleetManager:
    """Bridges ROS to the fleet; every callback feeds it and leaves."""

    def __init__(self, arguments: NodeArguments, improving: bool, webhooks: Path | None) -> None:
        site = load_site(arguments.site)
        self.guard = guard = Guard(ends=(LedgerError,))
        self.node = node = make_node("fleet_manager", simulated=arguments.simulated)
        failing = None if arguments.chaos is None else Following(arguments.chaos)
        self._clock = FleetClock(node, arguments.midnight, (lambda: failing.ahead_s) if failing else None)
        self._commands = Commands(node, guard, self._feed, self._why, self._price)
        links: dict[str, RobotLink] = {name: RosRobotLink(node, name, guard, self._poll) for name in site.robots}
        if failing is not None:
            links = {name: _disturbed(link, name, failing, arguments.seed) for name, link in links.items()}
            every(node, FOLLOW_EVERY_S, guard("late", self._poll))
        ledger, figures = arguments.ledger, arguments.fleet_figures
        seed = arguments.seed if improving else None
        own = {name: at for name, at in site.alignments.items() if not arguments.is_embedded(name)}
        planners = RosPathAsker(node, guard, self._feed, own)
        doors = RosEquipmentLink(node, guard, self._poll) if site.equipment else None
        self._fleet = LiveFleet(
            site,
            ledger,
            figures,
            links,
            self._commands.answered,
            seed,
            planners,
            arguments.midnight,
            ChargerTopic(node).tell,
            doors,
        )
        self._clock.not_before(self._fleet.newest_s)
        self._facts = node.create_publisher(UInt64, topic("fleet/facts"), QOS["fleet/facts"].offered)
        self._told_seq = -1
        contents = QOS["fleet/place_contents"].wanted
        node.create_subscription(PlaceContents, topic("fleet/place_contents"), guard("place", self._place), contents)
        seen = guard("conditions", lambda message: self._feed(from_conditions(message)))
        node.create_subscription(Conditions, topic("fleet/conditions"), seen, QOS["fleet/conditions"].wanted)
        self._alarms = AlarmTopics(node, site.health.alarms)
        self._prompts = PromptTopics(node, site)
        self._contacts = ContactTopics(node)
        self._brought = BroughtTopic(node, site)
        self._recipients = RecipientsIntake(arguments.site, self._feed)
        every(node, LOOK_EVERY_S, guard("recipients", self._recipients.look))
        self._alarms_seq = -1
        intake = EventIntake(event_keys(arguments.site, arguments.run, []), time.time)
        CityTopics(node, guard, intake, self._commands.ask, lambda: self._clock.now().fleet_s)
        endpoints = () if webhooks is None else read_webhooks(webhooks, without=[])
        self._deliveries = Deliveries(endpoints, arguments.outbox, seed=arguments.seed)
        self._events = AlarmEvents(site, run_id(arguments.run), self._deliveries.offer)
        every(node, 1.0 / declare(node, TICK_HZ), guard("tick", self._tick))
        raised = RaisedIntake(RaisedAlarms(arguments.raised), lambda wish: self._commands.ask(wish.key, wish))
        every(node, LOOK_EVERY_S, guard("raised", raised.look))
        self._supervision = Supervision(arguments.processes)
        every(node, LOOK_EVERY_S, guard("supervision", self._look_at_processes))
        every(node, NOTE_EVERY_S, note := guard("note", self._note))
        note()

    def close(self) -> None:
        """Keep what is known and give the ledger up."""
        self._note()
        self._deliveries.close()
        self._fleet.close()

    def _feed(self, news: Input) -> bool:
        if self._clock.started:
            self._fleet.feed(news, self._clock.now())
            self._tell_facts()
        return self._clock.started

    def _why(self, task: str, language: str) -> Mapping[str, object] | None:
        return self._fleet.why(task, language, self._clock.now()) if self._clock.started else None

    def _price(self, wish: DirectTask | SequenceTask) -> Mapping[str, object] | None:
        return self._fleet.price(wish, self._clock.now()) if self._clock.started else None

    def _poll(self) -> None:
        if self._clock.started:
            self._fleet.poll(self._clock.now())
            self._tell_facts()

    def _place(self, message: PlaceContents) -> None:
        self._feed(PlaceSensed(message.place, tuple(message.items), message.people))

    def _tick(self) -> None:
        if self._clock.started:
            now = self._clock.now()
            self._fleet.tick(now)
            self._tell_facts()
            if self._fleet.last_seq != self._alarms_seq:
                self._alarms_seq = self._fleet.last_seq
                self._alarms.tell(self._fleet.state, now.fleet_s)
                self._prompts.tell(self._fleet.state, now.fleet_s)
                self._contacts.tell(self._fleet.state, now.fleet_s)
                self._brought.tell(self._fleet.state, now.fleet_s)
                self._events.tell(self._fleet.state, now.fleet_s)

    def _look_at_processes(self) -> None:
        seen = self._supervision.look(self._clock.now().fleet_s) if self._clock.started else None
        if seen is not None:
            self._feed(seen)

    def _tell_facts(self) -> None:
        if self._fleet.last_seq != self._told_seq:
            self._told_seq = self._fleet.last_seq
            self._facts.publish(UInt64(data=self._told_seq))

    def _note(self) -> None:
        self._fleet.note(self._clock.now().fleet_s, self.guard.failures)


def _disturbed(link: RobotLink, robot: str, failing: Following, seed: int) -> DisturbedLink:
    return DisturbedLink(link, time.monotonic, f"{seed}/messages/{robot}", lambda: failing.network(robot))


def main() -> None:
    """Run the fleet manager."""
    made = parser("the fleet manager")
    add_ledger(made)
    made.add_argument("--no-improve", action="store_true", help="plan by insertion alone, without CP-SAT")
    made.add_argument("--webhooks", type=Path, help="the file of receivers of alarms, if there are any")
    parsed = parse_arguments(made)
    with process(process="fleet_manager"):
        begin_loading()
        manager = FleetManager(shared(parsed), not parsed.no_improve, parsed.webhooks)
        avoid_pauses()
        try:
            spin(manager.node, lambda: manager.guard.fatal is None)
        finally:
            manager.close()
        manager.guard.raise_fatal()


if __name__ == "__main__":
    main()
