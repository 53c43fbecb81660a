"""Every address of the app in every role. A new one without a permission fails here, and is nobody's until then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter
from pydantic import BaseModel
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from robot_fleet.server import models
from robot_fleet.server.doors.middleware import addresses
from robot_fleet.server.doors.permissions import ADDRESSES, ROLES, Permission
from robot_fleet.server.doors.visit import By
from robot_fleet.stores.users.people import Role
from test.fakes.house import House


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
    assert ROLES[Role.ADMIN] == set(Permission)


def test_who_manages_sees_sums_and_who_operates_sees_people() -> None:
    assert ROLES[Role.MANAGER] - ROLES[Role.OPERATOR] == {Permission.REPORT}
    assert ROLES[Role.OPERATOR] - ROLES[Role.MANAGER] == {Permission.PEOPLE}


@pytest.mark.parametrize("role", [None, *Role])
def test_each_address_in_each_role(house: House, role: Role | None) -> None:
    """Whoever may is answered by what is behind the doors, be it with an error of its own; others never get there."""
    wrong = []
    with house.client(role) as client:
        for each in addresses(house.app):
            if each.method in ("WS", "FILES"):
                continue
            house.steady_s += 60.0
            path = re.sub(r"\{\w+\}", "none", each.verb.partition(" ")[2])
            answer = client.request(each.method, path)
            code = answer.json()["error"]["code"] if answer.status_code >= 400 else "ok"
            permission = ADDRESSES.get(each.verb)
            expected = permission is Permission.OPEN if role is None else permission in ROLES[role]
            refused = code in ("request_sign_in_required", "request_forbidden")
            if refused is expected or (refused and code.endswith("required") is not (role is None)):
                wrong.append((each.verb, role, code))
    assert wrong == []


@pytest.mark.parametrize("role", [None, *Role])
def test_the_stream_is_for_those_who_may_see_the_fleet(house: House, role: Role | None) -> None:
    address = house.server.url.replace("http", "ws") + "/api/v1/stream"
    if role is None:
        with pytest.raises(InvalidStatus) as caught:
            connect(address)
        assert caught.value.response.status_code == 401
        assert b"request_sign_in_required" in caught.value.response.body
        return
    with connect(address, additional_headers={"authorization": f"Bearer {house.tokens[role]}"}) as socket:
        assert '"type":"snapshot"' in str(socket.recv(timeout=10.0))


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
    bodies = [kind for kind in vars(models).values() if isinstance(kind, type) and issubclass(kind, BaseModel)]
    saying = [(kind, name) for kind in bodies for name in kind.model_fields if name in ("by", "requester")]
    assert len(saying) > 5
    for kind, name in saying:
        field = kind.model_fields[name]
        assert By.__metadata__[0] in field.metadata, kind  # type: ignore[attr-defined]
        assert field.validate_default, kind
