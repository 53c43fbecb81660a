"""The thread of a BasicNavigator, with a stand-in that does what it is told: what two threads make of a task."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.ports import GoalState
from robot_fleet.ros.robot import commander_task, commander_thread, moved_by
from robot_fleet.ros.robot.commander_navigator import CommanderNavigator
from robot_fleet.ros.robot.commander_task import CommanderTask, TaskKind
from robot_fleet.ros.robot.commander_thread import CommanderThread, commander_class
from robot_fleet.ros.robot.moved_by import MovedBy, navigator_for
from robot_fleet.ros.robot.nav2_navigator import Nav2Navigator, docked, navigated

pytestmark = pytest.mark.ros
WITHIN_S = 20.0


class Outcome(Enum):
    UNKNOWN = 0
    SUCCEEDED = 1
    CANCELED = 2
    FAILED = 3


class StandIn:
    """What CommanderThread uses of a BasicNavigator."""

    def __init__(self, node_name: str, namespace: str) -> None:
        self.task: CommanderTask | None = None
        self.asked: list[str] = []
        self.outcome: Outcome | None = None
        self.code = 0
        self.may_return = threading.Event()
        self.may_return.set()
        self.destroyed = False

    def begin(self, name: str, accepted: bool = True) -> Callable[[Any], bool]:
        def begun(_: Any) -> bool:
            self.asked.append(name)
            self.may_return.wait(WITHIN_S)
            return accepted

        return begun

    def cancelTask(self) -> None:  # noqa: N802
        self.asked.append("cancel")
        self.outcome = Outcome.CANCELED

    def isTaskComplete(self) -> bool:  # noqa: N802
        time.sleep(0.001)  # the real one spins for a while
        return self.outcome is not None

    def getResult(self) -> Outcome:  # noqa: N802
        assert self.outcome is not None
        outcome, self.outcome = self.outcome, None
        return outcome

    @property
    def result_future(self) -> Any:
        result = SimpleNamespace(error_code=self.code, error_msg="words" if self.code else "", success=not self.code)
        return SimpleNamespace(result=lambda: SimpleNamespace(result=result))

    def destroy_node(self) -> None:
        self.destroyed = True


@pytest.fixture
def thread() -> Iterator[CommanderThread]:
    made = CommanderThread("r1", StandIn)
    yield made
    commander(made).may_return.set()
    made.close()
    assert commander(made).destroyed


def commander(thread: CommanderThread) -> StandIn:
    found: StandIn = thread._commander
    return found


def drive(thread: CommanderThread, name: str = "drive", accepted: bool = True) -> CommanderTask:
    task = CommanderTask(TaskKind.DRIVE, commander(thread).begin(name, accepted), navigated, 3)
    thread.wish(task)
    return task


def until(met: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + WITHIN_S
    while not met():
        assert time.monotonic() < deadline_s, f"waited in vain until {what}"
        threading.Event().wait(0.002)


def ended(task: CommanderTask) -> tuple[GoalState, str, int]:
    until(lambda: task.status.state is not GoalState.RUNNING, "it has ended")
    return task.status.state, task.status.code, task.status.poses_left


@pytest.mark.parametrize(
    ("outcome", "code", "end"),
    [
        (Outcome.SUCCEEDED, 0, (GoalState.SUCCEEDED, "", 0)),
        (Outcome.FAILED, 206, (GoalState.FAILED, "206", 3)),
        (Outcome.CANCELED, 0, (GoalState.CANCELLED, "", 3)),
        (Outcome.UNKNOWN, 0, (GoalState.LOST, "server_gone", 3)),
        (Outcome.SUCCEEDED, 104, (GoalState.FAILED, "104", 3)),
    ],
)
def test_a_task_ends_as_the_server_says(thread: CommanderThread, outcome: Outcome, code: int, end: object) -> None:
    commander(thread).code = code
    task = drive(thread)
    until(lambda: commander(thread).task is task, "it runs")
    commander(thread).outcome = outcome
    assert ended(task) == end


def test_a_goal_that_is_not_accepted_has_failed(thread: CommanderThread) -> None:
    assert ended(drive(thread, accepted=False)) == (GoalState.FAILED, "rejected", 3)


def test_a_longer_way_takes_the_place_of_the_one_before_without_a_cancel(thread: CommanderThread) -> None:
    first = drive(thread, "first")
    until(lambda: commander(thread).task is first, "the first runs")
    second = drive(thread, "second")
    until(lambda: commander(thread).task is second, "the second runs")
    assert commander(thread).asked == ["first", "second"]


def test_what_is_cancelled_before_it_was_begun_is_not_begun(thread: CommanderThread) -> None:
    task = CommanderTask(TaskKind.DRIVE, commander(thread).begin("drive"), navigated, 3)
    task.cancel_wished = True
    thread.wish(task)
    assert ended(task)[0] is GoalState.CANCELLED
    assert commander(thread).asked == []


def test_what_is_cancelled_while_another_runs_ends_both(thread: CommanderThread) -> None:
    commander(thread).may_return.clear()
    drive(thread, "first")
    until(lambda: commander(thread).asked == ["first"], "the first is being sent")
    second = drive(thread, "second")
    second.cancel_wished = True
    commander(thread).may_return.set()
    assert ended(second)[0] is GoalState.CANCELLED
    assert commander(thread).asked == ["first", "second", "cancel"]


def test_a_cancel_is_asked_for_once(thread: CommanderThread) -> None:
    task = drive(thread)
    until(lambda: commander(thread).task is task, "it runs")
    task.cancel_wished = True
    assert ended(task)[0] is GoalState.CANCELLED
    assert commander(thread).asked == ["drive", "cancel"]


def test_a_server_that_answers_too_late_is_told_to_stop(
    thread: CommanderThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commander_task, "SILENT_AFTER_S", 0.05)
    commander(thread).may_return.clear()
    task = drive(thread)
    assert ended(task)[:2] == (GoalState.LOST, "server_gone")
    commander(thread).may_return.set()
    until(lambda: commander(thread).asked == ["drive", "cancel"], "it is cancelled")
    assert task.status.state is GoalState.LOST, "what was lost has been acted upon"


def test_feedback_counts_down_and_keeps_a_task_alive(thread: CommanderThread, monkeypatch: pytest.MonkeyPatch) -> None:
    task = drive(thread)
    until(lambda: commander(thread).task is task, "it runs")
    task.told(SimpleNamespace(number_of_recoveries=2, number_of_poses_remaining=1))
    assert (task.status.poses_left, task.recoveries) == (1, 2)
    undocking = CommanderTask(TaskKind.UNDOCK, lambda _: True, docked, heard_s=time.monotonic)
    monkeypatch.setattr(commander_task, "SILENT_AFTER_S", -1.0)
    assert task.status.state is GoalState.LOST
    monkeypatch.setattr(commander_task, "SILENT_AFTER_S", 0.05)
    until(lambda: time.monotonic() - undocking.told_s > 0.1, "it was silent for a while")
    assert undocking.status.state is GoalState.RUNNING, "its robot is heard"


def test_a_call_that_does_not_return_is_noticed(thread: CommanderThread, monkeypatch: pytest.MonkeyPatch) -> None:
    commander(thread).may_return.clear()
    drive(thread)
    until(lambda: commander(thread).asked == ["drive"], "it is being sent")
    assert not thread.stuck
    monkeypatch.setattr(commander_thread, "STUCK_AFTER_S", 0.0)
    assert thread.stuck


def test_it_is_used_by_itself_for_one_real_robot_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nav2_simple_commander.robot_navigator", None)
    assert navigator_for(MovedBy.AUTO, 3, simulated=False) is Nav2Navigator
    assert navigator_for(MovedBy.AUTO, 1, simulated=True) is Nav2Navigator
    assert navigator_for(MovedBy.NAV2, 1, simulated=False) is Nav2Navigator
    with pytest.raises(RuntimeFailure, match="one robot") as many:
        navigator_for(MovedBy.SIMPLE_COMMANDER, 2, simulated=False)
    assert many.value.code == "runtime_commander_many"
    with pytest.raises(RuntimeFailure, match="cannot be used") as missing:
        navigator_for(MovedBy.SIMPLE_COMMANDER, 1, simulated=True)
    assert missing.value.code == "runtime_commander_missing"


def test_it_is_the_default_on_a_robot_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moved_by, "has_commander", lambda: True)
    monkeypatch.setattr(moved_by, "commander_class", lambda: StandIn)
    assert navigator_for(MovedBy.AUTO, 1, simulated=False) is CommanderNavigator
    assert navigator_for(MovedBy.AUTO, 1, simulated=True) is Nav2Navigator
    assert navigator_for(MovedBy.SIMPLE_COMMANDER, 1, simulated=True) is CommanderNavigator


def test_one_that_is_built_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(BasicNavigator=object)
    monkeypatch.setitem(sys.modules, "nav2_simple_commander", SimpleNamespace(robot_navigator=module))
    monkeypatch.setitem(sys.modules, "nav2_simple_commander.robot_navigator", module)
    with pytest.raises(RuntimeFailure, match="another way") as unknown:
        commander_class()
    assert unknown.value.code == "runtime_commander_unknown"
