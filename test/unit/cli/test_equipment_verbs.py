"""What people see and say of doors, gates and lifts: on the command line, by the API and its client."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from robot_fleet.cli import gateway
from robot_fleet.cli.app import run
from robot_fleet.client.client import FleetClient
from robot_fleet.core.equipment import Equipment, EquipmentKind
from robot_fleet.core.errors import FleetError
from robot_fleet.core.site import Site
from robot_fleet.core.text import Text
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.server.app import create_app
from robot_fleet.site.checking.equipping import with_lanes
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer
from test.unit.cli.test_task_verbs import told

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
DOOR = "front_door"


def with_a_door() -> Site:
    """The tiny site, with a door on one of its lanes."""
    site = load_site(TINY)
    first = next(iter(site.lanes))
    lanes = {**site.lanes, first: replace(site.lanes[first], resource=DOOR)}
    door = Equipment(DOOR, EquipmentKind.DOOR, Text("정문", "Front door"))
    known, timed = with_lanes([door], site.vertices, lanes)
    return replace(site, equipment=known, lanes=timed)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[WebServer]:
    """A fleet that the verbs find running."""
    with WebServer(create_app(MovingFleet(with_a_door(), tasks=5))) as opened:
        monkeypatch.setattr(gateway, "_running", lambda name: RunDirectory("main", tmp_path / "run"))
        monkeypatch.setattr(gateway, "fleet_state", lambda run: {"port": opened.port})
        yield opened


def test_a_door_is_listed_out_of_order_and_in_order_again(
    server: WebServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(capsys, "equipment", "list").endswith("1 doors, gates and lifts, 0 out of order.")
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run(["equipment", "out", DOOR]) != 0
    capsys.readouterr()
    assert json.loads(told(capsys, "equipment", "list", "--json"))[0]["works"], "nothing is said without a yes"
    said = told(capsys, "equipment", "out", DOOR, "--reason", "it sticks", "--by", "kim", "--yes")
    assert said == f"{DOOR} is out of order; say otherwise with ./fleet equipment mended {DOOR}"
    assert told(capsys, "equipment", "list").endswith("1 doors, gates and lifts, 1 out of order.")
    (row,) = json.loads(told(capsys, "equipment", "list", "--json"))
    assert (row["code"], row["reason"], row["by"]) == ("out_by_person", "it sticks", "kim")
    assert run(["equipment", "out", DOOR, "--yes"]) == 1
    assert "[request_equipment_state]" in capsys.readouterr().err
    assert told(capsys, "equipment", "mended", DOOR, "--yes") == f"{DOOR} is in order again"
    assert run(["equipment", "mended", "gate", "--yes"]) == 1
    assert "[request_unknown_equipment]" in capsys.readouterr().err


def test_programs_see_and_say_the_same(server: WebServer) -> None:
    with FleetClient(server.url) as client:
        (row,) = client.equipment()
        assert (row.id, row.kind, row.works, row.levels, row.name.en) == (DOOR, "door", True, ["main"], "Front door")
        client.take_equipment_out(DOOR, "it sticks", by="kim", key="k1")
        client.take_equipment_out(DOOR, "it sticks", by="kim", key="k1")  # the same wish again
        (row,) = client.equipment()
        assert (row.works, row.code, row.by, row.reason) == (False, "out_by_person", "kim", "it sticks")
        with pytest.raises(FleetError, match="request_equipment_state"):
            client.take_equipment_out(DOOR)
        client.put_equipment_back(DOOR)
        assert client.equipment()[0].works
