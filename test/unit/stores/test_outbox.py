"""The outbox keeps what is on its way, bounded, through restarts, and says plainly when its file cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from robot_fleet.core.errors import FleetError, RuntimeFailure
from robot_fleet.core.lifecycles.delivery import DeliveryEvent, DeliveryState
from robot_fleet.stores.outbox import Limits, Outbox, Outgoing

A, B = "desk", "phone"


@pytest.fixture(params=["file", "memory"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox.sqlite" if request.param == "file" else None)


def add(outbox: Outbox, event: str, rank: int, endpoints: list[str], now_s: float) -> None:
    outbox.add([Outgoing(event, rank, "body", tuple(endpoints))], now_s)


def waiting(outbox: Outbox) -> list[tuple[str, str]]:
    return [(each.event, each.endpoint) for each in outbox.open_deliveries()]


def test_an_event_goes_to_each_endpoint_once_however_often_it_is_added(outbox: Outbox) -> None:
    for now_s in (10.0, 11.0):
        add(outbox, "e1", 0, [A, B], now_s)
    assert waiting(outbox) == [("e1", A), ("e1", B)]
    first = outbox.take(A, 12.0)
    assert first is not None
    assert (first.body, first.attempts, first.created_s, first.state) == ("body", 1, 10.0, DeliveryState.SENDING)
    assert outbox.take(A, 12.0) is None
    outbox.settle(first, DeliveryEvent.SUCCEED, 13.0)
    add(outbox, "e1", 0, [A, B], 14.0)
    assert waiting(outbox) == [("e1", B)]
    assert outbox.tally() == {A: {DeliveryState.DELIVERED: 1}, B: {DeliveryState.WAITING: 1}}


def test_what_failed_is_due_later_and_what_is_urgent_comes_first(outbox: Outbox) -> None:
    for number, rank in enumerate((3, 0, 1, 0)):
        add(outbox, f"e{number}", rank, [A], float(number))
    taken = [outbox.take(A, 10.0) for _ in range(4)]
    assert [each.event for each in taken if each] == ["e1", "e3", "e2", "e0"]
    assert taken[0] is not None and taken[1] is not None
    outbox.settle(taken[0], DeliveryEvent.FAIL, 11.0, 60.0, "http_500")
    assert outbox.next_due_s(A) == 60.0
    assert outbox.take(A, 59.9) is None
    again = outbox.take(A, 60.0)
    assert again is not None
    assert (again.event, again.attempts, again.reason) == ("e1", 2, "http_500")
    given_up = outbox.settle(taken[1], DeliveryEvent.GIVE_UP, 61.0, reason="timeout")
    with pytest.raises(FleetError, match="cannot happen while given_up"):
        outbox.settle(given_up, DeliveryEvent.FAIL, 62.0)


def test_of_too_many_the_oldest_that_is_not_critical_is_dropped() -> None:
    outbox = Outbox(None, Limits(waiting=3))
    for number, rank in enumerate((0, 2, 0, 1, 0)):
        add(outbox, f"e{number}", rank, [A], float(number))
    assert [event for event, _ in waiting(outbox)] == ["e0", "e2", "e4"]
    add(outbox, "e5", 0, [A, B], 6.0)
    assert [event for event, _ in waiting(outbox)] == ["e2", "e4", "e5", "e5"]
    assert outbox.tally()[A] == {DeliveryState.WAITING: 3, DeliveryState.DROPPED: 3}


def test_what_waited_too_long_is_given_up_for_its_endpoint_alone(outbox: Outbox) -> None:
    for number in range(3):
        add(outbox, f"e{number}", 0, [A, B], float(number))
    sending = outbox.take(A, 5.0)
    assert sending is not None and sending.event == "e0"
    assert outbox.give_up(A, 1.0, 6.0, "timeout") == 1
    assert outbox.tally() == {
        A: {DeliveryState.SENDING: 1, DeliveryState.GIVEN_UP: 1, DeliveryState.WAITING: 1},
        B: {DeliveryState.WAITING: 3},
    }


def test_what_has_ended_is_forgotten_by_age_and_by_number() -> None:
    outbox = Outbox(None, Limits(ended=2, ended_for_s=100.0))
    for number in range(4):
        add(outbox, f"e{number}", 0, [A], 0.0)
        taken = outbox.take(A, 0.0)
        assert taken is not None
        if number < 3:
            outbox.settle(taken, DeliveryEvent.SUCCEED, float(number))
    outbox.forget(50.0)
    assert outbox.tally()[A] == {DeliveryState.DELIVERED: 2, DeliveryState.SENDING: 1}
    outbox.forget(102.5)
    assert outbox.tally()[A] == {DeliveryState.SENDING: 1}, "what is open stays, the rest is over 100 s old"


def test_after_a_kill_what_was_being_sent_waits_again(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    killed = Outbox(path)
    add(killed, "e1", 0, [A, B], 100.0)
    add(killed, "e2", 0, [A], 101.0)
    assert killed.take(A, 102.0) is not None
    second = killed.take(A, 102.0)
    assert second is not None
    killed.settle(second, DeliveryEvent.FAIL, 103.0, 9_000.0, "timeout")
    next_one = Outbox(path)
    next_one.resume([A], now_s=50.0, latest_s=500.0)  # the machine's clock was put back meanwhile
    found = {each.event: each for each in next_one.open_deliveries()}
    assert set(found) == {"e1", "e2"}
    assert (found["e1"].state, found["e1"].attempts, found["e1"].created_s) == (DeliveryState.WAITING, 1, 50.0)
    assert found["e2"].due_s == 500.0
    assert next_one.tally()[B] == {DeliveryState.DROPPED: 1}, "nobody receives there any more"


def test_deliveries_move_to_another_outbox_as_they_are(tmp_path: Path) -> None:
    file, memory = Outbox(tmp_path / "outbox.sqlite"), Outbox(None)
    add(file, "e1", 0, [A, B], 1.0)
    sending = file.take(A, 2.0)
    assert sending is not None
    memory.restore(file.open_deliveries(), 3.0)
    assert memory.open_deliveries() == file.open_deliveries()
    memory.settle(sending, DeliveryEvent.SUCCEED, 4.0)
    assert waiting(memory) == [("e1", B)]


def test_a_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database, and long enough to be looked at " * 40, encoding="utf-8")
    with sqlite3.connect(tmp_path / "newer") as newer:
        newer.execute("PRAGMA user_version=99")
    newer.close()
    for name in ("text", "newer", "no/such/folder"):
        with pytest.raises(RuntimeFailure) as caught:
            Outbox(tmp_path / name)
        assert caught.value.code == "runtime_outbox_unusable"
        assert caught.value.where == str(tmp_path / name)


def test_a_write_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    outbox = Outbox(path)
    add(outbox, "e1", 0, [A], 1.0)
    with sqlite3.connect(path) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT RAISE(FAIL, 'disk is full'); END")
    other.close()
    with pytest.raises(RuntimeFailure, match="disk is full"):
        add(outbox, "e2", 0, [A], 2.0)
    assert waiting(outbox) == [("e1", A)]
