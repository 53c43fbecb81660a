"""The Python examples of docs/howto/use_the_api.md run as they stand there, but for the address."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.pages import read_pages
from robot_fleet.stores.users.people import Role
from test.fakes.house import House
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer
from test.unit.docs.texts import ROOT, fenced, page

BUSAN = ROOT / "config" / "sites" / "busan_edc"
EXAMPLES = fenced(page("docs/howto/use_the_api.md"), "python")


def test_the_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    visit, raised, _ = EXAMPLES
    fleet = MovingFleet(load_site(BUSAN), tasks=0, pace=200.0, alarm=False)
    with WebServer(create_app(fleet)) as server:
        run(visit, server)
        said = capsys.readouterr().out
        assert "completed" in said.splitlines()
        assert said.splitlines()[-1].endswith("s late")
        row = server.do(lambda: fleet.leave_waiting("low", "patrol", {"route": "west_round", "priority": 5}))
        run(raised, server)
        assert row["priority"] == 35
        assert capsys.readouterr().out == ""


def test_the_example_of_passes_runs_where_the_fleet_has_users(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = MovingFleet(load_site(BUSAN), tasks=0, pace=0.0, alarm=False)
    pages = read_pages(BUSAN, fleet.site.services, fleet.site.places)
    with House(tmp_path, fleet=fleet, pages=pages) as house:
        signed_in = EXAMPLES[2].replace('8600") as fleet', f'8600", "{house.tokens[Role.OPERATOR]}") as fleet')
        assert signed_in != EXAMPLES[2]
        run(signed_in, house.server)
    ticket, phase = capsys.readouterr().out.split()
    assert len(ticket) == 9 and ticket.isdigit()
    assert phase == "coming"


def run(example: str, server: WebServer) -> None:
    assert "http://127.0.0.1:8600" in example
    exec(compile(example.replace("http://127.0.0.1:8600", server.url), "use_the_api.md", "exec"), {})
