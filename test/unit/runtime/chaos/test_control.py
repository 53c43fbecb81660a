"""What a chaos run writes into its file is what the processes read there."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.runtime.chaos import control
from robot_fleet.runtime.chaos.control import Following, Orders, done_file
from robot_fleet.runtime.chaos.messages import CALM, Disturbance
from robot_fleet.runtime.chaos.navigator import FOUND, Astray
from robot_fleet.runtime.processes.statefile import read_json


@pytest.fixture(autouse=True)
def _at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "FOLLOW_EVERY_S", 0.0)


def test_nothing_fails_where_nothing_was_said(tmp_path: Path) -> None:
    following = Following(tmp_path / "chaos.json")
    assert following.network("care_1") == CALM
    assert following.astray("care_1") == FOUND
    assert following.ahead_s == 0.0
    following.abort(lambda robot: pytest.fail(robot))


def test_what_is_said_is_followed_until_it_is_taken_back(tmp_path: Path) -> None:
    orders = Orders(tmp_path / "chaos.json")
    following = Following(tmp_path / "chaos.json")
    orders.disturb("care_1", Disturbance(drop=1.0))
    orders.mislead("care_2", Astray(2.0, -1.0, 2.2))
    orders.jump(30.0)
    assert following.network("care_1") == Disturbance(drop=1.0)
    assert following.network("care_2") == CALM
    assert following.astray("care_2") == Astray(2.0, -1.0, 2.2)
    assert following.ahead_s == 30.0
    orders.disturb("care_1", CALM)
    orders.mislead("care_2", FOUND)
    orders.jump(0.0)
    assert following.network("care_1") == CALM
    assert following.astray("care_2") == FOUND
    assert following.ahead_s == 0.0


def test_an_action_is_aborted_once_and_said_to_be(tmp_path: Path) -> None:
    orders = Orders(tmp_path / "chaos.json")
    following = Following(tmp_path / "chaos.json")
    does, asked = {"care_1": ""}, []

    def fail(robot: str) -> str:
        asked.append(robot)
        return does[robot]

    orders.abort("care_1", 7)
    following.abort(fail)
    assert not done_file(tmp_path / "chaos.json").exists(), "it did nothing that could fail"
    does["care_1"] = "drive"
    following.abort(fail)
    following.abort(fail)
    assert asked == ["care_1", "care_1"]
    assert read_json(done_file(tmp_path / "chaos.json")) == {"done": [7]}
    orders.abort("care_1", 0)
    following.abort(fail)
    assert asked == ["care_1", "care_1"]
