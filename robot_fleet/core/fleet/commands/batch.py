"""Many requests at once: all are taken on, or none is, and then what is wrong is said of each."""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.effects import Answer, Wrong
from robot_fleet.core.errors import RequestError
from robot_fleet.core.fleet.commands.requests import submit
from robot_fleet.core.fleet.turn import Agenda, Turn
from robot_fleet.core.inputs import SubmitTask, SubmitTasks

MOST = 1000
"""So many requests may come at once."""


def submit_all(turn: Turn, wish: SubmitTasks) -> None:
    """Take requests on one after the other on a copy of the state, and keep what came of it if nothing is wrong.

    Raises
    ------
    RequestError : `request_file_too_long`. What is wrong with single requests is in the answer, its code then
        `request_some_refused`.
    """
    if len(wish.requests) > MOST:
        raise RequestError(
            "request_file_too_long", f"expected at most {MOST} requests at once, got {len(wish.requests)}"
        )
    state = turn.state
    trial = Turn(
        turn.site,
        turn.ports_now,
        replace(state, tasks=dict(state.tasks), items=dict(state.items), refused=dict(state.refused)),
        turn.seen,
        Agenda(),
        turn.now,
    )
    wrong = [each for number, one in enumerate(wish.requests) for each in _submitted(trial, number, one)]
    if wrong:
        message = f"nothing was taken on: {len(wrong)} of {len(wish.requests)} requests cannot be"
        turn.effects.append(Answer(wish.key, False, "", "request_some_refused", message, wrong=tuple(wrong)))
        return
    if not wish.dry_run:
        for fact in trial.facts:
            turn.emit(fact)
        turn.agenda.replan = True
    turn.effects.append(Answer(wish.key, True))


def _submitted(trial: Turn, number: int, wish: SubmitTask) -> list[Wrong]:
    """Take one request on and return what is wrong with it."""
    service = trial.site.services.get(wish.service)
    if service is not None and service.alarm:
        message = "a call for help cannot be asked for among others"
        return [Wrong(number, "request_task_is_alarm", message, wish.key)]
    told = len(trial.effects)
    try:
        submit(trial, wish)
    except RequestError as refused:
        return [Wrong(number, refused.code, refused.message, refused.where)]
    answers = (effect for effect in trial.effects[told:] if isinstance(effect, Answer) and not effect.accepted)
    return [Wrong(number, answer.code, answer.message, wish.key) for answer in answers]
