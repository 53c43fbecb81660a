"""The ways through a service: which act or stop comes after which, as its file says. Pure reading; nothing is decided.

A stop's acts come in the order of their list until one says otherwise: by the word it ended with (`branches`), or
always (`then`). A target is the id of an act of the same stop, the id of another stop, or `end:` and an outcome's id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from robot_fleet.core.site import ActTemplate

WAIT = "wait"
"""Verb of an act in which the robot waits for a person's answer."""
TIMEOUT = "timeout"
"""The word with which a wait ends that nobody has answered."""
TAKEN = "taken"
"""The word with which a wait without a robot ends when a person has the item."""
DONE = "done"
"""The word with which an act ends that had nothing to tell."""
END, LEAVE = "end:", "leave"
"""Targets beside acts and stops: a named end, and the next stop in order (or the normal end, where there is none)."""


class FlowStop(Protocol):
    """What a flow needs of a stop; those of services and of tasks have it."""

    @property
    def id(self) -> str:
        """Unique within the service."""
        ...

    @property
    def acts(self) -> tuple[ActTemplate, ...]:
        """What may be done there."""
        ...

    @property
    def side(self) -> bool:
        """Whether only a branch leads there."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """What a robot does at a stop if everything goes as expected, and where it goes on from there (empty: in order)."""

    acts: tuple[ActTemplate, ...]
    leads_to: str


def act_of(stop: FlowStop, name: str) -> ActTemplate | None:
    """Return an act of a stop by its id."""
    return next((act for act in stop.acts if act.id == name), None)


def target(stop: FlowStop, act: ActTemplate, word: str) -> str:
    """Return where a flow goes on after an act has ended with a word; empty for leaving the stop in order."""
    to = next((branch.to for branch in act.branches if branch.word == word), act.then or _following(stop, act))
    return "" if to == LEAVE else to


def answers(act: ActTemplate) -> tuple[str, ...]:
    """Return the words with which somebody may answer a wait."""
    return tuple(branch.word for branch in act.branches if branch.word != TIMEOUT)


def branch_for(act: ActTemplate, code: str) -> str:
    """Return where a flow goes on after an act has failed with a code; empty where it says nothing of that.

    A branch names the code, or what people call it: `refused` stands for `act_refused`.
    """
    words = (code, code.removeprefix("act_"))
    return next((branch.to for branch in act.branches if branch.word in words), "")


def line(stop: FlowStop, begin: str = "") -> Line:
    """Return what is expected at a stop from an act on (empty: from the first).

    Of a wait the first answer is expected, of everything else that it goes on as it does without a branch. With a wait
    without a robot the part of the robot ends.
    """
    act = act_of(stop, begin) if begin else next(iter(stop.acts), None)
    acts: dict[str, ActTemplate] = {}
    while act is not None and act.id not in acts:
        if act.unattended:
            return Line(tuple(acts.values()), END)
        acts[act.id] = act
        to = target(stop, act, act.branches[0].word if act.act == WAIT and act.branches else "")
        act = act_of(stop, to)
        if act is None:
            return Line(tuple(acts.values()), to)
    return Line(tuple(acts.values()), "")


def stop_after(stops: tuple[FlowStop, ...], index: int, to: str) -> int | None:
    """Return the index of the stop to which a target leads from another one, None where the flow ends."""
    if to.startswith(END):
        return None
    if to:
        return next(number for number, stop in enumerate(stops) if stop.id == to)
    if stops[index].side:
        return None
    return next((number for number in range(index + 1, len(stops)) if not stops[number].side), None)


def ahead(stops: tuple[FlowStop, ...], first: int | None, begin: str = "") -> Iterator[int]:
    """Give the stops that come if everything goes as expected, the first one included."""
    passed: set[int] = set()
    while first is not None and first < len(stops) and first not in passed:
        passed.add(first)
        yield first
        first, begin = stop_after(stops, first, line(stops[first], begin).leads_to), ""


def passed(
    stops: tuple[FlowStop, ...],
    ended: Mapping[tuple[int, str], str],
    turned: Mapping[tuple[int, str], tuple[int, str]],
) -> Iterator[tuple[int, ActTemplate]]:
    """Give the acts that a task which is done must have carried out, each with the index of its stop.

    Parameters
    ----------
    ended : (stop, act) -> the word with which the act ended; acts that failed, and waits, have none.
    turned : (stop, act) -> the stop and the act (empty: the first) at which the flow went on after it, where a fact
        says so.
    """
    index: int | None = 0
    begin = ""
    seen: set[tuple[int, str]] = set()
    while index is not None and index < len(stops):
        stop = stops[index]
        act = act_of(stop, begin) if begin else next(iter(stop.acts), None)
        key = (index, act.id if act is not None else "")
        if key in seen:
            return
        seen.add(key)
        if act is not None and act.act != WAIT and (key in ended or key not in turned):
            yield index, act
        if key in turned:
            index, begin = turned[key]
            continue
        to = target(stop, act, ended.get(key, DONE)) if act is not None else ""
        begin = to if act_of(stop, to) is not None else ""
        index = index if begin else stop_after(stops, index, to)


def _following(stop: FlowStop, act: ActTemplate) -> str:
    """Return the id of the act after one in the list, empty for the last."""
    place = next(number for number, each in enumerate(stop.acts) if each.id == act.id)
    return stop.acts[place + 1].id if place + 1 < len(stop.acts) else ""
