"""What a run prints of calls for help: when a robot was there, and where people were asked before."""

from __future__ import annotations

from typing import Any

import pytest

from robot_fleet.cli.outcome import tell


@pytest.mark.parametrize(
    ("on_site_s", "escalated_s", "said"),
    [
        (58.0, None, "alarm a1: a robot on site after 58 s"),
        (58.0, 180.0, "alarm a1: a robot on site after 58 s"),
        (988.0, 180.0, "alarm a1: handed on to people after 180 s, a robot on site after 988 s"),
        (None, 180.0, "alarm a1: handed on to people after 180 s, no robot on site"),
        (None, None, "alarm a1: no robot on site"),
    ],
)
def test_people_who_were_asked_before_a_robot_came_are_told(
    on_site_s: float | None, escalated_s: float | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    summary: dict[str, Any] = {"requests": [], "contacts": [], "restarts": {}, "speed_reached": None}
    summary["alarms"] = [{"request": "a1", "robot_on_site_s": on_site_s, "escalated_s": escalated_s}]
    tell(summary)
    assert said in [line.strip() for line in capsys.readouterr().out.splitlines()]
