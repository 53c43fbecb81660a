"""What people say of a task that was done for them: stars, and words out of a list; nothing in their own words."""

from __future__ import annotations

import re

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import CommandTaken, TaskRated
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import RateTask
from robot_fleet.core.wishes import check_key

MOST_STARS = 5
MOST_WORDS = 5
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")


def rate(turn: Turn, wish: RateTask) -> None:
    """Take down how somebody has found a task that has ended; once a task.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_task`, `request_task_ended`, `request_task_open`,
        `request_task_rated`, `request_rating_malformed`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    if not turn.state.knows(wish.task):
        raise RequestError("request_unknown_task", f"no task {wish.task!r}", wish.task)
    task = turn.state.tasks.get(wish.task)
    if task is None:
        raise RequestError("request_task_ended", "it ended too long ago to be rated", wish.task)
    if not task.ended:
        raise RequestError("request_task_open", "it has not ended yet; rate it when it has", wish.task)
    if task.stars:
        raise RequestError("request_task_rated", "it has been rated already", wish.task)
    if not 1 <= wish.stars <= MOST_STARS:
        raise RequestError("request_rating_malformed", f"expected 1 to {MOST_STARS} stars, got {wish.stars}", "stars")
    words = tuple(dict.fromkeys(wish.words))
    if len(words) > MOST_WORDS or not all(_WORD.fullmatch(word) for word in words):
        raise RequestError("request_rating_malformed", f"expected at most {MOST_WORDS} words of the site's", "words")
    turn.emit(TaskRated(task.id, wish.stars, words, wish.by, turn.now.fleet_s))
    turn.emit(CommandTaken(wish.key, {"accepted": True, "task": task.id}))
    turn.effects.append(Answer(wish.key, True, task.id))
