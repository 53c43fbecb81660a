"""Wishes of the incident desk as text: what is written is read again, and what is no wish is refused."""

from __future__ import annotations

import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import AnswerJob, CloseIncident, OpenJob, RecordVoice
from robot_fleet.runtime.desk_wishes import DeskWish, desk_text, desk_wish

WISHES: list[DeskWish] = [
    RecordVoice("k", "r0001", "silent", "op_1"),
    CloseIncident("k", "incident:r0001", "이웃이 도왔습니다", "op_1", "helped"),
    OpenJob("k", "fetch_robot", robot="care_1", due_in_s=600.0, by="op_1"),
    AnswerJob("k", "job:3", "done", "at charger 2", "staff_3"),
]


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: type(wish).__name__)
def test_a_wish_is_read_as_it_was_written(wish: DeskWish) -> None:
    assert desk_wish(desk_text(wish)) == wish


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"SetHold": {}}', '{"RecordVoice": {"key": "k"}}', '{"RecordVoice": {}, "OpenJob": {}}',
     '{"RecordVoice": {"key": "k", "alarm": "a", "outcome": 3}}', '{"RecordVoice": 3}'],
)  # fmt: skip
def test_what_is_no_wish_is_refused(text: str) -> None:
    with pytest.raises(RequestError) as refused:
        desk_wish(text)
    assert refused.value.code == "request_json_malformed"
