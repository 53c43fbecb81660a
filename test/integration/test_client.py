"""The Python client over real HTTP: wishes and rows, what fails and is asked again, and the stream over a break."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from robot_fleet.client import FleetClient, connection
from robot_fleet.core.errors import FleetError, LinesRefused, RequestError, RuntimeFailure
from robot_fleet.core.site import CalendarSpec
from robot_fleet.server.app import create_app
from robot_fleet.server.ports import CommandAnswer
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.pages import read_pages
from robot_fleet.stores.passes.kinds import PassKind
from robot_fleet.stores.users.people import Role
from test.fakes.house import House
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer
from test.guest_site import ROOM, guest_site

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
VISIT = {"place": "home/r101"}


def _operate(client: FleetClient, fleet: MovingFleet) -> None:
    """Ask for services, change their tasks, hold robots, close zones."""
    taken = client.submit("care_visit", VISIT, key="v1")
    assert (taken.command, taken.task) == ("v1", "v1")
    assert client.task("v1").params == VISIT
    assert [task.id for task in client.tasks(state=["requested", "assigned"])] != []
    assert len(list(client.tasks())) == 6
    assert client.why("v1", "en").language == "en"
    assert client.price("v1", "care_2").more_s == 42.0
    client.prioritise("v1", "urgent")
    client.assign("v1", "care_2")
    client.put_after("v1", [])
    client.hold_task("v1", "guests")
    assert client.task("v1").held
    client.resume_task("v1")
    assert (client.task("v1").only_on, client.task("v1").priority) == ("care_2", 70)
    fleet.let_ask("v1")
    client.answer("v1", "retry")
    client.cancel("v1")
    assert client.task("v1").ended
    csv = 'request_id,at,service,params\nd1,14:00,care_visit,"{""place"": ""home/r101""}"\n'
    assert client.submit_csv(csv).tasks == ["d1"]
    many = client.cancel_many(["d1", "v1"], "not today")
    assert (many.cancelled, [each.code for each in many.refused]) == (["d1"], ["request_task_ended"])
    client.hold("care_1", in_place=True)
    assert {robot.id: robot.hold for robot in client.robots()}["care_1"]
    client.resume("care_1")
    client.maintenance("care_1", "begin", reason="wheels")
    assert client.robot("care_1").maintenance
    client.maintenance("care_1", "done")
    client.close_zone("annex")
    client.limit_zone("annex", 0.4)
    assert (client.zone("annex").closed, client.zones()[0].speed_mps) == (True, 0.4)
    client.open_zone("annex")
    client.open_job("fetch_robot", robot="care_1")
    client.answer_job(client.jobs(robot="care_1")[0].id, "withdraw")
    client.close_zones(["annex"], "storm", cause="weather")
    client.open_zones(["annex"])
    client.take_place_out("charger_1", "no light")
    assert [row.id for row in client.places_out()] == ["charger_1"]
    client.mend_place("charger_1")
    assert client.equipment() == []
    for say in (client.take_equipment_out, client.put_equipment_back):  # the site has neither doors nor lifts
        with pytest.raises(FleetError, match="request_unknown_equipment"):
            say("lift")
    for change in (client.withdraw_paper, client.restore_paper):  # the site asks nobody for papers
        with pytest.raises(FleetError, match="request_unknown_paper"):
            change("permit", "the city wants it")


def _answer(client: FleetClient) -> None:
    """Answer what rings, and hand the shift over."""
    (alarm,) = client.alarms(urgency="critical")
    client.record_voice(alarm.id, "answered")
    client.acknowledge(alarm.id)
    (incident,) = client.incidents(state="open")
    client.note(incident.id, "went there")
    assert client.incident(incident.id).entries[-1].sort == "person"
    client.close_incident(incident.id, "went home", "fine")
    assert client.incidents(state="closed")[0].verdict == "fine"
    (stuck,) = client.alarms(urgency="high")
    client.shelve(stuck.id, 900.0, "known")
    client.unshelve(stuck.id)
    client.open_incident(stuck.id)
    seen = client.open_items()
    client.sign_shift(seen.digest, "calm", {item.key: "seen" for item in seen.items[:1]}, by="op_1")
    (shift,) = client.shifts()
    client.take_shift(shift.id, shift.digest, by="op_2")
    assert client.shifts()[0].taken_by == "op_2"


def _arrange(client: FleetClient) -> None:
    """Have requests recur, and keep some for another time."""
    rule = {"at": "21:00", "every": "week", "weekdays": ["mon", "fri"], "holidays": "skip"}
    client.add_schedule("evening", "care_visit", VISIT, rule)
    client.add_schedule("evening", "care_visit", VISIT, rule)  # asked twice
    client.revise_schedule("evening", "care_visit", VISIT, rule | {"at": "20:30"}, name="Evening")
    client.pause_schedule("evening", "holiday", version=client.schedule("evening").version)
    client.resume_schedule("evening")
    first = next(day for day in client.occurrences("evening", 3) if day.takes_place)
    client.skip_occurrence("evening", first.local, reason="visitors")
    (row,) = client.schedules()
    assert (row.name, row.rule.at, row.skipped) == ("Evening", "20:30", [first.local])
    client.end_schedule("evening")
    client.save_template("visit", "care_visit", VISIT)
    client.rename_template("visit", "Visit")
    assert [template.name for template in client.templates()] == ["Visit"]
    client.delete_template("visit")
    assert (client.schedules()[0].state, client.templates()) == ("ended", [])


@pytest.fixture
def fleet() -> MovingFleet:
    calendar = CalendarSpec("Asia/Seoul", "KR", "", {}, (), "2026-12-21")
    made = MovingFleet(replace(load_site(TINY), calendar=calendar), tasks=5)
    made.holding = True
    return made


@pytest.fixture
def server(fleet: MovingFleet) -> Iterator[WebServer]:
    with WebServer(create_app(fleet)) as running:
        yield running


@pytest.fixture
def client(server: WebServer) -> Iterator[FleetClient]:
    with FleetClient(server.url, patience_s=5.0) as opened:
        yield opened


def test_there_is_a_method_for_every_command(
    client: FleetClient, fleet: MovingFleet, server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: set[str] = set()
    post = connection.Connection.post

    def noted(self: connection.Connection, path: str, *rest: Any, **more: Any) -> Any:
        given.add(path)
        return post(self, path, *rest, **more)

    monkeypatch.setattr(connection.Connection, "post", noted)
    monkeypatch.setattr(connection, "_PAGE_ROWS", 2)  # lists come in portions, and nobody notices
    _operate(client, fleet)
    server.do(lambda: fleet.desk.seen.update({("stuck", "care_1"): None}))
    for _ in range(2):  # seen, and seen for long enough
        server.do(lambda: fleet.advance(60.0))
    _answer(client)
    _arrange(client)
    described = create_app(fleet).openapi()["paths"]
    commands = [path for path, verbs in described.items() if "commands" in verbs.get("post", {}).get("tags", ())]
    patterns = {path: re.compile(re.sub(r"{[^}]*}", "[^/]+", path.removeprefix("/api/v1"))) for path in commands}
    assert len(commands) > 30
    assert [path for path, pattern in patterns.items() if not any(map(pattern.fullmatch, given))] == []


def test_there_is_a_method_for_every_address_of_passes(tmp_path: Path) -> None:
    folder = guest_site(tmp_path / "site")
    fleet = MovingFleet(load_site(folder), tasks=0)
    pages = read_pages(folder, fleet.site.services, fleet.site.places)
    with House(tmp_path, fleet=fleet, pages=pages) as house:
        url = house.server.url
        with FleetClient(url, house.tokens[Role.OPERATOR]) as desk:
            kiosk, home = desk.new_pass("kiosk", "deck/in_1", 2.0), desk.new_pass(PassKind.RESIDENT, ROOM)
            assert (home.kind, home.page) == (PassKind.RESIDENT, f"home.html#{home.secret}")
            with FleetClient(url, kiosk.secret) as screen:
                assert [offer.id for offer in screen.mine().offers] == ["park"]
                handed = screen.ask_for("park", choice="small", confirmed=True, plate="12가3456", key="c1")
                assert handed.task == "c1" and handed.ticket is not None
                assert screen.take_ticket(handed.ticket).item == fleet.task("c1")["params"]["item"]
                for ask, code in (
                    (lambda: screen.take_ticket("000000000"), "request_ticket_unknown"),
                    (lambda: screen.rate("c1", 5, ["rude"]), "request_rating_malformed"),
                    (lambda: screen.reply("c1", "yes"), "request_forbidden"),
                ):
                    with pytest.raises(RequestError) as caught:
                        ask()
                    assert caught.value.code == code
            with FleetClient(url, home.secret) as resident:
                for ask in (lambda: resident.reply("c1", "yes"), lambda: resident.open_by_code("c1", "0000")):
                    with pytest.raises(RequestError) as caught:
                        ask()
                    assert caught.value.code == "request_unknown_task"  # another one's: nobody learns that there is one
                with pytest.raises(RequestError) as caught:
                    resident.open_by_code("c1", "12")
                assert caught.value.code == "request_malformed"
            assert desk.revoke_pass(home.id).revoked_s is not None
            assert {row.id: row.revoked_s is None for row in desk.passes() if row.kind is not PassKind.ITEM} == {
                kiosk.id: True,
                home.id: False,
            }


def test_mistakes_have_the_codes_of_the_api(client: FleetClient) -> None:
    for wrong, code in (
        (lambda: client.task("no such?task"), "request_unknown_task"),
        (lambda: client.submit("haircut"), "request_unknown_service"),
        (lambda: client.prioritise("r0001", "soon"), "request_malformed"),  # type: ignore[arg-type]
        (lambda: client.shelve("alarm-1", 900.0, "no"), "request_alarm_critical"),
        (lambda: client.unshelve("alarm-1"), "request_alarm_not_shelved"),
        (lambda: client.open_incident("alarm-1"), "request_incident_open"),
        (lambda: list(client.tasks(state="asleep")), "request_malformed"),
    ):
        with pytest.raises(RequestError) as caught:
            wrong()
        assert caught.value.code == code
    with pytest.raises(LinesRefused) as refused:
        client.submit_csv("request_id,at,service,params\nx,late,care_visit,{}\n")
    assert [line.code for line in refused.value.lines] == ["request_time_malformed"]


def test_what_was_looked_at_is_changed_only_if_it_still_holds(client: FleetClient) -> None:
    looked = client.zone("annex")
    client.close_zone("annex", version=looked.version)
    with pytest.raises(RequestError) as caught:
        client.limit_zone("annex", 0.5, version=looked.version)
    assert caught.value.code == "request_version_stale"


def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    client: FleetClient, fleet: MovingFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[str] = []
    submit = fleet.submit

    async def lost(key: str, *asked: Any) -> CommandAnswer:
        keys.append(key)
        answer = await submit(key, *asked)
        if len(keys) < 3:
            raise RuntimeFailure("runtime_no_answer", "the manager's answer was lost")
        return answer

    monkeypatch.setattr(fleet, "submit", lost)
    monkeypatch.setattr(connection, "PAUSE_S", 0.01)
    taken = client.submit("care_visit", VISIT)
    assert keys == [taken.task] * 3
    assert fleet.commands == [("submit", taken.task)]


def test_patience_has_an_end(fleet: MovingFleet) -> None:
    with WebServer(create_app(fleet)) as gone:
        url = gone.url
    with FleetClient(url, patience_s=0.0) as client:
        for asking in (client.robots, lambda: next(iter(client.stream()))):
            with pytest.raises(RuntimeFailure) as caught:
                asking()  # type: ignore[operator]
            assert caught.value.code == "runtime_gateway_unreachable"


def test_the_stream_goes_on_after_a_break(client: FleetClient, server: WebServer, fleet: MovingFleet) -> None:
    stream = client.stream()
    snapshot = next(stream)
    assert snapshot["type"] == "snapshot"
    seq = snapshot["seq"]
    for number in range(3):
        server.do(lambda: fleet.raise_alarm("home/r102"))
        server.cut_off()
        alarms = 0
        while alarms < number + 2:
            frame = next(stream)
            assert frame["type"] != "snapshot"  # nothing begins anew
            if frame["type"] == "patch":
                assert frame["seq"] == seq + 1
                seq, alarms = frame["seq"], len(frame.get("alarms", ()))


def test_a_token_lets_in_and_its_end_is_told(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        with FleetClient(house.server.url, house.tokens[Role.VIEWER]) as viewer:
            assert viewer.robots()
            with pytest.raises(FleetError) as caught:
                viewer.hold()
            assert caught.value.code == "request_forbidden"
            stream = viewer.stream()
            assert next(stream)["type"] == "snapshot"
            house.store.accounts.set_active("viewer", False)
            house.steady_s += 60.0
            with pytest.raises(FleetError) as caught:
                list(stream)
            assert caught.value.code == "request_sign_in_required"
        with FleetClient(house.server.url) as nobody:
            for asking in (nobody.robots, lambda: next(iter(nobody.stream()))):
                with pytest.raises(FleetError) as caught:
                    asking()  # type: ignore[operator]
                assert caught.value.code == "request_sign_in_required"


def test_it_needs_nothing_of_the_server() -> None:
    script = (
        "import sys, robot_fleet.client; print(*sorted({'fastapi', 'sqlalchemy', 'rclpy', 'numba'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == ""
