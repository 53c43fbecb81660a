"""Lifecycles as data: for each, the states, the events, every allowed transition and every rejected pair.

A lifecycle module holds three names: `TRANSITIONS` maps (state, event) to the next state, `REJECTED` lists the pairs
that cannot happen, and together they cover every pair (a test proves it). `advance` is the only reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from robot_fleet.core.errors import FleetError

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def advance(transitions: Mapping[tuple[S, E], S], state: S, event: E, what: str) -> S:
    """Return the state after `event`.

    Raises
    ------
    FleetError : `lifecycle_rejected`, when the event cannot happen in the state; `what` names the object.
    """
    following = transitions.get((state, event))
    if following is None:
        raise FleetError("lifecycle_rejected", f"{event.value} cannot happen while {state.value}", what)
    return following
