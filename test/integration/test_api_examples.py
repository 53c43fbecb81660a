"""The Python examples of docs/howto/use_the_api.md run as they stand there, but for the address."""

from __future__ import annotations

import pytest

from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer
from test.unit.docs.texts import ROOT, fenced, page

EXAMPLES = fenced(page("docs/howto/use_the_api.md"), "python")


def test_the_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    visit, raised = EXAMPLES
    fleet = MovingFleet(load_site(ROOT / "config" / "sites" / "busan_edc"), tasks=0, pace=200.0, alarm=False)
    with WebServer(create_app(fleet)) as server:
        run(visit, server)
        said = capsys.readouterr().out
        assert "completed" in said.splitlines()
        assert said.splitlines()[-1].endswith("s late")
        row = server.do(lambda: fleet.leave_waiting("low", "patrol", {"route": "west_round", "priority": 5}))
        run(raised, server)
        assert row["priority"] == 35
        assert capsys.readouterr().out == ""


def run(example: str, server: WebServer) -> None:
    assert "http://127.0.0.1:8600" in example
    exec(compile(example.replace("http://127.0.0.1:8600", server.url), "use_the_api.md", "exec"), {})
