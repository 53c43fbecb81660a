"""Facts about doors, gates and lifts, applied."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

from robot_fleet.core.facts import (
    EquipmentAsked,
    EquipmentFailed,
    EquipmentLeft,
    EquipmentMended,
    EquipmentOpened,
    EquipmentPutBack,
    EquipmentTakenOut,
    Fact,
)
from robot_fleet.core.fleet.state import EquipmentRecord, FleetState
from robot_fleet.core.lifecycles import advance
from robot_fleet.core.lifecycles.equipment import TRANSITIONS, EquipmentEvent


def asked(state: FleetState, fact: EquipmentAsked) -> None:
    """It is a robot's from now on."""
    record = _move(state, fact.equipment, EquipmentEvent.ASK, fact.at_s)
    record.robot, record.order, record.level = fact.robot, fact.order, fact.level
    record.begin, record.lanes = fact.begin, fact.lanes


def opened(state: FleetState, fact: EquipmentOpened) -> None:
    """It is open for the robot."""
    _move(state, fact.equipment, EquipmentEvent.OPEN, fact.at_s)


def left(state: FleetState, fact: EquipmentLeft) -> None:
    """It is nobody's."""
    _forget(_move(state, fact.equipment, EquipmentEvent.LEAVE, fact.at_s))


def failed(state: FleetState, fact: EquipmentFailed) -> None:
    """Nobody is led through it."""
    event = EquipmentEvent.FAIL_AROUND if fact.robot else EquipmentEvent.FAIL
    record = _move(state, fact.equipment, event, fact.at_s)
    record.code, record.until_s = fact.code, fact.until_s
    if not fact.robot:
        _forget(record)
    state.roads += 1


def mended(state: FleetState, fact: EquipmentMended) -> None:
    """Robots may be led through it again; one that is in it goes on."""
    record = _move(state, fact.equipment, EquipmentEvent.MEND, fact.at_s)
    record.code, record.until_s = "", inf
    state.roads += 1


def taken_out(state: FleetState, fact: EquipmentTakenOut) -> None:
    """Somebody's word stands; that it fails follows."""
    record = _record(state, fact.equipment)
    record.out_by, record.out_reason, record.out_s = fact.by, fact.reason, fact.at_s


def put_back(state: FleetState, fact: EquipmentPutBack) -> None:
    """Nobody says any more that it is out of order; it is tried as soon as it works by its own word."""
    record = _record(state, fact.equipment)
    record.out_by, record.out_reason, record.out_s = "", "", 0.0
    record.until_s = inf


def _record(state: FleetState, equipment: str) -> EquipmentRecord:
    return state.equipment.setdefault(equipment, EquipmentRecord(equipment))


def _move(state: FleetState, equipment: str, event: EquipmentEvent, at_s: float) -> EquipmentRecord:
    record = _record(state, equipment)
    record.state = advance(TRANSITIONS, record.state, event, equipment)
    record.since_s = at_s
    return record


def _forget(record: EquipmentRecord) -> None:
    record.robot = record.order = record.level = ""
    record.begin, record.lanes = 0, ()


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    EquipmentAsked: asked,
    EquipmentOpened: opened,
    EquipmentLeft: left,
    EquipmentFailed: failed,
    EquipmentMended: mended,
    EquipmentTakenOut: taken_out,
    EquipmentPutBack: put_back,
}
