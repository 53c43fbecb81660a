"""What becomes of a task when something goes wrong with it: its service says, and a person where nobody else can.

A remedy never takes a task away from a robot that has something of it on board: goods are not abandoned.
"""

from __future__ import annotations

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import (
    CommandTaken,
    ItemMoved,
    TaskAnswered,
    TaskCompleted,
    TaskFailed,
    TaskReleased,
    TaskSuspended,
)
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.state import RobotRecord, TaskRecord
from robot_fleet.core.fleet.tasks import flowing, skipping, unattended
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.flow import act_of, answers, target
from robot_fleet.core.inputs import AnswerTask
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import Remedy
from robot_fleet.core.wishes import check_key

TRIES = 2
"""So often a task is tried again by itself; then a person is asked."""
BY_HAND = "done_by_person"
"""Result of a task that a person has brought to its end."""
_ANSWERS = ("retry", "done", "failed")


def mend(turn: Turn, task: TaskRecord, robot: RobotRecord, remedy: Remedy, code: str) -> None:
    """Do with a task of a robot what its service wants after something went wrong.

    Parameters
    ----------
    code : what went wrong; becomes the task's reason.
    """
    now_s = turn.now.fleet_s
    on_board = bool(_on_board(turn, task, robot))
    if remedy is Remedy.WAIT or not turn.ports.policies.recovery:
        return
    if remedy is Remedy.SKIP and not on_board:
        skipping.skip(turn, task, code)
    elif remedy is Remedy.FAIL and not on_board:
        turn.emit(TaskFailed(task.id, code, now_s))
    elif remedy is Remedy.GIVE_BACK and (task.state is TaskState.ASSIGNED or on_board):
        turn.emit(TaskReleased(task.id, code))  # one that is under way stays with the robot that has its goods
    elif remedy is Remedy.GIVE_BACK:
        turn.emit(TaskSuspended(task.id, code, now_s))
    elif remedy is Remedy.RETRY_HERE and task.tries < TRIES:
        turn.emit(TaskSuspended(task.id, code, now_s, tried=True, only_on=robot.id))
    elif remedy is Remedy.RETRY_ELSEWHERE and task.tries < TRIES and not on_board:
        turn.emit(TaskSuspended(task.id, code, now_s, tried=True, not_on=robot.id))
    else:
        hands_over = on_board and remedy is Remedy.HAND_OVER
        only_on = robot.id if on_board else ""
        turn.emit(TaskSuspended(task.id, code, now_s, asks=True, only_on=only_on, hands_over=hands_over))
    turn.agenda.replan = turn.agenda.moved = True


def answer(turn: Turn, wish: AnswerTask) -> None:
    """Let a person say how a task goes on that asks.

    That is one that something went wrong with, or one whose robot waits for an answer at a stop.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_task`, `request_task_asks_not`, `request_wrong_answer`,
        `request_name_missing`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    task = turn.state.tasks.get(wish.task)
    if not turn.state.knows(wish.task):
        raise RequestError("request_unknown_task", f"no task {wish.task!r}", wish.task)
    if task is not None and task.awaits is not None:
        _answer_wait(turn, task, wish)
        return
    if task is None or not task.asks or task.ended:
        raise RequestError("request_task_asks_not", "the task does not wait for an answer", wish.task)
    if wish.answer not in _ANSWERS:
        raise RequestError("request_wrong_answer", f"expected {', '.join(_ANSWERS)}, got {wish.answer!r}", "answer")
    now_s = turn.now.fleet_s
    turn.emit(TaskAnswered(task.id, wish.answer, wish.by, now_s))
    if wish.answer != "retry":
        for robot in turn.state.robots.values():
            for item in _on_board(turn, task, robot):
                turn.emit(ItemMoved(item, f"person:{wish.by}", now_s))
    if wish.answer == "done":
        turn.emit(TaskCompleted(task.id, BY_HAND, max(0.0, now_s - task.request.due_s), now_s))
    elif wish.answer == "failed":
        turn.emit(TaskFailed(task.id, wish.reason or "failed_by_person", now_s))
    turn.emit(CommandTaken(wish.key, {"accepted": True, "task": task.id}))
    turn.effects.append(Answer(wish.key, True, task.id))
    turn.agenda.replan = turn.agenda.moved = True


def _answer_wait(turn: Turn, task: TaskRecord, wish: AnswerTask) -> None:
    """Let a flow go on at whose robot somebody has answered, or that waits without one."""
    alone = unattended.left_alone(task)
    if alone is not None:
        _check_word(answers(alone), wish.answer)
        unattended.go_on(turn, task, alone, wish.answer, wish.by)
        _taken(turn, task, wish)
        return
    robot = turn.state.robots[task.robot]
    order = robot.busy
    stop = task.request.stops[order.stop] if order is not None else None
    act = act_of(stop, task.awaits.act) if stop is not None and task.awaits is not None else None
    if order is None or stop is None or act is None or order.state is not OrderState.ACTIVE:
        raise RequestError("request_task_asks_not", "its robot is leaving; the task does not wait any more", wish.task)
    _check_word(answers(act), wish.answer)
    if act.names and not wish.to:
        raise RequestError("request_name_missing", "say by their opaque id who takes over", "to")
    if act.names:
        check_key(wish.to)
    named = wish.to if act.names else ""
    flowing.turn_to(turn, robot, order, act, wish.answer, target(stop, act, wish.answer), wish.by, named)
    _taken(turn, task, wish)


def _check_word(words: tuple[str, ...], word: str) -> None:
    if word not in words:
        raise RequestError("request_wrong_answer", f"expected {', '.join(words)}, got {word!r}", "answer")


def _taken(turn: Turn, task: TaskRecord, wish: AnswerTask) -> None:
    turn.emit(CommandTaken(wish.key, {"accepted": True, "task": task.id}))
    turn.effects.append(Answer(wish.key, True, task.id))
    turn.agenda.replan = turn.agenda.moved = True


def holder_of(turn: Turn, task: TaskRecord) -> str:
    """Return the robot that has something of a task on board, empty if none has."""
    return next((robot.id for robot in turn.state.robots.values() if _on_board(turn, task, robot)), "")


def _on_board(turn: Turn, task: TaskRecord, robot: RobotRecord) -> tuple[str, ...]:
    items = {act.item for stop in task.request.stops for act in stop.acts if act.item}
    return tuple(item for item in robot.load if item in items)
