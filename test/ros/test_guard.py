"""A failing callback is counted and reported, and never ends the spin; the one kind that must end it does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from rclpy.action import ActionClient
from std_srvs.srv import Trigger

from robot_fleet.core.errors import LedgerError, OrderError, RuntimeFailure
from robot_fleet.ros import guard as guard_module
from robot_fleet.ros.gateway.command_client import RosCommands
from robot_fleet.ros.guard import FAILED_CODE, Guard
from robot_fleet.ros.sim.goals import GoalServer, ServerNode
from robot_fleet.runtime.ringing.keeping import Keeper
from robot_fleet.server.ports import ALARM_KEPT
from robot_fleet.site.load import load_site
from robot_fleet.stores.raised import RaisedAlarms
from test.alarm_site import alarm_site
from test.ros.nav2 import ABORTED, UndockRobot
from test.ros.rig import Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]


def test_a_failure_is_counted_and_told_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    guard = Guard()
    guarded = guard("odd", lambda number: 1 // (number % 2))
    with caplog.at_level(logging.ERROR):
        assert [guarded(number) for number in (1, 2, 3, 4)] == [True, False, True, False]
    assert guard.failures == {"odd": 2}
    assert guard.fatal is None
    assert len(caplog.records) == 1, "the second failure of the same callback is counted only"
    assert caplog.records[0].exc_info is not None
    assert "callback=odd" in caplog.text


def test_a_failing_service_answers_that_it_failed() -> None:
    class Response:
        accepted, code = False, ""

    def fails(request: str, response: Response) -> None:
        raise OrderError("order_malformed", request)

    answer = Guard().answering("submit", fails)("x", Response())
    assert (answer.accepted, answer.code) == (False, FAILED_CODE)


def test_after_a_fatal_failure_nothing_is_called_any_more() -> None:
    guard = Guard(ends=(LedgerError,))
    called: list[int] = []

    def append() -> None:
        called.append(1)
        raise LedgerError("ledger_write_failed", "the disk is full")

    guarded = guard("append", append)
    assert not guarded()
    assert not guard("other", lambda: called.append(2))()
    assert called == [1]
    with pytest.raises(LedgerError, match="the disk is full"):
        guard.raise_fatal()


def test_what_fails_while_everything_is_taken_down_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard()

    def late() -> None:
        raise guard_module.RCLError("the node's context is invalid")

    monkeypatch.setattr(guard_module.rclpy, "ok", lambda: False)
    assert not guard("late", late)()
    assert guard.failures == {}
    assert not guard("wrong", lambda: 1 // 0)()
    assert guard.failures == {"wrong": 1}
    monkeypatch.setattr(guard_module.rclpy, "ok", lambda: True)
    assert not guard("late", late)()
    assert guard.failures == {"wrong": 1, "late": 1}


def test_the_spin_survives_failures_of_every_kind_of_callback(ros: Ros) -> None:
    guard = Guard()

    def fail(*_: object) -> None:
        raise ValueError("on purpose")

    node = ros.node
    node.create_service(Trigger, "/fails", guard.answering("service", fail))
    timer = node.create_timer(0.01, guard("timer", fail))
    server = GoalServer(ServerNode(node), UndockRobot, "/fails_too", guard, fail, fail)
    asked = node.create_client(Trigger, "/fails")
    ros.until(asked.service_is_ready, "the service is there")
    answered = asked.call_async(Trigger.Request())
    answered.add_done_callback(guard("done", fail))
    assert ros.result(answered).success is False
    client = ActionClient(node, UndockRobot, "/fails_too")
    ros.until(client.server_is_ready, "the action is there")
    handle = ros.result(client.send_goal_async(UndockRobot.Goal()))
    assert handle.accepted
    assert ros.result(handle.get_result_async()).status == ABORTED
    assert not server.active
    ros.until(lambda: len(guard.failures) >= 4, f"all have failed: {guard.failures}")
    assert set(guard.failures) == {"service", "timer", "done", "begin:/fails_too"}
    node.destroy_timer(timer)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


def test_a_wish_without_a_manager_is_refused_at_once_but_an_alarm_is_kept(
    ros: Ros, loop: asyncio.AbstractEventLoop, tmp_path: Path
) -> None:
    journal = RaisedAlarms(tmp_path / "raised")
    commands = RosCommands(
        ros.node, Guard(), loop, Keeper(load_site(alarm_site(tmp_path / "site")), journal, "gateway", lambda: 27_000.0)
    )
    assert not commands.reachable
    alarm = {"place": "home/r101", "signal": "help_button"}
    answer = loop.run_until_complete(commands.submit("k0", "care_alarm", alarm, "desk_1"))
    assert (answer.accepted, answer.task, answer.code) == (True, "k0", ALARM_KEPT)
    ((kept,), damaged) = journal.read()
    assert (kept.key, kept.params, kept.subject, kept.raised_s) == ("k0", alarm, "home/r101", 27_000.0)
    assert damaged == []
    for key, service, params in (("k1", "care_visit", {"place": "home/r101"}), ("k2", "care_alarm", {"place": "moon"})):
        with pytest.raises(RuntimeFailure) as refused:
            loop.run_until_complete(commands.submit(key, service, params, ""))
        assert refused.value.code == "runtime_manager_unreachable"
    assert journal.kept() == ["k0"]
    with pytest.raises(RuntimeFailure) as refused:
        loop.run_until_complete(commands.cancel("k1", "t1", "changed my mind"))
    assert refused.value.code == "runtime_manager_unreachable"
