"""`./fleet task` over a fleet that only looks alive."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from robot_fleet.cli import gateway
from robot_fleet.cli.app import run
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
HEADER = "request_id,at,service,params\n"
LINE = 'd1,14:00,care_visit,"{""place"": ""home/r101""}"\n'


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MovingFleet]:
    """A fleet that the verbs find running."""
    fleet = MovingFleet(load_site(TINY), tasks=5)
    with WebServer(create_app(fleet)) as server:
        monkeypatch.setattr(gateway, "_running", lambda name: RunDirectory("main", tmp_path / "run"))
        monkeypatch.setattr(gateway, "fleet_state", lambda run: {"port": server.port})
        yield fleet


@pytest.fixture
def task(fleet: MovingFleet) -> str:
    return next(str(row["id"]) for row in fleet.tasks() if row["outcome"] is None)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return what a verb prints."""
    assert run(words) == 0
    return capsys.readouterr().out.strip()


def test_a_task_is_made_more_urgent_held_and_resumed(
    fleet: MovingFleet, task: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys, "task", "priority", task, "urgent") == f"{task}: priority urgent"
    assert told(capsys, "task", "priority", task, "7") == f"{task}: priority 7"
    assert (fleet.task(task) or {})["priority"] == 7
    assert f"./fleet task resume {task}" in told(capsys, "task", "hold", task, "--reason", "guests")
    assert told(capsys, "task", "resume", task) == f"{task}: goes on"
    assert run(["task", "resume", task]) == 1
    assert "[request_task_not_held]" in capsys.readouterr().err
    assert run(["task", "priority", task, "-5"]) == 1


def test_the_price_is_told_and_nothing_done_without_a_yes(
    fleet: MovingFleet, task: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    price = told(capsys, "task", "price", task, "care_2")
    assert "care_2" in price
    assert price.endswith("the plan costs +42 s; 1 other tasks later.")
    assert json.loads(told(capsys, "task", "price", task, "care_2", "--json"))["more_s"] == 42.0
    assert run(["task", "assign", task, "care_2"]) == 1
    shown = capsys.readouterr().err
    assert "the plan costs +42 s" in shown
    assert "[request_not_confirmed]" in shown
    assert (fleet.task(task) or {})["only_on"] == ""
    assert told(capsys, "task", "assign", task, "care_2", "--yes") == f"{task}: on care_2"
    assert told(capsys, "task", "assign", task, "--not", "care_1", "--yes") == f"{task}: not on care_1"
    assert told(capsys, "task", "assign", task, "--yes") == f"{task}: on any robot"


def test_a_file_is_taken_on_whole_or_its_mistakes_are_told_by_line(
    fleet: MovingFleet, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "day.csv"
    file.write_text(HEADER + LINE, encoding="utf-8-sig")
    assert "nothing was" in told(capsys, "task", "import", str(file), "--dry-run")
    assert fleet.task("d1") is None
    assert told(capsys, "task", "import", str(file)) == "1 requests taken on."
    assert fleet.task("d1") is not None
    file.write_text(HEADER + LINE.replace("d1", "d2") + "d3,late,care_visit,{}\n", encoding="utf-8")
    assert run(["task", "import", str(file)]) == 1
    shown = capsys.readouterr()
    assert "request_time_malformed" in shown.out
    assert "[request_some_refused]" in shown.err
    assert fleet.task("d2") is None
    assert run(["task", "import", str(file), "--json"]) == 1
    assert [line["line"] for line in json.loads(capsys.readouterr().out)["lines"]] == [3]


@pytest.mark.parametrize(("content", "code"), [(None, "request_file_missing"), (b"\xff\xfe", "request_file_malformed")])
def test_what_is_no_file_of_text_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes | None, code: str
) -> None:
    file = tmp_path / "day.csv"
    if content is not None:
        file.write_bytes(content)
    assert run(["task", "import", str(file)]) == 1
    assert f"[{code}]" in capsys.readouterr().err
