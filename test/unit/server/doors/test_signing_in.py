"""Signing in and out, commands by browsers and programs, limits, and what is written down of it all."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from robot_fleet.core.errors import StoreError
from robot_fleet.server.app import create_app
from robot_fleet.server.doors.address import Entrance
from robot_fleet.server.doors.doors import Doors
from robot_fleet.server.doors.middleware import SESSION_ENDED
from robot_fleet.site.load import load_site
from robot_fleet.stores.users.people import AuditEntry, Role
from robot_fleet.stores.users.store import UserStore
from test.fakes.house import PASSWORD, TINY, House
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

HOLD = "/api/v1/hold"
SESSION = "/api/v1/session"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as opened:
        yield opened


def test_doors_stand_open_until_there_is_a_user(tmp_path: Path) -> None:
    with UserStore(tmp_path / "users.sqlite") as store:
        app = create_app(MovingFleet(load_site(TINY)), doors=Doors(store))
        with WebServer(app) as server, httpx.Client(base_url=server.url) as client:
            me = client.get(SESSION).json()
            assert (me["users"], me["signed_in"], me["role"]) == (False, False, "admin")
            early = client.post(SESSION, json={"name": "a", "password": "b"})
            assert early.json()["error"]["code"] == "request_no_users"
            assert client.post(HOLD).status_code == 202
            assert store.audit.entries() == ()  # nobody to name
            store.accounts.add("admin", Role.ADMIN, PASSWORD, first=True)
            assert client.post(HOLD).json()["error"]["code"] == "request_sign_in_required"
            me = client.get(SESSION).json()
            assert (me["users"], me["signed_in"], me["role"], me["may"]) == (True, False, None, [])


def test_a_person_signs_in_commands_and_signs_out(house: House) -> None:
    with house.browser(Role.OPERATOR) as browser:
        me = browser.get(SESSION).json()
        assert (me["signed_in"], me["name"], me["role"], me["user"]) == (
            True, "operator", "operator", house.users[Role.OPERATOR],
        )  # fmt: skip
        assert {"view", "operate"} <= set(me["may"])
        assert browser.post(HOLD, json={"robot": "care_1"}).status_code == 202
        kept = dict(browser.cookies)
        assert browser.request("DELETE", SESSION).json()["signed_in"] is False
        browser.cookies.update(kept)  # the cookie itself is worth nothing any more
        assert browser.get("/api/v1/site").status_code == 401
    operator = house.users[Role.OPERATOR]
    assert house.audit() == [
        (operator, "POST /api/v1/session", "", "ok"),
        (operator, "POST /api/v1/hold", "care_1", "ok"),
        (operator, "DELETE /api/v1/session", "", "ok"),
    ]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_pages(house: House) -> None:
    with house.browser() as browser:
        cookie = browser.post(SESSION, json={"name": "admin", "password": PASSWORD}).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie  # there is no TLS on this machine's own address
    assert cookie.startswith(f"fleet_session_{house.server.port}=")


def test_behind_a_proxy_the_cookie_is_for_tls_alone_and_the_proxy_says_who_asks(tmp_path: Path) -> None:
    with House(tmp_path, Entrance(behind_proxy=True)) as house, house.browser() as browser:
        headers = {"host": "fleet.example", "origin": "https://fleet.example", "x-forwarded-for": "6.6.6.6, 10.1.2.3"}
        answer = browser.post(SESSION, json={"name": "admin", "password": PASSWORD}, headers=headers)
        assert "; secure" in answer.headers["set-cookie"].lower()
        plain = browser.post(SESSION, headers={**headers, "origin": "http://fleet.example"})
        assert plain.json()["error"]["code"] == "request_foreign_page"
        assert [entry.address for entry in house.store.audit.entries()] == ["10.1.2.3"]  # not what the asker sent along


def test_other_pages_cannot_command_by_a_persons_cookie(house: House) -> None:
    with house.browser(Role.OPERATOR) as browser:
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
            answer = browser.post(HOLD, headers={"origin": origin})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "request_foreign_page")
        del browser.headers["origin"]
        answer = browser.post(HOLD)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "request_foreign_page")
        assert browser.get("/api/v1/site").status_code == 200  # reading needs none
    assert house.fleet.commands == []


def test_whoever_commands_is_who_is_signed_in_whatever_is_sent(house: House) -> None:
    operator = house.users[Role.OPERATOR]
    visit = {"service": "care_visit", "params": {"place": "home/r101"}, "requester": "somebody else"}
    with house.client(Role.OPERATOR) as client:
        assert client.post("/api/v1/alarms/alarm-1/acknowledge", json={"by": "somebody else"}).status_code == 202
        assert client.get("/api/v1/alarms").json()[0]["acknowledged_by"] == operator
        opened = client.post("/api/v1/incidents", json={"alarm": "alarm-1"})
        assert opened.status_code in (202, 409)
        asked: list[str] = []
        submit = house.fleet.submit

        async def heard(key: str, service: str, params: object, requester: str) -> object:
            asked.append(requester)
            return await submit(key, service, params, requester)  # type: ignore[arg-type]

        house.fleet.submit = heard  # type: ignore[method-assign,assignment]
        assert client.post("/api/v1/tasks", json=visit, headers={"Idempotency-Key": "k1"}).status_code == 202
        assert asked == [operator]


def test_one_changes_ones_own_password_and_every_other_session_ends(house: House) -> None:
    with house.browser(Role.VIEWER) as here, house.browser(Role.VIEWER) as there:
        wrong = here.post(f"{SESSION}/password", json={"old": "no", "new": PASSWORD[::-1]})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "request_sign_in_failed")
        weak = here.post(f"{SESSION}/password", json={"old": PASSWORD, "new": "short"})
        assert (weak.status_code, weak.json()["error"]["code"]) == (422, "request_password_weak")
        assert here.post(f"{SESSION}/password", json={"old": PASSWORD, "new": PASSWORD[::-1]}).status_code == 200
        assert here.get("/api/v1/site").status_code == 200
        assert there.get("/api/v1/site").status_code == 401


def test_signing_in_is_slow_after_failures_and_recovers(house: House) -> None:
    def attempt(password: str, name: str = "operator") -> tuple[int, str]:
        answer = browser.post(SESSION, json={"name": name, "password": password})
        return answer.status_code, answer.headers.get("retry-after", "")

    with house.browser() as browser:
        assert [attempt("wrong")[0] for _ in range(4)] == [401] * 4
        assert attempt(PASSWORD) == (429, "1")
        assert attempt(PASSWORD, "manager")[0] == 200  # others are not kept waiting
        house.steady_s += 1.0
        assert attempt("wrong")[0] == 401
        assert attempt(PASSWORD) == (429, "2")
        house.steady_s += 2.0
        assert attempt(PASSWORD)[0] == 200
        assert [attempt("wrong")[0] for _ in range(4)] == [401] * 4  # and it begins anew


def test_no_way_of_writing_a_name_makes_guessing_faster(house: House) -> None:
    with house.browser() as browser:
        names = ["operator", "OPERATOR", "ｏｐｅｒａｔｏｒ", " Operator", "operator"]
        codes = [browser.post(SESSION, json={"name": name, "password": "x"}).status_code for name in names]
    assert codes == [401] * 4 + [429]


def test_one_who_floods_does_not_slow_down_others_at_the_same_address(house: House) -> None:
    with house.client(Role.OPERATOR) as client, house.client(Role.MANAGER) as other:
        assert [client.post(HOLD).status_code for _ in range(300)].count(429) == 240
        assert [other.post(HOLD).status_code for _ in range(60)] == [202] * 60


def test_an_address_that_guesses_at_many_users_is_slowed_down_too(house: House) -> None:
    with house.browser() as browser:
        codes = [browser.post(SESSION, json={"name": f"user{n}", "password": "x"}).status_code for n in range(12)]
        assert codes == [401] * 11 + [429]
    failures = [entry for entry in house.audit() if entry[3] == "request_sign_in_failed"]
    assert failures == [("", "POST /api/v1/session", "", "request_sign_in_failed")] * 11


def test_commands_are_counted_by_user_and_reading_is_not(house: House) -> None:
    with house.client(Role.OPERATOR) as client, house.client(Role.MANAGER) as other:
        codes = [client.post(HOLD).status_code for _ in range(61)]
        assert codes == [202] * 60 + [429]
        refused = client.post(HOLD)
        assert (refused.json()["error"]["code"], refused.headers["retry-after"]) == ("request_too_many", "1")
        assert client.get("/api/v1/robots").status_code == 200
        assert other.post(HOLD).status_code == 202
        house.steady_s += 1.0
        assert [client.post(HOLD).status_code for _ in range(6)] == [202] * 5 + [429]
    assert len(house.audit()) == 66  # what is refused for being too much is not written down


def test_what_is_refused_and_what_is_read_about_people_is_written_down(house: House) -> None:
    viewer, operator = house.users[Role.VIEWER], house.users[Role.OPERATOR]
    with house.client(Role.VIEWER) as client:
        client.post(HOLD, json={"robot": "care_1", "reason": "a secret reason"})
        client.get("/api/v1/incidents/incident:alarm-1")
        client.get("/api/v1/robots")
    with house.client(Role.OPERATOR) as client:
        for _ in range(3):  # a page that looks again and again
            client.get("/api/v1/incidents/incident:none")
        client.post("/api/v1/tasks/nobody%20knows/cancel", json={"reason": "a secret reason"})
    with house.client() as client:
        client.post(HOLD)  # nobody to name, and anybody could fill the disk
    assert house.audit() == [
        (viewer, "POST /api/v1/hold", "", "request_forbidden"),
        (viewer, "GET /api/v1/incidents/{incident}", "incident:alarm-1", "request_forbidden"),
        (operator, "GET /api/v1/incidents/{incident}", "incident:none", "request_unknown_incident"),
        (operator, "POST /api/v1/tasks/{task_id}/cancel", "?", "request_unknown_task"),
    ]
    with house.client(Role.ADMIN) as client:
        told = client.get("/api/v1/audit", params={"who": operator, "newest": 1}).json()
        assert [(row["who"], row["outcome"]) for row in told] == [(operator, "request_unknown_task")]
    assert house.audit()[-1] == (house.users[Role.ADMIN], "GET /api/v1/audit", "", "ok")


def test_a_full_disk_stops_no_command(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(entry: AuditEntry) -> None:
        raise StoreError("store_users_unusable", "no room", "users.sqlite")

    monkeypatch.setattr(house.store.audit, "append", full)
    with caplog.at_level(logging.INFO, logger="robot_fleet.doors"), house.client(Role.OPERATOR) as client:
        assert [client.post(HOLD).status_code for _ in range(3)] == [202] * 3
        monkeypatch.undo()
        assert client.post(HOLD).status_code == 202
    assert [record.getMessage().split()[1] for record in caplog.records] == ["event=failed", "event=recovered"]


def test_users_that_cannot_be_read_let_nobody_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(secret: str, now_s: float) -> None:
        raise StoreError("store_users_unusable", "the file is gone", "users.sqlite")

    monkeypatch.setattr(house.store.keys, "by_token", broken)
    with house.client(Role.ADMIN) as client:
        answer = client.get("/api/v1/site")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_users_unusable")
        assert client.get("/api/v1/health").json()["manager"] == "live"


def test_the_stream_ends_when_whoever_listens_is_let_in_no_more(house: House) -> None:
    address = house.server.url.replace("http", "ws") + "/api/v1/stream"
    with house.browser(Role.VIEWER) as browser:
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        headers = {"cookie": cookie}
        with connect(address, origin=house.server.url, additional_headers=headers) as socket:  # type: ignore[arg-type]
            socket.recv(timeout=10.0)
            house.steady_s += 6.0
            assert json.loads(socket.recv(timeout=10.0))["type"] in ("poses", "patch")  # still in
            browser.request("DELETE", SESSION)
            house.steady_s += 6.0
            with pytest.raises(ConnectionClosed) as closed:
                _listen(socket)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (SESSION_ENDED, "request_sign_in_required")


def _listen(socket: ClientConnection) -> None:
    while True:
        socket.recv(timeout=10.0)


def test_a_session_that_rests_ends_and_says_so(house: House) -> None:
    with house.browser(Role.OPERATOR) as browser:
        house.now_s += 3_599.0
        assert browser.post(HOLD).status_code == 202
        house.now_s += 3_600.0
        answer = browser.post(HOLD)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "request_sign_in_required")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_colleagues_have_names(house: House) -> None:
    with house.client(Role.VIEWER) as client:
        told = {row["id"]: row["name"] for row in client.get("/api/v1/users").json()}
    assert told == {house.users[role]: role.value for role in Role}


def test_no_secret_comes_back_or_stays_in_log_or_audit(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token, told = house.tokens[Role.OPERATOR], []
    secrets = [PASSWORD, token, "a mistyped password"]
    with caplog.at_level(logging.DEBUG), house.browser() as browser:
        for body in (
            {"name": "operator", "password": PASSWORD},
            {"name": PASSWORD, "password": PASSWORD},  # typed into the wrong field
            {"name": "operator", "password": "a mistyped password"},
            {"name": "operator", "password": [PASSWORD]},
            {"name": "operator", "password": PASSWORD, "token": token},
            {"name": "operator", "password": PASSWORD * 40},
        ):
            told.append(browser.post(SESSION, json=body).text)
        secrets += list(browser.cookies.values())
        told.append(browser.post(SESSION, content=f'{{"password": "{PASSWORD}"'.encode()).text)
        told.append(browser.post("/api/v1/tasks/x/cancel", headers={"authorization": f"Bearer {token}"}).text)
        told.append(browser.get("/api/v1/site", headers={"authorization": f"Bearer {token}x"}).text)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]  # not the test's
    written = json.dumps(house.audit()) + "\n".join(ours)
    for path in (tmp_path / "doors").iterdir():
        written += path.read_bytes().decode("latin-1")
    for secret in secrets:
        assert secret not in written
        assert all(secret not in text for text in told)
