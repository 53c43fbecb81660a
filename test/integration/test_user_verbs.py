"""`./fleet user` and `./fleet audit` on a fleet's file of users, and the other verbs where somebody must sign in."""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from robot_fleet.cli.app import run
from robot_fleet.cli.fresh import empty
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.run_directory import run_directory
from robot_fleet.runtime.processes.statefile import write_json
from robot_fleet.server.app import create_app
from robot_fleet.server.doors.address import Entrance
from robot_fleet.server.doors.doors import Doors
from robot_fleet.server.serve import listen, make_server
from robot_fleet.site.load import load_site
from robot_fleet.stores.users.store import UserStore
from test.fakes.house import PASSWORD, TINY
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer
from test.unit.server.doors.test_address import certificate


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("ROBOT_FLEET_TOKEN", raising=False)


class Terminal:
    """Runs verbs and returns what they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def says(self, *words: str, status: int = 0) -> str:
        assert run(words) == status, self._capsys.readouterr()
        captured = self._capsys.readouterr()
        return captured.out if status == 0 else captured.err

    def json(self, *words: str) -> Any:
        return json.loads(self.says(*words, "--json"))


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture
def fleet() -> Iterator[MovingFleet]:
    """A running fleet with whatever users its file has."""
    made = MovingFleet(load_site(TINY), tasks=4, alarm=False)
    with (
        FleetClaim() as claim,
        UserStore(claim.run.users) as store,
        WebServer(create_app(made, doors=Doors(store))) as server,
    ):
        write_json(claim.run.processes, {"port": server.port, "processes": []})
        yield made


def add(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, role: str) -> dict[str, Any]:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    found: dict[str, Any] = terminal.json("user", "add", name, "--role", role, "--password-stdin")
    return found


def test_the_first_admin_gets_a_token_once_and_users_are_looked_after(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = terminal.says("user", "init")
    assert told.count("rft_") == 1
    assert "request_users_exist" in terminal.says("user", "init", status=1)
    kim = add(terminal, monkeypatch, "김민수", "operator")
    assert (kim["name"], kim["role"], kim["has_password"]) == ("김민수", "operator", True)
    assert terminal.json("user", "role", "김민수", "manager")["role"] == "manager"
    assert "request_last_admin" in terminal.says("user", "disable", "admin", status=1)
    assert terminal.json("user", "disable", kim["id"])["active"] is False
    assert terminal.json("user", "disable", kim["id"], "--undo")["active"] is True
    made = terminal.json("user", "token", "new", "김민수", "report", "--role", "viewer", "--days", "7")
    assert "request_token_role" in terminal.says("user", "token", "new", "김민수", "x", "--role", "admin", status=1)
    assert terminal.json("user", "token", "revoke", made["id"])["revoked_s"] is not None
    assert [(row["name"], row["revoked_s"] is None) for row in terminal.json("user", "token", "list")] == [
        ("report", False),
        ("first", True),
    ]
    listed = terminal.says("user", "list") + terminal.says("user", "token", "list")
    assert "김민수" in listed
    assert "revoked" in listed
    assert "rft_" not in listed
    rows = [(row["verb"], row["target"], row["outcome"]) for row in terminal.json("audit")]
    admin = terminal.json("user", "list")[0]["id"]
    assert rows == [
        ("user init", admin, "ok"),
        ("user init", "", "request_users_exist"),
        ("user add", kim["id"], "ok"),
        ("user role", f"{kim['id']} manager", "ok"),
        ("user disable", admin, "request_last_admin"),
        ("user disable", kim["id"], "ok"),
        ("user enable", kim["id"], "ok"),
        ("user token new", f"{kim['id']} {made['id']}", "ok"),
        ("user token new", kim["id"], "request_token_role"),
        ("user token revoke", made["id"], "ok"),
    ]
    assert PASSWORD not in json.dumps(rows)


def test_verbs_use_the_token_that_they_are_given(
    fleet: MovingFleet, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert terminal.says("hold", "--yes")  # nobody has users yet
    token = terminal.json("user", "init", "root")["token"]
    refused = terminal.says("resume", "--yes", status=1)
    assert "request_sign_in_required" in refused
    assert "ROBOT_FLEET_TOKEN" in refused
    monkeypatch.setenv("ROBOT_FLEET_TOKEN", token)
    assert terminal.says("resume", "--yes")
    assert fleet.commands == [("hold", ""), ("resume", "")]
    viewing = terminal.json("user", "token", "new", "root", "screen", "--role", "viewer")["token"]
    monkeypatch.setenv("ROBOT_FLEET_TOKEN", viewing)
    assert terminal.json("zone", "list")
    assert "request_forbidden" in terminal.says("hold", "--yes", status=1)
    told = terminal.says("audit", "--who", "root", "--verb", "hold")
    assert "root" in told
    assert "request_forbidden" in told


def test_a_token_that_is_kept_is_for_its_owner_alone(fleet: MovingFleet, terminal: Terminal) -> None:
    secret = terminal.json("user", "init", "--save")["token"]
    path = run_directory().token
    assert path.read_text() == f"{secret}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert terminal.says("hold", "--yes")
    path.chmod(0o644)
    refused = terminal.says("hold", "--yes", status=1)
    assert "runtime_token_unsafe" in refused
    assert secret not in refused


def test_verbs_trust_the_fleets_own_certificate_and_no_other(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "other").mkdir()
    ours, other = certificate(tmp_path / "ours"), certificate(tmp_path / "other")
    made = MovingFleet(load_site(TINY), tasks=1, alarm=False)
    terminal.says("user", "init", "--save")
    with FleetClaim() as claim, UserStore(claim.run.users) as store:
        entrance, socket = Entrance("127.0.0.1", *ours), listen(0)
        server = make_server(create_app(made, doors=Doors(store, entrance)), entrance)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[socket])))
        thread.start()
        try:
            state = {"port": socket.getsockname()[1], "processes": []}
            write_json(claim.run.processes, {**state, "tls_cert": str(ours[0])})
            assert terminal.says("hold", "--yes")
            write_json(claim.run.processes, {**state, "tls_cert": str(other[0])})
            assert "runtime_gateway_unreachable" in terminal.says("tasks", status=1)
        finally:
            server.should_exit = True
            thread.join(10.0)
    assert made.commands == [("hold", "")]


@pytest.mark.parametrize("verb", ["demo", "up"])
def test_a_fleet_for_others_asks_for_users_and_tls_before_anything_starts(
    terminal: Terminal, tmp_path: Path, verb: str
) -> None:
    words = (verb, "--site", str(TINY), "--bind", "0.0.0.0")
    assert "runtime_bind_without_users" in terminal.says(*words, status=1)
    assert "runtime_bind_without_users" in terminal.says(verb, "--site", str(TINY), "--behind-proxy", status=1)
    terminal.says("user", "init")
    assert "runtime_bind_without_tls" in terminal.says(*words, status=1)
    assert "runtime_tls_unusable" in terminal.says(*words, "--tls-cert", "none.pem", status=1)
    assert not (run_directory().path / "run.json").exists()


def test_users_stay_when_another_run_begins(terminal: Terminal) -> None:
    terminal.says("user", "init", "--save")
    run_directory().raised.mkdir()
    empty(run_directory())
    assert not run_directory().raised.exists()
    assert [user["name"] for user in terminal.json("user", "list")] == ["admin"]
    assert run_directory().token.exists()


def test_a_broken_file_of_users_is_said_without_a_traceback(terminal: Terminal) -> None:
    terminal.says("user", "init")
    with sqlite3.connect(run_directory().users) as raw:
        raw.execute("PRAGMA user_version=99")
    raw.close()
    assert "store_users_unusable" in terminal.says("user", "list", status=1)
    assert "request_time_malformed" in terminal.says("audit", "--from", "yesterday", status=1)
