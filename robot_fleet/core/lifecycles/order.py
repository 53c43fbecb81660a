"""The manager's side of an order: wished for, accepted by the agent, ended."""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class OrderState(StrEnum):
    """Where an order stands in the manager's eyes."""

    ACTIVE = "active"
    CANCELLING = "cancelling"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class OrderEvent(StrEnum):
    """What can happen to an order."""

    UPDATE = "update"
    PROGRESS = "progress"
    CANCEL = "cancel"
    CONFIRM_CANCEL = "confirm_cancel"
    FINISH = "finish"
    FAIL = "fail"


ENDED = (OrderState.FINISHED, OrderState.CANCELLED, OrderState.FAILED)

_O = OrderState
_E = OrderEvent

TRANSITIONS: dict[tuple[OrderState, OrderEvent], OrderState] = {
    (_O.ACTIVE, _E.UPDATE): _O.ACTIVE,
    (_O.ACTIVE, _E.PROGRESS): _O.ACTIVE,
    (_O.ACTIVE, _E.CANCEL): _O.CANCELLING,
    (_O.ACTIVE, _E.FINISH): _O.FINISHED,
    (_O.ACTIVE, _E.FAIL): _O.FAILED,
    # steps may still end while the cancel is on its way; the last one may even finish the order
    (_O.CANCELLING, _E.PROGRESS): _O.CANCELLING,
    (_O.CANCELLING, _E.CANCEL): _O.CANCELLING,
    (_O.CANCELLING, _E.CONFIRM_CANCEL): _O.CANCELLED,
    (_O.CANCELLING, _E.FINISH): _O.FINISHED,
    (_O.CANCELLING, _E.FAIL): _O.FAILED,
}

REJECTED: frozenset[tuple[OrderState, OrderEvent]] = frozenset(
    [*product(ENDED, OrderEvent), (_O.ACTIVE, _E.CONFIRM_CANCEL), (_O.CANCELLING, _E.UPDATE)]
)
