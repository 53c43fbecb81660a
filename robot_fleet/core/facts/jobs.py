"""Facts about field jobs: what staff are sent out for."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class JobOpened(Fact):
    """A person wants somebody to go and do something.

    Parameters
    ----------
    kind : see `core.desk.JobKind`.
    robot, place, alarm, incident : what it is about; empty where it is about no such thing.
    due_s : by when (fleet time).
    text : what is to be done, beyond the kind.
    """

    job: str
    kind: str
    robot: str
    place: str
    alarm: str
    incident: str
    due_s: float
    text: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class JobAnswered(Fact):
    """A person took a field job, has done it, or withdrew it: `take`, `done` or `withdraw`."""

    job: str
    answer: str
    text: str
    by: str
    at_s: float
