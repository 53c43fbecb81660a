"""The life of one event on its way to one webhook: it waits, is sent, and ends delivered, given up or dropped."""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class DeliveryState(StrEnum):
    """Where a delivery stands. The last three are its ends."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


class DeliveryEvent(StrEnum):
    """What can happen to a delivery."""

    SEND = "send"
    SUCCEED = "succeed"
    FAIL = "fail"
    GIVE_UP = "give_up"
    DROP = "drop"
    RESTART = "restart"


ENDED = (DeliveryState.DELIVERED, DeliveryState.GIVEN_UP, DeliveryState.DROPPED)

_D = DeliveryState
_E = DeliveryEvent

TRANSITIONS: dict[tuple[DeliveryState, DeliveryEvent], DeliveryState] = {
    (_D.WAITING, _E.SEND): _D.SENDING,
    # too many wait for a receiver that does not answer, or the receiver is one no more
    (_D.WAITING, _E.DROP): _D.DROPPED,
    # its time is up while the receiver fails
    (_D.WAITING, _E.GIVE_UP): _D.GIVEN_UP,
    (_D.WAITING, _E.RESTART): _D.WAITING,
    (_D.SENDING, _E.SUCCEED): _D.DELIVERED,
    (_D.SENDING, _E.FAIL): _D.WAITING,
    (_D.SENDING, _E.GIVE_UP): _D.GIVEN_UP,
    # the sender ended in between: the receiver may have it already, and gets it again with the same id
    (_D.SENDING, _E.RESTART): _D.WAITING,
}

REJECTED: frozenset[tuple[DeliveryState, DeliveryEvent]] = frozenset(
    [
        *product(ENDED, DeliveryEvent),
        *product([_D.WAITING], [_E.SUCCEED, _E.FAIL]),
        *product([_D.SENDING], [_E.SEND, _E.DROP]),
    ]
)
