"""Events of the city's platform over ROS: signed messages come in, each is answered on a topic of its own."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.node import Node
from robot_fleet_interfaces.msg import CityEvent, CityEventAnswer

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import Input
from robot_fleet.ros.convert import to_time
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.server.event_intake import EventIntake, Signed

EVENTS, ANSWERS = "fleet/city_events", "fleet/city_event_answers"


class CityTopics:
    """Takes signed events in and tells what became of each.

    Parameters
    ----------
    node : where subscription and publisher live.
    guard : keeps failing callbacks from the spin.
    intake : tells what may be taken.
    ask : feeds the core and returns its answer to a key.
    fleet_s : returns the fleet time.
    """

    def __init__(
        self,
        node: Node,
        guard: Guard,
        intake: EventIntake,
        ask: Callable[[str, Input], Answer],
        fleet_s: Callable[[], float],
    ) -> None:
        self._intake = intake
        self._ask = ask
        self._fleet_s = fleet_s
        self._answers = node.create_publisher(CityEventAnswer, topic(ANSWERS), QOS[ANSWERS].offered)
        node.create_subscription(CityEvent, topic(EVENTS), guard("city_event", self._heard), QOS[EVENTS].wanted)

    def _heard(self, message: CityEvent) -> None:
        signed = Signed(message.body.encode(), message.id, str(message.timestamp), message.signature)
        told = CityEventAnswer(stamp=to_time(self._fleet_s()), source=message.source, id=message.id)
        try:
            event = self._intake.read(signed)
            if event.source != message.source:
                raise RequestError("request_event_malformed", "expected the source of the body", "source")
        except RequestError as refused:
            told.code, told.message, told.where = refused.code, refused.message, refused.where
        else:
            answer = self._ask(event.key, event)
            told.accepted, told.event = answer.accepted, answer.task
            told.code, told.message, told.where = answer.code, answer.message, answer.where
        self._answers.publish(told)
