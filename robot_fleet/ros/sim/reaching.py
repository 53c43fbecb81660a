"""The local stand-in for telephone, 119, guardians and doors: it hears who is wanted, and says what came of it."""

from __future__ import annotations

from math import isnan

from rclpy.node import Node
from robot_fleet_interfaces.msg import Contact, Contacts
from robot_fleet_interfaces.srv import CarryOut

from robot_fleet.core.effects import ReachOut
from robot_fleet.core.inputs import RecordVoice
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.insisting import Insisting
from robot_fleet.ros.manager.commands import CARRY_OUT
from robot_fleet.ros.manager.wishes import wish_json
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.sim.contacts import STAND_IN, reply_key, reply_now
from robot_fleet.sim.world import SimWorld


class Reaching:
    """Replies to the fleet's contacts as those would who are to be reached.

    Parameters
    ----------
    node : its thread owns the world.
    guard : keeps failing callbacks from the spin.
    world : whose people are reached.
    """

    def __init__(self, node: Node, guard: Guard, world: SimWorld) -> None:
        self._world = world
        self._wishes: tuple[ReachOut, ...] = ()
        self._replies: Insisting[ReachOut] = Insisting(node.create_client(CarryOut, CARRY_OUT))
        heard = guard("contacts", self._heard)
        node.create_subscription(Contacts, topic("fleet/contacts"), heard, QOS["fleet/contacts"].wanted)

    def look(self, steady_s: float) -> None:
        """Say what has come of the wishes by now, unless it was said lately."""
        for wish in self._wishes:
            reply = reply_now(self._world, wish) if self._replies.may_say(wish, steady_s) else None
            if reply is None:
                continue
            key = reply_key(wish, reply, self._world.now_s)
            said = RecordVoice(key, wish.alarm, reply.outcome, STAND_IN, reply.word, automatic=True)
            name, fields = wish_json(said)
            self._replies.say(wish, CarryOut.Request(wish=name, fields_json=fields), steady_s)

    def _heard(self, message: Contacts) -> None:
        self._wishes = tuple(_wish(contact) for contact in message.contacts)
        self._replies.keep(self._wishes)


def _wish(contact: Contact) -> ReachOut:
    opened_s = None if isnan(contact.opened_s) else contact.opened_s
    return ReachOut(contact.alarm, contact.kind, contact.place, contact.since_s, opened_s)
