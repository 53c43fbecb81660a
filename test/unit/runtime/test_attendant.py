"""The simulated person who looks after tasks that ask."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from robot_fleet.runtime.chaos.attendant import LOOKS_AFTER_S, TRIES, UNKNOWN, Attendant


def asking(reason: str, broken_off: int) -> Any:
    """Return a state with one task that asks."""
    task = SimpleNamespace(id="t1", asks=True, reason=reason, broken_off=broken_off)
    return SimpleNamespace(open_tasks=lambda: [task])


def answers(reasons: list[str]) -> list[str]:
    """Return what is said of a task that goes wrong so again and again."""
    said: list[str] = []
    attendant = Attendant(lambda key, task, answer: said.append(answer))
    now_s = 0.0
    for times, reason in enumerate(reasons):
        for _ in range(2):  # nothing comes of the first word: nobody hears it
            attendant.look(asking(reason, times), now_s)
            now_s += LOOKS_AFTER_S
            attendant.look(asking(reason, times), now_s)
    return said


def test_what_stays_jammed_is_given_up() -> None:
    said = answers(["act_jam"] * (TRIES + 1))
    assert said[0] == "retry"
    assert said[-1] == "failed"
    assert said.count("failed") < said.count("retry")


def test_what_goes_wrong_in_another_way_is_tried_again() -> None:
    assert set(answers(["act_jam", "act_failed"] * TRIES)) == {"retry"}


def test_what_nobody_knows_to_be_done_is_left_to_people() -> None:
    assert answers([UNKNOWN] * 3) == []
