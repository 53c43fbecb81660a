"""The papers of robots on the command line: listed, withdrawn, counted again."""

from __future__ import annotations

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
from test.unit.cli.test_task_verbs import told

BUSAN = Path(__file__).parents[3] / "config" / "sites" / "busan_edc"
PERMIT = "sandbox_waterfront"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[WebServer]:
    """A fleet that the verbs find running."""
    with WebServer(create_app(MovingFleet(load_site(BUSAN), tasks=2))) as opened:
        monkeypatch.setattr(gateway, "_running", lambda name: RunDirectory("main", tmp_path / "run"))
        monkeypatch.setattr(gateway, "fleet_state", lambda run: {"port": opened.port})
        yield opened


def test_papers_are_listed_and_one_that_was_withdrawn_is_an_exit_status(
    server: WebServer, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = told(capsys, "law", "papers")
    assert PERMIT in listed
    assert "withdrawn" not in listed
    assert told(capsys, "law", "withdraw", PERMIT, "--reason", "order of the city", "--by", "kim").startswith(PERMIT)
    assert run(["law", "papers", "--lang", "ko"]) == 1
    row = next(line for line in capsys.readouterr().out.splitlines() if PERMIT in line)
    assert "효력 정지" in row
    assert "kim: order of the city" in row
    assert run(["law", "papers", "--json"]) == 1
    papers = {paper["id"]: paper for paper in json.loads(capsys.readouterr().out)["papers"]}
    assert papers[PERMIT]["withdrawn"]["reason"] == "order of the city"
    assert papers["cert_care"]["withdrawn"] is None
    assert told(capsys, "law", "restore", PERMIT) == f"{PERMIT} counts again, as far as its dates allow"
    assert run(["law", "papers"]) == 0


def test_an_unknown_paper_is_one_clear_error(server: WebServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "withdraw", "nothing"]) == 1
    assert "[request_unknown_paper]" in capsys.readouterr().err
