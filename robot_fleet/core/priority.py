"""What a request's priority is worth to the planner.

A priority is a number from 0 (may wait) to 100 (a life). Numbers fall into classes; a second of lateness weighs more in
a higher one. Lateness is convex (`Problem.ageing_s`): of two tasks with the weights `a < b`, the lower one outweighs a
fresh one of the higher class, second for second, once it is late by more than `outweighs_after_s(a, b)`. So none waits
for ever behind a stream of others, but for alarms: those come first however long anything else has waited.
"""

from __future__ import annotations

from typing import NamedTuple


class PriorityClass(NamedTuple):
    """A class of priorities: from which number on, and what a second of lateness costs in it."""

    name: str
    least: int
    weight: float


CLASSES = (
    PriorityClass("life", 95, 1000.0),
    PriorityClass("urgent", 70, 30.0),
    PriorityClass("high", 35, 8.0),
    PriorityClass("normal", 20, 3.0),
    PriorityClass("low", 12, 1.5),
    PriorityClass("background", 0, 0.7),
)
"""Highest first."""
GRAVER = 0.2
"""By how much a life weighs more with each number above the least: 100 counts twice as much as 95."""
AGEING_S = 600.0
"""Lateness after which a further second weighs twice."""
DROPPED_S = 4 * 3600.0
"""Leaving a task out costs at least what it costs to do it this much later than now."""


def class_of(priority: int) -> PriorityClass:
    """Return the class of a priority."""
    return next(each for each in CLASSES if priority >= each.least)


def weight_of(priority: int) -> float:
    """Return what a second of lateness costs. Among lives the number counts on: of two calls the graver is first."""
    known = class_of(priority)
    return known.weight * (1.0 + GRAVER * (priority - known.least)) if known is CLASSES[0] else known.weight


def lateness_cost(weight: float, late_s: float) -> float:
    """Return what lateness costs, in the plan's cost unit."""
    return weight * (late_s + late_s * late_s / (2.0 * AGEING_S)) if late_s > 0.0 else 0.0


def outweighs_after_s(weight: float, other: float) -> float:
    """Return after which lateness a second of a task outweighs a second of a fresh one of a higher weight."""
    return max(0.0, AGEING_S * (other / weight - 1.0))
