"""Deliveries over real HTTP: at least once with one id, whatever a receiver does, and nobody waits for anybody else."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from robot_fleet.core.health import Urgency
from robot_fleet.core.text import Text
from robot_fleet.server.webhooks import deliveries as module
from robot_fleet.server.webhooks.deliveries import Deliveries
from robot_fleet.server.webhooks.event import WebhookEvent
from robot_fleet.server.webhooks.retry import Pace
from robot_fleet.site.models.webhooks import EventName
from robot_fleet.site.reading.webhooks import Endpoint
from robot_fleet.stores.outbox import Limits
from test.fakes.receiver import Answer, dead_url, endpoint, receiving

QUICK = Pace(first_s=0.02, longest_s=0.05, try_s=10.0)
WAIT_S = 20.0


def event(number: int = 0, urgency: str = "critical", kind: EventName = "alarm.raised") -> WebhookEvent:
    text = Text("도움", "Help")
    of = f"a{number}"
    return WebhookEvent(
        kind, of, "run", "tiny", "help_called", ("home/r101",), Urgency(urgency), text, text, time.time()
    )


@pytest.fixture
def made(tmp_path: Path) -> Iterator[list[Deliveries]]:
    """Deliveries to be closed in the end."""
    every: list[Deliveries] = []
    yield every
    for each in every:
        each.close(WAIT_S)
        assert not each._thread.is_alive()


def deliver(made: list[Deliveries], tmp_path: Path, *endpoints: Endpoint, **options: object) -> Deliveries:
    deliveries = Deliveries(endpoints, tmp_path / "outbox.sqlite", **{"pace": QUICK, **options})  # type: ignore[arg-type]
    made.append(deliveries)
    return deliveries


def until(holds, what: str) -> None:  # type: ignore[no-untyped-def]
    """Look until something holds that gives no event to wait for."""
    deadline_s = time.monotonic() + WAIT_S
    look = threading.Event()
    while not holds():
        assert time.monotonic() < deadline_s, f"in vain until {what}"
        look.wait(0.01)


@pytest.mark.parametrize(
    "trouble",
    [
        [Answer(500), Answer(502)],
        [Answer(404)],
        [Answer(301)],
        [Answer(429, retry_after="0"), Answer(503, retry_after="nonsense")],
        [Answer(hang_up=True), Answer(hang_up=True)],
        [Answer(500), Answer(hang_up=True), Answer(429)],
    ],
    ids=["500", "404", "moved", "429", "hangs_up_after_reading", "mixed"],
)
def test_a_receiver_in_trouble_gets_it_again_with_the_same_id(
    made: list[Deliveries], tmp_path: Path, trouble: list[Answer]
) -> None:
    with receiving(trouble) as sick, receiving() as well:
        deliveries = deliver(made, tmp_path, endpoint("sick", sick.url), endpoint("well", well.url))
        deliveries.offer(event())
        sick.until(lambda messages: len(messages) == len(trouble) + 1)
        until(lambda: deliveries.open == 0, "all is delivered")
        assert set(sick.ids) == {event().id}
        assert well.ids == [event().id]
        assert not sick.forged and not well.forged
        assert {message.body["data"]["id"] for message in sick.messages} == {"a0"}
        assert deliveries.standing["sick"].delivered == deliveries.standing["well"].delivered == 1


def test_one_that_is_dead_and_one_that_never_answers_delay_neither_others_nor_the_caller(
    made: list[Deliveries], tmp_path: Path
) -> None:
    never = threading.Event()
    with receiving(default=Answer(wait=never)) as slow, receiving() as well:
        endpoints = [endpoint("dead", dead_url()), endpoint("slow", slow.url), endpoint("well", well.url)]
        deliveries = deliver(made, tmp_path, *endpoints)
        began_s = time.monotonic()
        for number in range(40):
            deliveries.offer(event(number))
        assert time.monotonic() - began_s < 0.5
        well.until(lambda messages: len(messages) == 40)
        assert well.ids == [event(number).id for number in range(40)]
        slow.until(lambda messages: len(messages) == 1)
        until(lambda: deliveries.standing["dead"].failing_since_s is not None, "it fails")
        assert deliveries.standing["dead"].reason == "ConnectError"
        assert deliveries.standing["dead"].open == deliveries.standing["slow"].open == 40
        never.set()
        slow.until(lambda messages: len({message.id for message in messages}) == 40)


def test_a_dead_receiver_is_tried_ever_more_rarely_however_much_waits_and_at_once_with_news(
    made: list[Deliveries], tmp_path: Path
) -> None:
    rare = Pace(first_s=30.0, longest_s=30.0)
    with receiving(default=Answer(500)) as sick:
        deliveries = deliver(made, tmp_path, endpoint("sick", sick.url), pace=rare)
        for number in range(50):
            deliveries.offer(event(number, "low"))
        sick.until(lambda messages: len(messages) == 1)
        until(lambda: deliveries.open == 50 and deliveries.standing["sick"].reason == "http_500", "it has failed")
        tried = len(sick.ids)
        assert tried <= 3, "of what came in one go one is tried"
        deliveries.offer(event(99))
        sick.until(lambda messages: messages[-1].id == event(99).id)
        assert len(sick.ids) == tried + 1


def test_a_receiver_that_does_not_answer_in_time_gets_it_again(made: list[Deliveries], tmp_path: Path) -> None:
    never = threading.Event()
    with receiving([Answer(wait=never)]) as slow:
        deliveries = deliver(made, tmp_path, endpoint("slow", slow.url), pace=Pace(0.01, 0.02, try_s=0.2))
        deliveries.offer(event())
        slow.until(lambda messages: len(messages) == 2)
        until(lambda: deliveries.open == 0, "it is delivered")
        never.set()


@pytest.mark.parametrize("in_words", [False, True])
def test_a_receiver_is_left_alone_for_as_long_as_it_asks(
    made: list[Deliveries], tmp_path: Path, in_words: bool
) -> None:
    asked = formatdate(time.time() + 3, usegmt=True) if in_words else "1"
    with receiving([Answer(429, retry_after=asked)]) as busy:
        deliveries = deliver(made, tmp_path, endpoint("busy", busy.url))
        deliveries.offer(event())
        first, second = busy.until(lambda messages: messages if len(messages) == 2 else None)
        assert second.at_s - first.at_s >= 0.99


def test_a_restart_in_the_middle_of_a_delivery_repeats_it_with_its_id(made: list[Deliveries], tmp_path: Path) -> None:
    never = threading.Event()
    with receiving([Answer(wait=never)]) as receiver:
        first = deliver(made, tmp_path, endpoint("one", receiver.url))
        first.offer(event())
        receiver.until(lambda messages: len(messages) == 1)
        first.close(WAIT_S)
        assert not first._thread.is_alive(), "it does not wait for the receiver"
        second = deliver(made, tmp_path, endpoint("one", receiver.url))
        receiver.until(lambda messages: len(messages) == 2)
        until(lambda: second.open == 0, "it is delivered")
        assert receiver.ids == [event().id] * 2
        never.set()


def test_what_was_offered_just_before_the_end_is_sent_by_the_next(made: list[Deliveries], tmp_path: Path) -> None:
    url = dead_url()
    first = deliver(made, tmp_path, endpoint("one", url))
    for number in range(20):
        first.offer(event(number))
    first.close(WAIT_S)
    first.offer(event(99))
    with receiving() as receiver:
        deliver(made, tmp_path, endpoint("one", receiver.url))
        receiver.until(lambda messages: len({message.id for message in messages}) == 20)
        assert event(99).id not in receiver.ids


def test_the_same_event_is_sent_once_even_by_the_next_process(made: list[Deliveries], tmp_path: Path) -> None:
    with receiving() as receiver:
        for _ in range(2):
            deliveries = deliver(made, tmp_path, endpoint("one", receiver.url))
            for _ in range(3):
                deliveries.offer(event())
            until(lambda d=deliveries: d.open == 0 and d.standing["one"].delivered == 1, "it is delivered")
            deliveries.close(WAIT_S)
        assert receiver.ids == [event().id]


def test_endpoints_hear_only_what_they_want(made: list[Deliveries], tmp_path: Path) -> None:
    with receiving() as urgent, receiving() as ends:
        wants_urgent = endpoint("urgent", urgent.url, priorities=frozenset({"critical", "high"}))
        wants_ends = endpoint("ends", ends.url, events=frozenset({"alarm.cleared"}))
        deliveries = deliver(made, tmp_path, wants_urgent, wants_ends)
        deliveries.offer(event(1, "low"))
        deliveries.offer(event(2, "high"))
        deliveries.offer(event(2, "low", "alarm.cleared"))
        until(lambda: deliveries.open == 0 and deliveries.standing["ends"].delivered, "all is delivered")
        assert urgent.ids == [event(2).id]
        assert ends.ids == [event(2, "low", "alarm.cleared").id]


def test_giving_up_is_told_once_and_so_is_failing(
    made: list[Deliveries], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "robot_fleet.webhooks")
    dead = endpoint("dead", dead_url(), give_up_after_s=0.5)
    deliveries = deliver(made, tmp_path, dead)
    for number in range(3):
        deliveries.offer(event(number))
    until(lambda: deliveries.standing["dead"].given_up == 3, "all is given up")
    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "webhook=dead event=failing reason=ConnectError it is tried again"
    assert sum(int(text.split("count=")[1].split()[0]) for text in said[1:]) == 3
    assert all("event=given_up" in text for text in said[1:])
    deliveries.close(WAIT_S)
    again = deliver(made, tmp_path, dead)
    until(lambda: again.open == 0, "the next has begun, with nothing to do")


def test_gone_is_given_up_at_once(made: list[Deliveries], tmp_path: Path) -> None:
    with receiving([Answer(410)]) as receiver:
        deliveries = deliver(made, tmp_path, endpoint("one", receiver.url))
        deliveries.offer(event(1))
        until(lambda: deliveries.standing["one"].given_up == 1, "it is given up")
        deliveries.offer(event(2))
        until(lambda: deliveries.standing["one"].delivered == 1, "the next is sent all the same")


def test_a_queue_for_a_dead_receiver_is_bounded(
    made: list[Deliveries], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slow = Pace(first_s=60.0, longest_s=60.0)
    deliveries = deliver(made, tmp_path, endpoint("dead", dead_url()), pace=slow, limits=Limits(waiting=5))
    for number in range(20):
        deliveries.offer(event(number, "low" if number % 2 else "critical"))
    until(lambda: deliveries.standing["dead"].dropped >= 14, "it drops")
    assert deliveries.standing["dead"].open <= 6
    assert "webhook=dead event=dropped" in caplog.text


def test_a_disk_that_is_full_stops_nothing(
    made: list[Deliveries], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asleep = threading.Event()
    with receiving([Answer(wait=asleep)]) as receiver:
        deliveries = deliver(made, tmp_path, endpoint("one", receiver.url))
        deliveries.offer(event(1))
        receiver.until(lambda messages: len(messages) == 1)
        with sqlite3.connect(tmp_path / "outbox.sqlite") as other:
            for what in ("INSERT", "UPDATE"):
                other.execute(
                    f"CREATE TRIGGER full_{what} BEFORE {what} ON deliveries"
                    " BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
                )
        other.close()
        deliveries.offer(event(2))
        until(lambda: not deliveries.durable, "it has noticed")
        asleep.set()
        until(lambda: deliveries.standing["one"].delivered == 2, "both are delivered")
        assert receiver.ids == [event(1).id, event(2).id]
        assert caplog.text.count("event=outbox_failed") == 1


def test_a_file_that_is_no_outbox_stops_nothing(made: list[Deliveries], tmp_path: Path) -> None:
    (tmp_path / "outbox.sqlite").write_text("something else entirely, and a bit longer " * 30, encoding="utf-8")
    with receiving() as receiver:
        deliveries = deliver(made, tmp_path, endpoint("one", receiver.url))
        deliveries.offer(event())
        receiver.until(lambda messages: len(messages) == 1)
        assert not deliveries.durable


def test_an_event_that_cannot_be_written_does_not_keep_the_others(
    made: list[Deliveries], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with receiving() as receiver:
        deliveries = deliver(made, tmp_path, endpoint("one", receiver.url))
        deliveries.offer(replace(event(0), of="b", at_s=float("nan")))
        deliveries.offer(event(1))
        receiver.until(lambda messages: [message.id for message in messages] == [event(1).id])
        assert "event=malformed of=b" in caplog.text


def test_more_than_can_be_taken_is_turned_away_and_welcome_later(
    made: list[Deliveries], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_OFFERED", 0)
    with receiving() as receiver:
        deliveries = deliver(made, tmp_path, endpoint("one", receiver.url))
        deliveries.offer(event())
        until(lambda: deliveries.open == 0, "it has begun, with nothing to do")
        monkeypatch.setattr(module, "MOST_OFFERED", 10)
        deliveries.offer(event())
        receiver.until(lambda messages: len(messages) == 1)


def test_without_receivers_nothing_is_kept(tmp_path: Path) -> None:
    deliveries = Deliveries([], tmp_path / "outbox.sqlite")
    deliveries.offer(event())
    assert deliveries.open == 0
    deliveries.close()
    assert not (tmp_path / "outbox.sqlite").exists()


def test_many_threads_offer_at_once(made: list[Deliveries], tmp_path: Path) -> None:
    with receiving() as receiver:
        deliveries = deliver(made, tmp_path, endpoint("one", receiver.url))
        threads = [
            threading.Thread(target=lambda first=first: [deliveries.offer(event(first + i)) for i in range(25)])
            for first in range(0, 100, 25)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT_S)
        receiver.until(lambda messages: len(messages) == 100)
        assert len(set(receiver.ids)) == 100
