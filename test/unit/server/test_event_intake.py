"""Signed events: what may be taken, and one clear error for each thing that may not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.server.event_intake import MOST_BYTES, WINDOW_S, EventIntake, Signed
from robot_fleet.server.webhooks.signing import signed_headers

NOW_S = 1_795_800_000.0
KEY, OTHER = b"k" * 32, b"o" * 32
INTAKE = EventIntake({"city": KEY, "local": OTHER}, lambda: NOW_S)


def event(**changes: Any) -> dict[str, Any]:
    told = {
        "specversion": "1.0",
        "id": "ev-1",
        "source": "city",
        "type": "fire",
        "subject": "building:home",
        "time": datetime.fromtimestamp(NOW_S - 7.0, UTC).isoformat(),
        "data": {},
    }
    return {key: value for key, value in (told | changes).items() if value is not None}


def signed(told: object, key: bytes = KEY, at_s: float = NOW_S, name: str = "ev-1") -> Signed:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    headers = signed_headers(key, name, at_s, body)
    return Signed(body, name, headers["webhook-timestamp"], headers["webhook-signature"])


def refusal(message: Signed) -> tuple[str, str]:
    with pytest.raises(RequestError) as refused:
        INTAKE.read(message)
    return refused.value.code, refused.value.where


def test_what_is_signed_is_taken_with_the_age_that_it_says() -> None:
    read = INTAKE.read(signed(event()))
    assert (read.source, read.id, read.type, read.subject) == ("city", "ev-1", "fire", "building:home")
    assert (read.age_s, read.resolves, read.exercise, read.lasts_s) == (7.0, "", False, None)
    assert read.key.startswith("event-")
    assert INTAKE.read(signed(event(), at_s=NOW_S + 100.0)).key == read.key


def test_nothing_that_a_source_says_beyond_the_known_words_is_kept() -> None:
    told = event(data={"name": "김민수", "note": "lives alone", "lasts_s": 60}, personname="김민수")
    assert "김민수" not in repr(INTAKE.read(signed(told)))
    assert "lives alone" not in repr(INTAKE.read(signed(told)))


def test_an_exercise_says_so_and_the_local_source_sends_nothing_else() -> None:
    assert INTAKE.read(signed(event(data={"exercise": True}))).exercise
    assert INTAKE.read(signed(event(source="local"), OTHER)).exercise


def test_a_later_secret_of_two_is_enough() -> None:
    good = signed(event())
    rotated = Signed(good.body, good.id, good.timestamp, f"v1,AAAA {good.signature}")
    assert INTAKE.read(rotated).id == "ev-1"


def test_a_bad_signature_is_refused() -> None:
    good = signed(event())
    code = ("request_event_signature", "webhook-signature")
    assert refusal(signed(event(), OTHER)) == code
    assert refusal(Signed(good.body + b" ", good.id, good.timestamp, good.signature)) == code
    assert refusal(Signed(good.body, "ev-2", good.timestamp, good.signature)) == code
    assert refusal(Signed(good.body, good.id, str(int(good.timestamp) + 1), good.signature)) == code
    for headers in (("", "", ""), ("ev-1", "soon", "v1,x"), ("ev-1", good.timestamp, "v1,ü"), ("ev-1", "²", "v1,x")):
        assert refusal(Signed(good.body, *headers)) == code


def test_an_unknown_source_is_refused() -> None:
    assert refusal(signed(event(source="stranger"))) == ("request_unknown_event_source", "source")


@pytest.mark.parametrize("off_s", [-WINDOW_S - 1.0, WINDOW_S + 1.0, -1e6])
def test_a_stale_signature_is_refused(off_s: float) -> None:
    assert refusal(signed(event(), at_s=NOW_S + off_s)) == ("request_event_stale", "webhook-timestamp")


@pytest.mark.parametrize(
    ("told", "where"),
    [
        (b"{", "body"),
        (b"[" * 20_000, "body"),
        (b" " * (MOST_BYTES + 1), "body"),
        ([], "body"),
        (event(specversion="0.3"), "body"),
        (event(source=None), "source"),
        (event(source=7), "source"),
        (event(id=None), "id"),
        (event(id="ev-2"), "webhook-id"),
        (event(type=None), "type"),
        (event(subject=None), "subject"),
        (event(time="yesterday"), "time"),
        (event(time="2026-11-27T07:31:20"), "time"),
        (event(time=7), "time"),
        (event(data=[]), "data"),
        (event(data={"resolves": 1}), "data.resolves"),
        (event(data={"exercise": "yes"}), "data.exercise"),
        (event(data={"lasts_s": True}), "data.lasts_s"),
        (event(data={"lasts_s": "60"}), "data.lasts_s"),
    ],
)
def test_what_is_malformed_is_refused_with_the_place(told: object, where: str) -> None:
    assert refusal(signed(told)) == ("request_event_malformed", where)


def test_word_that_an_event_is_over_needs_no_area() -> None:
    assert INTAKE.read(signed(event(subject=None, data={"resolves": "ev-0"}))).resolves == "ev-0"
