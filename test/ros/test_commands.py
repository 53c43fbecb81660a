"""What people say to alarms, incidents and tasks reaches the core as it was said, from the gateway to the manager."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from robot_fleet.core.arrangements import (
    AddSchedule,
    Arrangement,
    DeleteTemplate,
    EndSchedule,
    PauseSchedule,
    RenameTemplate,
    ResumeSchedule,
    ReviseSchedule,
    SaveTemplate,
    SkipOccurrence,
)
from robot_fleet.core.effects import Answer, Wrong
from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    AnswerJob,
    BeginMaintenance,
    CloseIncident,
    DirectTask,
    EndMaintenance,
    HoldTask,
    Input,
    NoteIncident,
    OpenIncident,
    OpenJob,
    PlanMaintenance,
    PrioritiseTask,
    RecordVoice,
    ResumeTask,
    SequenceTask,
    ShelveAlarm,
    SubmitTask,
    SubmitTasks,
    UnshelveAlarm,
)
from robot_fleet.core.recurrence import Every, OnHolidays, Recurrence, Wanted
from robot_fleet.ros.gateway.command_client import RosCommands
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.commands import Commands
from robot_fleet.runtime.ringing.keeping import Keeper
from robot_fleet.server.ports import CommandAnswer
from robot_fleet.stores.raised import RaisedAlarms
from test.factories import make_site
from test.ros.rig import Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]

_T = TypeVar("_T")

RULE = Recurrence("09:00", "2026-11-27", Every.WEEK, 2, ("mon", "thu"), 0, "2027-03-31", 0, OnHolidays.SKIP)
VISIT = Wanted("care_visit", {"place": "home/r101", "priority": 20.0})

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
    PrioritiseTask("k10", "t1", 70, "op_1"),
    DirectTask("k11", "t1", "care_1", "", "op_1"),
    DirectTask("k12", "t1", "", "care_2", "op_1"),
    HoldTask("k13", "t1", "손님", "op_1"),
    ResumeTask("k14", "t1", "op_1"),
    SequenceTask("k19", "t1", ("t2", "t3"), "op_1"),
    SequenceTask("k20", "t1", (), "op_1"),
    RecordVoice("k15", "t1", "silent", "op_1"),
    CloseIncident("k16", "incident:t1", "", "op_1", "handed_over"),
    OpenJob("k17", "fetch_robot", robot="care_1", due_in_s=600.0, text="승강기 앞", by="op_1"),
    AnswerJob("k18", "job:1", "done", "충전기 2", "staff_3"),
    AddSchedule("k30", "순찰", RULE, VISIT, 600.0, "op_1"),
    ReviseSchedule("k31", "k30", "순찰", RULE, VISIT, 600.0, "op_1"),
    PauseSchedule("k32", "k30", "공사", "op_1"),
    ResumeSchedule("k33", "k30", "op_1"),
    SkipOccurrence("k34", "k30", "2026-11-27T09:00", False, "", "op_1"),
    EndSchedule("k35", "k30", "", "op_1"),
    SaveTemplate("k36", "방문", VISIT, "문 두드리기", "op_1"),
    RenameTemplate("k37", "k36", "아침 방문", "op_1"),
    DeleteTemplate("k38", "k36", "op_1"),
)


class Both:
    """The manager's services and the gateway's client of them; the manager says what `says` says."""

    def __init__(self, ros: Ros, loop: asyncio.AbstractEventLoop, folder: Path) -> None:
        self._ros = ros
        self._loop = loop
        self.taken: list[Input] = []
        self.says = Answer("", True)
        self.priced: list[DirectTask] = []
        self._server = Commands(ros.node, Guard(), self._feed, lambda task, language: None, self._price)
        keeper = Keeper(make_site(), RaisedAlarms(folder), "gateway", lambda: None)
        self.client = RosCommands(ros.node, Guard(), loop, keeper)
        ros.until(lambda: self.client.reachable, "the services are there")

    def ask(self, wish: Coroutine[Any, Any, _T]) -> _T:
        asked = asyncio.run_coroutine_threadsafe(wish, self._loop)
        self._ros.until(asked.done, "there is an answer")
        return asked.result()

    def say(self, wish: Any) -> CommandAnswer:
        if isinstance(wish, Arrangement):
            return self.ask(self.client.arrange(wish))
        if "Alarm" in type(wish).__name__ or "Voice" in type(wish).__name__:
            return self.ask(self.client.answer_alarm(wish))
        if "Job" in type(wish).__name__:
            return self.ask(self.client.change_job(wish))
        if "Incident" in type(wish).__name__:
            return self.ask(self.client.answer_incident(wish))
        if "Task" in type(wish).__name__:
            return self.ask(self.client.change_task(wish))
        return self.ask(self.client.set_maintenance(wish))

    def _price(self, wish: DirectTask) -> dict[str, object]:
        self.priced.append(wish)
        if not wish.task:
            raise RequestError("request_unknown_task", "no task ''", wish.task)
        return {"task": wish.task, "more_s": 4.5}

    def _feed(self, news: Input) -> bool:
        self.taken.append(news)
        said = self.says
        key = getattr(news, "key", "")
        self._server.answered(
            Answer(key, said.accepted, said.task, said.code, said.message, where=said.where, wrong=said.wrong)
        )
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


def test_a_price_is_asked_for_and_told(both: Both) -> None:
    both.priced.clear()
    assert both.ask(both.client.price("t1", "", "care_2")) == {"task": "t1", "more_s": 4.5}
    assert both.priced == [DirectTask("", "t1", "", "care_2")]
    with pytest.raises(RequestError) as refused:
        both.ask(both.client.price("", "care_1", ""))
    assert refused.value.code == "request_unknown_task"


def test_many_requests_arrive_as_they_were_given_and_what_is_wrong_comes_back(both: Both) -> None:
    both.taken.clear()
    both.says = Answer("", True)
    row = {"key": "t1", "service": "care_visit", "params": {"place": "home/방"}, "at_s": 50_000.0}
    assert both.ask(both.client.submit_all([row], "op_1", True)).accepted
    wish = SubmitTask("t1", "care_visit", {"place": "home/방"}, "op_1", at_s=50_000.0)
    assert both.taken == [SubmitTasks("import", (wish,), dry_run=True)]
    wrong = Wrong(0, "request_unknown_place", "no place", "place")
    both.says = Answer("", False, "", "request_some_refused", "nothing was taken on", wrong=(wrong,))
    answer = both.ask(both.client.submit_all([row], "op_1", False))
    assert (answer.accepted, answer.code) == (False, "request_some_refused")
    assert [(each.request, each.code, each.where) for each in answer.wrong] == [(0, "request_unknown_place", "place")]
    malformed = both.ask(both.client.submit_all([{"key": "t1"}], "op_1", False))
    assert malformed.code == "request_json_malformed"
