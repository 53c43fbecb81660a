"""`./fleet schedule` and `./fleet template`, over real HTTP to a fleet that only looks alive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from robot_fleet.cli.app import run
from robot_fleet.core.site import CalendarSpec
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.statefile import write_json
from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
KOREA = CalendarSpec("Asia/Seoul", "KR", "", {}, (), "2026-12-21")
VISIT = ("care_visit", "place=home/r101")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MovingFleet]:
    """A running fleet by the name of main, as far as others can see, on Monday 21 December 2026."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv("COLUMNS", "160")
        made = MovingFleet(replace(load_site(TINY), calendar=KOREA), tasks=1, pace=1.0, alarm=False)
        with FleetClaim() as claim, WebServer(create_app(made)) as server:
            write_json(claim.run.processes, {"port": server.port, "processes": []})
            yield made


@pytest.fixture
def says(fleet: MovingFleet, capsys: pytest.CaptureFixture[str]) -> Any:
    def said(*words: str, status: int = 0) -> str:
        assert run(words) == status, capsys.readouterr().err
        captured = capsys.readouterr()
        return captured.out if status == 0 else captured.err

    return said


def test_a_schedule_from_its_beginning_to_its_end(says: Any) -> None:
    assert "nothing recurs" in says("schedule", "list")
    told = says("schedule", "add", "visits", *VISIT, "--at", "14:30", "--on", "mon,fri", "--holidays", "skip")
    assert told == "visits: next on 2026-12-21 at 14:30\n"
    assert "every week on mon, fri at 14:30" in says("schedule", "list")
    said = says("schedule", "show", "visits", "-n", "3")
    assert "asks for care_visit place=home/r101" in said
    (christmas,) = (line for line in said.splitlines() if "2026-12-25" in line)
    assert christmas.split() == ["2026-12-25", "14:30", "left", "out", "Christmas", "Day"]

    assert "2026-12-21T14:30 is left out" in says("schedule", "skip", "visits", "--reason", "drill")
    assert "takes place" in says("schedule", "skip", "visits", "2026-12-21T14:30", "--undo")
    says("schedule", "pause", "visits", "--reason", "works")
    assert "paused: works" in says("schedule", "show", "visits")
    says("schedule", "resume", "visits")
    told = says("schedule", "edit", "visits", "--from", "2027-01-04", "--every", "weekday", "place=home/r102")
    assert told == "visits: from 2027-01-04 on on weekdays at 14:30 from 2027-01-04, not on holidays\n"
    assert "from 2027-01-04: care_visit place=home/r102" in says("schedule", "show", "visits")

    says("schedule", "end", "visits", "--yes")
    (row,) = json.loads(says("schedule", "list", "--json"))
    assert (row["state"], row["next"]) == ("ended", None)


def test_a_rule_is_looked_at_before_it_is_given(says: Any) -> None:
    days = json.loads(says("schedule", "preview", "--every", "month", "--day", "31", "-n", "3", "--json"))
    assert [day["local"] for day in days] == ["2026-12-31T09:00", "2027-01-31T09:00", "2027-02-28T09:00"]
    assert "[request_schedule_malformed]" in says("schedule", "preview", "--at", "9", status=1)


def test_a_template_is_kept_used_and_deleted(says: Any, fleet: MovingFleet) -> None:
    (task,) = (str(row["id"]) for row in fleet.tasks() if row["service"])
    says("template", "save", "like", "--task", task, "--title", "As before")
    says("template", "save", "visit", *VISIT, "--note", "knock")
    said = says("template", "list")
    assert "As before" in said
    assert "knock" in said
    says("template", "use", "visit", "place=home/r102", "--id", "v1")
    row = fleet.task("v1")
    assert row is not None
    assert row["params"] == {"place": "home/r102"}
    says("template", "rename", "visit", "Morning visit")
    assert "Morning visit" in says("template", "list")
    says("template", "delete", "visit", "--yes")
    assert "[request_unknown_template]" in says("template", "use", "visit", status=1)
