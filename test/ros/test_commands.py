"""What people say to alarms and incidents reaches the core as it was said: from the gateway's side to the manager's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from robot_fleet.core.effects import Answer
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    BeginMaintenance,
    CloseIncident,
    EndMaintenance,
    Input,
    NoteIncident,
    OpenIncident,
    PlanMaintenance,
    ShelveAlarm,
    UnshelveAlarm,
)
from robot_fleet.ros.command_client import RosCommands
from robot_fleet.ros.commands import Commands
from robot_fleet.ros.guard import Guard
from robot_fleet.runtime.keeping import Keeper
from robot_fleet.server.ports import CommandAnswer
from robot_fleet.stores.raised import RaisedAlarms
from test.factories import make_site
from test.ros.rig import Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_contracts")]

WISHES: tuple[Any, ...] = (
    AcknowledgeAlarm("k1", "stuck:3", "op_1"),
    ShelveAlarm("k2", "stuck:3", 600.0, "잠시 뒤", "op_1"),
    UnshelveAlarm("k3", "stuck:3", "op_1"),
    OpenIncident("k4", "stuck:3", "op_1"),
    NoteIncident("k5", "incident:stuck:3", "a cart, moved", "op_1"),
    CloseIncident("k6", "incident:stuck:3", "way is clear", "op_1"),
    BeginMaintenance("k7", "care_1", "wheels", "op_1"),
    PlanMaintenance("k8", "care_1", 50_000.0, 54_000.0, "op_1"),
    EndMaintenance("k9", "care_1", "op_1"),
)


class Both:
    """The manager's services and the gateway's client of them; the manager says what `says` says."""

    def __init__(self, ros: Ros, loop: asyncio.AbstractEventLoop, folder: Path) -> None:
        self._ros = ros
        self._loop = loop
        self.taken: list[Input] = []
        self.says = Answer("", True)
        self._server = Commands(ros.node, Guard(), self._feed, lambda task, language: None)
        keeper = Keeper(make_site(), RaisedAlarms(folder), "gateway", lambda: None)
        self.client = RosCommands(ros.node, Guard(), loop, keeper)
        ros.until(lambda: self.client.reachable, "the services are there")

    def ask(self, wish: Coroutine[Any, Any, CommandAnswer]) -> CommandAnswer:
        asked = asyncio.run_coroutine_threadsafe(wish, self._loop)
        self._ros.until(asked.done, "there is an answer")
        return asked.result()

    def say(self, wish: Any) -> CommandAnswer:
        if "Alarm" in type(wish).__name__:
            return self.ask(self.client.answer_alarm(wish))
        if "Incident" in type(wish).__name__:
            return self.ask(self.client.answer_incident(wish))
        return self.ask(self.client.set_maintenance(wish))

    def _feed(self, news: Input) -> bool:
        self.taken.append(news)
        said = self.says
        key = getattr(news, "key", "")
        self._server.answered(Answer(key, said.accepted, said.task, said.code, said.message, where=said.where))
        return True


@pytest.fixture(scope="module")
def both(ros: Ros, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="web")
    thread.start()
    yield Both(ros, loop, tmp_path_factory.mktemp("raised"))
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: type(wish).__name__)
def test_a_wish_arrives_as_it_was_given(both: Both, wish: Any) -> None:
    both.taken.clear()
    both.says = Answer("", True, "incident:stuck:3")
    answer = both.say(wish)
    assert both.taken == [wish]
    assert answer.accepted
    assert answer.incident == ("incident:stuck:3" if "Incident" in type(wish).__name__ else "")


@pytest.mark.parametrize("wish", WISHES[::3], ids=lambda wish: type(wish).__name__)
def test_a_refusal_comes_back_with_code_and_place(both: Both, wish: Any) -> None:
    both.says = Answer("", False, "", "request_alarm_closed", "it is closed", where="stuck:3")
    answer = both.say(wish)
    assert (answer.accepted, answer.code, answer.message, answer.where) == (
        False, "request_alarm_closed", "it is closed", "stuck:3",
    )  # fmt: skip
