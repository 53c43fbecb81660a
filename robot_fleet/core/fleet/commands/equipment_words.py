"""What people say of doors, gates and lifts: out of order, in order again. `equipping` lets follow what follows."""

from __future__ import annotations

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import CommandTaken, EquipmentPutBack, EquipmentTakenOut
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.right_of_way.equipping import SILENT
from robot_fleet.core.fleet.state import EquipmentRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import EquipmentChange, TakeEquipmentOut
from robot_fleet.core.wishes import check_key


def change(turn: Turn, wish: EquipmentChange) -> None:
    """Count a piece of equipment as out of order, or let its own word count again.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_equipment`, `request_equipment_state`,
        `request_equipment_failed`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    name, now_s = wish.equipment, turn.now.fleet_s
    if name not in turn.site.equipment:
        known = ", ".join(turn.site.equipment) or "none"
        raise RequestError("request_unknown_equipment", f"no door, gate or lift {name!r}; this site has {known}", name)
    record = turn.state.equipment.get(name) or EquipmentRecord(name)
    if isinstance(wish, TakeEquipmentOut):
        if record.out_by:
            raise RequestError("request_equipment_state", f"{name} is said to be out of order already", name)
        turn.emit(EquipmentTakenOut(name, wish.reason, wish.by, now_s))
    else:
        _refuse_what_does_not_work(turn, record)
        turn.emit(EquipmentPutBack(name, wish.by, now_s))
    turn.emit(CommandTaken(wish.key, {"accepted": True}))
    turn.agenda.replan = turn.agenda.moved = True
    turn.effects.append(Answer(wish.key, True))


def _refuse_what_does_not_work(turn: Turn, record: EquipmentRecord) -> None:
    """Raise where nobody's word is to be taken back, or where the equipment itself still says that it does not work."""
    said = turn.seen.equipment.get(record.id)
    own = said.code if said is not None and said.code else record.code if record.code == SILENT else ""
    if record.out_by:
        return
    if record.works:
        raise RequestError("request_equipment_state", f"{record.id} is in order; nothing is to be put back", record.id)
    if own:
        message = f"{record.id} says itself that it cannot be used ({own}); it is in order again as soon as it says so"
        raise RequestError("request_equipment_failed", message, record.id)
