"""Wishes of the gateway by name and fields, and back."""

from __future__ import annotations

from math import inf

import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import (
    AnswerJob,
    CloseIncident,
    CloseZones,
    LimitZone,
    OpenJob,
    OpenZones,
    RecordVoice,
    SetHold,
    SignShift,
    TakeShift,
)
from robot_fleet.ros.manager.wishes import CarriedWish, parse_wish, wish_json


@pytest.mark.parametrize(
    "wish",
    [
        SetHold("k", True, "care_1", "wet", "op_1", in_place=True),
        CloseZones("k", ("a", "b"), True, "폭풍", "op_1", "weather", 80_000.0),
        CloseZones("k", ("a",), until_s=inf),
        OpenZones("k", outdoor=True),
        LimitZone("k", "a", 0.4),
        SignShift("k", "op_1", "0" * 64, "calm", {"robot_held:care_1": "squeaks"}),
        TakeShift("k", "shift-1", "op_2", "0" * 64),
        RecordVoice("k", "r0001", "silent", "op_1"),
        CloseIncident("k", "incident:r0001", "이웃이 도왔습니다", "op_1", "helped"),
        OpenJob("k", "fetch_robot", robot="care_1", due_in_s=600.0, by="op_1"),
        AnswerJob("k", "job:3", "done", "at charger 2", "staff_3"),
    ],
    ids=lambda wish: type(wish).__name__,
)
def test_a_wish_arrives_as_it_was_sent(wish: CarriedWish) -> None:
    assert parse_wish(*wish_json(wish)) == wish


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("", "{}", "wish"),
        ("Explode", '{"key": "k"}', "wish"),
        ("SetHold", "", "fields_json"),
        ("SetHold", "[]", "fields_json"),
        ("SetHold", '{"key": "k"}', "fields_json"),
        ("SetHold", '{"key": "k", "hold": "yes"}', "fields_json"),
        ("SetHold", '{"key": "k", "hold": true, "colour": 1}', "fields_json"),
        ("RecordVoice", '{"key": "k", "alarm": "a", "outcome": 3}', "fields_json"),
    ],
)
def test_what_is_no_wish_is_refused(name: str, text: str, where: str) -> None:
    with pytest.raises(RequestError) as refused:
        parse_wish(name, text)
    assert (refused.value.code, refused.value.where) == ("request_json_malformed", where)
