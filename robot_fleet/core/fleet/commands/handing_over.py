"""Commands about shifts: the one who leaves signs what is open, another one takes it over."""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import CommandTaken, ShiftSigned, ShiftTaken
from robot_fleet.core.fleet.commands import shifts
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import ShiftChange, SignShift, TakeShift
from robot_fleet.core.wishes import check_key


def change(turn: Turn, wish: ShiftChange) -> None:
    """Sign a shift, or take it over; the answer's task is the shift.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_shift_changed`, `request_shift_note_astray`,
        `request_unknown_shift`, `request_shift_taken`, `request_shift_superseded`, `request_shift_same_person`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    shift = _sign(turn, wish) if isinstance(wish, SignShift) else _take(turn, wish)
    turn.emit(CommandTaken(wish.key, {"accepted": True, "task": shift}))
    turn.effects.append(Answer(wish.key, True, shift))


def _sign(turn: Turn, wish: SignShift) -> str:
    items = shifts.open_items(turn.state)
    if wish.seen and wish.seen != shifts.digest_of_items(items):
        raise RequestError("request_shift_changed", "what is open has changed since you looked; look at it again")
    astray = wish.notes.keys() - {item.key for item in items}
    if astray:
        raise RequestError("request_shift_note_astray", "there is a note on what is not open", min(astray))
    newest = next(reversed(turn.state.shifts), "shift-0")
    shift = f"shift-{int(newest.removeprefix('shift-')) + 1}"
    notes = {key: wish.notes[key] for key in sorted(wish.notes) if wish.notes[key]}
    fact = ShiftSigned(shift, wish.by, turn.now.fleet_s, items, wish.note, notes, "")
    turn.emit(replace(fact, digest=shifts.digest_of(fact)))
    return shift


def _take(turn: Turn, wish: TakeShift) -> str:
    record = turn.state.shifts.get(wish.shift)
    if record is None:
        raise RequestError("request_unknown_shift", f"no shift {wish.shift!r} was signed", wish.shift)
    if record.taken_s is not None:
        raise RequestError("request_shift_taken", f"{record.taken_by} has taken it over already", wish.shift)
    if record is not shifts.waiting(turn.state):
        raise RequestError("request_shift_superseded", "another one was signed after it", wish.shift)
    if record.signed.by == wish.by:
        raise RequestError("request_shift_same_person", "whoever signed a shift cannot take it over", wish.shift)
    if record.signed.digest != wish.digest:
        raise RequestError("request_shift_changed", "this is not what was signed; look at it again", wish.shift)
    turn.emit(ShiftTaken(wish.shift, wish.by, turn.now.fleet_s, wish.digest))
    return wish.shift
