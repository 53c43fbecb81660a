"""The life of a door, gate or lift as the fleet uses it: nobody's, asked for a robot, open for it; or out of order."""

from __future__ import annotations

from enum import StrEnum


class EquipmentState(StrEnum):
    """Where a piece of equipment stands."""

    FREE = "free"
    ASKED = "asked"
    OPEN = "open"
    FAILED = "failed"
    HOLDING = "holding"
    """Out of order with a robot in it."""


class EquipmentEvent(StrEnum):
    """What may happen to it."""

    ASK = "ask"
    OPEN = "open"
    LEAVE = "leave"
    FAIL = "fail"
    FAIL_AROUND = "fail_around"
    """It fails while a robot is in it."""
    MEND = "mend"


_S = EquipmentState
_E = EquipmentEvent

TRANSITIONS: dict[tuple[EquipmentState, EquipmentEvent], EquipmentState] = {
    (_S.FREE, _E.ASK): _S.ASKED,
    (_S.FREE, _E.FAIL): _S.FAILED,
    # for another level, or once more since it has closed
    (_S.ASKED, _E.ASK): _S.ASKED,
    (_S.ASKED, _E.OPEN): _S.OPEN,
    (_S.ASKED, _E.LEAVE): _S.FREE,
    (_S.ASKED, _E.FAIL): _S.FAILED,
    (_S.ASKED, _E.FAIL_AROUND): _S.HOLDING,
    (_S.OPEN, _E.ASK): _S.ASKED,
    (_S.OPEN, _E.LEAVE): _S.FREE,
    (_S.OPEN, _E.FAIL): _S.FAILED,
    (_S.OPEN, _E.FAIL_AROUND): _S.HOLDING,
    (_S.FAILED, _E.MEND): _S.FREE,
    # it goes on with the robot that is in it
    (_S.HOLDING, _E.MEND): _S.ASKED,
    (_S.HOLDING, _E.LEAVE): _S.FAILED,
}

REJECTED: frozenset[tuple[EquipmentState, EquipmentEvent]] = frozenset(
    [
        (_S.FREE, _E.OPEN),
        (_S.FREE, _E.LEAVE),
        (_S.FREE, _E.FAIL_AROUND),
        (_S.FREE, _E.MEND),
        (_S.ASKED, _E.MEND),
        (_S.OPEN, _E.OPEN),
        (_S.OPEN, _E.MEND),
        (_S.FAILED, _E.ASK),
        (_S.FAILED, _E.OPEN),
        (_S.FAILED, _E.LEAVE),
        (_S.FAILED, _E.FAIL),
        (_S.FAILED, _E.FAIL_AROUND),
        (_S.HOLDING, _E.ASK),
        (_S.HOLDING, _E.OPEN),
        (_S.HOLDING, _E.FAIL),
        (_S.HOLDING, _E.FAIL_AROUND),
    ]
)
