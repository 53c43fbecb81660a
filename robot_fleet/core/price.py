"""What a person's wish for a task would cost, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """What the plan costs as it is, and with a task on the robot that somebody wishes; in seconds of `core.plan`.

    Both are plans by insertion at the same instant; what is under way stays as it is in both.

    Parameters
    ----------
    now_on, then_on : the robot that has the task, and that would; empty for none.
    now_cost, then_cost : of the whole plan.
    now_s, then_s : fleet time of the instant at which the task's lateness is measured, None where it is not planned.
    reason : why it would be in no plan, empty if it would be.
    later : other task -> by how many seconds it would be later, or earlier if below zero; those below a second are
        left out.
    dropped : other tasks that would no longer be in the plan.
    """

    task: str
    now_on: str
    then_on: str
    now_cost: float
    then_cost: float
    now_s: float | None
    then_s: float | None
    reason: str = ""
    later: tuple[tuple[str, float], ...] = ()
    dropped: tuple[str, ...] = ()
