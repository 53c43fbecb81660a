"""Where a task stands in its service's flow: a robot on its way to a stop, at it, waiting for an answer, leaving it."""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class FlowState(StrEnum):
    """Where a task stands in its flow."""

    AWAY = "away"
    """No robot is at a stop of it for its sake."""
    AT_STOP = "at_stop"
    """A robot does there what comes next."""
    ASKING = "asking"
    """Its robot waits for somebody's answer."""
    ALONE = "alone"
    """Somebody is waited for without a robot."""
    LEAVING = "leaving"
    """It goes on elsewhere; its robot has not confirmed yet that nothing more is to be done at the stop."""
    ENDED = "ended"


class FlowEvent(StrEnum):
    """What can happen to a flow."""

    ARRIVE = "arrive"
    """A robot is at the stop; an order that is changed there says so again."""
    ACT = "act"
    """An act has ended."""
    ASK = "ask"
    """A wait has begun."""
    TURN = "turn"
    """It goes on with another act of the same stop than the next in order, or a wait has ended so."""
    LEAVE = "leave"
    """It goes on at another stop than the next in order, or a wait has ended so."""
    DEPART = "depart"
    """The robot has done all that was announced for the stop."""
    BREAK_OFF = "break_off"
    """The robot does no more of it: called away, failed, given up, taken away by a person."""
    END = "end"
    """The task has ended."""


_F = FlowState
_E = FlowEvent

TRANSITIONS: dict[tuple[FlowState, FlowEvent], FlowState] = {
    (_F.AWAY, _E.ARRIVE): _F.AT_STOP,
    # what has failed is over for its robot before the flow says where to go on
    (_F.AWAY, _E.TURN): _F.AWAY,
    (_F.AWAY, _E.LEAVE): _F.AWAY,
    (_F.AWAY, _E.BREAK_OFF): _F.AWAY,
    (_F.AWAY, _E.END): _F.ENDED,
    (_F.AT_STOP, _E.ARRIVE): _F.AT_STOP,
    (_F.AT_STOP, _E.ACT): _F.AT_STOP,
    (_F.AT_STOP, _E.ASK): _F.ASKING,
    (_F.AT_STOP, _E.TURN): _F.AT_STOP,
    (_F.AT_STOP, _E.LEAVE): _F.LEAVING,
    (_F.AT_STOP, _E.DEPART): _F.AWAY,
    (_F.AT_STOP, _E.BREAK_OFF): _F.AWAY,
    (_F.AT_STOP, _E.END): _F.ENDED,
    (_F.ASKING, _E.ARRIVE): _F.ASKING,
    (_F.ASKING, _E.TURN): _F.AT_STOP,
    (_F.ASKING, _E.LEAVE): _F.LEAVING,
    (_F.ASKING, _E.BREAK_OFF): _F.AWAY,
    (_F.ASKING, _E.END): _F.ENDED,
    # nobody need be there for it: its robot has been let go before
    (_F.AWAY, _E.ASK): _F.ALONE,
    (_F.ALONE, _E.TURN): _F.AWAY,
    (_F.ALONE, _E.LEAVE): _F.AWAY,
    (_F.ALONE, _E.BREAK_OFF): _F.AWAY,
    (_F.ALONE, _E.END): _F.ENDED,
    (_F.LEAVING, _E.DEPART): _F.AWAY,
    (_F.LEAVING, _E.BREAK_OFF): _F.AWAY,
    (_F.LEAVING, _E.END): _F.ENDED,
}

REJECTED: frozenset[tuple[FlowState, FlowEvent]] = frozenset(
    [
        *product([_F.ENDED], FlowEvent),
        *product([_F.AWAY], [_E.ACT, _E.DEPART]),
        *product([_F.ALONE], [_E.ARRIVE, _E.ACT, _E.ASK, _E.DEPART]),
        *product([_F.ASKING], [_E.ACT, _E.ASK, _E.DEPART]),
        *product([_F.LEAVING], [_E.ARRIVE, _E.ACT, _E.ASK, _E.TURN, _E.LEAVE]),
    ]
)
