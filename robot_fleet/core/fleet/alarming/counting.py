"""How often in a row a service has come to a bad end for one place: so often that people have to look after it."""

from __future__ import annotations

from collections.abc import Iterator

from robot_fleet.core.facts import EndCounted, TaskCompleted, TaskFailed
from robot_fleet.core.fleet.alarming.cases import AlarmRecord
from robot_fleet.core.fleet.turn import Turn

NOT_REACHED = "not_reached"
"""The condition that stands as long as it is so."""


def count(turn: Turn) -> None:
    """Count the ends of this turn."""
    for fact in list(turn.facts):
        if isinstance(fact, TaskCompleted | TaskFailed):
            _count(turn, fact.task, fact.result if isinstance(fact, TaskCompleted) else fact.reason)


def too_many(turn: Turn) -> Iterator[str]:
    """Give the places at which a service came to a bad end too often in a row."""
    found = {}
    for key, number in turn.state.streaks.items():
        name, _, place = key.partition(":")
        service = turn.site.services.get(name)
        if service is not None and any(number >= streak.in_a_row for streak in service.streaks):
            found[place] = True
    yield from found


def begin_anew(turn: Turn, alarm: AlarmRecord) -> None:
    """Forget what was counted for the places that an alarm tells of: people have looked after them."""
    if alarm.condition != NOT_REACHED:
        return
    for key in list(turn.state.streaks):
        name, _, place = key.partition(":")
        if place in alarm.subjects:
            turn.emit(EndCounted("", name, place, 0, turn.now.fleet_s))


def _count(turn: Turn, name: str, end: str) -> None:
    task = turn.state.tasks[name]
    service = turn.site.services.get(task.request.service)
    for streak in service.streaks if service is not None else ():
        place = str(task.request.params.get(streak.of, ""))
        before = turn.state.streaks.get(f"{task.request.service}:{place}", 0)
        number = before + 1 if end in streak.outcomes else 0
        if place and number != before:
            turn.emit(EndCounted(name, task.request.service, place, number, turn.now.fleet_s))
