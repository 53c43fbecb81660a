"""Wishes of the gateway as JSON, and back."""

from __future__ import annotations

from math import inf

import pytest

from robot_fleet.core.inputs import CloseZones, FleetWish, LimitZone, OpenZones, SetHold, SignShift, TakeShift
from robot_fleet.ros.wishes import parse_wish, wish_json


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
    ],
)
def test_a_wish_arrives_as_it_was_sent(wish: FleetWish) -> None:
    assert parse_wish(wish_json(wish)) == wish


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"wish": "Explode", "key": "k"}', '{"wish": "SetHold", "key": "k"}',
     '{"wish": "SetHold", "key": "k", "hold": "yes"}', '{"wish": "SetHold", "key": "k", "hold": true, "colour": 1}'],
)  # fmt: skip
def test_what_is_no_wish_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_wish(text)
