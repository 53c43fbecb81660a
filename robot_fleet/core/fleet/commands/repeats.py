"""Commands that come again: the same key gets the answer that it got before."""

from __future__ import annotations

from robot_fleet.core.effects import Answer
from robot_fleet.core.fleet.turn import Turn


def repeated(turn: Turn, key: str) -> bool:
    """Answer a command that was taken before as it was then; return whether it was."""
    known = turn.state.commands.get(key)
    if known is None:
        return False
    turn.effects.append(Answer(key, bool(known.get("accepted")), str(known.get("task", ""))))
    return True
