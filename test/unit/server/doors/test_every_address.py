"""Every address of the app in every role. A new one without a permission fails here, and is nobody's until then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from pydantic import BaseModel
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from robot_fleet.server.doors.middleware import addresses
from robot_fleet.server.doors.permissions import ADDRESSES, GUESTS, OF_GUESTS, ROLES, Permission
from robot_fleet.server.doors.visit import By
from robot_fleet.server.models import commands
from robot_fleet.stores.passes.kinds import PassKind
from robot_fleet.stores.users.people import Role
from test.fakes.house import House
from test.unit.docs.texts import page, section


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house")) as opened:
        yield opened


def test_each_address_has_its_permission_and_no_other_is_listed(house: House) -> None:
    known = [each.verb for each in addresses(house.app)]
    assert [verb for verb in known if verb not in ADDRESSES] == [], (
        "say in server/doors/permissions.py who may do this; as it is nobody may"
    )
    assert [verb for verb in ADDRESSES if verb not in known] == []
    assert len(known) > 30


def test_whoever_may_do_more_may_see_the_fleet_and_nobody_but_an_admin_may_do_everything() -> None:
    assert list(ROLES) == list(Role)
    for role in (Role.OPERATOR, Role.MANAGER):
        assert ROLES[Role.VIEWER] < ROLES[role] < ROLES[Role.ADMIN]
    assert ROLES[Role.ADMIN] == set(Permission) - OF_GUESTS


def test_what_passes_are_for_is_no_users_and_each_kind_has_its_own() -> None:
    assert list(GUESTS) == list(PassKind)
    assert not OF_GUESTS & ROLES[Role.ADMIN]
    assert all(Permission.OWN in may for may in GUESTS.values())
    assert [kind for kind in PassKind if Permission.REPLY in GUESTS[kind]] == [PassKind.RESIDENT, PassKind.TASK]
    assert [kind for kind in PassKind if Permission.TICKET in GUESTS[kind]] == [PassKind.KIOSK]


def test_who_manages_sees_sums_and_who_operates_sees_people() -> None:
    assert ROLES[Role.MANAGER] - ROLES[Role.OPERATOR] == {Permission.REPORT}
    assert ROLES[Role.OPERATOR] - ROLES[Role.MANAGER] == {Permission.PEOPLE}


def told() -> list[str]:
    """Return the table of the reference page as the code has it."""
    rows = []
    for permission in Permission:
        roles = [role.value for role in Role if permission in ROLES[role]]
        roles += [f"{kind.value} pass" for kind in PassKind if permission in GUESTS[kind]]
        who = "anybody" if permission is Permission.OPEN else ", ".join(roles)
        verbs = ", ".join(f"`{verb}`" for verb, needed in ADDRESSES.items() if needed is permission)
        rows.append(f"| `{permission}` | {who} | {verbs} |")
    return rows


def test_the_reference_says_who_may_do_what() -> None:
    missing = [row for row in told() if row not in section(page("docs/reference/api.md"), "By address")]
    assert missing == [], "copy these rows into docs/reference/api.md, By address"


def operations(house: House) -> list[str]:
    """Return method and path of each address that the API describes, and those that OpenAPI has no words for."""
    paths = house.app.openapi()["paths"]
    described = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    return [*described, "GET /api/v1/openapi.json", "FILES /", "WS /api/v1/stream"]


def let_in(verb: str, role: Role | None) -> bool:
    """Return whether the reference page lets a role in at an address."""
    (row,) = re.findall(rf"^\| `\w+` \| ([a-z, ]+) \| .*`{re.escape(verb)}`", page("docs/reference/api.md"), re.M)
    return bool(row == "anybody" or (role is not None and role.value in row.split(", ")))


@pytest.mark.parametrize("way", ["token", "cookie"])
@pytest.mark.parametrize("role", [None, *Role])
def test_each_address_in_each_role(house: House, role: Role | None, way: str) -> None:
    """Whoever may is answered by what is behind the doors, be it with an error of its own; others never get there."""
    wrong = []
    with house.client(role) if way == "token" else house.browser(role) as client:
        for verb in sorted(operations(house), key=lambda verb: verb.startswith("DELETE")):  # signing out comes last
            method, _, path = verb.partition(" ")
            if method == "WS":
                continue
            house.steady_s += 60.0
            answer = client.request("GET" if method == "FILES" else method, re.sub(r"\{\w+\}", "none", path))
            code = answer.json().get("error", {}).get("code", "") if answer.status_code >= 400 else "ok"
            refused = code in ("request_sign_in_required", "request_forbidden")
            if refused is let_in(verb, role) or (refused and code.endswith("required") is not (role is None)):
                wrong.append((verb, code))
    assert wrong == []


@pytest.mark.parametrize("kind", PassKind)
def test_each_address_by_each_kind_of_pass(house: House, kind: PassKind) -> None:
    """A pass opens what its kind is for, what is open to anybody, and nothing else."""
    _, secret = house.passes.passes.new(kind, "home/r101", "test", 3_600.0, house.now_s)
    wrong = []
    with httpx.Client(base_url=house.server.url, headers={"authorization": f"Bearer {secret}"}, timeout=60.0) as client:
        for verb in operations(house):
            method, _, path = verb.partition(" ")
            if method == "WS":
                continue
            house.steady_s += 60.0
            answer = client.request("GET" if method == "FILES" else method, re.sub(r"\{\w+\}", "none", path))
            code = answer.json().get("error", {}).get("code", "") if answer.status_code >= 400 else "ok"
            refused = code in ("request_sign_in_required", "request_forbidden")
            may = ADDRESSES[verb] is Permission.OPEN or ADDRESSES[verb] in GUESTS[kind]
            if refused is may:
                wrong.append((verb, code))
    assert wrong == []


@pytest.mark.parametrize("way", ["token", "cookie"])
@pytest.mark.parametrize("role", [None, *Role])
def test_the_stream_in_each_role(house: House, role: Role | None, way: str) -> None:
    address = house.server.url.replace("http", "ws") + "/api/v1/stream"
    if not let_in("WS /api/v1/stream", role):
        with pytest.raises(InvalidStatus) as caught:
            connect(address)
        assert caught.value.response.status_code == 401
        assert b"request_sign_in_required" in caught.value.response.body
        return
    assert role is not None
    headers = {"authorization": f"Bearer {house.tokens[role]}"}
    if way == "cookie":
        with house.browser(role) as browser:
            headers = {"cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    with connect(address, additional_headers=headers) as socket:
        assert '"type":"snapshot"' in str(socket.recv(timeout=10.0))


def test_each_list_can_be_read_in_portions(house: House) -> None:
    lists = []
    with house.client(Role.ADMIN) as client:
        for path, methods in house.app.openapi()["paths"].items():
            if "get" not in methods or "{" in path:
                continue
            answer = client.get(path)
            if "json" in answer.headers["content-type"] and isinstance(answer.json(), list):
                lists.append((path, {param["name"] for param in methods["get"].get("parameters", ())}))
    assert len(lists) >= 8
    assert [path for path, params in lists if not {"limit", "after"} <= params] == [], (
        "take a Page (server/pages.py) and answer with what it cuts"
    )


def test_no_secret_belongs_into_an_address(house: House) -> None:
    for path, methods in house.app.openapi()["paths"].items():
        asked = {
            param["name"] for told in methods.values() for param in told.get("parameters", ()) if param["in"] == "query"
        }
        assert not asked & {"token", "password", "secret", "key", "code", "name", "phone", "reason"}, path


def test_the_description_tells_of_each_address_what_it_takes(house: House) -> None:
    for verb in operations(house):
        method, _, path = verb.partition(" ")
        told = house.app.openapi()["paths"].get(path, {}).get(method.lower())
        if told is None:
            continue
        assert told["x-permission"] == ADDRESSES[verb], verb
        assert (told["security"] == []) is (ADDRESSES[verb] is Permission.OPEN), verb
        assert {"401", "403", "503"} <= told["responses"].keys(), verb
        named = {param["name"] for param in told.get("parameters", ())}
        assert ("If-Match" in named) is ("412" in told["responses"]), verb
        assert "HTTPValidationError" not in str(told), verb


def test_an_address_without_a_permission_is_nobodys(tmp_path: Path) -> None:
    house = House(tmp_path)
    router = APIRouter()

    @router.get("/api/v1/forgotten")
    async def forgotten() -> str:
        return "what nobody may see"

    house.app.router.routes.insert(0, router.routes[0])
    with house, house.client(Role.ADMIN) as client:
        answer = client.get("/api/v1/forgotten")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "request_forbidden")


def test_what_is_not_there_is_said_so(house: House) -> None:
    with house.client(Role.VIEWER) as client:
        for path in ("/api/v1/nowhere", "/api/v1/site/", "/api/v1/robots/../../robots"):
            assert client.get(path).status_code == 404
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["//api/v1/site", "/api/v1//site", "/api/v1/%73ite", "/API/v1/site", "/api/v1/site;x", "/api/v1/site%00"]
)
def test_no_way_of_writing_an_address_leads_around_the_doors(house: House, path: str) -> None:
    with house.client() as client:
        answer = client.get(path)
    assert answer.status_code in (401, 404)
    assert "places" not in answer.text


def test_each_body_that_says_who_asks_is_corrected_by_the_doors() -> None:
    bodies = [kind for kind in vars(commands).values() if isinstance(kind, type) and issubclass(kind, BaseModel)]
    saying = [(kind, name) for kind in bodies for name in kind.model_fields if name in ("by", "requester")]
    assert len(saying) > 5
    for kind, name in saying:
        field = kind.model_fields[name]
        assert By.__metadata__[0] in field.metadata, kind  # type: ignore[attr-defined]
        assert field.validate_default, kind
