"""What people record at the incident desk, on the command line; a fleet that only looks alive, its core real."""

from __future__ import annotations

import json

import pytest

from robot_fleet.cli.app import run
from test.fakes.moving_fleet import MovingFleet
from test.unit.cli.test_task_verbs import fleet, told

__all__ = ["fleet"]

NAME = "incident:alarm-1"


def test_voice_contact_and_a_verdict_are_recorded(fleet: MovingFleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no voice contact yet; call the emergency services by 07:" in told(capsys, "alarm", "list")
    assert told(capsys, "alarm", "voice", "alarm-1", "silent") == "alarm-1: silent is recorded"
    assert run(["incident", "close", NAME, "--verdict", "fine"]) == 1
    assert "[request_call_unanswered]" in capsys.readouterr().err
    assert "escalated" in told(capsys, "alarm", "voice", "alarm-1", "escalated", "--by", "op_7")
    assert "voice contact silent; emergency services called at 07:" in told(capsys, "alarm", "list")
    assert "is closed" in told(capsys, "incident", "close", NAME, "--verdict", "handed_over", "--reason", "with 119")
    assert "handed_over, with 119" in told(capsys, "incident", "show", NAME)
    assert "응급 신고" in told(capsys, "incident", "show", NAME, "--lang", "ko")
    assert json.loads(told(capsys, "incident", "show", NAME, "--json"))["verdict"] == "handed_over"


def test_field_jobs_are_opened_taken_and_over(fleet: MovingFleet, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "job", "open", "take_over", "--robot", "care_2", "--minutes", "15", "--text", "by the lift")
    assert said == "job:1 is open; whoever goes says ./fleet job take job:1"
    assert "held" in told(capsys, "robots")
    (job,) = json.loads(told(capsys, "job", "list", "--json"))
    assert (job["robot"], job["text"], job["due_s"] - job["opened_s"]) == ("care_2", "by the lift", 900.0)
    assert "is taken by staff_4" in told(capsys, "job", "take", "job:1", "--by", "staff_4")
    assert "staff_4" in told(capsys, "job", "list")
    assert told(capsys, "job", "done", "job:1", "--text", "at charger 2") == "job:1 is done"
    assert told(capsys, "job", "list") == "0 open, 1 over. --all lists these too."
    assert "at charger 2" in told(capsys, "job", "list", "--all")
    told(capsys, "job", "open", "look_after", "--alarm", "alarm-1")
    assert told(capsys, "job", "withdraw", "job:2") == "job:2 is withdrawn"
    assert run(["job", "open", "look_after"]) == 1
    assert "[request_job_malformed]" in capsys.readouterr().err
