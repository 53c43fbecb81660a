"""The manager takes in what raisers kept: once, as old as it is, and a failing one keeps nobody else waiting."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import LedgerError
from robot_fleet.core.inputs import SubmitTask
from robot_fleet.runtime.ringing import raised_intake
from robot_fleet.runtime.ringing.raised_intake import RaisedIntake
from robot_fleet.stores.raised import RaisedAlarm, RaisedAlarms
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

CALL = {"place": "home/r101", "signal": "help_button"}
ALARM = RaisedAlarm("a", "care_alarm", CALL, "", "home/r101", "cli", 1.5e9, None)


class Manager:
    """A core to submit to, which can be made to fail."""

    def __init__(self) -> None:
        self.world: CoreWorld = world_of("tiny")
        self.world.tell_all()
        self.asked: list[SubmitTask] = []
        self.fails: dict[str, Exception | Answer] = {}

    def submit(self, wish: SubmitTask) -> Answer:
        self.asked.append(wish)
        failure = self.fails.get(wish.key)
        if isinstance(failure, Exception):
            raise failure
        if failure is not None:
            return failure
        return next(iter(self.world.feed(wish)))


@pytest.fixture
def journal(tmp_path: Path) -> RaisedAlarms:
    return RaisedAlarms(tmp_path / "raised")


def test_what_was_kept_is_taken_in_as_old_as_it_is_and_cleared(journal: RaisedAlarms) -> None:
    manager = Manager()
    intake = RaisedIntake(journal, manager.submit)
    intake.look()
    raised_s = manager.world.now.fleet_s - 45.0
    journal.keep(replace(ALARM, raised_s=raised_s))
    intake.look()
    assert manager.world.state.alarms["a"].raised_s == raised_s
    assert manager.world.state.tasks["a"].request.requester == "operator"
    assert journal.kept() == []


def test_what_the_raiser_handed_in_itself_is_the_same_alarm(journal: RaisedAlarms) -> None:
    manager = Manager()
    journal.keep(ALARM)
    manager.world.feed(SubmitTask("a", "care_alarm", CALL))
    seq = len(manager.world.state.tasks)
    RaisedIntake(journal, manager.submit).look()
    assert journal.kept() == []
    assert len(manager.world.state.tasks) == seq == 1


def test_it_waits_for_a_fleet_that_cannot_tell_yet(journal: RaisedAlarms) -> None:
    manager = Manager()
    intake = RaisedIntake(journal, manager.submit)
    journal.keep(ALARM)
    manager.fails["a"] = Answer("a", False, "", "runtime_no_time")
    intake.look()
    assert journal.kept() == ["a"]
    manager.fails.clear()
    intake.look()
    assert journal.kept() == []


def test_what_is_refused_is_told_and_cleared(journal: RaisedAlarms, caplog: pytest.LogCaptureFixture) -> None:
    manager = Manager()
    journal.keep(replace(ALARM, params={"place": "moon"}))
    RaisedIntake(journal, manager.submit).look()
    assert journal.kept() == []
    assert "alarm=a event=refused code=request_param_missing" in caplog.text or "request_unknown_place" in caplog.text


def test_one_that_fails_or_is_damaged_does_not_keep_the_others(
    journal: RaisedAlarms, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = Manager()
    intake = RaisedIntake(journal, manager.submit)
    for number, key in enumerate(("a", "b", "c")):
        journal.keep(replace(ALARM, key=key, raised_unix_s=float(number)))
    (tmp_path / "raised" / "b.raised").write_bytes(b"12345678 {}")
    manager.fails["a"] = ZeroDivisionError()
    intake.look()
    intake.look()
    assert [wish.key for wish in manager.asked] == ["a", "c"], "the failing one rests"
    assert journal.kept() == ["a"]
    assert (tmp_path / "raised" / "b.damaged").exists()
    assert "alarm=b event=damaged" in caplog.text
    monkeypatch.setattr(raised_intake, "AFTER_BUG_S", 0.0)
    manager.fails.clear()
    intake.look()
    assert journal.kept() == []


def test_a_ledger_that_cannot_be_written_ends_the_manager_and_keeps_the_alarm(journal: RaisedAlarms) -> None:
    manager = Manager()
    journal.keep(ALARM)
    manager.fails["a"] = LedgerError("ledger_write_failed", "full")
    with pytest.raises(LedgerError):
        RaisedIntake(journal, manager.submit).look()
    assert journal.kept() == ["a"]
